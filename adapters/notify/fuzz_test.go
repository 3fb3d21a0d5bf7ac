package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever a robot's platform answers, a message is in the group only when its own code says 0, and no
// error shows the key or runs on.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `{"errcode":0,"errmsg":"ok"}`, `{"code":0,"msg":"success"}`, `{"errcode":"0"}`, `{"errcode":0.0}`, `{"errcode":-0}`, `{"errcode":1e0}`, `{"errcode":null,"code":0}`,
		`{"errcode":45009,"errmsg":"limit"}`, `{"code":0,"errcode":93000}`, `{"errmsg":"` + robotKey + `","errcode":7}`, `<html>busy</html>`, `{"errcode":0`,
		`{"errcode":7,"errmsg":"` + strings.Repeat("长", 3000) + `"}`,
	} {
		f.Add([]byte(body), 200)
		f.Add([]byte(body), 500)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		if status < 200 || status > 599 || status >= 300 && status < 400 {
			return // no final answer
		}
		hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
		})}
		a, err := Platform().Open(context.Background(), config(kindWecom, ""), adapters.Host{Read: hc, Write: hc})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Caps().Message.Send(context.Background(), adapters.Attempt{Key: "k", Deadline: time.Now().Add(time.Hour)}, adapters.Message{Text: "x"})
		if err == nil {
			if r.Ref == "" || status != http.StatusOK || !saysZero(body) {
				t.Errorf("HTTP %d %s: %+v", status, body, r)
			}
			return
		}
		var ours *adapters.Error
		if !errors.As(err, &ours) || strings.Contains(err.Error(), robotKey) || len([]rune(err.Error())) > 500 {
			t.Errorf("HTTP %d %.300s: %v", status, body, err)
		}
	})
}

// saysZero: a code is there, and none is anything but 0.
func saysZero(body []byte) bool {
	var said map[string]any
	if json.Unmarshal(body, &said) != nil {
		return false
	}
	there := false
	for name, v := range said {
		if lower := strings.ToLower(name); (lower == "errcode" || lower == "code") && v != nil {
			if there = true; v != "0" && v != 0.0 {
				return false
			}
		}
	}
	return there
}
