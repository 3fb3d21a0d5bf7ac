package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/audit"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// desk is what the officers' pages and the API work with.
type desk struct {
	record.Reader
	a *App
}

// Submit decides, and lets an officer's click wait a while but not for ever.
func (d desk) Submit(ctx context.Context, dec bots.Decision, formKey string) (bots.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return d.a.engine.Submit(ctx, dec, formKey)
}

// AuditOf returns the deeds on one record.
func (d desk) AuditOf(ctx context.Context, on bots.Target) ([]record.AuditEntry, error) {
	return d.a.store.AuditOf(ctx, on)
}

// VerifyAudit recomputes the whole chain and looks for anchors kept elsewhere in it, one a line.
func (d desk) VerifyAudit(ctx context.Context, anchors string) (view.AuditReport, error) {
	foreign, err := d.a.anchorFaults(anchors)
	if err != nil {
		return view.AuditReport{}, &record.Refusal{Code: "anchors", Message: err.Error()}
	}
	r, err := audit.Verify(ctx, d.a.store, anchors)
	if err != nil {
		return view.AuditReport{}, err
	}
	r.Faults = append(r.Faults, foreign...)
	report := auditReport(r, time.Now())
	if m, err := record.Fetch[record.Mark](ctx, d.a.store, engine.AnchorMark); err == nil && m.Value != "" {
		report.Anchored = m.Updated
	}
	return report, nil
}

// Update lets the sign-in keep sessions.
func (d desk) Update(ctx context.Context, change func(record.Tx) error) error {
	return d.a.store.Update(ctx, change)
}

func (a *App) station() view.Station {
	return view.Station{
		Unit: a.o.Config.Unit.Name, OneOfficer: a.o.Config.Station.OneOfficer, Kiosk: a.kioskURL(), Promise: a.o.Config.Duty.Promise, Publishes: a.publishes,
		Attach: a.engine.Attach, KeepTip: a.engine.KeepTipPicture, Limit: a.limit, Windows: a.windows, Suggest: a.engine.Suggestions, Templates: a.listTemplates, Schedules: a.listSchedules, Preview: a.preview, Shown: a.shown,
		KeepPicture: a.keepPicture, Picture: a.drawn, Pullable: a.pullable, ConsoleDrafts: a.consoleDrafts, Quotas: a.quotas, Previewers: a.previewers,
		Surroundings: surroundings{a}, Handoffs: clerk{a}, Duty: a.duty(), Scans: a.o.Config.Evidence.Clamd != "", NewLookup: a.newLookup, NewInvite: a.newInvite,
	}
}

func (a *App) limit(account string, ch adapters.Channel) (adapters.TextLimit, bool) {
	open, ok := a.opener.get(account)
	if !ok {
		return adapters.TextLimit{}, false
	}
	return open.Caps().Limits.For(ch)
}

func (a *App) windows(account string) []adapters.ReplyWindow {
	open, ok := a.opener.get(account)
	if !ok {
		return nil
	}
	return open.Caps().Limits.Windows
}

func (a *App) listSchedules(now time.Time) []view.Schedule {
	var all []view.Schedule
	for _, s := range a.schedules {
		all = append(all, view.Schedule{Name: s.Name, Title: s.Title, Next: s.Spec.NextN(now, 5)})
	}
	return all
}

// previewCode stands where the code of a real message will stand.
const previewCode = "········"

// preview shows a bulletin as each account would publish it.
func (a *App) preview(_ context.Context, b view.BulletinText) ([]view.Preview, error) {
	accounts := b.Accounts
	if len(accounts) == 0 {
		accounts = a.engine.Publishers(b.Schedule)
	}
	var all []view.Preview
	for _, id := range accounts {
		p, err := a.previewOn(id, b)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (a *App) previewOn(account string, b view.BulletinText) (view.Preview, error) {
	p := view.Preview{Account: account}
	vars := map[string]string{"Title": b.Title, "Text": b.Text, "Unit": a.o.Config.Unit.Name, "Code": previewCode, "Automatic": ""}
	lang := b.Language
	if lang == "" {
		lang = a.o.Config.Unit.Language
	}
	t, err := a.writer.Render(lang, "bulletin-case", vars)
	if err != nil {
		return p, fmt.Errorf("preview on %s: %w", account, err)
	}
	p.Parts = []string{t.Text}
	if err := a.writer.Lint(strings.ReplaceAll(t.Text, previewCode, "")); err != nil {
		p.Problems = append(p.Problems, err.Error())
	}
	if l, ok := a.limit(account, adapters.Public); ok {
		p.Length, p.Max, p.Unit = l.Measure(t.Text), l.Max, string(l.Unit)
		if err := l.Check(t.Text); err != nil {
			p.Problems = append(p.Problems, fmt.Sprintf("超出平台允许的长度：现有 %d，上限 %d，请删去 %d", p.Length, p.Max, p.Length-p.Max))
		}
	}
	return a.planned(p, b, t), nil
}

// planned adds what the platform cannot show of a bulletin.
func (a *App) planned(p view.Preview, b view.BulletinText, t engine.Text) view.Preview {
	open, ok := a.opener.get(p.Account)
	if !ok || open.Caps().Publish == nil || len(p.Problems) > 0 {
		return p
	}
	plan, err := open.Caps().Publish.Plan(adapters.Bulletin{Title: b.Title, Text: t.Text, Language: t.Language, Extras: b.Extras})
	if err == nil && len(b.Extras.Pictures) > 0 {
		err = open.Caps().Limits.Pictures.Check(b.Extras)
	}
	if err != nil {
		p.Problems = append(p.Problems, err.Error())
		return p
	}
	p.Degraded = plan.Degraded
	return p
}

// shown is a bulletin's draft as the platform of its account would show it.
func (a *App) shown(d *bots.Draft) view.Preview {
	p := view.Preview{Account: d.Account, Parts: []string{d.Text}}
	if l, ok := a.limit(d.Account, d.Channel); ok {
		p.Length, p.Max, p.Unit = l.Measure(d.Text), l.Max, string(l.Unit)
	}
	open, ok := a.opener.get(d.Account)
	if !ok || open.Caps().Publish == nil {
		return p
	}
	plan, err := open.Caps().Publish.Plan(adapters.Bulletin{Title: d.Title, Text: d.Text, Language: d.Language, Extras: d.Extras})
	switch {
	case err != nil:
		p.Problems = append(p.Problems, err.Error())
	case len(plan.Parts) != 1:
		p.Problems = append(p.Problems, fmt.Sprintf("it would be %d posts", len(plan.Parts)))
	default:
		p.Parts, p.Degraded = []string{cmp.Or(plan.Parts[0].Shows, plan.Parts[0].Text)}, plan.Degraded
	}
	return p
}

func auditReport(r audit.Report, now time.Time) view.AuditReport {
	return view.AuditReport{
		OK: r.OK(), Entries: r.Entries, Sealed: r.Sealed, Unsealed: r.Unsealed, Head: r.Head, Anchor: r.Anchor, Met: r.Met, Faults: r.Faults, At: now,
	}
}

// publishes is false for an account that is open and cannot publish. One that is not open may.
func (a *App) publishes(account string) bool {
	open, ok := a.opener.get(account)
	return !ok || open.Caps().Publish != nil
}
