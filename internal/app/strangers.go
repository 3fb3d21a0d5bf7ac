package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// publicOnly keeps an account that reads what strangers write from being led into private
// networks: by a name that resolves there, by a redirect, or by an address written out. Hosts that
// the configuration names, and the proxy it leaves through, are called wherever they are.
//
// Behind a proxy the proxy resolves names: there only written out addresses are refused here.
type publicOnly struct {
	mu      sync.RWMutex
	allowed []string // hosts, in lower case
}

// strangers is the guard of an account, with the hosts its option names.
func strangers(option string) *publicOnly {
	p := &publicOnly{}
	for host := range strings.SplitSeq(option, ",") {
		p.allow(strings.TrimSpace(host))
	}
	return p
}

func (p *publicOnly) allow(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if host = strings.ToLower(host); host != "" && !slices.Contains(p.allowed, host) {
		p.allowed = append(p.allowed, host)
	}
}

func (p *publicOnly) allows(host string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Contains(p.allowed, strings.ToLower(host))
}

var errPrivate = errors.New("the address is in a private network; if that is meant, name its host in the option allow_private")

// guard puts the check before every connection and redirect of a client.
func (p *publicOnly) guard(c *http.Client, t *http.Transport) {
	proxy := t.Proxy
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if proxy == nil {
			return nil, nil
		}
		u, err := proxy(r)
		if u != nil {
			p.allow(u.Hostname())
		}
		return u, err
	}
	t.DialContext = p.dial
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			return errors.New("too many redirects")
		}
		return p.written(r.URL.Hostname())
	}
	c.Transport = writtenOut{p, t}
}

// dial connects, and looks at the address after its name was resolved: what is called is
// what was looked at.
func (p *publicOnly) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{}
	if !p.allows(host) {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("look at an address before calling it: %w", err)
			}
			return onlyPublic(at.Addr())
		}
	}
	return d.DialContext(ctx, network, addr)
}

// written refuses an address of a private network that is written out, and what a resolver would read as one: this machine's
// own name, and numbers in a spelling of their own, such as 127.1 or 0x7f000001.
func (p *publicOnly) written(host string) error {
	if p.allows(host) {
		return nil
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(name); err == nil {
		return onlyPublic(a)
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || last == "localhost" || strings.Trim(last, "0123456789") == "" {
		return errPrivate
	}
	return nil
}

// writtenOut looks at addresses also where a proxy would call them.
type writtenOut struct {
	p *publicOnly
	*http.Transport
}

// RoundTrip implements [http.RoundTripper].
func (w writtenOut) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := w.p.written(r.URL.Hostname()); err != nil {
		return nil, err
	}
	return w.Transport.RoundTrip(r)
}

// notPublic are networks that netip does not know as private, from IANA's registries of special-purpose addresses. In the
// last of them an IPv4 address is wrapped, and a gateway would unwrap one of a private network, too. The table never changes.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2002::/16"),
}

func onlyPublic(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return errPrivate
	}
	if slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) }) {
		return errPrivate
	}
	return nil
}
