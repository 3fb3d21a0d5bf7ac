package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Sheaf is what stands together before an officer of one bulletin: its drafts for every account, or what takes it
// back from every account. Every different exact text stands in it once, with the accounts that get exactly it.
type Sheaf struct {
	Bulletin *bots.Bulletin
	Taking   bool     // it is to be taken back
	Letters  []Letter // that await a decision, in the order of their first account
	Settled  []Copy   // that do not, in the order of the accounts
}

// Letter is one text. Only what is in the places of its pieces differs from account to account.
type Letter struct {
	Title     string
	Pieces    []Piece
	Reason    string // of taking it back
	Extras    adapters.Extras
	NotBefore time.Time
	Expires   time.Time
	Copies    []Copy
}

// Piece is a part of a text that every account gets, or a place for what is each account's own.
type Piece struct {
	Text  string `json:"text,omitempty"`
	Place Place  `json:"place,omitempty"` // empty: Text
}

// Place is what stands in a text and is each account's own.
type Place string

// The places.
const (
	PlaceCode Place = "code" // by which a reader checks the message
	PlaceUnit Place = "unit" // who speaks, where that differs between the accounts
)

// Copy is a letter for one account.
type Copy struct {
	Draft   *bots.Draft
	Account *bots.Account // nil: no longer known
	Item    *record.Item  // the send it became; nil: none
	Code    string        // in the place of the code: of the bulletin itself when it is to be taken back
	Unit    string        // in the place of the unit; empty: the letter has no such place
	Measure *Measure      // nil: the platform states no limit
	Preview Preview       // how the platform would show it
	// Not says why this officer cannot approve it, by the code of the refusal they would get; empty: they can.
	Not string
	// Waits says what keeps it from leaving once it is approved: "halted", "observe", "suspect", "too-long" or "plan"; empty: nothing known.
	Waits string
}

// Ready says that the copy can be approved and then leaves, at the latest when a halt ends.
func (c Copy) Ready() bool { return c.Not == "" && (c.Waits == "" || c.Waits == "halted") }

// Seal is over everything the officer's approval would bind to.
func (c Copy) Seal() string { return record.Seal(c.Draft) }

// Exact is the text of a copy, byte for byte: the pieces with what is its own in their places.
func (l Letter) Exact(c Copy) string {
	var b strings.Builder
	for _, p := range l.Pieces {
		switch p.Place {
		case PlaceCode:
			b.WriteString(c.Code)
		case PlaceUnit:
			b.WriteString(c.Unit)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Awaiting is how many copies await a decision.
func (s Sheaf) Awaiting() (n int) {
	for _, l := range s.Letters {
		n += len(l.Copies)
	}
	return n
}

// Ready is how many copies of a sheaf can be approved and then leave.
func (s Sheaf) Ready() (n int) {
	for _, l := range s.Letters {
		for _, c := range l.Copies {
			if c.Ready() {
				n++
			}
		}
	}
	return n
}

// SheafOf gathers the drafts of a bulletin, or those that take it back, as an officer sees them.
func SheafOf(ctx context.Context, s record.Reader, st Station, o *record.Officer, bulletin string, taking bool, now time.Time) (Sheaf, error) {
	b, err := record.Fetch[bots.Bulletin](ctx, s, bulletin)
	if err != nil {
		return Sheaf{}, err
	}
	g := gatherer{s: s, st: st, officer: o, now: now}
	if g.halt, err = fetch[record.Halt](ctx, s, record.HaltID); err != nil {
		return Sheaf{}, err
	}
	copies, err := g.copies(ctx, drafts(b, taking))
	if err != nil {
		return Sheaf{}, err
	}
	sheaf := Sheaf{Bulletin: b, Taking: taking}
	sheaf.sort(copies)
	return sheaf, nil
}

func drafts(b *bots.Bulletin, taking bool) []string {
	if taking {
		return b.Withdrawals
	}
	return b.Drafts
}

// gatherer puts together what an officer sees of each draft.
type gatherer struct {
	s       record.Reader
	st      Station
	officer *record.Officer
	halt    *record.Halt
	now     time.Time
}

func (g gatherer) copies(ctx context.Context, ids []string) (all []Copy, err error) {
	for _, id := range ids {
		d, err := record.Fetch[bots.Draft](ctx, g.s, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c, err := g.copy(ctx, d)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (g gatherer) copy(ctx context.Context, d *bots.Draft) (c Copy, err error) {
	c = Copy{Draft: d, Code: d.Code}
	if c.Account, err = fetch[bots.Account](ctx, g.s, d.Account); err != nil {
		return c, err
	}
	if c.Item, err = fetch[record.Item](ctx, g.s, d.Item); err != nil {
		return c, err
	}
	if d.Withdraws != "" {
		out, err := fetch[record.Item](ctx, g.s, d.Withdraws)
		if err != nil {
			return c, err
		}
		if c.Code = ""; out != nil {
			c.Code = out.Code
		}
	} else {
		c.Measure = g.st.measure(d.Account, d.Channel, d.Text)
		if g.st.Shown != nil {
			c.Preview = g.st.Shown(d)
		}
	}
	if c.Account != nil {
		c.Unit = c.Account.Unit
	}
	c.Not, c.Waits = g.refusal(d), g.waits(c)
	return c, nil
}

// refusal says beforehand what the record's transition would. The guards are there.
func (g gatherer) refusal(d *bots.Draft) string {
	switch {
	case d.State != bots.DraftAwaiting || d.Erased:
		return "not-awaiting"
	case !record.MayDecide(g.officer, d.Purpose):
		return "role"
	case record.Wrote(d, g.officer.ID) && !g.st.OneOfficer:
		return "two-people"
	case !g.now.Before(d.Expires):
		return "expired"
	case !d.NotBefore.IsZero() && g.now.After(d.NotBefore.Add(time.Minute)):
		return "slot-passed"
	}
	return ""
}

// waits says what is known to keep a copy from leaving.
func (g gatherer) waits(c Copy) string {
	it := &record.Item{Purpose: c.Draft.Purpose, Channel: c.Draft.Channel, Withdraws: c.Draft.Withdraws}
	switch a := c.Account; {
	case a == nil || a.Mode() == bots.Observe:
		return "observe"
	case a.Suspect != "":
		return "suspect"
	case c.Measure.Over():
		return "too-long"
	case len(c.Preview.Problems) > 0:
		return "plan"
	case g.halt != nil && g.halt.Stops(it):
		return "halted"
	}
	return ""
}

// sort puts copies with the same text together.
func (s *Sheaf) sort(copies []Copy) {
	units := map[string]bool{}
	for _, c := range copies {
		units[c.Unit] = true
	}
	at := map[string]int{}
	for _, c := range copies {
		if c.Draft.State != bots.DraftAwaiting {
			s.Settled = append(s.Settled, c)
			continue
		}
		if len(units) == 1 { // it reads better where it stands
			c.Unit = ""
		}
		l, key := letter(c)
		i, ok := at[key]
		if !ok {
			i = len(s.Letters)
			at[key], s.Letters = i, append(s.Letters, l)
		}
		s.Letters[i].Copies = append(s.Letters[i].Copies, c)
	}
}

// letter is what a copy shares with others; key is the same only for the same.
func letter(c Copy) (l Letter, key string) {
	d := c.Draft
	l = Letter{Title: d.Title, Pieces: pieces(d.Text, c.Code, c.Unit), Extras: d.Extras, NotBefore: d.NotBefore, Expires: d.Expires}
	if d.Withdraws != "" {
		l.Title, l.Pieces, l.Reason = "", pieces(d.PostText, c.Code, c.Unit), d.Text
	}
	return l, fmt.Sprintf("%q %q %q %+v %v %v", l.Title, l.Pieces, l.Reason, l.Extras, l.NotBefore.UTC(), l.Expires.UTC())
}

// pieces takes a text apart at the places of what is an account's own.
func pieces(text, code, unit string) (out []Piece) {
	for text != "" {
		at, own := len(text), Place("")
		for _, p := range []Place{PlaceCode, PlaceUnit} {
			words := map[Place]string{PlaceCode: code, PlaceUnit: unit}[p]
			if n := strings.Index(text, words); words != "" && n >= 0 && n < at {
				at, own = n, p
			}
		}
		if at > 0 {
			out = append(out, Piece{Text: text[:at]})
		}
		switch own {
		case PlaceCode:
			at += len(code)
		case PlaceUnit:
			at += len(unit)
		}
		if own != "" {
			out = append(out, Piece{Place: own})
		}
		text = text[at:]
	}
	return out
}

// Ticked is a draft that an officer ticks, as it was shown to them.
type Ticked struct {
	Draft string `json:"draft"`
	Seen  uint64 `json:"seen"` // its version
	Seal  string `json:"seal"` // over everything the approval binds to
}

// Approvals are the decisions that approve what an officer ticked, one for each account and each over exactly what
// was shown. It refuses what does not stand in the sheaf, and what does not say how it was shown.
func (s Sheaf) Approvals(ticked []Ticked) (all []bots.Decision, err error) {
	ids := drafts(s.Bulletin, s.Taking)
	for _, t := range ticked {
		if !slices.Contains(ids, t.Draft) { // promise 1
			return nil, &record.Refusal{Code: "not-on-page", Message: fmt.Sprintf("%s does not stand here: nothing was approved", t.Draft)}
		}
		if t.Seen == 0 || t.Seal == "" { // promise 1
			return nil, &record.Refusal{Code: "not-on-page", Message: fmt.Sprintf("%s does not say how it was shown: nothing was approved", t.Draft)}
		}
		all = append(all, bots.Decision{
			Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: t.Draft}, Seen: t.Seen, Fields: map[string]string{"seal": t.Seal},
		})
	}
	return all, nil
}
