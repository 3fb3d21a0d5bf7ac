package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"netpatrol/adapters"
)

// answering is a server that gives the same answer to every request.
type answering struct {
	body []byte
	link string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	h := http.Header{"Content-Type": {"application/json"}}
	if a.link != "" {
		h.Set("Link", a.link)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: h, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// opened is an account on a server that answers so.
func opened(t *testing.T, srv answering) *account {
	t.Helper()
	hc := &http.Client{Transport: srv}
	c := adapters.Config{ID: "station", BaseURL: "https://social.example", Secrets: map[string]adapters.Secret{"token": "s3cret"}}
	cl, err := newClient(c, adapters.Host{Read: hc, Write: hc})
	if err != nil {
		t.Fatal(err)
	}
	return &account{http: cl, log: slog.New(slog.DiscardHandler), self: profile{ID: "9001", Acct: "police"}}
}

const oneMention = `{"id":"34","type":"mention","created_at":"2026-11-22T08:00:00Z","account":{"id":"555","acct":"alice"},` +
	`"status":{"id":"12","content":"<p>@police x</p>","visibility":"direct","created_at":"2026-11-22T08:00:00Z","account":{"id":"555","acct":"alice"},"mentions":[{"id":"9001"}]}}`

// Whatever a server answers to a poll, either the poll fails with an error of ours and no
// cursor, or every entry is passed on under a key (our own posts aside) and the cursor is kept.
func FuzzNotifications(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `[null]`, `[{}]`, `[` + oneMention + `]`, `[` + oneMention + `,` + oneMention + `]`, `[` + oneMention + `,{"id":33}]`,
		`[{"id":33,"type":"mention","status":null}]`, `[{"id":"33","status":{"id":""}}]`, `[{"id":"33","status":[]}]`, `[{"id":"33","created_at":7,"account":[]}]`,
		`[{"id":"33","status":{"id":"12","account":{"id":"9001"}}}]`, `{"error":"try later"}`, `[` + oneMention, strings.Repeat(`[`, 10001),
	} {
		f.Add([]byte(body), "", "0")
		f.Add([]byte(body), `<https://s.example/api/v1/notifications?min_id=34>; rel="prev"`, "12")
	}
	f.Fuzz(func(t *testing.T, body []byte, link, cursor string) {
		a := opened(t, answering{body, link})
		b, err := a.Poll(context.Background(), mentionsSource, adapters.Cursor(cursor), 40)
		var ours *adapters.Error
		if err != nil {
			if !errors.As(err, &ours) || ours.Class == adapters.Unknown || b.Next != "" || len(b.Items) > 0 {
				t.Errorf("%s: %+v, %v", body, b, err)
			}
			return
		}
		if b.Next == "" {
			t.Errorf("%s: the cursor is lost", body)
		}
		var sent []json.RawMessage
		if json.Unmarshal(body, &sent) != nil || len(b.Items) > len(sent) {
			t.Errorf("%d entries from %s", len(b.Items), body)
		}
		for _, in := range b.Items {
			if in.Key == "" || in.Ref == "" || in.Kind == "" {
				t.Errorf("%s: %+v", body, in)
			}
		}
	})
}

// Whatever a server says of itself, the limits stay usable: no text may be of no or negative
// length, and what it did not say keeps what is documented.
func FuzzInstance(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `{"configuration":{"statuses":{"max_characters":5000,"characters_reserved_per_url":25}},"api_versions":{"mastodon":7}}`,
		`{"configuration":{"statuses":{"max_characters":-1,"characters_reserved_per_url":-23}}}`, `{"max_toot_chars":5000}`, `{"max_toot_chars":-5}`,
		`{"configuration":{"statuses":{"max_characters":1e30}}}`, `{"configuration":null,"api_versions":{"mastodon":"7"}}`, `{"api_versions":{"mastodon":-1e300}}`, `{"api_versions":[]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := opened(t, answering{body: body}).readServer(context.Background())
		var ours *adapters.Error
		if err != nil && (!errors.As(err, &ours) || ours.Class == adapters.Unknown) {
			t.Errorf("%s: %v", body, err)
		}
		documented := limits()
		for i, l := range limitsOf(s).Text {
			if l.Max <= 0 || l.PerURL < 0 || s.MaxCharacters <= 0 && l.Max != documented.Text[i].Max {
				t.Errorf("%s: %+v", body, l)
			}
		}
		if s.Mastodon < 0 {
			t.Errorf("%s: version %d", body, s.Mastodon)
		}
	})
}

// Whatever was stored as a cursor, it is refused without being shown, or it survives being
// written and read again, and no place is remembered beyond the bound.
func FuzzParseFiltered(f *testing.F) {
	for _, s := range []string{
		``, `null`, `{}`, `[]`, `0`, `{"d":"2026-11-22T08:00:00Z","l":"555"}`, `{"d":"2026-11-22T08:00:00.5+08:00","a":"555","u":"2026-11-22T08:00:00Z","r":true,"p":[{"a":"555","m":"34"}]}`,
		`{"d":"yesterday"}`, `{"p":[{"a":"","m":""},null]}`, `{"a":"\ud800"}`, `{"d":"9999-12-31T23:59:59.999999999Z"}`, `{"p":[` + strings.Repeat(`{"a":"1"},`, 300) + `{}]}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseFiltered(adapters.Cursor(s))
		if err != nil {
			var ours *adapters.Error
			if !errors.As(err, &ours) || ours.Class != adapters.Rejected || len(s) > 20 && strings.Contains(err.Error(), s) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		again, err := parseFiltered(c.cursor())
		if err != nil || again.cursor() != c.cursor() {
			t.Errorf("%q: %s, then %s, %v", s, c.cursor(), again.cursor(), err)
		}
		c.Account = "555"
		c = c.reach("99")
		if min, known := c.place(); min != "99" || !known || len(c.Places) > positions {
			t.Errorf("%q: %d places, %q, %v", s, len(c.Places), min, known)
		}
	})
}
