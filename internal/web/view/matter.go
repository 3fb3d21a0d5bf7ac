package view

import (
	"context"
	"slices"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Matter is a draft with everything an officer needs to decide on it.
type Matter struct {
	Draft        *bots.Draft
	Event        *bots.Event // what it came of
	Tape         *record.Tape
	Account      *bots.Account
	Warning      *bots.Warning
	Clue         *bots.Clue
	Report       *bots.Report
	Conversation *bots.Conversation
	Bulletin     *bots.Bulletin
	Approval     *record.Approval
	Item         *record.Item
	Outcomes     []*bots.Event // SendEnded events of the item, oldest first
	Measure      *Measure      // nil: the platform states no limit
}

// Measure is a text's length in the platform's own unit.
type Measure struct {
	Length int    `json:"length"`
	Max    int    `json:"max"`
	Unit   string `json:"unit"`
}

// Over says whether the text is too long.
func (m *Measure) Over() bool { return m != nil && m.Max > 0 && m.Length > m.Max }

// MatterOf gathers what belongs to a draft.
func MatterOf(ctx context.Context, s record.Reader, st Station, id string) (*Matter, error) {
	d, err := record.Fetch[bots.Draft](ctx, s, id)
	if err != nil {
		return nil, err
	}
	m := &Matter{Draft: d, Measure: st.measure(d.Account, d.Channel, d.Text)}
	for _, gather := range []func(context.Context, record.Reader) error{m.origin, m.subject, m.sending} {
		if err := gather(ctx, s); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (st Station) measure(account string, ch adapters.Channel, text string) *Measure {
	if st.Limit == nil {
		return nil
	}
	l, ok := st.Limit(account, ch)
	if !ok {
		return nil
	}
	return &Measure{Length: l.Measure(text), Max: l.Max, Unit: string(l.Unit)}
}

func (m *Matter) origin(ctx context.Context, s record.Reader) (err error) {
	if m.Event, err = fetch[bots.Event](ctx, s, m.Draft.Event); err != nil {
		return err
	}
	if m.Tape, err = fetch[record.Tape](ctx, s, m.Draft.Event); err != nil {
		return err
	}
	m.Account, err = fetch[bots.Account](ctx, s, m.Draft.Account)
	return err
}

// subject follows Draft.About to what the message serves.
func (m *Matter) subject(ctx context.Context, s record.Reader) (err error) {
	about := m.Draft.About
	switch about.Kind {
	case bots.KindWarning:
		if m.Warning, err = fetch[bots.Warning](ctx, s, about.ID); err != nil || m.Warning == nil {
			return err
		}
		m.Clue, err = fetch[bots.Clue](ctx, s, m.Warning.Clue)
	case bots.KindClue:
		m.Clue, err = fetch[bots.Clue](ctx, s, about.ID)
	case bots.KindBulletin:
		m.Bulletin, err = fetch[bots.Bulletin](ctx, s, about.ID)
	case bots.KindConversation:
		m.Conversation, err = fetch[bots.Conversation](ctx, s, about.ID)
	case bots.KindReport:
		if m.Report, err = fetch[bots.Report](ctx, s, about.ID); err != nil || m.Report == nil {
			return err
		}
		m.Conversation, err = fetch[bots.Conversation](ctx, s, m.Report.Conversation)
	}
	return err
}

func (m *Matter) sending(ctx context.Context, s record.Reader) (err error) {
	approval := m.Draft.ID + ".approval"
	if m.Item, err = fetch[record.Item](ctx, s, m.Draft.Item); err != nil {
		return err
	}
	if m.Item != nil {
		approval = m.Item.Approval
		if m.Outcomes, err = outcomes(ctx, s, m.Item); err != nil {
			return err
		}
	}
	m.Approval, err = fetch[record.Approval](ctx, s, approval)
	return err
}

// outcomes are what the bots were told about an item.
func outcomes(ctx context.Context, s record.Reader, i *record.Item) ([]*bots.Event, error) {
	if i.Conversation == "" {
		return nil, nil
	}
	events, err := streamEvents(ctx, s, i.Conversation)
	if err != nil {
		return nil, err
	}
	var out []*bots.Event
	for _, e := range events {
		if o, ok := e.Body.(*bots.Outcome); ok && o.Item == i.ID {
			out = append(out, e)
		}
	}
	return out, nil
}

// streamEvents returns the newest events of a stream, oldest first.
func streamEvents(ctx context.Context, s record.Reader, stream string) ([]*bots.Event, error) {
	events, err := List[bots.Event](ctx, s, record.Query{Stream: stream, Newest: true, Limit: 500})
	if err != nil {
		return nil, err
	}
	slices.Reverse(events)
	return events, nil
}
