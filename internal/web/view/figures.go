package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Counted is one thing that is counted.
type Counted string

// What is counted. Warnings are counted by when they were proposed, and with what has become of them by now;
// answers, bulletins and flags by when they left.
const (
	Bulletins        Counted = "bulletins"         // that came out, on each account
	Reports          Counted = "reports"           // that people made
	Emergencies      Counted = "emergencies"       // reports of danger to life or moving money
	AnswersSent      Counted = "answers"           // messages that reached people who had written
	Clues            Counted = "clues"             // posts that were found
	Clusters         Counted = "clusters"          // near-duplicate clues, one card
	WarningsProposed Counted = "warnings-proposed" // private warnings
	WarningsApproved Counted = "warnings-approved"
	WarningsRejected Counted = "warnings-rejected"
	WarningsSent     Counted = "warnings-sent"
	PostsRemoved     Counted = "posts-removed" // after a warning
	Flags            Counted = "flags"         // posts reported to their platform's moderators
	HandoffsMade     Counted = "handoffs"
	HandoffsAnswered Counted = "handoffs-answered"
	Asked            Counted = "rectifications" // letters to operators of sites
	PutRight         Counted = "rectifications-fixed"
	Waited           Counted = "waited"     // people who waited for a person's answer
	MissedPromise    Counted = "missed"     // of them, for longer than was promised
	HalfWithin       Counted = "half-s"     // seconds that half of those answered did not wait longer than
	MostWithin       Counted = "nine-in-10" // the same of nine tenths
)

// Everything is all that is counted, in the order in which they are shown.
func Everything() []Counted {
	return []Counted{
		Bulletins, Reports, Emergencies, AnswersSent, Waited, MissedPromise, HalfWithin, MostWithin, Clues, Clusters,
		WarningsProposed, WarningsApproved, WarningsRejected, WarningsSent, PostsRemoved, Flags, HandoffsMade, HandoffsAnswered, Asked, PutRight,
	}
}

// Period is what figures are asked of: from From, to before To.
type Period struct {
	Name     string    `json:"name,omitempty"` // of a campaign
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Compared bool      `json:"compared"` // with as long a time just before
}

// longestPeriod bounds how much one question reads.
const longestPeriod = 366 * 24 * time.Hour

// PeriodOf reads two days in China, both within the period; left out: the month so far.
func PeriodOf(from, to string, now time.Time) (p Period, err error) {
	today := now.In(china)
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, china).Format(time.DateOnly)
	if p.From, err = dayIn(cmp.Or(from, first)); err != nil {
		return p, err
	}
	if p.To, err = dayIn(cmp.Or(to, today.Format(time.DateOnly))); err != nil {
		return p, err
	}
	p.To = p.To.AddDate(0, 0, 1)
	if !p.From.Before(p.To) || p.To.Sub(p.From) > longestPeriod {
		return p, &PeriodError{from + " .. " + to}
	}
	return p, nil
}

func dayIn(s string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, china)
	if err != nil {
		return t, &PeriodError{s}
	}
	return t, nil
}

// PeriodError says that days are none, in the wrong order or more than a year apart.
type PeriodError struct{ Got string }

func (e *PeriodError) Error() string {
	return fmt.Sprintf("%q: give days such as 2026-11-01, the first before the last, at most 366 days", e.Got)
}

// Last is the last day of the period.
func (p Period) Last() time.Time { return p.To.AddDate(0, 0, -1).In(china) }

// Before is as long a time just before the period.
func (p Period) Before() time.Time { return p.From.Add(-p.To.Sub(p.From)) }

// Figures are counts of a period. They name accounts and units, and nobody.
type Figures struct {
	Period
	Whole      FigureLine       `json:"whole"` // with what belongs to no account
	Units      []FigureLine     `json:"units"`
	Accounts   []FigureLine     `json:"accounts"`
	Categories []CategoryFigure `json:"categories"` // of clues
}

// FigureLine is what was counted of one account, or of all of a unit's. Before is empty when nothing is compared.
type FigureLine struct {
	Unit    string          `json:"unit,omitempty"`
	Account string          `json:"account,omitempty"`
	Now     map[Counted]int `json:"now"`
	Before  map[Counted]int `json:"before,omitempty"`
}

// CategoryFigure is how many clues of a category were found.
type CategoryFigure struct {
	Category bots.Category `json:"category"`
	Now      int           `json:"now"`
	Before   int           `json:"before"`
}

// Change is by how much a figure rose in percent; ok is false when there is nothing to compare with.
func (l FigureLine) Change(m Counted) (percent int, ok bool) {
	was := l.Before[m]
	if was == 0 {
		return 0, false
	}
	return (l.Now[m] - was) * 100 / was, true
}

// FiguresOf counts what is on record of a period. Each kind is walked once, from the day on which the period, or
// the one it is compared with, begins. What was erased since is counted where its head still tells what it was:
// answers in erased conversations are not.
func FiguresOf(ctx context.Context, s record.Reader, p Period, now time.Time) (*Figures, error) {
	accounts, err := EveryAccount(ctx, s)
	if err != nil {
		return nil, err
	}
	c := &counter{ctx: ctx, s: s, p: p, now: now, of: map[string]*pair{}, categories: map[bots.Category]*CategoryFigure{}}
	if err := c.all(); err != nil {
		return nil, err
	}
	return c.figures(accounts), nil
}

// EveryAccount reads all accounts, however many there are.
func EveryAccount(ctx context.Context, s record.Reader) ([]*bots.Account, error) {
	var all []*bots.Account
	for after := ""; ; {
		page, err := List[bots.Account](ctx, s, record.Query{After: after, Limit: pageOfFigures})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < pageOfFigures {
			return all, nil
		}
		after = page[len(page)-1].ID
	}
}

const pageOfFigures = 500

// pair is what is counted of one account in the period and before.
type pair struct{ now, before *counts }

type counts struct {
	n    map[Counted]int
	took []time.Duration
}

func newCounts() *counts { return &counts{n: map[Counted]int{}} }

// counter goes through the records.
type counter struct {
	ctx        context.Context //nolint:containedctx // of one question, which ends with it
	s          record.Reader
	p          Period
	now        time.Time
	of         map[string]*pair
	categories map[bots.Category]*CategoryFigure
}

// at is where something of an account counts that happened then; nil: outside.
func (c *counter) at(account string, then time.Time) *counts {
	inside := !then.Before(c.p.From) && then.Before(c.p.To)
	if !inside && (!c.p.Compared || then.Before(c.p.Before()) || !then.Before(c.p.From)) {
		return nil
	}
	of := c.of[account]
	if of == nil {
		of = &pair{newCounts(), newCounts()}
		c.of[account] = of
	}
	if inside {
		return of.now
	}
	return of.before
}

func (c *counter) add(account string, then time.Time, which ...Counted) {
	if to := c.at(account, then); to != nil {
		for _, m := range which {
			to.n[m]++
		}
	}
}

// accountOf is the account of a record, which its stream still tells when the body is erased.
func accountOf(account, stream string) string {
	if account != "" {
		return account
	}
	if part := strings.SplitN(stream, "/", 3); len(part) == 3 {
		return part[1] // conv/city/..., post/city/...
	}
	return ""
}

// figures sums up.
func (c *counter) figures(accounts []*bots.Account) *Figures {
	f := &Figures{Period: c.p}
	unit, internal := map[string]string{}, map[string]bool{}
	for _, a := range accounts {
		unit[a.ID], internal[a.ID] = a.Unit, a.Internal
		if c.of[a.ID] == nil && !a.Internal {
			c.of[a.ID] = &pair{newCounts(), newCounts()}
		}
	}
	whole, units := &pair{newCounts(), newCounts()}, map[string]*pair{}
	for id, of := range c.of {
		if internal[id] {
			continue // it reaches our own officers only
		}
		whole.join(of)
		if id == "" {
			continue // clusters and letters to sites, which belong to the station
		}
		if units[unit[id]] == nil {
			units[unit[id]] = &pair{newCounts(), newCounts()}
		}
		units[unit[id]].join(of)
		f.Accounts = append(f.Accounts, c.line(unit[id], id, of))
	}
	f.Whole = c.line("", "", whole)
	for name, of := range units {
		f.Units = append(f.Units, c.line(name, "", of))
	}
	for _, one := range c.categories {
		f.Categories = append(f.Categories, *one)
	}
	f.sort()
	return f
}

func (f *Figures) sort() {
	by := func(a, b FigureLine) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Account, b.Account))
	}
	slices.SortFunc(f.Accounts, by)
	slices.SortFunc(f.Units, by)
	slices.SortFunc(f.Categories, func(a, b CategoryFigure) int {
		return cmp.Or(cmp.Compare(b.Now, a.Now), cmp.Compare(a.Category, b.Category))
	})
}

func (p *pair) join(other *pair) {
	p.now.join(other.now)
	p.before.join(other.before)
}

func (c *counts) join(other *counts) {
	for m, n := range other.n {
		c.n[m] += n
	}
	c.took = append(c.took, other.took...)
}

func (c *counter) line(unit, account string, of *pair) FigureLine {
	l := FigureLine{Unit: unit, Account: account, Now: of.now.sum()}
	if c.p.Compared {
		l.Before = of.before.sum()
	}
	return l
}

// sum is the counts with how long people waited.
func (c *counts) sum() map[Counted]int {
	slices.Sort(c.took)
	if len(c.took) > 0 {
		c.n[HalfWithin] = int(rank(c.took, 50).Round(time.Second) / time.Second)
		c.n[MostWithin] = int(rank(c.took, 90).Round(time.Second) / time.Second)
	}
	return c.n
}

// Table is the figures as rows for a spreadsheet, the first the header: what is counted in the words of name,
// of everything, of each unit and of each account. Where nothing is compared the last column is empty.
func (f *Figures) Table(header [5]string, name func(Counted) string) [][]string {
	rows := [][]string{header[:]}
	add := func(l FigureLine) {
		for _, m := range Everything() {
			before := ""
			if f.Compared {
				before = fmt.Sprint(l.Before[m])
			}
			rows = append(rows, []string{l.Unit, l.Account, name(m), fmt.Sprint(l.Now[m]), before})
		}
	}
	add(f.Whole)
	for _, all := range [][]FigureLine{f.Units, f.Accounts} {
		for _, l := range all {
			add(l)
		}
	}
	return rows
}
