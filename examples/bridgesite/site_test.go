package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"netpatrol/adapters/bridge/bridgetest"
)

const testSecret = "0123456789abcdef0123456789abcdef"

func TestTheSiteKeepsTheContract(t *testing.T) {
	site := NewSite(testSecret, "")
	server := httptest.NewServer(site)
	defer server.Close()
	bridgetest.Run(t, bridgetest.Site{
		BaseURL: server.URL, Secret: testSecret, To: "u-555",
		Write: func(source, text string) string { return site.Say("u-555", source, text) },
	})
}

func TestASitePushesWhatPeopleSay(t *testing.T) {
	var body []byte
	var genuine bool
	netpatrol := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		genuine = bridgetest.Signed(r.Header, testSecret, r.Method, "/v1/events", body)
	}))
	defer netpatrol.Close()
	site := NewSite(testSecret, netpatrol.URL+"/callback/partner")
	site.Say("u-555", "messages", "被骗了")
	if !genuine || len(body) == 0 {
		t.Errorf("pushed %s, signed %v", body, genuine)
	}
	site.push = netpatrol.URL + "/\x00"
	if err := site.Push(t.Context(), site.events...); err == nil {
		t.Error("an address that is none is no error")
	}
}
