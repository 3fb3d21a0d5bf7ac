package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// commit applies one event's effects inside one transaction.
type commit struct {
	e        *Engine
	tx       record.Tx
	ev       *bots.Event // as stored
	conv     *bots.Conversation
	now      time.Time // the event's own time
	bot      string    // whose effect is being applied
	who      string    // the officer who decides; empty: a bot
	made     []bots.Target
	replied  bool
	urgent   bool           // an emergency card is among the proposals
	alerted  bool           // the duty officers were rung for it
	released bool           // the outbox has something to look at
	items    []*record.Item // that came of it
	timed    bool           // a reminder or errand came of it
}

func (e *Engine) newCommit(tx record.Tx, ev *bots.Event, conv *bots.Conversation) *commit {
	c := &commit{e: e, tx: tx, now: ev.Accepted}
	stored := *ev
	c.ev = &stored
	if conv != nil {
		own := *conv // the closure may run twice
		c.conv = &own
	}
	return c
}

// all checks that what was read still holds, applies every effect and marks the event.
func (c *commit) all(p *proposal) error {
	if err := c.begin(); err != nil {
		return err
	}
	if err := c.unchanged(p.tape); err != nil {
		return err
	}
	if c.conv != nil {
		if err := c.goOn(); err != nil {
			return err
		}
		if err := c.keepConversation(p); err != nil {
			return err
		}
	}
	if err := c.book(); err != nil {
		return err
	}
	if err := c.countStaff(); err != nil {
		return err
	}
	c.noteAudit()
	c.urgent = p.emergency()
	for _, x := range p.effects {
		c.bot = x.bot
		if err := c.apply(x.effect); err != nil {
			return &fault{x.bot, x.effect, err}
		}
	}
	if len(p.failed) > 0 {
		raise(c.tx, c.ev, "自动程序出错："+strings.Join(p.failed, "; "), bots.Target{Kind: bots.KindEvent, ID: c.ev.ID})
	}
	if err := c.keepTape(p); err != nil {
		return err
	}
	return c.finish(p)
}

// keepConversation stores the conversation as it stands with this event. A report that is about
// to be opened stores it once more, and is waited for.
func (c *commit) keepConversation(p *proposal) error {
	opens := slices.ContainsFunc(p.effects, func(x proposed) bool { _, ok := x.effect.(bots.OpenReport); return ok })
	if opens {
		return nil
	}
	return c.tx.Put(c.conv)
}

// begin makes sure the event is still undecided.
func (c *commit) begin() error {
	stored, err := record.HeadOf(c.tx, bots.KindEvent, c.ev.ID)
	if err != nil {
		return err
	}
	if stored.State != bots.EventPending { // promise 5
		return errDone
	}
	if stored.Erased { // promise 15
		return errErased
	}
	c.ev.Head = stored
	return nil
}

// unchanged refuses a decision on records that have moved since.
func (c *commit) unchanged(tape []record.Read) error {
	for _, r := range tape {
		now, err := c.version(r)
		if err != nil {
			return err
		}
		if now != r.Version { // promise 16
			return fmt.Errorf("%s: %w", r.Ask, record.ErrConflict)
		}
	}
	return nil
}

// version is what a taped question would find now; 0 for nothing and for questions
// whose answers are advisory.
func (c *commit) version(r record.Read) (uint64, error) {
	verb, rest, _ := strings.Cut(r.Ask, " ")
	kind, id := bots.KindConversation, c.ev.Stream
	switch verb {
	case "get":
		k, name, _ := strings.Cut(rest, " ")
		kind, id = bots.RecordKind(k), name
	case "conversation":
	default:
		return r.Version, nil
	}
	h, err := record.HeadOf(c.tx, kind, id)
	if errors.Is(err, record.ErrNotFound) {
		return 0, nil
	}
	return h.Version, err
}

// keepTape stores what was read and proposed, so that the decision can be replayed.
func (c *commit) keepTape(p *proposal) error {
	if len(p.said) == 0 {
		return nil
	}
	t := &record.Tape{Reads: p.tape, Effects: p.said}
	if tooLong(t) {
		t.Reads = nil // too much was read to keep: the decision stands, a replay reads anew
	}
	t.Head = bots.Head{ID: c.ev.ID, Subject: c.ev.Subject, Stream: c.ev.Stream, State: "kept", Created: c.now, Updated: c.now}
	return c.tx.Put(t)
}

// tooLong says whether a tape is longer than the store takes. Most are so short that it needs no
// encoding to see that they are not.
func tooLong(t *record.Tape) bool {
	n := 0
	for _, r := range t.Reads {
		n += 2*len(r.Answer) + 6*len(r.Ask) + len(r.Bot) + 100
	}
	for _, e := range t.Effects {
		n += 6*len(e) + 10
	}
	if n <= maxTape {
		return false
	}
	b, _ := json.Marshal(t)
	return len(b) > maxTape
}

const maxTape = 60 << 10

func lines(effects []proposed) []string {
	out := make([]string, len(effects))
	for i, x := range effects {
		out[i] = fmt.Sprintf("%s %s %s", x.bot, strings.TrimPrefix(fmt.Sprintf("%T", x.effect), "bots."), mustJSON(x.effect))
	}
	return out
}

func (c *commit) finish(p *proposal) error {
	c.ev.State, c.ev.Updated = bots.EventDecided, c.now
	c.ev.Result = &bots.Result{Status: bots.Applied, Made: c.made}
	if len(p.failed) > 0 && len(p.effects) == 0 {
		c.ev.State = bots.EventParked
		c.ev.Result = &bots.Result{Status: bots.Refused, Code: "parked", Message: clip(strings.Join(p.failed, "; "), maxWhy)}
	}
	return c.tx.Put(c.ev)
}

// apply turns one effect into records.
func (c *commit) apply(x bots.Effect) error {
	switch x := x.(type) {
	case bots.Reply:
		if err := c.reply(x); err != nil {
			return err
		}
		return c.alert(x)
	case bots.OpenReport:
		return c.openReport(x)
	case bots.AddLine:
		return c.addLine(x.Report)
	case bots.FillSlot:
		return c.fillSlot(x)
	case bots.OpenClue:
		return c.openClue(x)
	case bots.ProposeWarning:
		return c.proposeWarning(x)
	case bots.FollowUp:
		return c.followUp(x)
	case bots.Appeal:
		return c.appeal(x)
	case bots.WithdrawWarning:
		return c.withdrawWarning(x)
	case bots.ProposeBulletin:
		return c.proposeBulletin(x)
	case bots.KeepFigures:
		return c.keepFigures(x)
	case bots.Release:
		return c.releaseBulletin(x.Bulletin)
	case bots.Miss:
		return c.miss(x)
	case bots.Escalate:
		raise(c.tx, c.ev, x.Why, c.about(x.About))
		return nil
	case bots.Count:
		return c.count(x.Name)
	case bots.StartWait:
		return c.startWait(x)
	case bots.EndWait:
		return c.answeredWait(x)
	case bots.Notify:
		if x.Urgent {
			return c.alertFor(x)
		}
		return c.notify(x)
	case bots.Remind:
		return c.remind(x)
	case bots.Cancel:
		return c.cancel(x.Key)
	case bots.Fetch:
		return c.errand(x)
	case bots.Remember:
		return c.remember(x)
	case bots.Share:
		return c.share(x)
	case bots.Unshare:
		return c.unshare(x)
	case bots.NoteCheck:
		return c.noteCheck(x)
	case bots.JoinCluster:
		return c.joinCluster(x)
	case bots.JoinNear:
		return c.joinNear(x)
	}
	return fmt.Errorf("the engine knows no effect %T", x)
}

func (c *commit) about(t bots.Target) bots.Target {
	if t.ID == "" {
		return bots.Target{Kind: bots.KindEvent, ID: c.ev.ID}
	}
	return t
}

func (c *commit) heard() (*bots.Heard, error) {
	h, ok := c.ev.Body.(*bots.Heard)
	if !ok {
		return nil, fmt.Errorf("a %s event was said by nobody", c.ev.Kind)
	}
	return h, nil
}

func (c *commit) audit(did string, on bots.Target, code, detail string) {
	who := c.who
	if who == "" {
		who = "bot:" + c.bot
	}
	c.tx.Audit(record.AuditEntry{At: c.now, Who: who, Did: did, On: on, Code: code, Detail: detail, Event: c.ev.ID})
}

// head starts a record that belongs to the event's stream.
func (c *commit) head(id, state string) bots.Head {
	return bots.Head{ID: id, Subject: c.ev.Subject, Stream: c.ev.Stream, State: state, Created: c.now, Updated: c.now}
}

func (c *commit) put(r bots.Record) error {
	c.made = append(c.made, bots.Target{Kind: r.RecordKind(), ID: r.Meta().ID})
	return c.tx.Put(r)
}

const (
	maxLines    = 100
	maxLineText = 24 << 10 // bytes of JSON, over all lines
	mostBefore  = 8        // lines from before a report
	maxBefore   = 512      // bytes of each
)

func (c *commit) openReport(x bots.OpenReport) error {
	h, err := c.heard()
	if err != nil {
		return err
	}
	r := &bots.Report{
		Head: c.head(x.ID, "open"), Account: c.ev.Account, Conversation: c.ev.Stream, Slots: x.Slots,
		Emergency: x.Emergency, Bot: c.bot, Lines: append(before(x.Before), c.line(h)),
	}
	if r.Reference, err = c.receipt(bots.Target{Kind: bots.KindReport, ID: x.ID}); err != nil {
		return err
	}
	if c.conv != nil {
		c.conv.Report = x.ID
		if err := c.tx.Put(c.conv); err != nil {
			return err
		}
	}
	c.audit("open-report", bots.Target{Kind: bots.KindReport, ID: x.ID}, r.Reference, "")
	return errors.Join(c.tieToSite(h, x.ID), c.put(r))
}

// before bounds what was written before the message that opens a report.
func before(lines []bots.Line) (kept []bots.Line) {
	for _, l := range lines[:min(len(lines), mostBefore)] {
		l.Text = clip(l.Text, maxBefore)
		kept = append(kept, l)
	}
	return kept
}

func (c *commit) line(h *bots.Heard) bots.Line {
	return bots.Line{Event: c.ev.ID, At: c.ev.Occurred, Text: clip(h.Text, maxLineText/2)}
}

func (c *commit) addLine(report string) error {
	h, err := c.heard()
	if err != nil {
		return err
	}
	r, err := record.Load[bots.Report](c.tx, report)
	if err != nil {
		return err
	}
	l := c.line(h)
	size := encodedLen(l.Text)
	for _, old := range r.Lines {
		size += encodedLen(old.Text)
	}
	if len(r.Lines) >= maxLines || size > maxLineText {
		r.More++
	} else {
		r.Lines = append(r.Lines, l)
	}
	r.Updated = c.now
	return c.tx.Put(r)
}

func (c *commit) fillSlot(x bots.FillSlot) error {
	r, err := record.Load[bots.Report](c.tx, x.Report)
	if err != nil {
		return err
	}
	if r.Slots == nil {
		r.Slots = map[string]string{}
	}
	if r.Slots[x.Slot], r.Updated = x.Value, c.now; x.Value == "" {
		delete(r.Slots, x.Slot)
	}
	return c.tx.Put(r)
}

func (c *commit) openClue(x bots.OpenClue) error {
	h, err := c.heard()
	if err != nil {
		return err
	}
	if !x.Category.Valid() { // promise 8
		return fmt.Errorf("category %q is not on the closed list", x.Category)
	}
	clue := &bots.Clue{
		Head: c.head(x.ID, bots.ClueOpen), Account: c.ev.Account, Post: h.Ref, URL: h.URL, Author: h.From, Text: h.Text,
		Evidence: bots.Evidence(h.Ref, h.From.ID, h.Text, h.Edited), Category: x.Category, Stance: x.Stance,
		Hits: x.Hits, Cluster: x.Cluster, Bot: c.bot, Edited: h.Edited, Seen: c.now,
	}
	c.audit("open-clue", bots.Target{Kind: bots.KindClue, ID: x.ID}, "", string(x.Category))
	if err := c.cluster(clue); err != nil {
		return err
	}
	return c.put(clue)
}

func (c *commit) proposeWarning(x bots.ProposeWarning) error {
	clue, err := record.Load[bots.Clue](c.tx, x.Clue)
	if err != nil {
		return err
	}
	if clue.Stance != bots.Asserting { // promise 9
		return fmt.Errorf("the post of clue %s is %s: its author is never warned", clue.ID, clue.Stance)
	}
	w := &bots.Warning{
		Head: c.head(x.ID, bots.WarningProposed), Clue: clue.ID, Account: c.ev.Account, Category: clue.Category,
		Why: x.Why, Rule: x.Rule, Rev: x.Rev, Spans: x.Spans, Post: clue.Post, Draft: x.ID + ".draft",
	}
	d := &bots.Draft{
		Head: c.head(w.Draft, ""), Purpose: bots.ForWarning, Account: c.ev.Account, Channel: adapters.Private, To: clue.Author,
		Template: x.Template, Vars: x.Vars, Evidence: clue.Evidence, Post: clue.Post, PostText: clue.Text,
		About: bots.Target{Kind: bots.KindWarning, ID: x.ID},
	}
	c.audit("propose-warning", d.About, "", fmt.Sprintf("%s rev %d", x.Rule, x.Rev))
	if err := c.put(w); err != nil {
		return err
	}
	return c.submit(d)
}

func (c *commit) followUp(x bots.FollowUp) error {
	w, err := record.Load[bots.Warning](c.tx, x.Warning)
	if err != nil {
		return err
	}
	if x.State != bots.WarningRemoved && x.State != bots.WarningKept {
		return fmt.Errorf("a follow-up finds a post %s or %s, not %q", bots.WarningRemoved, bots.WarningKept, x.State)
	}
	if !slices.Contains([]string{bots.WarningSent, bots.WarningKept}, w.State) {
		return nil
	}
	w.State, w.Updated = x.State, c.now
	c.audit("follow-up", bots.Target{Kind: bots.KindWarning, ID: w.ID}, "", x.State)
	return c.tx.Put(w)
}

func (c *commit) count(name string) error {
	t, err := record.Load[bots.Tally](c.tx, c.e.tallyID(name, c.now))
	if errors.Is(err, record.ErrNotFound) {
		t, err = &bots.Tally{Head: bots.Head{ID: c.e.tallyID(name, c.now), State: "day", Created: c.now}}, nil
	}
	if err != nil {
		return err
	}
	t.N++
	t.Updated = c.now
	return c.tx.Put(t)
}

const maxMemory = 4 << 10

func (c *commit) remember(x bots.Remember) error {
	if len(x.Value) > maxMemory {
		return fmt.Errorf("memory %q is %d bytes, at most %d are kept", x.Key, len(x.Value), maxMemory)
	}
	id := memoryID(c.ev.Stream, c.bot, x.Key)
	m, err := record.Load[bots.Memory](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		m, err = &bots.Memory{Head: c.head(id, "kept")}, nil
	}
	if err != nil {
		return err
	}
	m.Value, m.Updated = x.Value, c.now
	return c.tx.Put(m)
}

func (c *commit) remind(x bots.Remind) error {
	return c.wake(bots.Head{Subject: c.ev.Subject, Stream: c.ev.Stream}, c.bot, x.Key, orNow(x.At, c.now))
}

// wake sets a reminder of a bot in a stream.
func (c *commit) wake(in bots.Head, bot, key string, at time.Time) error {
	id := memoryID(in.Stream, bot, key)
	w, err := record.Load[record.Wake](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		w, err = &record.Wake{Head: bots.Head{ID: id, Subject: in.Subject, Stream: in.Stream, State: "waiting", Created: c.now}}, nil
	}
	if err != nil {
		return err
	}
	w.Bot, w.Key, w.Account, w.Cause, w.Due, w.Updated = bot, key, c.ev.Account, c.ev.ID, c.wall(at), c.now
	c.timed = true
	return c.tx.Put(w)
}

func (c *commit) cancel(key string) error {
	err := c.tx.Delete(record.KindWake, memoryID(c.ev.Stream, c.bot, key))
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	return err
}

func (c *commit) errand(x bots.Fetch) error {
	switch x.What {
	case bots.FetchMedia:
		return c.collect(x)
	case bots.FetchProof:
		return errors.New("only the engine looks for what was posted by hand")
	case bots.FetchBadge, bots.FetchAnchor, bots.FetchShift:
		return errors.New("only the engine looks for badges of partner sites, anchors the audit and follows the rota")
	}
	id := memoryID(c.ev.Stream, c.bot, x.Key)
	g, err := record.Load[record.Errand](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		g, err = &record.Errand{Head: bots.Head{ID: id, Subject: c.ev.Subject, Stream: c.ev.Stream, State: "waiting", Created: c.now}}, nil
	}
	if err != nil {
		return err
	}
	g.Bot, g.Key, g.Account, g.What, g.Ref, g.Cause, g.Tries = c.bot, x.Key, c.ev.Account, x.What, x.Ref, c.ev.ID, 0
	g.Due, g.Updated = c.wall(maxTime(x.At, c.now)), c.now
	c.timed = true
	return c.tx.Put(g)
}

// wall turns a moment of event time into what our clock will show then. Event time never goes
// back, so after the clock was set back by an hour it stands an hour ahead: without this every
// answer would wait for that hour.
func (c *commit) wall(at time.Time) time.Time {
	if ahead := time.Until(c.now); ahead > time.Second {
		return at.Add(-ahead)
	}
	return at
}

func orNow(at, now time.Time) time.Time {
	if at.IsZero() {
		return now
	}
	return at
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
