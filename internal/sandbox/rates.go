package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

type bucketKey struct{ who, kind string }

// bucket counts the calls of one caller in one period of the clock.
type bucket struct {
	period time.Time
	used   int
}

// rule is one limit that applies to a call.
type rule struct {
	kind string
	most int
	per  time.Duration
}

// rules are the limits that apply to this call: those of Mastodon's rack-attack
// configuration. GoToSocial has one.
func (c *call) rules() []rule {
	rates := c.m.opts.Rates
	out := []rule{{"all", normally(rates.Requests, 300), 5 * time.Minute}}
	if c.m.opts.Flavour == GoToSocial {
		return out
	}
	q := c.r.URL.Query()
	if q.Has("page") || q.Has("min_id") || q.Has("max_id") || q.Has("since_id") {
		out = append(out, rule{"paging", normally(rates.Paging, 300), 15 * time.Minute})
	}
	if c.r.Method == http.MethodDelete && strings.HasPrefix(c.r.URL.Path, "/api/v1/statuses/") {
		out = append(out, rule{"deletes", normally(rates.Deletes, 30), 30 * time.Minute})
	}
	return out
}

func normally(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// spend counts the call against its limits, writes the X-RateLimit headers of the
// tightest one and refuses the call when that is used up.
func (c *call) spend() error {
	left, refused := -1, false
	for _, r := range c.rules() {
		if r.most < 0 {
			continue
		}
		start := c.now.Truncate(r.per)
		b := c.m.bucket(bucketKey{c.caller(), r.kind}, start)
		b.used++
		refused = refused || b.used > r.most
		if remaining := max(0, r.most-b.used); left < 0 || remaining < left {
			left = remaining
			c.showLimit(r.most, left, start.Add(r.per))
		}
	}
	if refused {
		return c.fail(http.StatusTooManyRequests, "Too many requests", "rate limit reached")
	}
	return nil
}

// showLimit writes the headers; the reset is an ISO time and there is no Retry-After.
func (c *call) showLimit(most, left int, reset time.Time) {
	c.header.Set("X-RateLimit-Limit", strconv.Itoa(most))
	c.header.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	c.header.Set("X-RateLimit-Reset", resetTime(reset))
}

func resetTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// caller is what a limit is counted by: the token, or the address without one.
func (c *call) caller() string {
	if c.token != "" {
		return "token " + c.token
	}
	host, _, _ := strings.Cut(c.r.RemoteAddr, ":")
	return "address " + host
}

func (m *Microblog) bucket(key bucketKey, period time.Time) *bucket {
	b := m.buckets[key]
	if b == nil || !b.period.Equal(period) {
		b = &bucket{period: period}
		m.buckets[key] = b
	}
	return b
}
