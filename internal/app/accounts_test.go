package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"netpatrol/internal/config"
)

func TestAnAccountsCallsLeaveThroughItsProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "by proxy: "+r.URL.String())
	}))
	defer proxy.Close()
	host := newOpener(nil, nil, time.Second, nil, slog.New(slog.DiscardHandler)).host(config.Account{ID: "a", Proxy: proxy.URL})
	for name, client := range map[string]*http.Client{"read": host.Read, "write": host.Write} {
		resp, err := client.Get("http://platform.invalid/v1/me")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.Body.Close() != nil || string(body) != "by proxy: http://platform.invalid/v1/me" {
			t.Errorf("%s: %q, %v", name, body, err)
		}
	}
}
