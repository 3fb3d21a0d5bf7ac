package console

import (
	"net/http"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// liaisonsPage is who signs in for a site, and the form that invites somebody.
type liaisonsPage struct {
	*record.Site
	People []*record.Officer
	Typed  liaisonForm
	Invite string // the address just made: it is shown this once
}

// liaisonForm is what an officer typed.
type liaisonForm struct{ Name, Called string }

func (c *Console) liaisons(v *visit) error {
	return c.showLiaisons(v, http.StatusOK, nil, liaisonsPage{})
}

func (c *Console) showLiaisons(v *visit, status int, n *notice, p liaisonsPage) (err error) {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	if p.Site, err = record.Fetch[record.Site](v.ctx(), c.desk, v.id()); err != nil {
		return err
	}
	if p.People, err = view.List[record.Officer](v.ctx(), c.desk, record.Query{Stream: p.Site.Stream, Limit: perPage}); err != nil {
		return err
	}
	return c.showAs(v, status, "liaisons", "网站安全员 · "+p.Site.Name, "sites", n, p)
}

func liaisonsPath(v *visit) string { return sitePath(v) + "/liaisons" }

// inviteLiaison invites a site's security officer and shows the invitation, once. The same form sent again shows the same one.
func (c *Console) inviteLiaison(v *visit) error {
	if c.station.NewInvite == nil {
		return record.ErrNotFound
	}
	f := liaisonForm{v.value("name"), v.value("called")}
	address, link := c.station.NewInvite(v.officer.ID, formKey(v))
	d := bots.Decision{Verb: bots.InviteLiaison, On: on(record.KindSite, v.id()), Fields: map[string]string{"name": f.Name, "called": f.Called, "link": link}}
	a, err := c.submit(v, d)
	switch {
	case err != nil:
		return err
	case a.refused != "":
		return c.showLiaisons(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, liaisonsPage{Typed: f})
	case a.later != nil:
		return c.done(v, a, liaisonsPath(v), notice{})
	}
	return c.showLiaisons(v, http.StatusOK, nil, liaisonsPage{Invite: address})
}

func (c *Console) revokeLiaison(v *visit) error {
	d := bots.Decision{Verb: bots.RevokeLiaison, On: on(record.KindOfficer, v.value("who"))}
	return c.decide(v, d, liaisonsPath(v), liaisonsPath(v), "已撤销，立即不能登录。")
}

// siteAnswer is an answer of a site with its pictures.
type siteAnswer struct {
	*record.SiteAnswer
	Pictures []exhibit
}

// answersTo are what a site's security officers wrote to a rectification, oldest first.
func (c *Console) answersTo(v *visit, r *record.Rectification) (all []siteAnswer, err error) {
	given, err := view.List[record.SiteAnswer](v.ctx(), c.desk, record.Query{Stream: record.AnswersOf(r.ID), Limit: record.AnswersAtAll})
	if err != nil {
		return nil, err
	}
	for _, g := range given {
		a := siteAnswer{SiteAnswer: g}
		var kept []*record.Evidence
		for _, id := range g.Evidence {
			e, err := record.Fetch[record.Evidence](v.ctx(), c.desk, id)
			if err != nil {
				return nil, err
			}
			kept = append(kept, e)
		}
		a.Pictures = exhibits(kept)
		all = append(all, a)
	}
	return all, nil
}
