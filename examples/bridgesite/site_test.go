package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
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

func TestAUnitAnswersWhatWasHandedOver(t *testing.T) {
	site := NewSite(testSecret, "")
	site.given["ABCD2345"] = Package{Package: "ABCD2345", Revision: 2}
	server := httptest.NewServer(site)
	defer server.Close()
	for code, want := range map[string]int{"ABCD2345": http.StatusOK, "NONE2345": http.StatusNotFound} {
		resp, err := http.PostForm(server.URL+"/answer", url.Values{"package": {code}, "as": {"accepted"}, "number": {"2026-17"}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: HTTP %d", code, resp.StatusCode)
		}
	}
	if e := site.events; len(e) != 1 || e[0].Kind != "answer" || e[0].Package != "ABCD2345" || e[0].Revision != 2 || e[0].Answer != "accepted" || e[0].Number != "2026-17" {
		t.Errorf("%+v", e)
	}
}
