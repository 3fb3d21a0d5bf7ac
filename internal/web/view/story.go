package view

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Desk is what a story is put together from.
type Desk interface {
	record.Reader
	AuditOf(ctx context.Context, on bots.Target) ([]record.AuditEntry, error)
}

// Story is everything known about a code: what was heard, what the bots read and
// proposed, each message with its approval, attempts and outcome, and who did what.
type Story struct {
	Code     string
	On       bots.Target
	Event    *bots.Event // where it began
	Tape     *record.Tape
	Report   *bots.Report
	Clue     *bots.Clue
	Warning  *bots.Warning
	Bulletin *bots.Bulletin
	Messages []*Matter // oldest first
	Audit    []record.AuditEntry
}

// Why tells the story behind a code printed in a message, or a report's reference.
// It is record.ErrNotFound when no message carries it.
func Why(ctx context.Context, s Desk, st Station, code string) (*Story, error) {
	c, err := findCode(ctx, s, code)
	if err != nil {
		return nil, err
	}
	story := &Story{Code: c.ID, On: c.On}
	drafts, err := story.subject(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := story.messages(ctx, s, st, drafts); err != nil {
		return nil, err
	}
	if err := story.withdrawals(ctx, s, st); err != nil {
		return nil, err
	}
	if err := story.beginning(ctx, s); err != nil {
		return nil, err
	}
	return story, story.audit(ctx, s)
}

// findCode tries the code as typed, then as it is printed: upper case, without the
// spaces and dashes people put in when they read one out; or, a reference, with its own.
func findCode(ctx context.Context, s record.Reader, code string) (*record.Code, error) {
	if reference, ok := record.ParseReference(code); ok {
		code = reference
	}
	c, err := record.Fetch[record.Code](ctx, s, strings.TrimSpace(code))
	if errors.Is(err, record.ErrNotFound) {
		return record.Fetch[record.Code](ctx, s, record.PlainCode(code))
	}
	return c, err
}

// subject reads what the code stands for and names the drafts of the story.
func (y *Story) subject(ctx context.Context, s record.Reader) (drafts []string, err error) {
	switch y.On.Kind {
	case bots.KindDraft:
		return []string{y.On.ID}, nil
	case record.KindItem:
		i, err := fetch[record.Item](ctx, s, y.On.ID)
		if err != nil || i == nil {
			return nil, err
		}
		return []string{i.Draft}, nil
	case bots.KindWarning:
		if y.Warning, err = fetch[bots.Warning](ctx, s, y.On.ID); err != nil || y.Warning == nil {
			return nil, err
		}
		return []string{y.Warning.Draft}, nil
	case bots.KindBulletin:
		if y.Bulletin, err = fetch[bots.Bulletin](ctx, s, y.On.ID); err != nil || y.Bulletin == nil {
			return nil, err
		}
		return y.Bulletin.Drafts, nil
	case bots.KindReport:
		if y.Report, err = fetch[bots.Report](ctx, s, y.On.ID); err != nil || y.Report == nil {
			return nil, err
		}
		return draftsAbout(ctx, s, y.Report.Stream, y.On)
	}
	return nil, nil
}

// draftsAbout lists the drafts of a stream that serve a record, oldest first.
func draftsAbout(ctx context.Context, s record.Reader, stream string, on bots.Target) ([]string, error) {
	page, err := List[bots.Draft](ctx, s, record.Query{Stream: stream, Newest: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	slices.Reverse(page)
	var ids []string
	for _, d := range page {
		if d.About == on {
			ids = append(ids, d.ID)
		}
	}
	return ids, nil
}

func (y *Story) messages(ctx context.Context, s record.Reader, st Station, drafts []string) error {
	for _, id := range drafts {
		m, err := MatterOf(ctx, s, st, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		y.Messages = append(y.Messages, m)
		y.Warning = cmp.Or(y.Warning, m.Warning)
		y.Clue = cmp.Or(y.Clue, m.Clue)
		y.Report = cmp.Or(y.Report, m.Report)
		y.Bulletin = cmp.Or(y.Bulletin, m.Bulletin)
	}
	return nil
}

// withdrawals adds what was done to take the bulletin back from the accounts the story tells of.
func (y *Story) withdrawals(ctx context.Context, s record.Reader, st Station) error {
	if y.Bulletin == nil {
		return nil
	}
	told := map[string]bool{}
	for _, m := range y.Messages {
		told[m.Draft.ID], told["item "+m.Draft.Item] = true, true
	}
	var more []string
	for _, id := range y.Bulletin.Withdrawals {
		d, err := fetch[bots.Draft](ctx, s, id)
		if err != nil {
			return err
		}
		if d != nil && !told[id] && told["item "+d.Withdraws] {
			more = append(more, id)
		}
	}
	return y.messages(ctx, s, st, more)
}

// beginning finds the event the story began with: the first thing heard, else what the
// first message came of.
func (y *Story) beginning(ctx context.Context, s record.Reader) (err error) {
	first := ""
	switch {
	case y.Report != nil && len(y.Report.Lines) > 0:
		first = y.Report.Lines[0].Event
	case y.Clue != nil:
		first = origin(y.Clue.ID)
	}
	if y.Event, err = fetch[bots.Event](ctx, s, first); err != nil {
		return err
	}
	if y.Event == nil && len(y.Messages) > 0 {
		y.Event, y.Tape = y.Messages[0].Event, y.Messages[0].Tape
		return nil
	}
	if y.Event != nil {
		y.Tape, err = fetch[record.Tape](ctx, s, y.Event.ID)
	}
	return err
}

func (y *Story) audit(ctx context.Context, s Desk) error {
	seen := map[uint64]bool{}
	for _, on := range y.targets() {
		entries, err := s.AuditOf(ctx, on)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !seen[e.Seq] {
				seen[e.Seq] = true
				y.Audit = append(y.Audit, e)
			}
		}
	}
	slices.SortFunc(y.Audit, func(a, b record.AuditEntry) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

// targets are the records whose deeds belong to the story.
func (y *Story) targets() []bots.Target {
	var on []bots.Target
	add := func(r bots.Record, there bool) {
		if there {
			on = append(on, bots.Target{Kind: r.RecordKind(), ID: r.Meta().ID})
		}
	}
	add(y.Event, y.Event != nil)
	add(y.Report, y.Report != nil)
	add(y.Clue, y.Clue != nil)
	add(y.Warning, y.Warning != nil)
	add(y.Bulletin, y.Bulletin != nil)
	for _, m := range y.Messages {
		add(m.Event, m.Event != nil)
		add(m.Draft, true)
		add(m.Approval, m.Approval != nil)
		add(m.Item, m.Item != nil)
	}
	return on
}

// Objection is what the person warned wrote against a warning, the newest; nil when nobody
// objected, or when it was forgotten.
func Objection(ctx context.Context, s Desk, w *bots.Warning) (*bots.Event, error) {
	entries, err := s.AuditOf(ctx, bots.Target{Kind: bots.KindWarning, ID: w.ID})
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(entries) {
		if e.Did == "appeal" {
			return fetch[bots.Event](ctx, s, e.Event)
		}
	}
	return nil, nil
}

// origin is the event a record's id was derived from; see [bots.NewID].
func origin(id string) string {
	event, _, _ := strings.Cut(id, ".")
	return event
}
