package frontdoor

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// besieged is a front door that somebody makes guesses at without end: what all share is used up.
func besieged(o *office) http.Handler {
	p := newPublic(Options{Matters: o, Press: o, Unit: "椰城", Log: slog.New(slog.DiscardHandler)})
	p.lookups.all, p.checks.all = rate.NewLimiter(0, 0), rate.NewLimiter(0, 0)
	mux := http.NewServeMux()
	p.routes(mux)
	return mux
}

func ticketOf(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="ticket" value="`)
	ticket, _, closed := strings.Cut(rest, `"`)
	if !ok || !closed {
		t.Fatalf("no ticket:\n%s", page)
	}
	return ticket
}

// One attacker uses up what all share: whoever has a code is shown their matter, and whoever mistyped one gets
// the answer for a little work, by a page that says nothing of the code.
func TestOneAttackerHoldsUpNobody(t *testing.T) {
	h := besieged(newOffice())
	has(t, lookUp(t, h, "GOOD0000000000000"), http.StatusOK, "民警已答复")
	gone, none := lookUp(t, h, "GONE0000000000000"), lookUp(t, h, "NONE1111111111111")
	if a, b := anyTicket.ReplaceAllString(gone.Body.String(), ""), anyTicket.ReplaceAllString(none.Body.String(), ""); a != b || gone.Code != none.Code || gone.Code != http.StatusTooManyRequests {
		t.Errorf("%d and %d are told apart", gone.Code, none.Code)
	}
	has(t, gone, http.StatusTooManyRequests, "请等20秒左右", workScript)
	ticket := ticketOf(t, gone.Body.String())
	paid := url.Values{"code": {"GONE0000000000000"}, "ticket": {ticket}, "work": {work(t, ticket)}}
	has(t, post(t, h, "/status", paid), http.StatusNotFound, "没有查到")
	paid.Set("code", "NONE1111111111111")
	has(t, post(t, h, "/status", paid), http.StatusTooManyRequests)
	has(t, get(t, h, "/check?code=ABCD2345"), http.StatusOK, "有这条消息")
	check := get(t, h, "/check?code=%22%3E%3Cscript%3E")
	has(t, check, http.StatusTooManyRequests, "请等20秒左右", `action="/check"`)
	lacks(t, check, `"><script>`)
	ticket = ticketOf(t, check.Body.String())
	has(t, get(t, h, "/check?"+url.Values{"code": {`"><script>`}, "ticket": {ticket}, "work": {work(t, ticket)}}.Encode()), http.StatusOK, "没有查到")
}

// What all share is used up by wrong codes only, and so is what codes that begin alike share.
func TestOnlyWrongCodesAreCounted(t *testing.T) {
	th, now := newThrottle(), time.Now()
	for i := range 3 * triesAtAll {
		th.found(fmt.Sprintf("%04X0000000000000", i), now)
	}
	if !th.miss("GOOD0000000000000", now) {
		t.Error("right codes used up what is there for wrong ones")
	}
	for i := range 3 * triesAtAll {
		th.miss(fmt.Sprintf("%04X0000000000000", i), now)
	}
	if th.miss("NONE0000000000000", now) || !th.found("GOOD0000000000000", now) {
		t.Error("wrong codes are not bounded, or hold up right ones")
	}
}

func TestATicketIsWorkedForOrWaitedFor(t *testing.T) {
	th, now := newThrottle(), time.Now()
	const code = "GONE0000000000000"
	ticket := th.ticket(code, now)
	done := work(t, ticket)
	for _, c := range []struct {
		name, ticket, work, code string
		after                    time.Duration
		want                     bool
	}{
		{"neither", ticket, "", code, 0, false},
		{"work", ticket, done, code, 0, true},
		{"a wait", ticket, "", code, ticketWait, true},
		{"too short a wait", ticket, "", code, ticketWait - time.Second - time.Millisecond, false},
		{"another code", ticket, done, "NONE1111111111111", 0, false},
		{"an old ticket", ticket, done, code, ticketLife + time.Second, false},
		{"a forged ticket", strings.Replace(ticket, ".", ".0", 1), done, code, ticketWait, false},
		{"no ticket", "", done, code, ticketWait, false},
	} {
		if got := th.paid(c.ticket, c.work, c.code, now.Add(c.after)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	passed := 0
	for range 10 * perWaited {
		if th.paid(ticket, "", code, now.Add(ticketWait)) {
			passed++
		}
	}
	if passed > perWaited {
		t.Errorf("%d pass at once after a wait, at most %d may", passed, perWaited)
	}
}

// Where a beginning is counted follows from the key of the day, which nobody has and which is forgotten.
func TestBucketsAreOfTheDay(t *testing.T) {
	a, b := newThrottle(), newThrottle()
	now := time.Now()
	same, moved := 0, 0
	for i := range 100 {
		code := fmt.Sprintf("%04X0000000000000", i)
		if a.bucket(code, now) != a.bucket(code, now.Add(time.Millisecond)) {
			t.Fatal("a code changes its bucket within the day")
		}
		if a.bucket(code, now) == b.bucket(code, now) {
			same++
		}
	}
	before := make([]int, 100)
	for i := range before {
		before[i] = a.bucket(fmt.Sprintf("%04X", i), now)
	}
	for i, was := range before {
		if a.bucket(fmt.Sprintf("%04X", i), now.Add(24*time.Hour)) != was {
			moved++
		}
	}
	if same > 10 || moved < 90 {
		t.Errorf("%d of 100 share a bucket with another station's, %d moved overnight", same, moved)
	}
}
