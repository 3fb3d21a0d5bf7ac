package console

import (
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
}

func (c *Console) event(v *visit) error {
	if err := may(v, bots.KindEvent); err != nil {
		return err
	}
	e, err := record.Fetch[bots.Event](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	p := eventPage{Event: e}
	if h, ok := e.Body.(*bots.Heard); ok {
		p.Said, p.From = segments(h.Text, spansOf(h.Hits)), h.From.Handle
	}
	if p.Tape, err = record.Fetch[record.Tape](v.ctx(), c.desk, e.ID); err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	return c.show(v, "event", "事件", "front", p)
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
