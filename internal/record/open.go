package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"netpatrol/bots"
)

// OpenItem refers to something that waits for a person. It holds nothing personal, because a sheet
// outlives what it refers to.
type OpenItem struct {
	On      bots.Target `json:"on"`
	What    string      `json:"what"`
	Code    string      `json:"code,omitempty"` // by which people refer to it
	Account string      `json:"account,omitempty"`
	Due     time.Time   `json:"due,omitzero"`  // by when it must be done, or since when an alarm rings; zero: no deadline
	Who     string      `json:"who,omitempty"` // officer who has it in hand
}

// What can be open.
const (
	PendingReport        = "report"        // nobody has answered it
	PendingTalk          = "talk"          // somebody waits in a conversation without an open report
	PendingApproval      = "approval"      // a draft, a standing approval or a site
	PendingPackage       = "package"       // a hand-off to be approved
	PendingHeld          = "held"          // a send
	PendingUnknown       = "unknown"       // a send of which nobody knows what became
	PendingByHand        = "by-hand"       // to be posted by a person
	PendingAppeal        = "appeal"        // a warning; it is withdrawn at its deadline
	PendingHandoff       = "handoff"       // another unit has not answered
	PendingReceived      = "received"      // what another unit handed over was not answered
	PendingRectification = "rectification" // a partner site
	PendingAlarm         = "alarm"         // nobody has taken notice
)

// Source is what can be read: in a change, or beside one.
type Source struct {
	Get  func(kind bots.RecordKind, id string) (bots.Record, error)
	List func(q Query) ([]bots.Record, error)
}

// InTx reads in a change.
func InTx(tx Tx) Source { return Source{tx.Get, tx.List} }

// Reading reads what is committed.
func Reading(ctx context.Context, r Reader) Source {
	return Source{
		Get:  func(kind bots.RecordKind, id string) (bots.Record, error) { return r.Get(ctx, kind, id) },
		List: func(q Query) ([]bots.Record, error) { return r.List(ctx, q) },
	}
}

// openQueries are what is looked through; of each, the oldest hundreds. They never change.
var openQueries = []Query{
	{Kind: bots.KindWait, State: bots.WaitRunning},
	{Kind: bots.KindReport, State: "open"},
	{Kind: KindAlarm, State: AlarmOpen},
	{Kind: bots.KindDraft, State: bots.DraftAwaiting},
	{Kind: KindHandoff, State: HandoffPrepared},
	{Kind: KindStanding, State: StandingProposed},
	{Kind: KindSite, State: SiteProposed},
	{Kind: KindItem, State: ItemUnknown},
	{Kind: KindItem, State: ItemHeld},
	{Kind: KindItem, State: ItemByHand},
	{Kind: bots.KindWarning, State: bots.WarningAppealed},
	{Kind: KindHandoff, State: HandoffSent},
	{Kind: KindReceived, State: PackageReceived},
	{Kind: KindRectification, State: RectificationOpen},
	{Kind: KindRectification, State: RectificationOverdue},
}

// openPage is how many of each kind are looked at.
const openPage = 400

// ListOpen lists what is open, the most pressing first and what has no deadline last.
func ListOpen(s Source) ([]OpenItem, error) {
	o := openList{s: s, waits: map[string]*bots.Wait{}}
	for _, q := range openQueries {
		q.Limit = openPage
		page, err := s.List(q)
		if err != nil {
			return nil, fmt.Errorf("list %s records in %s: %w", q.Kind, q.State, err)
		}
		for _, r := range page {
			if err := o.add(r); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(o.open, func(a, b OpenItem) int { return cmp.Or(cmp.Compare(undated(a), undated(b)), a.Due.Compare(b.Due)) })
	return o.open, nil
}

func undated(i OpenItem) int {
	if i.Due.IsZero() {
		return 1
	}
	return 0
}

// openList is what is open, as far as it was read.
type openList struct {
	s     Source
	waits map[string]*bots.Wait // of conversations
	open  []OpenItem
}

// add puts a record on the list, as what waits for a person in it.
func (o *openList) add(r bots.Record) error {
	m := r.Meta()
	i := OpenItem{On: bots.Target{Kind: r.RecordKind(), ID: m.ID}}
	switch r := r.(type) {
	case *bots.Wait:
		return o.wait(r)
	case *bots.Report:
		return o.report(r, i)
	case *Alarm:
		return o.alarm(r, i)
	case *bots.Draft:
		i.What, i.Code, i.Account, i.Due = PendingApproval, r.Code, r.Account, r.Expires
	case *Handoff:
		i.What, i.Code, i.Account, i.Due = PendingPackage, r.Code, r.Account, r.Due
		if r.State == HandoffSent {
			i.What = PendingHandoff
		}
	case *Received:
		i.What, i.Code, i.Due = PendingReceived, r.Code, r.Updated.Add(HandoffAnswerWithin)
	case *Standing:
		i.What, i.Code = PendingApproval, r.Template
	case *Site:
		i.What, i.Code = PendingApproval, r.ID
	case *Item:
		i.send(r)
	case *bots.Warning:
		i.What, i.Account, i.Due = PendingAppeal, r.Account, r.Updated.Add(bots.AppealWithin)
	case *Rectification:
		i.What, i.Code, i.Due = PendingRectification, r.Site, r.Deadline
	}
	o.open = append(o.open, i)
	return nil
}

// alarm names the report an alarm is about, if it is about one.
func (o *openList) alarm(a *Alarm, i OpenItem) error {
	i.What, i.Due = PendingAlarm, a.Created
	if a.About.Kind == bots.KindReport {
		r, err := o.s.Get(bots.KindReport, a.About.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if about, ok := r.(*bots.Report); ok {
			i.Code, i.Account = about.Reference, about.Account
		}
	}
	o.open = append(o.open, i)
	return nil
}

// send says what an item waits for.
func (i *OpenItem) send(r *Item) {
	i.What, i.Code, i.Account, i.Due = PendingHeld, r.Code, r.Account, r.Expires
	switch {
	case r.State == ItemUnknown:
		i.What, i.Due = PendingUnknown, time.Time{}
	case r.State == ItemByHand && r.Hand != nil:
		i.What, i.Due, i.Who = PendingByHand, r.Hand.Deadline, r.Hand.Taken
	}
}

// wait keeps a clock for the report of its conversation; without an open report it stands for itself.
func (o *openList) wait(w *bots.Wait) error {
	r, err := o.s.Get(bots.KindConversation, w.Conversation)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	talk, _ := r.(*bots.Conversation)
	if talk != nil && talk.Report != "" {
		report, err := o.s.Get(bots.KindReport, talk.Report)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && report.Meta().State == "open" {
			o.waits[w.Conversation] = w
			return nil
		}
	}
	i := OpenItem{On: bots.Target{Kind: bots.KindConversation, ID: w.Conversation}, What: PendingTalk, Account: w.Account, Due: w.Deadline}
	if talk != nil {
		i.Who = talk.Officer
	}
	o.open = append(o.open, i)
	return nil
}

func (o *openList) report(r *bots.Report, i OpenItem) error {
	i.What, i.Code, i.Account = PendingReport, r.Reference, r.Account
	if w := o.waits[r.Conversation]; w != nil {
		i.Due = w.Deadline
	}
	talk, err := o.s.Get(bots.KindConversation, r.Conversation)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if c, ok := talk.(*bots.Conversation); ok {
		i.Who = c.Officer
	}
	o.open = append(o.open, i)
	return nil
}
