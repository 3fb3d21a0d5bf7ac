package frontdoor

import (
	"fmt"
	"time"
)

// inYears is a span as people say it: whole years, else days. Nothing: it has no end.
func inYears(d time.Duration) string {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	switch {
	case d <= 0:
		return ""
	case d == year:
		return "一年"
	case d == 2*year:
		return "两年"
	case d%year == 0:
		return fmt.Sprintf("%d年", d/year)
	}
	return fmt.Sprintf("%d天", (d+day-1)/day)
}
