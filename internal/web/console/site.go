package console

import (
	"net/http"
	"net/url"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// sitesPage lists partner sites and offers to register one.
type sitesPage struct {
	Sites    []*record.Site
	Overdue  []*record.Rectification
	Officers view.People
	Typed    siteForm
}

// siteForm is what an officer typed.
type siteForm struct{ ID, Name, Page, Contact, Officer string }

// sitePage is one site with what it was asked to put right.
type sitePage struct {
	*record.Site
	Asked []*record.Rectification
	Badge string // what the site puts into its page; empty: the station's public address is not configured
	From  string // the first day that can be a deadline
	Typed rectificationForm
}

// rectificationForm is what an officer typed.
type rectificationForm struct{ Found, Points, Due string }

func (c *Console) sites(v *visit) error { return c.showSites(v, http.StatusOK, nil, siteForm{}) }

func (c *Console) showSites(v *visit, status int, n *notice, typed siteForm) (err error) {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	p := sitesPage{Typed: typed}
	if p.Sites, err = view.List[record.Site](v.ctx(), c.desk, record.Query{Limit: perPage}); err != nil {
		return err
	}
	if p.Overdue, err = view.List[record.Rectification](v.ctx(), c.desk, record.Query{State: record.RectificationOverdue, Limit: perPage}); err != nil {
		return err
	}
	staff, err := c.colleagues(v)
	if err != nil {
		return err
	}
	p.Officers = view.People{}
	for _, o := range staff {
		p.Officers[o.ID] = o.Name
	}
	return c.showAs(v, status, "sites", "合作网站", "sites", n, p)
}

func (c *Console) registerSite(v *visit) error {
	f := siteForm{v.value("id"), v.value("name"), v.value("page"), v.value("contact"), v.value("officer")}
	d := bots.Decision{Verb: bots.RegisterSite, On: on(record.KindSite, f.ID), Fields: map[string]string{
		"name": f.Name, "page": f.Page, "contact": f.Contact, "officer": f.Officer,
	}}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showSites(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, f)
	}
	return c.done(v, a, "/sites/"+url.PathEscape(f.ID), notice{Text: "已登记，须由另一位同事确认后生效。"})
}

func sitePath(v *visit) string { return "/sites/" + url.PathEscape(v.id()) }

func (c *Console) site(v *visit) error { return c.showSite(v, http.StatusOK, nil, rectificationForm{}) }

func (c *Console) showSite(v *visit, status int, n *notice, typed rectificationForm) error {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	s, err := record.Fetch[record.Site](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	p := sitePage{Site: s, Badge: c.badge(s), Typed: typed, From: v.now.AddDate(0, 0, 1).In(beijing).Format(time.DateOnly)}
	if p.Typed.Due == "" {
		p.Typed.Due = v.now.AddDate(0, 0, 15).In(beijing).Format(time.DateOnly)
	}
	if p.Asked, err = view.List[record.Rectification](v.ctx(), c.desk, record.Query{Stream: s.Stream, Newest: true, Limit: perPage}); err != nil {
		return err
	}
	return c.showAs(v, status, "site", s.Name, "sites", n, p)
}

// badge is the link and picture for a site's page.
func (c *Console) badge(s *record.Site) string {
	if c.station.Kiosk == "" {
		return ""
	}
	q := "?site=" + url.QueryEscape(s.ID)
	return `<a href="` + c.station.Kiosk + q + `" target="_blank" rel="noopener"><img src="` + c.station.Kiosk + `/badge.svg` + q + `" width="132" height="132" alt="网警110 报警岗亭"></a>`
}

func (c *Console) confirmSite(v *visit) error {
	d := bots.Decision{Verb: bots.ConfirmSite, On: on(record.KindSite, v.id()), Seen: v.seen()}
	return c.decide(v, d, sitePath(v), sitePath(v), "已确认。系统会定时查看图标还在不在。")
}

func (c *Console) retireSite(v *visit) error {
	d := bots.Decision{Verb: bots.RetireSite, On: on(record.KindSite, v.id()), Seen: v.seen(), Reason: v.value("reason")}
	return c.decide(v, d, sitePath(v), sitePath(v), "已停止合作，记录保留。")
}

func (c *Console) keepSite(v *visit) error {
	d := bots.Decision{Verb: bots.KeepCase, On: on(record.KindSite, v.id()), Seen: v.seen(), Reason: v.value("reason")}
	return c.decide(v, d, sitePath(v), sitePath(v), "已保留，保存期限满了也不删除。")
}

func (c *Console) letSiteGo(v *visit) error {
	d := bots.Decision{Verb: bots.LetGo, On: on(record.KindSite, v.id()), Seen: v.seen()}
	return c.decide(v, d, sitePath(v), sitePath(v), "已不再保留，保存期限满后按规定删除。")
}

func (c *Console) openRectification(v *visit) error {
	f := rectificationForm{v.value("findings"), v.value("points"), v.value("due")}
	day, err := time.ParseInLocation(time.DateOnly, f.Due, beijing)
	if err != nil {
		return c.showSite(v, http.StatusUnprocessableEntity, &notice{Text: "请填写整改期限。", Bad: true}, f)
	}
	a, err := c.submit(v, bots.Decision{Verb: bots.OpenRectification, On: on(record.KindSite, v.id()), Fields: map[string]string{
		"findings": f.Found, "points": f.Points, "deadline": day.Add(24*time.Hour - time.Second).UTC().Format(time.RFC3339), // the whole last day
	}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showSite(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, f)
	}
	after := sitePath(v)
	for _, t := range a.made {
		if t.Kind == record.KindRectification {
			after = "/rectifications/" + url.PathEscape(t.ID)
		}
	}
	return c.done(v, a, after, notice{Text: "已记录。函件须由另一位同事看过、签发后才能交给网站。"})
}

// rectificationWord is where a rectification stands.
func rectificationWord(state string) string {
	return word(map[string]string{
		record.RectificationOpen: "整改中", record.RectificationAnswered: "已答复，待核查", record.RectificationFixed: "已整改", record.RectificationOverdue: "已逾期",
	}, state)
}

// siteWord is where a partnership stands.
func siteWord(state string) string {
	return word(map[string]string{record.SiteProposed: "待另一位同事确认", record.SiteActive: "合作中", record.SiteRetired: "已停止合作"}, state)
}
