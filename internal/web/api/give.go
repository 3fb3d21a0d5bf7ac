package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Given is what a decision came to that gives somebody a secret. The secret is kept nowhere: whoever repeats the
// call with the same formKey gets the same one, nobody else any.
type Given struct {
	bots.Result
	Address string `json:"address,omitempty"` // of an invitation
	Lookup  string `json:"lookup,omitempty"`  // a lookup code
}

// Liaison is a partner site's own security officer.
type Liaison struct {
	ID      string    `json:"id"` // the sign-in name
	Name    string    `json:"name"`
	Site    string    `json:"site"`
	State   string    `json:"state"`            // active, suspended
	Invited time.Time `json:"invited,omitzero"` // until when an invitation that nobody has accepted is good
}

// Invited is whom an invitation is for.
type Invited struct {
	Name   string `json:"name"`   // the part of the sign-in name before the @
	Called string `json:"called"` // how the person is called
}

// LookupCode says how a lookup code stands; the code itself is kept nowhere.
type LookupCode struct {
	State   string    `json:"state"` // open, ended
	By      string    `json:"by,omitempty"`
	EndedBy string    `json:"endedBy,omitempty"`
	Given   time.Time `json:"given"`
	Until   time.Time `json:"until"`
}

func (a *API) giveRoutes() {
	a.get("GET /api/v1/sites/{id}/liaisons", a.liaisons)
	a.get("POST /api/v1/sites/{id}/liaisons", a.inviteLiaison)
	a.decide("POST /api/v1/liaisons/{id}/revoke", bots.RevokeLiaison, record.KindOfficer)
	a.get("GET /api/v1/conversations/{id}/lookup", a.lookups)
	a.get("POST /api/v1/conversations/{id}/lookup", a.giveLookup)
}

func (a *API) liaisons(c call) (any, error) {
	s, err := get[record.Site](a, c)
	if err != nil {
		return nil, err
	}
	all, err := view.List[record.Officer](c.Context(), a.desk, record.Query{Stream: s.Stream, Limit: largestPage})
	p := Page[Liaison]{Records: []Liaison{}}
	for _, o := range all {
		l := Liaison{ID: o.ID, Name: o.Name, Site: o.Site, State: o.State}
		if o.Link != "" {
			l.Invited = o.LinkEnds
		}
		p.Records = append(p.Records, l)
	}
	return p, err
}

func (a *API) inviteLiaison(c call) (any, error) {
	if a.station.NewInvite == nil {
		return nil, record.ErrNotFound
	}
	return a.give(c, bots.Decision{Verb: bots.InviteLiaison, On: bots.Target{Kind: record.KindSite, ID: c.PathValue("id")}}, invited,
		func(d *bots.Decision, key string) (g Given, err error) {
			g.Address, d.Fields["link"] = a.station.NewInvite(c.officer.ID, key)
			return g, nil
		})
}

func invited(in *Decision, d *bots.Decision) error {
	i := in.Invited
	if i == nil || strings.TrimSpace(i.Name) == "" {
		return invalid("invited", "by what name does the person sign in, and how are they called?")
	}
	if len(i.Name)+len(i.Called) > maxReason {
		return invalid("invited", "at most %d bytes", maxReason)
	}
	d.Fields["name"], d.Fields["called"] = i.Name, i.Called
	return nil
}

func (a *API) lookups(c call) (any, error) {
	v, err := get[bots.Conversation](a, c)
	if err != nil {
		return nil, err
	}
	all, err := view.List[record.Lookup](c.Context(), a.desk, record.Query{Stream: v.ID, Limit: largestPage})
	p := Page[LookupCode]{Records: []LookupCode{}}
	for _, l := range all {
		p.Records = append(p.Records, LookupCode{State: l.State, By: l.By, EndedBy: l.EndedBy, Given: l.Created, Until: l.Due})
	}
	return p, err
}

func (a *API) giveLookup(c call) (any, error) {
	if a.station.NewLookup == nil {
		return nil, record.ErrNotFound
	}
	return a.give(c, bots.Decision{Verb: bots.GiveLookup, On: bots.Target{Kind: bots.KindConversation, ID: c.PathValue("id")}}, reason,
		func(d *bots.Decision, key string) (g Given, err error) {
			g.Lookup, d.Fields["lookup"], err = a.station.NewLookup(c.officer.ID, key)
			return g, err
		})
}

// give submits a decision that makes a secret of its form key. The secret is answered once it counts.
func (a *API) give(c call, d bots.Decision, n need, secret func(d *bots.Decision, key string) (Given, error)) (any, error) {
	formKey, err := fill(c, &d, n)
	if err != nil {
		return nil, err
	}
	key := cmp.Or(formKey, rand.Text())
	g, err := secret(&d, "api/"+key)
	if err != nil {
		return nil, err
	}
	v, err := a.outcome(c, d, key)
	if res, ok := v.(bots.Result); ok && res.Status == bots.Applied {
		g.Result = res
		return g, err
	}
	return v, err
}

// given posts a decision that is answered with a secret. A Status of pending comes without one: repeat it with the same formKey.
func (c *Client) given(ctx context.Context, path string, d Decision) (g Given, err error) {
	d.FormKey = cmp.Or(d.FormKey, rand.Text())
	err = c.do(ctx, http.MethodPost, path, d, &g)
	return g, err
}

// Liaisons lists the security officers who sign in for a partner site.
func (c *Client) Liaisons(ctx context.Context, site string) ([]Liaison, error) {
	p, err := read[Page[Liaison]](ctx, c, at("/sites", site, "liaisons"))
	return p.Records, err
}

// InviteLiaison invites a site's security officer, or invites one again. The address is theirs alone, and told once.
func (c *Client) InviteLiaison(ctx context.Context, site string, i Invited) (Given, error) {
	return c.given(ctx, at("/sites", site, "liaisons"), Decision{Invited: &i})
}

// RevokeLiaison ends a security officer's sign-in at once.
func (c *Client) RevokeLiaison(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/liaisons", id, "revoke"), Decision{})
}

// Lookups lists how the lookup codes of a conversation of the kiosk stand.
func (c *Client) Lookups(ctx context.Context, conversation string) ([]LookupCode, error) {
	p, err := read[Page[LookupCode]](ctx, c, at("/conversations", conversation, "lookup"))
	return p.Records, err
}

// GiveLookup gives somebody who reported at the kiosk a new lookup code in place of the old ones; how says by what they
// were known. The code is told once.
func (c *Client) GiveLookup(ctx context.Context, conversation, how string) (Given, error) {
	return c.given(ctx, at("/conversations", conversation, "lookup"), Decision{Reason: how})
}
