package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/web/api"
)

// summary is what one shift came to. What was sent or received is counted by the pretend
// platform, what was decided by the officers' script, and the rest read through the API.
type summary struct {
	counts
	Platforms  map[string]counts `json:"platforms"`
	AlarmsRung int               `json:"alarms_rung"` // in the officers' group, because nobody answered in time
}

// counts are the figures of one platform.
type counts struct {
	BulletinsApproved  int `json:"bulletins_approved"`
	BulletinsPublished int `json:"bulletins_published"`
	BulletinsWithdrawn int `json:"bulletins_withdrawn"`
	ReportsReceived    int `json:"reports_received"`
	ReportsAnswered    int `json:"reports_answered"`
	EvidenceKept       int `json:"evidence_kept"`
	HandoffsAnswered   int `json:"handoffs_answered"`
	TipsReceived       int `json:"tips_received"`
	MentionsAnswered   int `json:"mentions_answered"`
	CluesOpened        int `json:"clues_opened"`
	WarningsProposed   int `json:"warnings_proposed"`
	WarningsApproved   int `json:"warnings_approved"`
	WarningsRejected   int `json:"warnings_rejected"`
	WarningsSent       int `json:"warnings_sent"`
	PostsRemoved       int `json:"posts_removed_after_warning"`
	PostsFlagged       int `json:"posts_flagged"` // to the platform's own moderators
	UnapprovedSent     int `json:"unapproved_sent"`
	DuplicatesSent     int `json:"duplicates_sent"`
	LostEvents         int `json:"lost_events"`
}

func (d *demo) summarise(ctx context.Context) (*summary, error) {
	known, err := d.crew.knows(ctx)
	if err != nil {
		return nil, err
	}
	s := &summary{Platforms: map[string]counts{}, AlarmsRung: d.duty.rung()}
	covered := d.crew.covered(known.drafts)
	for _, v := range d.venues {
		n := known.of(v.account().ID)
		d.crew.decisions(v.account().ID, known.drafts, &n)
		n.countReceived(v.received(), covered)
		n.DuplicatesSent, n.PostsRemoved = v.oddities()
		if m, ok := v.(moderated); ok {
			n.PostsFlagged = m.flagged()
		}
		n.LostEvents = v.lost(known.events)
		s.add(n)
		platform := s.Platforms[v.account().Platform]
		platform.add(n)
		s.Platforms[v.account().Platform] = platform
	}
	s.TipsReceived = known.of(record.TipAccount).CluesOpened
	return s, nil
}

// add adds the figures of another account or platform.
func (n *counts) add(m counts) {
	to, from := n.all(), m.all()
	for i := range to {
		*to[i].n += *from[i].n
	}
}

// countReceived sorts what a platform received by whom it went to. A text that neither
// an officer approved nor a standing approval of the script covers is unapproved.
func (n *counts) countReceived(received []delivery, covered map[string]bool) {
	for _, r := range received {
		if !covered[textDigest(r.text)] {
			n.UnapprovedSent++
		}
		switch {
		case r.public:
			n.BulletinsPublished++
		case r.role.MayBeWarned():
			n.WarningsSent++
		case r.role == sandbox.Victim && r.first:
			n.ReportsAnswered++
		case r.role == sandbox.Asker:
			n.MentionsAnswered++
		}
	}
}

// decisions are what the officers decided on an account. A bulletin that not every account's draft
// was approved of in time misses its slot, and those that were approved are not to leave: on a very
// busy machine the officers are too late, and write it anew.
func (c *crew) decisions(account string, drafts []api.Draft, n *counts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.of(account)
	n.BulletinsApproved, n.WarningsApproved, n.WarningsRejected = d.bulletins, d.approved, d.rejected
	for _, draft := range drafts {
		lapsed := draft.Account == account && draft.Purpose == bots.ForBulletin && draft.State == bots.DraftExpired
		n.BulletinsApproved -= one(lapsed && c.approved[textDigest(draft.Text)])
	}
}

// covered is every text the script lets leave: what its officers approved one by one, and
// answers written with a version of a template that has their standing approval.
func (c *crew) covered(drafts []api.Draft) map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	covered := maps.Clone(c.approved)
	for _, d := range drafts {
		if record.Solicited(d.Purpose) && c.standing[templateVersion(d.Template, d.Rev)] {
			covered[textDigest(d.Text)] = true
		}
	}
	return covered
}

// knowledge is what netpatrol knows, read through its API.
type knowledge struct {
	drafts   []api.Draft
	reports  []api.Report
	clues    []api.Clue
	warnings []api.Warning
	events   []api.Event
	evidence []api.Evidence
	handoffs []api.Handoff
	notices  []api.Bulletin
}

func (c *crew) knows(ctx context.Context) (k knowledge, err error) {
	read := func(err1 error) { err = errors.Join(err, err1) }
	var e error
	k.drafts, e = list(ctx, c.lin.Drafts)
	read(e)
	k.reports, e = list(ctx, c.lin.Reports)
	read(e)
	k.clues, e = list(ctx, c.lin.Clues)
	read(e)
	k.warnings, e = list(ctx, c.lin.Warnings)
	read(e)
	k.events, e = list(ctx, c.lin.Events)
	read(e)
	k.evidence, e = list(ctx, c.lin.Evidence)
	read(e)
	k.handoffs, e = list(ctx, c.lin.Handoffs)
	read(e)
	k.notices, e = list(ctx, c.lin.Bulletins)
	read(e)
	return k, err
}

// of counts the records of one account.
func (k knowledge) of(account string) (n counts) {
	for _, r := range k.reports {
		n.ReportsReceived += one(r.Account == account)
	}
	for _, r := range k.evidence {
		n.EvidenceKept += one(r.Account == account && r.State == record.EvidenceKept)
	}
	for _, h := range k.handoffs {
		n.HandoffsAnswered += one(h.Account == account && len(h.Answers) > 0)
	}
	for _, b := range k.notices {
		n.BulletinsWithdrawn += one(slices.ContainsFunc(b.Gone, func(g bots.Gone) bool { return g.Account == account }))
	}
	for _, r := range k.clues {
		n.CluesOpened += one(r.Account == account)
	}
	for _, r := range k.warnings {
		n.WarningsProposed += one(r.Account == account)
	}
	return n
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// list reads every page of a list, whatever the state.
func list[T any](ctx context.Context, page func(context.Context, api.Paging) (api.Page[T], error)) ([]T, error) {
	var all []T
	p := api.Paging{State: api.Any, Limit: 200}
	for {
		got, err := page(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, got.Records...)
		if p.After = got.After; p.After == "" {
			return all, nil
		}
	}
}

// quiet says whether nothing is under way any more.
func (d *demo) quiet(ctx context.Context) bool {
	items, err := list(ctx, d.crew.lin.Items)
	if err != nil {
		return false
	}
	for _, i := range items {
		if i.Purpose == bots.ForAlarm { // the robot's own pace
			continue
		}
		if i.State == record.ItemDue || i.State == record.ItemClaimed || i.State == record.ItemByHand {
			return false
		}
	}
	warnings, err := list(ctx, d.crew.lin.Warnings)
	return err == nil && !slices.ContainsFunc(warnings, func(w api.Warning) bool {
		return w.State == bots.WarningProposed || w.State == bots.WarningApproved || w.State == bots.WarningSent
	})
}

// judge says what is missing from, or wrong with, the shift.
func (s *summary) judge() error {
	var errs []error
	for _, need := range []struct {
		what string
		got  int
	}{
		{"bulletins published", s.BulletinsPublished}, {"bulletins withdrawn", s.BulletinsWithdrawn}, {"reports received", s.ReportsReceived}, {"reports answered", s.ReportsAnswered}, {"evidence kept", s.EvidenceKept},
		{"hand-offs answered", s.HandoffsAnswered}, {"volunteers' tips received", s.TipsReceived},
		{"mentions answered", s.MentionsAnswered}, {"clues opened", s.CluesOpened}, {"warnings proposed", s.WarningsProposed},
		{"warnings approved", s.WarningsApproved}, {"warnings rejected", s.WarningsRejected}, {"warnings sent", s.WarningsSent},
		{"posts removed after a warning", s.PostsRemoved}, {"posts reported to moderators", s.PostsFlagged}, {"alarms rung", s.AlarmsRung},
	} {
		if need.got == 0 {
			errs = append(errs, fmt.Errorf("no %s", need.what))
		}
	}
	for _, zero := range []struct {
		what string
		got  int
	}{{"sent without approval", s.UnapprovedSent}, {"sent twice", s.DuplicatesSent}, {"lost", s.LostEvents}} {
		if zero.got != 0 {
			errs = append(errs, fmt.Errorf("%d %s", zero.got, zero.what))
		}
	}
	if s.HandoffsAnswered == 1 { // one goes by a link, one to the other unit's system
		errs = append(errs, errors.New("only one of two units answered"))
	}
	errs = append(errs, s.counts.matches("all"))
	for name, n := range s.Platforms {
		errs = append(errs, n.matches(name))
		if name == "feed" { // nobody writes to us there, and we publish nothing
			if n.CluesOpened == 0 || n.WarningsSent == 0 {
				errs = append(errs, fmt.Errorf("%s: %d clues opened, %d warnings sent", name, n.CluesOpened, n.WarningsSent))
			}
			continue
		}
		if name == kioskName { // it publishes nothing
			if n.ReportsAnswered == 0 || n.EvidenceKept == 0 {
				errs = append(errs, fmt.Errorf("%s: %d reports answered, %d files kept", name, n.ReportsAnswered, n.EvidenceKept))
			}
			continue
		}
		if n.ReportsAnswered == 0 || n.BulletinsPublished == 0 {
			errs = append(errs, fmt.Errorf("%s: %d bulletins published, %d reports answered", name, n.BulletinsPublished, n.ReportsAnswered))
		}
	}
	return errors.Join(errs...)
}

// matches holds what a platform received against what was decided for it.
func (n *counts) matches(where string) (err error) {
	for _, c := range []struct {
		decided, received string
		want, got         int
	}{
		{"bulletins approved", "published", n.BulletinsApproved, n.BulletinsPublished},
		{"warnings approved", "sent", n.WarningsApproved, n.WarningsSent},
		{"reports received", "answered", n.ReportsReceived, n.ReportsAnswered},
	} {
		if c.want != c.got {
			err = errors.Join(err, fmt.Errorf("%s: %d %s, %d %s", where, c.want, c.decided, c.got, c.received))
		}
	}
	return err
}

// figure is one count with its name for people.
type figure struct {
	name string
	n    *int
}

// all lists the figures in the order they are printed.
func (n *counts) all() []figure {
	return []figure{
		{"bulletins approved", &n.BulletinsApproved}, {"published", &n.BulletinsPublished}, {"withdrawn", &n.BulletinsWithdrawn},
		{"reports received", &n.ReportsReceived}, {"reports answered", &n.ReportsAnswered}, {"evidence kept", &n.EvidenceKept}, {"hand-offs answered", &n.HandoffsAnswered}, {"volunteers' tips received", &n.TipsReceived},
		{"mentions answered", &n.MentionsAnswered}, {"clues opened", &n.CluesOpened}, {"warnings proposed", &n.WarningsProposed},
		{"approved", &n.WarningsApproved}, {"rejected", &n.WarningsRejected}, {"sent", &n.WarningsSent},
		{"posts removed after a warning", &n.PostsRemoved}, {"posts reported to moderators", &n.PostsFlagged}, {"sent without approval", &n.UnapprovedSent},
		{"sent twice", &n.DuplicatesSent}, {"lost", &n.LostEvents},
	}
}

// table prints the whole and each platform.
func (s *summary) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	names := slices.Sorted(maps.Keys(s.Platforms))
	fmt.Fprintf(t, "\tall\t%s\t\n", strings.Join(names, "\t"))
	for i, f := range s.all() {
		fmt.Fprintf(t, "%s\t%d\t", f.name, *f.n)
		for _, name := range names {
			n := s.Platforms[name]
			fmt.Fprintf(t, "%d\t", *n.all()[i].n)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintf(t, "%s\t%d\t\n", "alarms rung", s.AlarmsRung)
	return t.Flush()
}
