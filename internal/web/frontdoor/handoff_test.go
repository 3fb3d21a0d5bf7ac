package frontdoor

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// bureau has one package, under the code GOOD2345 and the token "right".
type bureau struct {
	fails    error
	answered []Reply
}

func (b *bureau) Package(_ context.Context, code, token string) (Package, bool, error) {
	p := Package{
		Code: code, From: "椰城", To: "美兰分局", Files: []PackageFile{{"clue.csv", "text/csv", []byte("a,b")}}, Choices: []Choice{{"accepted", "已接收"}},
		Facts: []PackageFact{{"原话", "<script>alert(1)</script>"}},
	}
	return p, code == "GOOD2345" && token == "right", b.fails
}

func (b *bureau) Answer(_ context.Context, _, _ string, r Reply) (string, error) {
	b.answered = append(b.answered, r)
	return map[bool]string{true: "请写明结果。"}[r.As == "result"], nil
}

func (b *bureau) serve(t *testing.T, log *bytes.Buffer) func(method, path, form string) *httptest.ResponseRecorder {
	t.Helper()
	h := New(Options{Handoffs: b, Unit: "椰城", Log: slog.New(slog.NewTextHandler(log, nil))})
	return func(method, path, form string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
}

func TestAHandoffPageIsReadAnsweredAndKeptToItself(t *testing.T) {
	b, log := &bureau{}, &bytes.Buffer{}
	call := b.serve(t, log)
	page := call(http.MethodGet, "/handoff/GOOD2345/right", "")
	if page.Code != http.StatusOK || strings.Contains(page.Body.String(), "<script>") || !strings.Contains(page.Body.String(), "美兰分局") {
		t.Errorf("%d %s", page.Code, page.Body)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if got := page.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	file := call(http.MethodGet, "/handoff/GOOD2345/right/clue.csv", "")
	if file.Code != http.StatusOK || file.Body.String() != "a,b" || !strings.HasPrefix(file.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %v", file.Code, file.Header())
	}
	if got := call(http.MethodGet, "/handoff/GOOD2345/right/other", "").Code; got != http.StatusNotFound {
		t.Errorf("no such file: %d", got)
	}
	if got := call(http.MethodPost, "/handoff/GOOD2345/right", "as=result&key=k"); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "请写明结果") {
		t.Errorf("refused: %d", got.Code)
	}
	if got := call(http.MethodPost, "/handoff/GOOD2345/right", "as=accepted&key=k&number=7"); got.Code != http.StatusOK || b.answered[1] != (Reply{As: "accepted", Number: "7", FormKey: "k"}) {
		t.Errorf("answered: %d, %+v", got.Code, b.answered)
	}
	if got := call(http.MethodPost, "/handoff/GOOD2345/right", "note="+strings.Repeat("x", maxAnswer)).Code; got != http.StatusRequestEntityTooLarge {
		t.Errorf("too long: %d", got)
	}
	b.fails = errors.New("disk")
	if got := call(http.MethodGet, "/handoff/GOOD2345/right", "").Code; got != http.StatusServiceUnavailable {
		t.Errorf("the store fails: %d", got)
	}
	if strings.Contains(log.String(), "right") {
		t.Errorf("the token is in the log: %s", log)
	}
}

func TestWhoGuessesAtAHandoffIsHeldUpAndNobodyElse(t *testing.T) {
	b, log := &bureau{}, &bytes.Buffer{}
	call := b.serve(t, log)
	held := 0
	for range triesCode + 5 {
		switch got := call(http.MethodPost, "/handoff/GOOD2345/wrong", "as=accepted").Code; got {
		case http.StatusNotFound:
		case http.StatusTooManyRequests:
			held++
		default:
			t.Fatalf("a wrong token: %d", got)
		}
	}
	if held == 0 || len(b.answered) != 0 {
		t.Errorf("%d held up, %d answered", held, len(b.answered))
	}
	if got := call(http.MethodGet, "/handoff/GOOD2345/right", "").Code; got != http.StatusOK {
		t.Errorf("the right one: %d", got)
	}
}

// A page that cannot be drawn is logged by its route, as one that cannot be read is: an address may hold a token.
func TestAPageThatCannotBeDrawnIsLoggedByItsRoute(t *testing.T) {
	log := &bytes.Buffer{}
	p := newPublic(Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/handoff/GOOD2345/right", nil)
	r.Pattern = "GET /handoff/{code}/{token}"
	w := httptest.NewRecorder()
	p.show(w, r, http.StatusOK, "no such page", "", "", nil)
	if w.Code != http.StatusServiceUnavailable || strings.Contains(log.String(), "right") || !strings.Contains(log.String(), "{token}") {
		t.Errorf("%d, logged %s", w.Code, log)
	}
}
