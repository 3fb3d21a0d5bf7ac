package templates

import (
	"slices"
	"strings"
)

// pick finds the text of a name that serves a reader of lang best: the language itself,
// then the same language in another script or region, then the set's own.
func (s *Set) pick(lang, name string) (*text, bool) {
	languages := s.texts[name]
	for _, tag := range append(candidates(lang), s.fallback, DefaultLanguage, "en") {
		for have, t := range languages {
			if strings.EqualFold(have, tag) {
				return t, true
			}
		}
	}
	return nil, false
}

// candidates lists tags to try, best first: "en-GB" gives en-GB, en; "zh-TW" gives zh-TW,
// zh-Hant, zh-Hans, zh.
func candidates(lang string) []string {
	tag := strings.ReplaceAll(strings.TrimSpace(lang), "_", "-")
	var all []string
	for tag != "" {
		all = append(all, tag)
		cut := strings.LastIndexByte(tag, '-')
		tag = tag[:max(cut, 0)]
	}
	if len(all) == 0 || !strings.EqualFold(all[len(all)-1], "zh") {
		return all
	}
	script := []string{"zh-Hans"}
	if traditional(lang) {
		script = []string{"zh-Hant", "zh-Hans"}
	}
	return slices.Insert(all, len(all)-1, script...)
}

func traditional(lang string) bool {
	upper := strings.ToUpper(strings.ReplaceAll(lang, "_", "-"))
	if strings.Contains(upper, "-HANS") {
		return false
	}
	for _, mark := range []string{"-HANT", "-TW", "-HK", "-MO"} {
		if strings.Contains(upper, mark) {
			return true
		}
	}
	return false
}
