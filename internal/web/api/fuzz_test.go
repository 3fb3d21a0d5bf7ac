package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/webtest"
)

// taker is a desk that applies every decision and keeps the last one.
type taker struct {
	webtest.Reader
	got *bots.Decision
}

func (k *taker) Submit(_ context.Context, d bots.Decision, _ string) (bots.Result, error) {
	k.got = &d
	return bots.Result{Status: bots.Applied}, nil
}

// bodyCalls are the calls whose bodies differ in what they need.
func bodyCalls() []string {
	return []string{
		"/drafts/x/approve", "/drafts/x/reject", "/drafts/x/edit", "/items/x/settle", "/items/x/hold", "/conversations/x/reply", "/warnings/x/decide-appeal",
		"/bulletins", "/bulletins/preview", "/accounts/x/request-mode", "/accounts/x/confirm-mode", "/standing", "/standing/x/revoke", "/halt", "/resume",
	}
}

// Whatever the body, the answer is JSON: a result, or a code, a sentence and a request id.
// What is not one JSON value never becomes a decision, and a decision is in the name of
// whoever is signed in, within its limits.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		`{}`, ``, `null`, `[]`, `{"seen":1}`, `{"seen":1,"reason":"r"}`, `{"seen":-1}`, `{"seen":1e99}`, `{"seen":1}{"seen":2}`, `{"seen":1}x`, `{"seen":1,"force":true}`,
		`{"level":"everything","reason":"演练"}`, `{"as":"delivered"}`, `{"as":"upheld","reason":"r"}`, `{"text":"您好"}`, `{"mode":"suggest","attest":true}`,
		`{"formKey":"k","seen":1}`, `{"template":"receipt","version":1,"until":"2027-01-01T00:00:00Z","accounts":["weibo"]}`,
		`{"bulletin":{"title":"t","text":"x","slot":"0001-01-01T00:00:00Z"}}`, `{"bulletin":{"title":"t","text":"x","schedule":"morning","slot":"99999-01-01"}}`,
		`{"bulletin":null}`, `{"title":"t","text":"x"}`, "{\"text\":\"\xff\\ud800\"}", `{"reason":"` + strings.Repeat("长", 900) + `","seen":1}`, strings.Repeat(`{"bulletin":`, 200),
	} {
		for i := range bodyCalls() {
			f.Add(uint8(i), body)
		}
	}
	desk := webtest.Open(f)
	k := &taker{Reader: desk.Reader()}
	h := api.New(api.Options{Desk: k, Door: desk.Door, Station: desk.Station(), Log: slog.New(slog.DiscardHandler)})
	_, signedIn := send(f.Context(), h, "", "/login", `{"code":"`+desk.Code("wu")+`"}`)
	token, _ := signedIn["token"].(string)
	f.Fuzz(func(t *testing.T, call uint8, body string) {
		k.got = nil
		path := bodyCalls()[int(call)%len(bodyCalls())]
		status, answer := send(t.Context(), h, token, path, body)
		if status == http.StatusInternalServerError || status == http.StatusUnauthorized || answer == nil {
			t.Fatalf("%s %q: %d %v", path, body, status, answer)
		}
		if status != http.StatusOK && (answer["code"] == "" || answer["message"] == "" || answer["requestId"] == "" || k.got != nil) {
			t.Errorf("%s %q: %d %v, decided %+v", path, body, status, answer, k.got)
		}
		if k.got != nil {
			checkDecision(t, body, k.got)
		}
	})
}

func checkDecision(t *testing.T, body string, d *bots.Decision) {
	t.Helper()
	if strings.TrimSpace(body) != "" && !json.Valid([]byte(body)) {
		t.Errorf("%q was decided on as %+v", body, d)
	}
	if d.Officer != "wu" || d.Verb == "" || d.On.Kind == "" || len(d.Reason) > 2000 || len(d.Fields["text"]) > 20000 {
		t.Errorf("%q became %+v", body, d)
	}
}

// send makes a call without a network and returns the answer's fields; nil when it is no JSON object.
func send(ctx context.Context, h http.Handler, token, path, body string) (int, map[string]any) {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer map[string]any
	if json.Unmarshal(w.Body.Bytes(), &answer) != nil {
		return w.Code, nil
	}
	return w.Code, answer
}
