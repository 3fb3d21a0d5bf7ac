package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"netpatrol/internal/web/api"
	"netpatrol/internal/web/webtest"
)

// readCalls are the calls that read something of their address.
func readCalls() []string {
	return []string{
		"/drafts", "/items", "/reports", "/conversations", "/waits", "/figures", "/evidence", "/clues", "/warnings", "/bulletins", "/accounts", "/pulses", "/standing", "/alarms",
		"/events", "/waits/figures", "/clusters/x", "/events/x", "/why/x", "/accounts/weibo",
	}
}

// Whatever stands in the query, the answer is JSON: what was asked for, or a code, a sentence and a request id; and whatever
// stands where a token belongs, only the token lets anybody in.
func FuzzQueries(f *testing.F) {
	for i := range readCalls() {
		for _, query := range []string{
			"", "state=any&limit=5", "limit=-1", "limit=99999999999999999999", "after=%00%ff", "after=zzzz&state=open", "from=2026-11-25&to=x", "from=0001-01-01&to=9999-12-31", "days=-1", "stream=%zz;x=1",
			"text=" + strings.Repeat("x", 5000), "newest=maybe&heads=1",
		} {
			f.Add(uint8(i), query, "")
		}
		f.Add(uint8(i), "", "Bearer x")
		f.Add(uint8(i), "", "Basic \xff\x00")
	}
	desk := webtest.Open(f)
	h := api.New(api.Options{Desk: desk.Reader(), Door: desk.Door, Station: desk.Station(), Log: slog.New(slog.DiscardHandler)})
	_, signedIn := send(f.Context(), h, "", "/login", `{"code":"`+desk.Code("wu")+`"}`)
	token, _ := signedIn["token"].(string)
	f.Fuzz(func(t *testing.T, call uint8, query, authorization string) {
		path := readCalls()[int(call)%len(readCalls())]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1"+path, nil)
		r.URL.RawQuery = query
		r.Header["Authorization"] = []string{authorization}
		if authorization == "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) || w.Code >= 500 {
			t.Errorf("%s?%s: HTTP %d\n%s", path, query, w.Code, w.Body)
		}
		if authorization != "" && w.Code != http.StatusUnauthorized {
			t.Errorf("%q lets somebody in: HTTP %d", authorization, w.Code)
		}
	})
}
