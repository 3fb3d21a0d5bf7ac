package wechat

import "maps"

// Codes lists the codes that have a meaning, for a test that wants all of them tried.
func Codes() map[int]bool {
	out := map[int]bool{}
	for code := range maps.Keys(meanings) {
		out[code] = true
	}
	return out
}
