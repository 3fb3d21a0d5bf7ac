package adapters_test

import (
	"net/http"
	"testing"
	"time"

	"netpatrol/adapters"
)

func TestRetryAfter(t *testing.T) {
	const date = "Sun, 22 Nov 2026 08:00:00 GMT"
	at := time.Date(2026, 11, 22, 8, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		name, after, date string
		want              time.Time
	}{
		{"seconds, by the server's clock", "300", date, at},
		{"seconds, without a clock", "300", "", time.Time{}},
		{"a date", "Sun, 22 Nov 2026 08:05:00 GMT", "", at},
		{"negative", "-5", date, time.Time{}},
		{"centuries", "99999999999", date, time.Time{}},
		{"words", "later", date, time.Time{}},
		{"nothing", "", date, time.Time{}},
	} {
		h := http.Header{"Retry-After": {c.after}, "Date": {c.date}}
		if got := adapters.RetryAfter(h); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
