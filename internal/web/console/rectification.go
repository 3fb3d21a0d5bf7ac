package console

import (
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// rectificationPage is one rectification and its site.
type rectificationPage struct {
	*record.Rectification
	Of    *record.Site
	Long  int // characters of the letter
	Today string

	Answers []siteAnswer
}

// paperPage is what is printed: a letter, or what an interview came to. It shows nothing that is the desk's own.
type paperPage struct {
	Back, Title, Text string
	*record.Interview
	Of *record.Site
}

// ofSite fetches a rectification and its site.
func (c *Console) ofSite(v *visit) (*record.Rectification, *record.Site, error) {
	if err := may(v, bots.KindReport); err != nil {
		return nil, nil, err
	}
	r, err := record.Fetch[record.Rectification](v.ctx(), c.desk, v.id())
	if err != nil {
		return nil, nil, err
	}
	s, err := record.Fetch[record.Site](v.ctx(), c.desk, r.Site)
	return r, s, err
}

func (c *Console) rectification(v *visit) error {
	r, s, err := c.ofSite(v)
	if err != nil {
		return err
	}
	p := rectificationPage{Rectification: r, Of: s, Long: utf8.RuneCountInString(r.Letter), Today: v.now.In(beijing).Format(time.DateOnly)}
	if p.Answers, err = c.answersTo(v, r); err != nil {
		return err
	}
	return c.show(v, "rectification", "约谈整改 · "+s.Name, "sites", p)
}

// dayOf is a day as people write it.
func dayOf(t time.Time) string { return t.In(beijing).Format("2006年1月2日") }

func rectificationPath(v *visit) string { return "/rectifications/" + url.PathEscape(v.id()) }

// letter is the letter to print. Until it is signed there is none.
func (c *Console) letter(v *visit) error {
	r, s, err := c.ofSite(v)
	if err != nil {
		return err
	}
	if r.Signed == "" {
		return record.ErrNotFound
	}
	return c.show(v, "paper", "整改函 · "+s.Name, "sites", paperPage{Back: rectificationPath(v), Title: "整改函", Text: r.Letter, Of: s})
}

func (c *Console) reminder(v *visit) error {
	r, s, err := c.ofSite(v)
	if err != nil {
		return err
	}
	n, err := nth(v, len(r.Reminders))
	if err != nil {
		return err
	}
	return c.show(v, "paper", "催办函 · "+s.Name, "sites", paperPage{Back: rectificationPath(v), Title: "催办函", Text: r.Reminders[n].Letter, Of: s})
}

func (c *Console) interview(v *visit) error {
	r, s, err := c.ofSite(v)
	if err != nil {
		return err
	}
	n, err := nth(v, len(r.Interviews))
	if err != nil {
		return err
	}
	return c.show(v, "paper", "约谈记录 · "+s.Name, "sites", paperPage{Back: rectificationPath(v), Title: "约谈记录", Interview: &r.Interviews[n], Of: s})
}

// nth is the number in an address, which counts from 1, as an index.
func nth(v *visit, of int) (int, error) {
	n, err := strconv.Atoi(v.r.PathValue("n"))
	if err != nil || n < 1 || n > of {
		return 0, record.ErrNotFound
	}
	return n - 1, nil
}

// onRectification submits one decision and comes back.
func (c *Console) onRectification(v *visit, verb bots.Verb, fields map[string]string, done string) error {
	path := rectificationPath(v)
	d := bots.Decision{Verb: verb, On: on(record.KindRectification, v.id()), Seen: v.seen(), Reason: v.value("reason"), Fields: fields}
	return c.decide(v, d, path, path, done)
}

func (c *Console) signLetter(v *visit) error {
	return c.onRectification(v, bots.SignLetter, nil, "已签发。可以打印，交给网站。")
}

func (c *Console) noteInterview(v *visit) error {
	fields := map[string]string{"held": v.value("held"), "present": v.value("present"), "note": v.value("note"), "agreed": v.value("agreed")}
	return c.onRectification(v, bots.NoteInterview, fields, "已记下。可以打印，请参加的人签字。")
}

func (c *Console) remindSite(v *visit) error {
	return c.onRectification(v, bots.RemindSite, nil, "催办函已写好，可以打印，交给网站。")
}

func (c *Console) settleRectification(v *visit) error {
	return c.onRectification(v, bots.SettleRectification, map[string]string{"as": v.value("as")}, "已登记。")
}
