package frontdoor

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

// door is a front door over an inbox that remembers, and a platform that signs with "good".
type door struct {
	fails    error
	received []adapters.Inbound
	reply    string
	theirs   bool // the message is left to the console's staff
	written  []error
}

func (d *door) Receive(_ context.Context, _ string, items []adapters.Inbound) error {
	if d.fails == nil {
		d.received = append(d.received, items...)
	}
	return d.fails
}

func (d *door) Reply(context.Context, string, []adapters.Inbound, time.Time) (Answer, bool) {
	return Answer{Text: d.reply, Done: func(err error) { d.written = append(d.written, err) }}, d.reply != ""
}

type receiver struct{}

func (receiver) Verify(r adapters.Callback, _ time.Time) (adapters.Delivery, error) {
	if r.Header.Get("X-Signature") != "good" {
		return adapters.Delivery{}, &adapters.Error{Class: adapters.Rejected, Op: "verify"}
	}
	in := adapters.Inbound{Key: "1", Kind: adapters.KindMessage, Text: string(r.Body)}
	return adapters.Delivery{Items: []adapters.Inbound{in}, Ack: []byte("success"), ContentType: "text/plain", Replyable: true}, nil
}

func (receiver) Encode(_ adapters.Delivery, text string, _ time.Time) ([]byte, string, error) {
	return []byte("<" + text + ">"), "text/xml", nil
}

func (d *door) call(t *testing.T, account, signature, body string) (int, string) {
	t.Helper()
	h := New(Options{
		Inbox: d, Passive: d, Yield: d.yield, Log: slog.New(slog.DiscardHandler), Closed: func(id string) bool { return id == "down" },
		Receiver: func(id string) adapters.Receiver {
			if id == "wx" {
				return receiver{}
			}
			return nil
		},
	})
	srv := httptest.NewServer(h)
	defer srv.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/callback/"+account, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Signature", signature)
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (d *door) yield(context.Context, string, adapters.Delivery) ([]byte, string, bool) {
	return []byte("<staff>"), "text/xml", d.theirs
}

func TestAMessageThatIsTheConsolesIsStoredAndLeftToIt(t *testing.T) {
	d := &door{theirs: true, reply: "请拨打110"}
	code, body := d.call(t, "wx", "good", "我被骗了")
	if code != 200 || body != "<staff>" || len(d.received) != 1 || len(d.written) != 0 {
		t.Errorf("%d %q, received %+v, replies %v", code, body, d.received, d.written)
	}
	d.fails = errors.New("disk full")
	if code, body := d.call(t, "wx", "good", "我被骗了"); code != 503 || body == "<staff>" {
		t.Errorf("not stored, and answered %d %q", code, body)
	}
}

func TestACallbackIsStoredThenAcknowledged(t *testing.T) {
	d := &door{}
	code, body := d.call(t, "wx", "good", "我被骗了")
	if code != 200 || body != "success" || len(d.received) != 1 || d.received[0].Text != "我被骗了" {
		t.Errorf("%d %q, received %+v", code, body, d.received)
	}
}

func TestAPassiveReplyTakesThePlaceOfTheAcknowledgement(t *testing.T) {
	d := &door{reply: "请拨打110"}
	code, body := d.call(t, "wx", "good", "x")
	if code != 200 || body != "<请拨打110>" || len(d.written) != 1 || d.written[0] != nil {
		t.Errorf("%d %q, reported %v", code, body, d.written)
	}
}

func TestPromise5_WhatIsNotDurableIsNotAcknowledged(t *testing.T) {
	d := &door{fails: errors.New("disk full"), reply: "x"}
	if code, body := d.call(t, "wx", "good", "x"); code != 503 || strings.Contains(body, "success") {
		t.Errorf("%d %q, want 503", code, body)
	}
}

func TestPromise5_AForgedCallbackLeavesNoTrace(t *testing.T) {
	d := &door{}
	if code, _ := d.call(t, "wx", "forged", "x"); code != 403 || len(d.received) != 0 {
		t.Errorf("%d, received %+v", code, d.received)
	}
}

func TestUnknownAccountsAndGiantBodies(t *testing.T) {
	d := &door{}
	if code, _ := d.call(t, "nobody", "good", "x"); code != 404 {
		t.Errorf("unknown account: %d", code)
	}
	if code, _ := d.call(t, "wx", "good", strings.Repeat("x", maxBody+1)); code != 413 || len(d.received) != 0 {
		t.Errorf("giant body: %d", code)
	}
}

func TestPromise5_AnAccountThatIsNotOpenYetIsWorthAnotherTry(t *testing.T) {
	d := &door{}
	if code, body := d.call(t, "down", "good", "x"); code != 503 || strings.Contains(body, "success") {
		t.Errorf("%d %q, want 503", code, body)
	}
}

// thrifty notes the largest buffer it is read into.
type thrifty struct{ most int }

func (b *thrifty) Read(p []byte) (int, error) {
	b.most = max(b.most, len(p))
	return 0, io.ErrUnexpectedEOF
}
func (*thrifty) Close() error { return nil }

func TestACallbackGetsNoMemoryForWhatItOnlyPromises(t *testing.T) {
	b := &thrifty{}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/callback/wx", nil)
	r.Body, r.ContentLength = b, maxBody
	if _, err := readBody(httptest.NewRecorder(), r); err == nil || b.most > readAtOnce {
		t.Errorf("%d bytes were set aside, %v", b.most, err)
	}
}
