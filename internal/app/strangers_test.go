package app

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
)

// reader is the client lent to an account that reads what strangers write.
func reader(t *testing.T, a config.Account) *http.Client {
	t.Helper()
	a.ID, a.Platform = "bbs", "feed"
	platforms := map[string]adapters.Platform{"feed": {Manifest: adapters.Manifest{Strangers: true}}}
	c := newOpener(nil, platforms, time.Second, nil, slog.New(slog.DiscardHandler)).host(a).Read
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func TestStrangersLeadNobodyIntoPrivateNetworks(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(hello))
	defer inside.Close()
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for _, c := range []struct{ name, url, allow string }{
		{"loopback, written out", inside.URL, ""},
		{"by a name that leads there", "http://localhost" + port, ""},
		{"another host is named", inside.URL, "bbs.example"},
		{"the address is named, the name is not", "http://localhost" + port, "127.0.0.1"},
	} {
		_, err := reader(t, config.Account{Options: map[string]string{"allow_private": c.allow}}).Get(c.url)
		if !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	res, err := reader(t, config.Account{Options: map[string]string{"allow_private": "bbs.example, 127.0.0.1"}}).Get(inside.URL)
	if err != nil || res.Body.Close() != nil {
		t.Errorf("a host that is named: %v", err)
	}
}

func TestARedirectLeadsNobodyIntoPrivateNetworks(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(hello))
	defer inside.Close()
	hidden := "http://localhost" + inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for _, to := range []string{hidden, "http://192.168.0.1/", "http://[::1]:1/", "http://169.254.169.254/latest"} {
		front := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
		_, err := reader(t, config.Account{Options: map[string]string{"allow_private": "127.0.0.1"}}).Get(front.URL)
		if !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", to, err)
		}
		front.Close()
	}
}

func TestBehindAProxyWrittenOutAddressesAreRefused(t *testing.T) {
	asked := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		hello(w, r)
	}))
	defer proxy.Close()
	c := reader(t, config.Account{Proxy: proxy.URL})
	res, err := c.Get("http://bbs.example/rss")
	if err != nil || res.Body.Close() != nil || asked != 1 {
		t.Errorf("through the proxy: %v, asked %d times", err, asked)
	}
	for _, private := range []string{"10.0.0.1", "10.0.0.1.", "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.0x1", "0177.0.0.1", "0177.0.0.08", "localhost", "a.localhost", "LOCALHOST.", "[64:ff9b::a00:1]"} {
		if _, err := c.Get("http://" + private + "/rss"); !errors.Is(err, errPrivate) || asked != 1 {
			t.Errorf("%s through the proxy: %v, asked %d times", private, err, asked)
		}
	}
}

func TestWhatIsDialledIsLookedAtOnceItsNameIsResolved(t *testing.T) {
	if conn, err := strangers("").dial(t.Context(), "tcp", "localhost:1"); !errors.Is(err, errPrivate) {
		t.Errorf("%v, %v", conn, err)
	}
}

func TestOnlyPublic(t *testing.T) {
	for addr, public := range map[string]bool{
		"8.8.8.8": true, "2001:4860:4860::8888": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.1.2.3": false, "192.0.0.1": false, "198.18.0.1": false, "240.0.0.1": false, "fec0::1": false, "fe80::1%eth0": false,
		"64:ff9b::10.0.0.1": false, "64:ff9b:1::10.0.0.1": false, "2002:a00:1::1": false, "2001:0:a00:1::1": false, "::10.0.0.1": false, "100::1": false,
		"0.0.0.0": false, "::": false, "fe80::1": false, "fc00::1": false, "::ffff:127.0.0.1": false, "224.0.0.1": false, "255.255.255.255": false,
	} {
		if err := onlyPublic(netip.MustParseAddr(addr)); (err == nil) != public {
			t.Errorf("%s: %v", addr, err)
		}
	}
}
