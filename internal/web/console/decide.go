package console

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// submit hands a decision to the engine in the officer's name. What a guard refuses comes
// back as the sentence to show; an error is the machine's.
func (c *Console) submit(v *visit, d bots.Decision) (res bots.Result, refused string, err error) {
	d.Officer = v.officer.ID
	res, err = c.desk.Submit(v.ctx(), d, "web/"+v.nonce)
	var refusal *record.Refusal
	switch {
	case errors.As(err, &refusal):
		return res, sentence(d.Verb, refusal.Code, refusal.Message), nil
	case errors.Is(err, record.ErrConflict):
		return res, sentence(d.Verb, "changed", ""), nil
	case errors.Is(err, context.DeadlineExceeded):
		return res, stillWorking, nil
	case err != nil:
		return res, "", fmt.Errorf("submit %s on %s: %w", d.Verb, d.On, err)
	case res.Status != bots.Applied && res.Status != bots.Refused:
		return res, stillWorking, nil
	case res.Status == bots.Refused:
		return res, sentence(d.Verb, res.Code, res.Message), nil
	}
	return res, "", nil
}

const stillWorking = "已收下，系统还在处理。请稍后刷新本页查看结果，不会重复执行。"

// decide submits, then goes to after with done on top of it, or back with the refusal.
func (c *Console) decide(v *visit, d bots.Decision, back, after, done string) error {
	_, refused, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if refused != "" {
		c.say(v, notice{Text: refused, Bad: true})
		return v.to(back)
	}
	c.say(v, notice{Text: done})
	return v.to(after)
}

func on(kind bots.RecordKind, id string) bots.Target { return bots.Target{Kind: kind, ID: id} }

// notice is one sentence on top of the next page.
type notice struct {
	Text string
	Bad  bool
}

const (
	keyNotice    = "notice"
	keyNoticeBad = "noticeBad"
)

// say keeps a notice for the next page of this session.
func (c *Console) say(v *visit, n notice) {
	s := c.door.Sessions()
	s.Put(v.ctx(), keyNotice, n.Text)
	s.Put(v.ctx(), keyNoticeBad, n.Bad)
}

func (c *Console) heard(v *visit) *notice {
	s := c.door.Sessions()
	text := s.GetString(v.ctx(), keyNotice)
	if text == "" {
		return nil
	}
	n := &notice{Text: text, Bad: s.GetBool(v.ctx(), keyNoticeBad)}
	s.Remove(v.ctx(), keyNotice)
	s.Remove(v.ctx(), keyNoticeBad)
	return n
}
