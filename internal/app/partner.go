package app

import (
	"net/http"
	"net/url"
	"strings"

	"netpatrol/internal/engine"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/frontdoor"
	"netpatrol/internal/web/partner"
	"netpatrol/internal/web/signin"
)

// sitesDesk is what partner sites' security officers reach of the daemon.
type sitesDesk struct {
	*boltstore.Store
	*engine.Engine
}

// partner are the pages of partner sites' own security officers.
func (a *App) partner() http.Handler {
	door := signin.New(signin.Options{Store: a.store, Secure: isHTTPS(a.o.Config.Frontdoor.PublicURL), Outside: true, Path: partner.Path})
	return partner.New(partner.Options{Desk: sitesDesk{a.store, a.engine}, Door: door, Unit: a.o.Config.Unit.Name, Style: frontdoor.StylePath(), Log: a.o.Log})
}

// newInvite is the address of an invitation that an officer's form makes, the same however often it is sent, and its digest.
func (a *App) newInvite(officer, formKey string) (address, link string) {
	base := a.o.Config.Frontdoor.PublicURL
	if base == "" {
		base = "http://" + a.o.Config.Frontdoor.Listen
	}
	code := a.store.Vault().Tag("site invitation", officer+"|"+formKey)
	return strings.TrimSuffix(base, "/") + partner.Path + "/enter?code=" + url.QueryEscape(code), signin.HashCode(code)
}
