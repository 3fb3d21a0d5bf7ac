package view

import (
	"context"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Count is a number that stops counting somewhere.
type Count struct {
	N    int  `json:"n"`
	More bool `json:"more,omitempty"` // there are more than N
}

func (c Count) String() string {
	if c.More {
		return fmt.Sprintf("%d+", c.N)
	}
	return fmt.Sprint(c.N)
}

// Summary is how the desk stands.
type Summary struct {
	Awaiting Count          `json:"awaiting"` // drafts
	Held     Count          `json:"held"`     // items
	Unknown  Count          `json:"unknown"`  // items
	ByHand   Count          `json:"byHand"`   // items that people are asked to post
	Due      Count          `json:"due"`      // items
	Reports  Count          `json:"reports"`  // open
	Overdue  Count          `json:"overdue"`  // people who have waited for longer than was promised
	Clues    Count          `json:"clues"`    // open
	Alarms   Count          `json:"alarms"`   // open
	Parked   Count          `json:"parked"`   // events a bot failed on
	Halt     *record.Halt   `json:"-"`
	Level    string         `json:"halt"` // "", unsolicited or everything
	Accounts []AccountState `json:"accounts"`
}

// AccountState is an account in one line.
type AccountState struct {
	ID      string `json:"id"`
	Mode    string `json:"mode"`
	Wanted  string `json:"wanted,omitempty"`
	Suspect string `json:"suspect,omitempty"`
}

// Summarise counts, each kind up to most (at most 999).
func Summarise(ctx context.Context, s record.Reader, now time.Time, most int) (*Summary, error) {
	most = min(most, 999)
	m := new(Summary)
	counts := []struct {
		into  *Count
		kind  bots.RecordKind
		state string
	}{
		{&m.Awaiting, bots.KindDraft, bots.DraftAwaiting},
		{&m.Held, record.KindItem, record.ItemHeld},
		{&m.Unknown, record.KindItem, record.ItemUnknown},
		{&m.ByHand, record.KindItem, record.ItemByHand},
		{&m.Due, record.KindItem, record.ItemDue},
		{&m.Clues, bots.KindCluster, bots.ClusterOpen}, // one card each
		{&m.Alarms, record.KindAlarm, record.AlarmOpen},
		{&m.Parked, bots.KindEvent, bots.EventParked},
	}
	for _, c := range counts {
		if _, err := count(ctx, s, c.into, record.Query{Kind: c.kind, State: c.state, Limit: most}); err != nil {
			return nil, err
		}
	}
	if err := m.reports(ctx, s, now, most); err != nil {
		return nil, err
	}
	return m, m.station(ctx, s)
}

func count(ctx context.Context, s record.Reader, into *Count, q record.Query) ([]bots.Record, error) {
	most := q.Limit
	q.Limit++
	page, err := s.List(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("count %s records in %s: %w", q.Kind, q.State, err)
	}
	into.N, into.More = min(len(page), most), len(page) > most
	return page, nil
}

func (m *Summary) reports(ctx context.Context, s record.Reader, now time.Time, most int) error {
	if _, err := count(ctx, s, &m.Reports, record.Query{Kind: bots.KindReport, State: "open", Limit: most}); err != nil {
		return err
	}
	var running Count
	page, err := count(ctx, s, &running, record.Query{Kind: bots.KindWait, State: bots.WaitRunning, Limit: most})
	if err != nil {
		return err
	}
	for _, r := range page[:running.N] {
		if w, ok := r.(*bots.Wait); ok && now.After(w.Deadline) {
			m.Overdue.N++
		}
	}
	m.Overdue.More = running.More
	return nil
}

func (m *Summary) station(ctx context.Context, s record.Reader) (err error) {
	if m.Halt, err = HaltOf(ctx, s); err != nil {
		return err
	}
	m.Level = string(m.Halt.Level)
	accounts, err := List[bots.Account](ctx, s, record.Query{})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		m.Accounts = append(m.Accounts, AccountState{a.ID, string(a.Mode()), string(a.Wanted), a.Suspect})
	}
	return nil
}

// HaltOf reads the one halt record; before the first halt it is the zero Halt.
func HaltOf(ctx context.Context, s record.Reader) (*record.Halt, error) {
	h, err := fetch[record.Halt](ctx, s, record.HaltID)
	if err != nil {
		return nil, err
	}
	if h == nil {
		h = &record.Halt{Head: bots.Head{ID: record.HaltID}}
	}
	return h, nil
}

// Observed returns what an account would have sent so far, newest first: at most 200,
// out of the newest thousand drafts that were only observed.
func Observed(ctx context.Context, s record.Reader, account string) (drafts []*bots.Draft, more bool, err error) {
	page, err := List[bots.Draft](ctx, s, record.Query{State: bots.DraftObserved, Newest: true, Limit: 1000})
	if err != nil {
		return nil, false, err
	}
	for _, d := range page {
		if d.Account != account {
			continue
		}
		if len(drafts) == 200 {
			return drafts, true, nil
		}
		drafts = append(drafts, d)
	}
	return drafts, len(page) == 1000, nil
}
