package console

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// answer is what a decision has come to, as far as it is known.
type answer struct {
	made    []bots.Target
	refused string  // the sentence to show; empty: not refused
	code    string  // of the refusal
	later   *notice // accepted and not decided yet: where it will be seen
}

// submit hands a decision to the engine in the officer's name. What a guard refuses comes
// back as the sentence to show; an error is the machine's.
func (c *Console) submit(v *visit, d bots.Decision) (answer, error) {
	d.Officer = v.officer.ID
	res, err := c.desk.Submit(v.ctx(), d, formKey(v))
	var refusal *record.Refusal
	switch {
	case errors.As(err, &refusal):
		return answer{refused: sentence(d.Verb, refusal.Code, refusal.Message)}, nil
	case errors.Is(err, record.ErrConflict):
		return answer{refused: sentence(d.Verb, "changed", "")}, nil
	case errors.Is(err, context.DeadlineExceeded):
		return answer{refused: notTaken}, nil
	case err != nil:
		return answer{}, fmt.Errorf("submit %s on %s: %w", d.Verb, d.On, err)
	case res.Status == bots.Refused:
		return answer{refused: sentence(d.Verb, res.Code, res.Message), code: res.Code}, nil
	case res.Status != bots.Applied:
		return answer{later: pending(res)}, nil
	}
	return answer{made: res.Made}, nil
}

// publicWords refuses a text for everybody that repeats what a reporter wrote.
const publicWords = "public-words"

// formKey names the form that was sent: sent twice, it gets the first outcome.
func formKey(v *visit) string { return "web/" + v.nonce }

const (
	notTaken = "系统忙，没能确认是否已收下。请刷新本页看看；若没有变化，再提交一次。"
	accepted = "已收下，系统正在处理，不会丢，也不会重复执行。"
)

// pending tells where a decision will be seen that is accepted and not decided yet.
func pending(res bots.Result) *notice {
	n := &notice{Text: accepted}
	for _, t := range res.Made {
		if t.Kind == bots.KindEvent {
			n.Link, n.Words = "/events/"+url.PathEscape(t.ID), "看处理结果"
		}
	}
	return n
}

// decide submits, then goes to after with done on top of it, or back with the refusal.
func (c *Console) decide(v *visit, d bots.Decision, back, after, done string) error {
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		c.say(v, notice{Text: a.refused, Bad: true})
		return v.to(back)
	}
	return c.done(v, a, after, notice{Text: done})
}

// done goes on to the page where a decision shows, and says that it is made, or that it will be.
func (c *Console) done(v *visit, a answer, after string, n notice) error {
	if a.later != nil {
		n = *a.later
	}
	c.say(v, n)
	return v.to(after)
}

func on(kind bots.RecordKind, id string) bots.Target { return bots.Target{Kind: kind, ID: id} }

// notice is one sentence on top of the next page.
type notice struct {
	Text        string
	Bad         bool
	Link, Words string // where to read on
}

const (
	keyNotice      = "notice"
	keyNoticeBad   = "noticeBad"
	keyNoticeLink  = "noticeLink"
	keyNoticeWords = "noticeWords"
)

// say keeps a notice for the next page of this session.
func (c *Console) say(v *visit, n notice) {
	s := c.door.Sessions()
	s.Put(v.ctx(), keyNotice, n.Text)
	s.Put(v.ctx(), keyNoticeBad, n.Bad)
	s.Put(v.ctx(), keyNoticeLink, n.Link)
	s.Put(v.ctx(), keyNoticeWords, n.Words)
}

func (c *Console) heard(v *visit) *notice {
	s := c.door.Sessions()
	text := s.GetString(v.ctx(), keyNotice)
	if text == "" {
		return nil
	}
	n := &notice{Text: text, Bad: s.GetBool(v.ctx(), keyNoticeBad), Link: s.GetString(v.ctx(), keyNoticeLink), Words: s.GetString(v.ctx(), keyNoticeWords)}
	for _, k := range []string{keyNotice, keyNoticeBad, keyNoticeLink, keyNoticeWords} {
		s.Remove(v.ctx(), k)
	}
	return n
}
