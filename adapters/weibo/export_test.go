package weibo

import "maps"

// Codes lists the codes that have a meaning, with their classes for a mutating call.
func Codes() map[string]string {
	out := map[string]string{}
	for code := range maps.Keys(meanings) {
		out[code] = meaningOf(code, true).class.String()
	}
	return out
}
