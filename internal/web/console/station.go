package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

type accountPage struct {
	*bots.Account
	Pulse    *record.Pulse
	Observed []*bots.Draft // what it would have sent
	More     bool
	Steps    []bots.Mode // the modes it may go to from here
}

var modes = []bots.Mode{bots.Observe, bots.Suggest, bots.Live}

func (c *Console) accounts(v *visit) error {
	all, err := view.List[bots.Account](v.ctx(), c.desk, record.Query{Limit: mostAccounts})
	if err != nil {
		return err
	}
	pulses, err := view.List[record.Pulse](v.ctx(), c.desk, record.Query{Limit: mostAccounts})
	if err != nil {
		return err
	}
	return c.show(v, "accounts", "账号", "accounts", accountRows(all, pulses))
}

// mostAccounts bounds the page; four hundred is an ordinary number.
const mostAccounts = 1000

// accountRow is one account and how it is doing; Pulse is nil until something was heard.
type accountRow struct {
	*bots.Account
	Pulse *record.Pulse
}

// accountRows puts those in trouble first.
func accountRows(all []*bots.Account, pulses []*record.Pulse) []accountRow {
	of := map[string]*record.Pulse{}
	for _, p := range pulses {
		of[p.ID] = p
	}
	rows := make([]accountRow, len(all))
	for i, a := range all {
		rows[i] = accountRow{a, of[a.ID]}
	}
	slices.SortStableFunc(rows, func(a, b accountRow) int { return b.ills() - a.ills() })
	return rows
}

func (r accountRow) ills() int {
	if r.Suspect != "" || r.Pulse != nil && r.Pulse.State == record.PulseIll {
		return 1
	}
	return 0
}

func (c *Console) account(v *visit) error {
	a, err := record.Fetch[bots.Account](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	p := accountPage{Account: a, Steps: steps(a.Mode())}
	if p.Pulse, err = record.Fetch[record.Pulse](v.ctx(), c.desk, a.ID); err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if p.Observed, p.More, err = view.Observed(v.ctx(), c.desk, a.ID); err != nil {
		return err
	}
	p.Observed = view.Seen(v.officer, p.Observed)
	return c.show(v, "account", "账号 "+a.ID, "accounts", p)
}

// steps are one mode up and every mode down.
func steps(from bots.Mode) []bots.Mode {
	var out []bots.Mode
	for i, m := range modes {
		if m == from {
			return append(out, modes[i+1:min(i+2, len(modes))]...)
		}
		out = append(out, m)
	}
	return nil
}

func accountPath(v *visit) string { return "/accounts/" + url.PathEscape(v.id()) }

func (v *visit) attest(fields map[string]string) map[string]string {
	if grounds := v.value("attest"); grounds != "" {
		fields["attest"] = grounds
	}
	return fields
}

func (c *Console) requestMode(v *visit) error {
	d := bots.Decision{
		Verb: bots.RequestMode, On: on(bots.KindAccount, v.id()), Seen: v.seen(),
		Fields: v.attest(map[string]string{"mode": v.value("mode")}),
	}
	return c.decide(v, d, accountPath(v), accountPath(v), "已申请切换为“"+modeWord(v.value("mode"))+"”，请另一位同事确认。")
}

func (c *Console) confirmMode(v *visit) error {
	d := bots.Decision{Verb: bots.ConfirmMode, On: on(bots.KindAccount, v.id()), Seen: v.seen(), Fields: v.attest(map[string]string{})}
	return c.decide(v, d, accountPath(v), accountPath(v), "模式已切换。")
}

// standingPage lists standing approvals and offers templates for a new one.
type standingPage struct {
	Standings []*record.Standing
	Templates []view.Template // those a standing approval may cover
	Accounts  []*bots.Account
	From, To  string // bounds of the date box
	standingChoice
}

// standingChoice is what an officer had filled in.
type standingChoice struct {
	Chosen string // template
	Until  string
}

// Word is a standing approval's state in words; one whose time is over has ended whatever
// was decided about it.
func (p *standingPage) Word(s *record.Standing, now time.Time) string {
	switch {
	case s.State == record.StandingProposed:
		return "待另一位同事确认"
	case s.State == record.StandingActive && !now.Before(s.Until):
		return "已到期"
	}
	return stateWord(s.State)
}

// Outdated says whether the template has another text by now, which this approval does not cover.
func (p *standingPage) Outdated(s *record.Standing) bool {
	return slices.ContainsFunc(p.Templates, func(t view.Template) bool { return t.Name == s.Template && t.Rev != s.Rev })
}

// Sample is how the approved text reads; empty when the text has changed since.
func (p *standingPage) Sample(s *record.Standing) string {
	for _, t := range p.Templates {
		if t.Name == s.Template && t.Rev == s.Rev {
			return t.Sample
		}
	}
	return ""
}

func (c *Console) standings(v *visit) error {
	return c.showStandings(v, http.StatusOK, nil, standingChoice{Until: v.inThreeMonths()})
}

func (v *visit) inThreeMonths() string {
	return v.now.AddDate(0, 3, 0).In(beijing).Format(time.DateOnly)
}

func (c *Console) showStandings(v *visit, status int, n *notice, chosen standingChoice) (err error) {
	p := &standingPage{standingChoice: chosen}
	p.From, p.To = v.now.AddDate(0, 0, 1).In(beijing).Format(time.DateOnly), v.now.AddDate(1, 0, 0).In(beijing).Format(time.DateOnly)
	if p.Standings, err = view.List[record.Standing](v.ctx(), c.desk, record.Query{Newest: true, Limit: 200}); err != nil {
		return err
	}
	if p.Accounts, err = view.EveryAccount(v.ctx(), c.desk); err != nil {
		return err
	}
	if c.station.Templates != nil {
		p.Templates = slices.DeleteFunc(c.station.Templates(), func(t view.Template) bool { return !record.Solicited(t.Purpose) })
	}
	return c.showAs(v, status, "standing", "常设审批", "standing", n, p)
}

func (c *Console) proposeStanding(v *visit) error {
	name, rev, _ := strings.Cut(v.value("template"), "|")
	until, err := time.ParseInLocation(time.DateOnly, v.value("until"), beijing)
	again := func(status int, text string) error {
		return c.showStandings(v, status, &notice{Text: text, Bad: true}, standingChoice{Chosen: v.value("template"), Until: v.value("until")})
	}
	if err != nil {
		return again(http.StatusUnprocessableEntity, "请填写截止日期。")
	}
	if n, err := strconv.Atoi(rev); name == "" || err != nil || n < 1 {
		return again(http.StatusUnprocessableEntity, "请选择模板。")
	}
	d := bots.Decision{Verb: bots.ApproveKind, On: on(record.KindStanding, ""), Fields: map[string]string{
		"template": name, "version": rev, "accounts": strings.Join(v.r.PostForm["account"], ","),
		"until": until.Add(24*time.Hour - time.Second).UTC().Format(time.RFC3339), // the whole last day
	}}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return again(http.StatusConflict, a.refused)
	}
	return c.done(v, a, "/standing", notice{Text: "已提出，须由另一位同事确认后生效。"})
}

func (c *Console) confirmStanding(v *visit) error {
	d := bots.Decision{Verb: bots.ConfirmKind, On: on(record.KindStanding, v.id()), Seen: v.seen()}
	return c.decide(v, d, "/standing", "/standing", "常设审批已生效。")
}

func (c *Console) revokeStanding(v *visit) error {
	reason := v.value("reason")
	if reason == "" {
		return c.showStandings(v, http.StatusUnprocessableEntity, &notice{Text: "请写明撤销的理由，理由会随记录保存。", Bad: true}, standingChoice{Until: v.inThreeMonths()})
	}
	d := bots.Decision{Verb: bots.RevokeKind, On: on(record.KindStanding, v.id()), Seen: v.seen(), Reason: reason}
	return c.decide(v, d, "/standing", "/standing", "已撤销，即刻起不再据此自动发送。")
}

type auditPage struct{ Report *view.AuditReport }

// audit verifies the chain only when asked: it reads every entry.
func (c *Console) audit(v *visit) error {
	if !v.r.URL.Query().Has("run") {
		return c.show(v, "audit", "审计", "audit", auditPage{})
	}
	r, err := c.desk.VerifyAudit(v.ctx(), "")
	if err != nil {
		return err
	}
	return c.show(v, "audit", "审计", "audit", auditPage{Report: &r})
}
