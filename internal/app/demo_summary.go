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
	Platforms map[string]counts `json:"platforms"`
}

// counts are the figures of one platform.
type counts struct {
	BulletinsApproved  int `json:"bulletins_approved"`
	BulletinsPublished int `json:"bulletins_published"`
	ReportsReceived    int `json:"reports_received"`
	ReportsAnswered    int `json:"reports_answered"`
	MentionsAnswered   int `json:"mentions_answered"`
	CluesOpened        int `json:"clues_opened"`
	WarningsProposed   int `json:"warnings_proposed"`
	WarningsApproved   int `json:"warnings_approved"`
	WarningsRejected   int `json:"warnings_rejected"`
	WarningsSent       int `json:"warnings_sent"`
	PostsRemoved       int `json:"posts_removed_after_warning"`
	UnapprovedSent     int `json:"unapproved_sent"`
	DuplicatesSent     int `json:"duplicates_sent"`
	LostEvents         int `json:"lost_events"`
}

func (d *demo) summarise(ctx context.Context) (*summary, error) {
	s := &summary{Platforms: map[string]counts{}}
	received := d.blog.Received()
	drafts, err := list(ctx, d.crew.lin.Drafts)
	if err != nil {
		return nil, err
	}
	d.countReceived(&s.counts, received, drafts)
	c := &d.crew.warnings
	d.crew.mu.Lock()
	s.BulletinsApproved, s.WarningsApproved, s.WarningsRejected = d.crew.bulletins, c.approved, c.rejected
	d.crew.mu.Unlock()
	s.DuplicatesSent = len(d.blog.Duplicates())
	s.PostsRemoved = len(d.blog.RemovedAfterMessage())
	if err := d.countRecords(ctx, &s.counts); err != nil {
		return nil, err
	}
	s.Platforms["mastodon"] = s.counts
	return s, nil
}

// countReceived sorts what the platform received by whom it went to. A text that neither
// an officer approved nor a standing approval of the script covers is unapproved.
func (d *demo) countReceived(n *counts, received []sandbox.Received, drafts []api.Draft) {
	covered := d.crew.covered(drafts)
	for _, r := range received {
		if !covered[textDigest(r.Body)] {
			n.UnapprovedSent++
		}
		d.countOne(n, r)
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

func (d *demo) countOne(n *counts, r sandbox.Received) {
	if r.Visibility != sandbox.Direct {
		if len(r.To) == 0 {
			n.BulletinsPublished++
		}
		return
	}
	switch role := d.role(r.To); {
	case role.MayBeWarned():
		n.WarningsSent++
	case role == sandbox.Victim && !d.answeredBefore(r):
		n.ReportsAnswered++
	case role == sandbox.Asker:
		n.MentionsAnswered++
	}
}

// answeredBefore says whether the same person got an earlier message.
func (d *demo) answeredBefore(r sandbox.Received) bool {
	for _, other := range d.blog.Received() {
		if other.ID == r.ID {
			return false
		}
		if other.Visibility == sandbox.Direct && slices.Equal(other.To, r.To) {
			return true
		}
	}
	return false
}

func (d *demo) role(to []string) sandbox.Role {
	for _, c := range d.script.Citizens {
		if slices.Contains(to, c.Handle) {
			return c.Role
		}
	}
	return ""
}

// countRecords reads what netpatrol knows, through its API.
func (d *demo) countRecords(ctx context.Context, n *counts) error {
	reports, err := list(ctx, d.crew.lin.Reports)
	if err != nil {
		return err
	}
	clues, err := list(ctx, d.crew.lin.Clues)
	if err != nil {
		return err
	}
	warnings, err := list(ctx, d.crew.lin.Warnings)
	if err != nil {
		return err
	}
	events, err := list(ctx, d.crew.lin.Events)
	if err != nil {
		return err
	}
	n.ReportsReceived, n.CluesOpened, n.WarningsProposed = len(reports), len(clues), len(warnings)
	n.LostEvents = d.lost(events)
	return nil
}

// lost counts citizens' deeds that concern the agency and left no record: private
// messages, mentions, and posts by those who may be warned.
func (d *demo) lost(events []api.Event) (n int) {
	for _, a := range d.blog.Actions() {
		if a.Status == "" || a.Kind == sandbox.Deleted || !d.concerns(a) {
			continue
		}
		known := slices.ContainsFunc(events, func(e api.Event) bool { return strings.HasPrefix(e.Key, string(a.Status)+"|") })
		if !known {
			n++
		}
	}
	return n
}

func (d *demo) concerns(a sandbox.Action) bool {
	return slices.Contains(a.To, demoHandle) || d.role([]string{a.From}).MayBeWarned()
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
		if i.State == record.ItemDue || i.State == record.ItemClaimed {
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
		{"bulletins published", s.BulletinsPublished}, {"reports received", s.ReportsReceived}, {"reports answered", s.ReportsAnswered},
		{"mentions answered", s.MentionsAnswered}, {"clues opened", s.CluesOpened}, {"warnings proposed", s.WarningsProposed},
		{"warnings approved", s.WarningsApproved}, {"warnings rejected", s.WarningsRejected}, {"warnings sent", s.WarningsSent},
		{"posts removed after a warning", s.PostsRemoved},
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
	if s.WarningsSent != s.WarningsApproved {
		errs = append(errs, fmt.Errorf("%d warnings approved, %d sent", s.WarningsApproved, s.WarningsSent))
	}
	if s.BulletinsPublished != s.BulletinsApproved {
		errs = append(errs, fmt.Errorf("%d bulletins approved, %d published", s.BulletinsApproved, s.BulletinsPublished))
	}
	return errors.Join(errs...)
}

func (s *summary) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	for _, row := range []struct {
		name string
		n    int
	}{
		{"bulletins approved", s.BulletinsApproved}, {"published", s.BulletinsPublished},
		{"reports received", s.ReportsReceived}, {"reports answered", s.ReportsAnswered},
		{"mentions answered", s.MentionsAnswered}, {"clues opened", s.CluesOpened}, {"warnings proposed", s.WarningsProposed},
		{"approved", s.WarningsApproved}, {"rejected", s.WarningsRejected}, {"sent", s.WarningsSent},
		{"posts removed after a warning", s.PostsRemoved}, {"sent without approval", s.UnapprovedSent},
		{"sent twice", s.DuplicatesSent}, {"lost", s.LostEvents},
	} {
		fmt.Fprintf(t, "%s\t%d\t\n", row.name, row.n)
	}
	return t.Flush()
}
