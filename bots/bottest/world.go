// Package bottest is the test kit for authors of bots: facts in memory, a stand-in for
// what the engine does with effects, and dialogues as golden files.
//
// # Failure model
//
// Every helper that takes a [testing.TB] fails that test; nothing is retried. A bot is always
// asked twice, and two different answers fail the test, because a decision must be
// repeatable byte for byte.
package bottest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// World is what bots can know, kept in memory. It is not safe for concurrent use.
type World struct {
	records map[bots.RecordKind]map[string]bots.Record
	memory  map[string][]byte
	counts  map[string]int64
	wakes   []wake
}

// wake is a reminder that waits.
type wake struct {
	bot, stream string
	bots.Remind
}

// NewWorld returns a world that holds records.
func NewWorld(records ...bots.Record) *World {
	w := &World{records: map[bots.RecordKind]map[string]bots.Record{}, memory: map[string][]byte{}, counts: map[string]int64{}}
	w.Put(records...)
	return w
}

// Put adds records, or replaces those of the same kind and id.
func (w *World) Put(records ...bots.Record) {
	for _, r := range records {
		kind := r.RecordKind()
		if w.records[kind] == nil {
			w.records[kind] = map[string]bots.Record{}
		}
		w.records[kind][r.Meta().ID] = r
	}
}

// SetCount sets an advisory count.
func (w *World) SetCount(name string, n int64) { w.counts[name] = n }

// SetMemory sets what a bot remembers in a stream.
func (w *World) SetMemory(bot, stream, key string, value []byte) {
	w.memory[memoryKey(bot, stream, key)] = value
}

func memoryKey(bot, stream, key string) string { return bot + "\x00" + stream + "\x00" + key }

// Hear notes in the conversation that a person has written, as the engine does before it asks the bots.
func (w *World) Hear(e bots.Event) {
	h, ok := e.Body.(*bots.Heard)
	if !ok || e.Kind != bots.MessageHeard && e.Kind != bots.MenuPressed {
		return
	}
	w.conversation(e, func(c *bots.Conversation) { c.Last, c.LastHeard, c.Replies = h.Ref, e.Accepted, 0 })
}

// Due takes the first reminder that b asked for and that comes due by until.
func (w *World) Due(b bots.Bot, until time.Time) (r bots.Reminder, stream string, ok bool) {
	first := -1
	for i, x := range w.wakes {
		if x.bot == b.Name() && !x.At.After(until) && (first < 0 || x.At.Before(w.wakes[first].At)) {
			first = i
		}
	}
	if first < 0 {
		return bots.Reminder{}, "", false
	}
	x := w.wakes[first]
	w.wakes = slices.Delete(w.wakes, first, first+1)
	return bots.Reminder{Bot: x.bot, Key: x.Key, Due: x.At}, x.stream, true
}

// forget drops a reminder.
func (w *World) forget(b bots.Bot, stream, key string) {
	w.wakes = slices.DeleteFunc(w.wakes, func(x wake) bool { return x.bot == b.Name() && x.stream == stream && x.Key == key })
}

// Facts returns what bot may know when it decides on e.
func (w *World) Facts(b bots.Bot, e bots.Event) bots.Facts { return facts{w, b.Name(), e} }

type facts struct {
	*World
	bot string
	e   bots.Event
}

var _ bots.Facts = facts{}

func (f facts) Now() time.Time { return f.e.Accepted }

func (f facts) Account(id string) (bots.Account, bool) { return bots.Get[bots.Account](f, id) }

func (f facts) Record(kind bots.RecordKind, id string) (bots.Record, bool) {
	r, ok := f.records[kind][id]
	return r, ok
}

func (f facts) Remembered(key string) ([]byte, bool) {
	v, ok := f.memory[memoryKey(f.bot, f.e.Stream, key)]
	return slices.Clone(v), ok
}

func (f facts) Counted(name string) int64 { return f.counts[name] }

func (f facts) Find(kind bots.RecordKind, stream, state string, limit int) (ids []string) {
	for id, r := range f.records[kind] {
		h := r.Meta()
		if h.Stream == stream && (state == "" || h.State == state) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, strings.Compare)
	return ids[:min(limit, len(ids))]
}

// Alike holds the text against every clue that was not dismissed, and every bulletin that is out and refutes
// something.
func (f facts) Alike(text string, limit int) (all []bots.Alike) {
	if len(f.records[bots.KindClue])+len(f.records[bots.KindBulletin]) == 0 {
		return nil
	}
	folder := match.NewFolder()
	like := folder.Fold(text).Likeness()
	for _, r := range f.records[bots.KindClue] {
		c := r.(*bots.Clue)
		if p := like.Repeats(folder.Fold(c.Text).Likeness()); p > 0 && c.State != bots.ClueDismissed {
			all = append(all, bots.Alike{On: bots.Target{Kind: bots.KindCluster, ID: cmp.Or(c.Cluster, c.ID)}, Percent: p, Category: c.Category})
		}
	}
	for _, r := range f.records[bots.KindBulletin] {
		b := r.(*bots.Bulletin)
		for _, claim := range refuted(b) {
			if p := like.Repeats(folder.Fold(claim).Likeness()); p > 0 {
				all = append(all, bots.Alike{On: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Percent: p, Title: b.Title, Unit: "某市公安局", Code: "CODE-" + b.ID, At: b.Updated, Retold: !folder.Fold(text).Copies(folder.Fold(claim))})
				break
			}
		}
	}
	all = append(all, f.retold(folder, text, all)...)
	slices.SortFunc(all, func(a, b bots.Alike) int {
		return cmp.Or(cmp.Compare(b.Percent, a.Percent), strings.Compare(a.On.String(), b.On.String()))
	})
	return all[:min(limit, len(all))]
}

// retold holds a text that repeats no bulletin against what each of them refutes, in other words.
func (f facts) retold(folder *match.Folder, text string, all []bots.Alike) (one []bots.Alike) {
	if slices.ContainsFunc(all, func(a bots.Alike) bool { return a.On.Kind == bots.KindBulletin }) {
		return nil
	}
	for _, r := range f.records[bots.KindBulletin] {
		b := r.(*bots.Bulletin)
		if _, p := match.NewClaims(folder, refuted(b)).Like(folder.Fold(text)); p > 0 {
			one = append(one, bots.Alike{On: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Percent: p, Retold: true, Title: b.Title, Unit: "某市公安局", Code: "CODE-" + b.ID, At: b.Updated})
		}
	}
	return one
}

func refuted(b *bots.Bulletin) []string {
	if b.State != bots.BulletinReleased || b.Refutes == nil {
		return nil
	}
	return b.Refutes.Claims
}

// Apply does with effects roughly what the engine does, so that a dialogue can go on:
// reports, clues, warnings, memories and counts come to be, and a reply counts as sent.
func (w *World) Apply(b bots.Bot, e bots.Event, effects []bots.Effect) {
	for _, effect := range effects {
		w.apply(b, e, effect)
	}
}

func (w *World) apply(b bots.Bot, e bots.Event, effect bots.Effect) {
	switch x := effect.(type) {
	case bots.Remember:
		w.SetMemory(b.Name(), e.Stream, x.Key, x.Value)
	case bots.Count:
		w.counts[x.Name]++
	case bots.Remind:
		w.forget(b, e.Stream, x.Key)
		w.wakes = append(w.wakes, wake{b.Name(), e.Stream, x})
	case bots.Cancel:
		w.forget(b, e.Stream, x.Key)
	case bots.Reply:
		w.replied(e, x)
	case bots.OpenReport:
		w.Put(w.newReport(b, e, x))
		w.conversation(e, func(c *bots.Conversation) { c.Report = x.ID })
	case bots.AddLine:
		w.report(x.Report, func(r *bots.Report) { r.Lines = append(r.Lines, line(e)) })
	case bots.FillSlot:
		w.report(x.Report, func(r *bots.Report) { fill(r, x) })
	case bots.NoteCheck:
		w.report(x.Report, func(r *bots.Report) { r.NoteCheck(x, e.Accepted, e.ID) })
	case bots.OpenClue:
		w.Put(newClue(b, e, x))
	case bots.ProposeWarning:
		w.Put(&bots.Warning{Head: head(e, x.ID, bots.WarningProposed), Clue: x.Clue, Account: e.Account, Why: x.Why, Rule: x.Rule, Rev: x.Rev, Spans: x.Spans})
	case bots.Share:
		w.Put(&bots.Tie{Head: bots.Head{ID: x.What + "|" + e.Stream, Stream: x.What, State: "kept"}, On: bots.Target{Kind: bots.KindReport, ID: x.Report}})
	case bots.Unshare:
		delete(w.records[bots.KindTie], x.What+"|"+e.Stream)
	case bots.FollowUp:
		w.warning(x.Warning, x.State)
	case bots.Appeal:
		w.warning(x.Warning, bots.WarningAppealed)
	case bots.WithdrawWarning:
		w.warning(x.Warning, bots.WarningWithdrawn)
	}
}

// replied notes in the conversation and the report what a reply says.
func (w *World) replied(e bots.Event, x bots.Reply) {
	w.conversation(e, func(c *bots.Conversation) {
		if c.Answered, c.Replies = e.Accepted, c.Replies+1; x.Informs {
			c.Informed = e.Accepted
		}
	})
	w.report(x.Report, func(r *bots.Report) { r.NoteTold(x.Told, e.Accepted) })
}

func fill(r *bots.Report, x bots.FillSlot) {
	if r.Slots[x.Slot] = x.Value; x.Value == "" {
		delete(r.Slots, x.Slot)
	}
}

func (w *World) warning(id, state string) {
	if r, ok := w.records[bots.KindWarning][id]; ok {
		r.Meta().State = state
	}
}

func head(e bots.Event, id, state string) bots.Head {
	return bots.Head{ID: id, Stream: e.Stream, Subject: e.Stream, State: state, Created: e.Accepted, Updated: e.Accepted}
}

func line(e bots.Event) bots.Line {
	l := bots.Line{Event: e.ID, At: e.Accepted}
	if h, ok := e.Body.(*bots.Heard); ok {
		l.Text = h.Text
	}
	return l
}

func (w *World) newReport(b bots.Bot, e bots.Event, x bots.OpenReport) *bots.Report {
	slots := map[string]string{}
	for k, v := range x.Slots {
		slots[k] = v
	}
	return &bots.Report{
		Head: head(e, x.ID, "open"), Account: e.Account, Conversation: e.Stream, Reference: "R" + x.ID,
		Lines: append(slices.Clone(x.Before), line(e)), Slots: slots, Emergency: x.Emergency, Bot: b.Name(),
	}
}

func newClue(b bots.Bot, e bots.Event, x bots.OpenClue) *bots.Clue {
	c := &bots.Clue{Head: head(e, x.ID, "open"), Account: e.Account, Category: x.Category, Stance: x.Stance, Hits: x.Hits, Bot: b.Name(), Seen: e.Accepted}
	if h, ok := e.Body.(*bots.Heard); ok {
		c.Post, c.URL, c.Author, c.Text, c.Edited = h.Ref, h.URL, h.From, h.Text, h.Edited
		c.Evidence = bots.Evidence(h.Ref, h.From.ID, h.Text, h.Edited)
	}
	return c
}

// conversation changes the conversation e belongs to, if it belongs to one.
func (w *World) conversation(e bots.Event, change func(*bots.Conversation)) {
	if r, ok := w.records[bots.KindConversation][e.Stream]; ok {
		c := *r.(*bots.Conversation)
		change(&c)
		w.Put(&c)
	}
}

func (w *World) report(id string, change func(*bots.Report)) {
	if r, ok := w.records[bots.KindReport][id]; ok {
		change(r.(*bots.Report))
	}
}
