package console

import (
	"errors"
	"net/url"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// deadlined is somebody's waiting for a person, against the promise.
type deadlined struct{ *bots.Wait }

// Left says how long there is, or since when it is late.
func (d deadlined) Left(now time.Time) string {
	if now.After(d.Deadline) {
		return "已超时" + span(now.Sub(d.Deadline))
	}
	return "还剩" + span(d.Deadline.Sub(now))
}

// Overdue says whether the promise is broken.
func (d deadlined) Overdue(now time.Time) bool { return now.After(d.Deadline) }

// Took is how long they waited.
func (d deadlined) Took() string { return span(d.Ended.Sub(d.Since)) }

// HowWord says what ended it.
func (d deadlined) HowWord() string { return word(endedWords, d.How) }

var endedWords = map[string]string{bots.EndedReply: "民警答复", bots.EndedCall: "电话联系", bots.EndedClosed: "办结"}

// waitsPage shows who waits, who waited, and how the promise was kept.
type waitsPage struct {
	Promise string
	Running []deadlined
	Ended   []deadlined
	Days    []dayFigures
	Gists   map[string][]string // of who waits, by the wait's id
}

// dayFigures is a day in words.
type dayFigures struct{ view.WaitDay }

func (d dayFigures) Half() string { return spanOf(d.Answered, d.P50) }
func (d dayFigures) Most() string { return spanOf(d.Answered, d.P90) }

func spanOf(n int, t time.Duration) string {
	if n == 0 {
		return "—"
	}
	return span(t)
}

const (
	shownEnded = 50
	shownDays  = 14
)

func (c *Console) waitsPage(v *visit) error {
	if err := may(v, bots.KindWait); err != nil {
		return err
	}
	w, err := view.WaitsOf(v.ctx(), c.desk, v.now)
	if err != nil {
		return err
	}
	p := waitsPage{Promise: span(c.promise()), Gists: map[string][]string{}, Running: clocks(w.Running), Ended: clocks(w.Ended[:min(len(w.Ended), shownEnded)])}
	for _, d := range w.Days[:min(len(w.Days), shownDays)] {
		p.Days = append(p.Days, dayFigures{d})
	}
	for _, one := range w.Running {
		if p.Gists[one.ID], err = c.gistOf(v, one.Conversation); err != nil {
			return err
		}
	}
	return c.show(v, "waits", "等待答复", "reports", p)
}

func clocks(all []*bots.Wait) []deadlined {
	out := make([]deadlined, len(all))
	for i, w := range all {
		out[i] = deadlined{w}
	}
	return out
}

func (c *Console) promise() time.Duration {
	if c.station.Promise > 0 {
		return c.station.Promise
	}
	return view.DefaultPromise
}

// clockOf finds the clock that runs in a conversation; nil when none does.
func (c *Console) clockOf(v *visit, conv *bots.Conversation) (*deadlined, error) {
	if conv == nil || conv.Wait == "" {
		return nil, nil
	}
	w, err := record.Fetch[bots.Wait](v.ctx(), c.desk, conv.Wait)
	if errors.Is(err, record.ErrNotFound) || err == nil && w.State != bots.WaitRunning {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &deadlined{w}, nil
}

// talkBack is the page a form about a conversation was on.
func talkBack(v *visit) string {
	if r := v.value("report"); r != "" {
		return "/reports/" + url.PathEscape(r)
	}
	return conversationPath(v.id())
}

func (c *Console) takeTalk(v *visit) error {
	d := bots.Decision{Verb: bots.TakeTalk, On: on(bots.KindConversation, v.id())}
	return c.decide(v, d, talkBack(v), talkBack(v), "会话由您接手，自动答复已停。")
}

func (c *Console) giveTalk(v *visit) error {
	d := bots.Decision{Verb: bots.GiveTalk, On: on(bots.KindConversation, v.id())}
	return c.decide(v, d, talkBack(v), talkBack(v), "会话已交回，之后的来信照常自动接待。")
}

func (c *Console) logCall(v *visit) error {
	d := bots.Decision{Verb: bots.LogCall, On: on(bots.KindConversation, v.id()), Fields: map[string]string{"note": v.value("note")}}
	return c.decide(v, d, talkBack(v), talkBack(v), "通话已登记，算作民警答复。")
}
