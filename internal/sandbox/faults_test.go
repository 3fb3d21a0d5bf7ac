package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFaults says what a client sees of each fault and whether the platform did it.
func TestFaults(t *testing.T) {
	cases := []struct {
		fault  Fault
		code   int  // 0: the connection breaks
		done   bool // the platform did it
		broken bool // the answer is no JSON
	}{
		{fault: Fault{Kind: ResetBefore}},
		{fault: Fault{Kind: ResetAfterAccept}, done: true},
		{fault: Fault{Kind: Delay}, code: 200, done: true},
		{fault: Fault{Kind: DelayAnswer}, code: 200, done: true},
		{fault: Fault{Kind: AnswerStatus}, code: 503},
		{fault: Fault{Kind: AnswerStatus, Status: 500}, code: 500},
		{fault: Fault{Kind: AnswerStatus, Status: 502, Body: "<html>"}, code: 502, broken: true},
		{fault: Fault{Kind: AnswerStatus, Status: 429}, code: 429},
		{fault: Fault{Kind: StatusAfterAccept}, code: 504, done: true},
		{fault: Fault{Kind: Truncate}, done: true},
		{fault: Fault{Kind: HalfJSON}, code: 200, done: true, broken: true},
		{fault: Fault{Kind: ErrorBody}, code: 200, done: true},
		{fault: Fault{Kind: NotFoundForOnce}, code: 404},
		{fault: Fault{Kind: TokenExpired}, code: 401},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.fault.Kind, " ", c.fault.Status), func(t *testing.T) {
			b := setup(t, Options{})
			c.fault.Method, c.fault.Path = "POST", "/api/v1/statuses"
			b.m.Fault(c.fault)
			b.agency.must(200, "GET", "/api/v1/notifications", nil) // does not match
			r, err := b.agency.do("POST", "/api/v1/statuses", values("status", "通报"))
			if (err != nil) != (c.code == 0) || err == nil && r.code != c.code {
				t.Errorf("got %d %s %v, want %d", r.code, r.body, err, c.code)
			}
			if err == nil && json.Valid(r.body) == c.broken {
				t.Errorf("unexpected body %s", r.body)
			}
			if got := len(b.m.Received()) == 1; got != c.done {
				t.Errorf("the platform did it: %v, want %v", got, c.done)
			}
			if d := cmp.Diff(map[FaultKind]int{c.fault.Kind: 1}, b.m.Struck()); d != "" {
				t.Error(d)
			}
			if log := b.m.Requests(); log[len(log)-1].Fault != c.fault.Kind {
				t.Errorf("the fault is not in the log: %+v", log)
			}
			b.agency.must(200, "POST", "/api/v1/statuses", values("status", "通报")) // struck once
		})
	}
}

func TestResetIsAResetOnTCP(t *testing.T) {
	b := setup(t, Options{})
	b.m.Fault(Fault{Kind: ResetAfterAccept})
	_, err := b.agency.do("POST", "/api/v1/statuses", values("status", "通报"))
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
}

func TestRefusedConnections(t *testing.T) {
	b := setup(t, Options{})
	var d DialFunc = b.m.Gate(dialTCP)
	client := &http.Client{Transport: &http.Transport{DialContext: d}}
	get := func() error {
		res, err := client.Get(b.srv.URL + "/api/v1/instance")
		if err == nil {
			io.Copy(io.Discard, res.Body) // to the end, or the connection is not kept
			res.Body.Close()
		}
		return err
	}
	if err := get(); err != nil {
		t.Fatal(err)
	}
	b.m.Fault(Fault{Kind: Refuse, Times: 2}) // also breaks the idle connection
	for range 2 {
		if err := get(); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want a refused connection", err)
		}
	}
	if err := get(); err != nil {
		t.Errorf("still refused: %v", err)
	}
	client.CloseIdleConnections()
}

func TestFaultsByCount(t *testing.T) {
	b := setup(t, Options{})
	b.m.Fault(Fault{Kind: AnswerStatus, Path: "/api/v1/statuses/*", Skip: 1, Times: 2})
	id := b.say(t, "xiaolin", "x")
	var got []int
	for range 5 {
		r, err := b.agency.do("GET", "/api/v1/statuses/"+string(id), nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.code)
	}
	if d := cmp.Diff([]int{200, 503, 503, 200, 200}, got); d != "" {
		t.Error(d)
	}
}

func TestFaultsBySeedReplay(t *testing.T) {
	run := func(seed uint64) string {
		b := setup(t, Options{Seed: seed})
		for _, f := range Chaos(0.1, 0) {
			b.m.Fault(f)
		}
		var got []string
		for range 60 {
			r, err := b.agency.do("GET", "/api/v1/instance", nil)
			got = append(got, fmt.Sprint(r.code, err != nil))
		}
		return strings.Join(got, " ")
	}
	if a, b := run(11), run(11); a != b {
		t.Errorf("one seed, two runs:\n%s\n%s", a, b)
	}
	if run(11) == run(12) {
		t.Error("the seed changes nothing")
	}
}

func TestRateLimitFaultSaysWhenItEnds(t *testing.T) {
	c := newClock()
	b := setup(t, Options{Now: c.now})
	b.m.Fault(Fault{Kind: AnswerStatus, Status: 429, Reset: time.Minute})
	b.m.Fault(Fault{Kind: AnswerStatus, Status: 429})
	if got := b.agency.must(429, "GET", "/api/v1/instance", nil).header.Get("X-RateLimit-Reset"); got != "2026-11-25T01:01:00.000000Z" {
		t.Errorf("got reset %q", got)
	}
	if got := b.agency.must(429, "GET", "/api/v1/instance", nil).header.Get("X-RateLimit-Reset"); got != "" {
		t.Errorf("got reset %q, want none", got)
	}
	b.m.Fault(Fault{Kind: AnswerStatus, Times: -1})
	b.m.ClearFaults()
	b.agency.must(200, "GET", "/api/v1/instance", nil)
}

func TestMedia(t *testing.T) {
	c := newClock()
	b := setup(t, Options{Now: c.now})
	id := b.upload(t, 202)
	b.agency.must(206, "GET", "/api/v1/media/"+id, nil)
	b.agency.must(422, "POST", "/api/v1/statuses", values("status", "看图", "media_ids[]", id))
	c.t = c.t.Add(mediaWork)
	b.agency.must(200, "GET", "/api/v1/media/"+id, nil)
	s := b.agency.must(200, "POST", "/api/v1/statuses", values("status", "", "media_ids[]", id)).object(t)
	if got := s["media_attachments"].([]any); len(got) != 1 {
		t.Errorf("unexpected attachments %v", got)
	}
	gts := setup(t, Options{Flavour: GoToSocial})
	gts.upload(t, 200)
}

func (b *bundle) upload(t *testing.T, code int) string {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="a.png"`}, "Content-Type": {"image/png"},
	})
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte("pretend picture"))
	w.WriteField("description", "一张图")
	w.Close()
	req := jsonRequest(t, b, "POST", "/api/v2/media", body.String())
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := b.agency.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	v := decode[map[string]any](t, raw)
	if res.StatusCode != code || v["description"] != "一张图" || (v["url"] == nil) != (code == 202) {
		t.Fatalf("upload: got %d %s, want %d", res.StatusCode, raw, code)
	}
	return v["id"].(string)
}
