package webtest

import (
	"slices"

	"netpatrol/internal/web/view"
)

// ring is how the officers are reached: those who answer citizens by an account of their own, and a
// group for the duty officers.
func ring() view.DutyRing {
	return view.DutyRing{
		Officers: func(level string) []string {
			return map[string][]string{"duty": {"chen"}, "supervisor": {"lin"}}[level]
		},
		Groups: func(level string) []string { return map[string][]string{"duty": {"wecom"}}[level] },
		Reach: func(officer string) []string {
			if !slices.Contains([]string{"chen", "lin"}, officer) {
				return nil
			}
			return []string{"letters " + officer + "@gaj.example.gov.cn"}
		},
	}
}
