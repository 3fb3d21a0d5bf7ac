package adapters

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads when a refused request may be repeated from its answer's
// Retry-After, a date or seconds. An adapter has no clock, so seconds count from
// the answer's own Date. Zero: the answer does not say, or not legibly.
func RetryAfter(h http.Header) time.Time {
	after := h.Get("Retry-After")
	if t, err := http.ParseTime(after); err == nil {
		return t.UTC()
	}
	date, err := http.ParseTime(h.Get("Date"))
	seconds, bad := strconv.ParseInt(after, 10, 32)
	if err != nil || bad != nil || seconds < 0 {
		return time.Time{}
	}
	return date.UTC().Add(time.Duration(seconds) * time.Second)
}
