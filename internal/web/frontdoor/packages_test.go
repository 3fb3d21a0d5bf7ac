package frontdoor

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mailbox takes packages of the unit "yecheng" and remembers how many.
type mailbox struct {
	taken int
	fails error
}

const officeSecret = "0123456789abcdef0123456789abcdef"

func (o *mailbox) Sender(unit string) (Sender, bool) {
	return Sender{Secrets: []string{officeSecret, "an older secret of this very unit"}, ID: "yecheng", Name: "琼山分局"}, unit == "yecheng"
}

func (o *mailbox) Take(context.Context, string, IncomingPackage) error {
	if o.fails == nil {
		o.taken++
	}
	return o.fails
}

func (o *mailbox) Under(context.Context, string, string) (TakenPackage, bool, error) {
	return TakenPackage{}, false, nil
}

func (o *mailbox) Answers(context.Context, string, uint64, int) ([]PackageReply, uint64, bool, error) {
	return nil, 0, false, o.fails
}

const onePackage = `{"key":"K-1","package":"7Q4KM2XP","revision":1,"from":{"name":"x"},"to":"y","files":[{"name":"manifest.json","type":"t","data":"eA=="}]}`

// asks makes one request, signed with secret.
func (o *mailbox) asks(t *testing.T, method, target, body, secret string) int {
	t.Helper()
	h := New(Options{Packages: o, Log: slog.New(slog.DiscardHandler)})
	r := httptest.NewRequest(method, "/bridge/yecheng"+target, strings.NewReader(body))
	at := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Bridge-Timestamp", at)
	r.Header.Set("Bridge-Nonce", "0123456789abcdef")
	r.Header.Set("Bridge-Signature", signatureOf(secret, method, target, at, "0123456789abcdef", []byte(body)))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestPromise14_OnlyTheUnitItselfHandsOver(t *testing.T) {
	o := &mailbox{}
	if got := o.asks(t, "POST", "/v1/handovers", onePackage, strings.Repeat("x", 32)); got != http.StatusUnauthorized || o.taken != 0 {
		t.Errorf("with another secret: HTTP %d, %d taken", got, o.taken)
	}
	for _, secret := range []string{officeSecret, "an older secret of this very unit"} {
		if got := o.asks(t, "POST", "/v1/handovers", onePackage, secret); got != http.StatusCreated {
			t.Errorf("with its own secret: HTTP %d", got)
		}
	}
}

func TestWhatCannotBeTakenIsSaidInTheWordsOfTheContract(t *testing.T) {
	for why, c := range map[string]struct {
		body  string
		fails error
		want  int
	}{
		"not JSON":       {"{", nil, http.StatusBadRequest},
		"no key":         {strings.Replace(onePackage, "K-1", "", 1), nil, http.StatusBadRequest},
		"no region":      {strings.Replace(onePackage, `"name":"x"`, `"name":"x","region":"460100\u202e<b>"`, 1), nil, http.StatusBadRequest},
		"a long region":  {strings.Replace(onePackage, `"name":"x"`, `"name":"x","region":"`+strings.Repeat("1", 4000)+`"`, 1), nil, http.StatusBadRequest},
		"a path as name": {strings.Replace(onePackage, "manifest.json", "../x", 1), nil, http.StatusBadRequest},
		"forged":         {onePackage, &Unfit{"the package is not what was signed"}, http.StatusUnprocessableEntity},
		"the disk":       {onePackage, errors.New("no space left"), http.StatusServiceUnavailable},
	} {
		o := &mailbox{fails: c.fails}
		if got := o.asks(t, "POST", "/v1/handovers", c.body, officeSecret); got != c.want || o.taken != 0 {
			t.Errorf("%s: HTTP %d, want %d; %d taken", why, got, c.want, o.taken)
		}
	}
	o := &mailbox{fails: errors.New("no space left")}
	for target, want := range map[string]int{"/v1/events?source=handovers&limit=5": http.StatusServiceUnavailable, "/v1/events?source=handovers&limit=5&after=x": http.StatusBadRequest} {
		if got := o.asks(t, "GET", target, "", officeSecret); got != want {
			t.Errorf("%s: HTTP %d, want %d", target, got, want)
		}
	}
}

// Whoever has proven nothing yet takes no more memory than a few packages need; what is small is let in beside them.
func TestLargeRequestsAreBoundedBeforeTheyAreProven(t *testing.T) {
	o := &mailbox{}
	p := &packages{o: Options{Log: slog.New(slog.DiscardHandler)}, desk: o, large: make(chan struct{}, 1)}
	call := func(body string) int {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/bridge/yecheng/v1/handovers", strings.NewReader(body))
		r.SetPathValue("unit", "yecheng")
		w := httptest.NewRecorder()
		p.signed(p.take)(w, r)
		return w.Code
	}
	large := strings.Repeat("x", small+1)
	for range 2 {
		if got := call(large); got != http.StatusUnauthorized {
			t.Errorf("there is room: %d", got)
		}
	}
	p.large <- struct{}{}
	if got := call(large); got != http.StatusServiceUnavailable {
		t.Errorf("there is none: %d", got)
	}
	if got := call("x"); got != http.StatusUnauthorized {
		t.Errorf("a small one: %d", got)
	}
}
