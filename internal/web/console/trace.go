package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// storyPage is a message's whole story on one screen.
type storyPage struct {
	*view.Story
	Asked string
	Said  []segment // what was heard, with what matched
	From  string
}

// ask is the box for a code.
func (c *Console) ask(v *visit) error {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	if code := strings.TrimSpace(v.r.URL.Query().Get("code")); code != "" {
		return v.to("/why/" + url.PathEscape(code))
	}
	return c.show(v, "why", "追溯", "why", storyPage{})
}

// eventPage is one thing that happened, for an officer whom an alarm sends there.
type eventPage struct {
	*bots.Event
	Said []segment
	From string
	Tape *record.Tape
	*bots.Decision
}

// Came is what a decision came to, in a sentence.
func (p eventPage) Came() string {
	switch {
	case p.State == bots.EventPending:
		return "已收下，正在处理。本页每5秒自动更新。"
	case p.Result == nil:
		return ""
	case p.Result.Status == bots.Refused:
		return "没有执行：" + sentence(p.Verb, p.Result.Code, p.Result.Message)
	}
	return "已执行。"
}

// Refused says whether a guard refused the decision.
func (p eventPage) Refused() bool { return p.Result != nil && p.Result.Status == bots.Refused }

func (c *Console) event(v *visit) error {
	e, err := record.Fetch[bots.Event](v.ctx(), c.desk, v.id())
	if err != nil || !view.Sees(v.officer, e) {
		return cmp.Or(may(v, bots.KindEvent), err, errNotYours)
	}
	p := eventPage{Event: e}
	switch b := e.Body.(type) {
	case *bots.Heard:
		p.Said, p.From = segments(b.Text, spansOf(b.Hits)), b.From.Handle
	case *bots.Decision:
		p.Decision = b
	}
	if p.Tape, err = record.Fetch[record.Tape](v.ctx(), c.desk, e.ID); err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	return c.show(v, "event", "事件", "front", p)
}

func (c *Console) eventSeen(v *visit) error {
	d := bots.Decision{Verb: bots.AcknowledgeAll, On: on(bots.KindEvent, v.id()), Seen: v.seen()}
	back := "/events/" + url.PathEscape(v.id())
	return c.decide(v, d, back, "/", "已记为查看过，记录在案。")
}

func (c *Console) why(v *visit) error {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	code := v.r.PathValue("code")
	story, err := view.Why(v.ctx(), c.desk, c.station, code)
	if errors.Is(err, record.ErrNotFound) {
		n := &notice{Text: "没有这个核对码或回执编号。请对照原文再输入一次；若信息自称是我们发的却查不到，很可能是冒充，请留存证据。", Bad: true}
		return c.showAs(v, http.StatusNotFound, "why", "追溯", "why", n, storyPage{Asked: code})
	}
	if err != nil {
		return err
	}
	p := storyPage{Story: story, Asked: story.Code}
	if story.Event != nil {
		if h, ok := story.Event.Body.(*bots.Heard); ok {
			p.Said, p.From = segments(h.Text, spansOf(h.Hits)), h.From.Handle
		}
	}
	return c.show(v, "why", "追溯 "+story.Code, "why", p)
}
