package app

import (
	"net/http/httptest"
	"testing"

	"netpatrol/adapters/bridge/bridgetest"
	"netpatrol/internal/sandbox/bridge"
)

// The pretend site of the demo keeps the contract, or what the demo shows proves nothing.
func TestThePretendSiteKeepsTheContract(t *testing.T) {
	site := bridge.New(bridge.Options{Secret: demoBridgeSecret})
	defer site.Close()
	id, err := site.AddPerson("阿梁")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	bridgetest.Run(t, bridgetest.Site{BaseURL: server.URL, Secret: demoBridgeSecret, To: id, Write: func(source, text string) string {
		say := map[string]func(string, string) (string, error){"messages": site.Write, "mentions": site.Mention, "board": site.Post}[source]
		ref, err := say("阿梁", text)
		if err != nil {
			t.Error(err)
		}
		return ref
	}})
}
