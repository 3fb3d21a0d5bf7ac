package bridge

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"netpatrol/adapters"
)

const fuzzSecret = "0123456789abcdef0123456789abcdef"

// says is a site that gives one answer to every request.
type says struct {
	status int
	kind   string
	body   []byte
}

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	h := http.Header{"Content-Type": {s.kind}}
	return &http.Response{StatusCode: s.status, Header: h, Body: io.NopCloser(bytes.NewReader(s.body)), Request: r}, nil
}

func on(t *testing.T, s says) *account {
	t.Helper()
	hc := &http.Client{Transport: s, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c, err := newClient(adapters.Config{ID: "site", BaseURL: "https://site.example", Secrets: map[string]adapters.Secret{"secret": fuzzSecret}}, adapters.Host{Read: hc, Write: hc})
	if err != nil {
		t.Fatal(err)
	}
	return &account{http: c, about: about{Sources: []string{"messages"}}}
}

// Whatever a site answers to a poll, either it fails with an error of ours and no cursor,
// or every item has a key of the contract.
func FuzzEvents(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"items":[],"next":"1"}`, `{"items":[{"id":"1","kind":"message","from":{"id":"u"},"text":"x"}],"next":"1","more":true}`,
		`{"items":[null],"next":"1"}`, `{"items":[{"id":"1","at":7}],"next":"1"}`, `{"items":{"id":"1"},"next":"1"}`,
	} {
		f.Add(200, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		b, err := on(t, says{200 + abs(status)%400, "application/json", body}).Poll(t.Context(), "messages", "", 10)
		var ours *adapters.Error
		if err != nil {
			if !errors.As(err, &ours) || ours.Class == adapters.Unknown || b.Next != "" || len(b.Items) > 0 {
				t.Errorf("%+v, %v", b, err)
			}
			return
		}
		if b.Next == "" || len(b.Items) > 10 {
			t.Errorf("%+v", b)
		}
		for _, in := range b.Items {
			if !refPattern.MatchString(in.Key) || in.Kind == "" {
				t.Errorf("%+v", in)
			}
		}
	})
}

// Whatever a site answers to a send, it went out under an id of the contract, or an error
// says what became of it.
func FuzzSend(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `{"ref":"s1","state":"done"}`, `{"ref":"s1","state":"pending"}`, `{"ref":"s1","state":"refused"}`, `{"class":"not-sent"}`,
		`{"class":"rate-limited","until":"2026-11-25T09:00:00Z","scope":"account","code":"x","ref":"r"}`, `{"class":7}`, `{"until":"?"}`,
	} {
		f.Add(200, false, []byte(body))
		f.Add(503, true, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, stated bool, body []byte) {
		kind := map[bool]string{true: "application/problem+json", false: "application/json"}[stated]
		s := says{200 + abs(status)%400, kind, body}
		r, err := on(t, s).Send(t.Context(), adapters.Attempt{Key: "k"}, adapters.Message{To: adapters.Person{ID: "u"}, Text: "x"})
		var ours *adapters.Error
		switch {
		case err == nil && (s.status >= 300 || !refPattern.MatchString(string(r.Ref))):
			t.Errorf("%d: %+v", s.status, r)
		case err != nil && (!errors.As(err, &ours) || r.Ref != ""):
			t.Errorf("%+v, %v", r, err)
		case err != nil && s.status < 300 && ours.Class != adapters.Unknown && ours.Code != stateRefused:
			t.Errorf("a success that is not understood: %v", err)
		}
	})
}

// No push is believed without the signature, and none that is believed is without items.
func FuzzPush(f *testing.F) {
	now := time.Unix(1_764_115_200, 0)
	f.Add([]byte(`{"items":[{"id":"e1","kind":"message"}]}`), "0123456789abcdef", true)
	f.Add([]byte(`{"items":[]}`), "0123456789abcdef", true)
	f.Add([]byte(`{"items":[{"id":"e1"}]}`), "n", false)
	f.Fuzz(func(t *testing.T, body []byte, nonce string, genuine bool) {
		h, stamp := http.Header{}, strconv.FormatInt(now.Unix(), 10)
		h.Set(timestampHeader, stamp)
		h.Set(nonceHeader, nonce)
		if genuine {
			h.Set(signatureHeader, signature(fuzzSecret, "POST", pushTarget, stamp, nonce, body))
		}
		d, err := (&receiver{[]string{fuzzSecret}}).Verify(adapters.Callback{Method: "POST", Header: h, Body: body}, now)
		if err == nil && (!genuine || len(d.Items) == 0) || err != nil && (adapters.ClassOf(err) != adapters.Rejected || len(d.Items) > 0) {
			t.Errorf("genuine %v: %+v, %v", genuine, d, err)
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
