package console

import (
	"cmp"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

func (c *Console) handoffRoutes() {
	c.get("GET /handoffs", c.handoffs)
	c.get("GET /handoffs/new", c.newHandoff)
	c.post("POST /handoffs/new", c.prepareHandoff)
	c.post("POST /handoffs/slip", c.slipHandoff)
	c.get("GET /handoffs/{id}", c.handoff)
	c.get("GET /handoffs/{id}/files/{file}", c.handoffFile)
	c.post("POST /handoffs/{id}/approve", c.approveHandoff)
	c.post("POST /handoffs/{id}/resend", c.resendHandoff)
	c.post("POST /handoffs/{id}/correct", c.correctHandoff)
	c.post("POST /handoffs/{id}/withdraw", c.withdrawHandoff)
	c.get("GET /received", c.receivedPackages)
	c.get("GET /received/{id}", c.received)
	c.post("POST /received/{id}/answer", c.answerPackage)
}

// handoffList is a page of hand-offs.
type handoffList struct {
	State    string
	States   []string
	Handoffs []*record.Handoff
	More     string
	Units    bool // there is somebody to hand over to
}

func (c *Console) handoffs(v *visit) error {
	if err := may(v, record.KindHandoff); err != nil {
		return err
	}
	q := v.r.URL.Query()
	l := handoffList{State: q.Get("state"), Units: len(c.receivers(nil)) > 0, States: []string{
		"", record.HandoffPrepared, record.HandoffApproved, record.HandoffSent, bots.HandoffAccepted, bots.HandoffNotOurs, bots.HandoffDuplicate, bots.HandoffResult, record.HandoffWithdrawn,
	}}
	var err error
	if l.Handoffs, err = view.List[record.Handoff](v.ctx(), c.desk, record.Query{State: l.State, Newest: true, After: q.Get("after"), Limit: perPage}); err != nil {
		return err
	}
	l.More = more(l.Handoffs)
	return c.show(v, "handoffs", "移交", "handoffs", l)
}

func (c *Console) receivers(texts []string) []view.Receiver {
	if c.station.Handoffs == nil {
		return nil
	}
	return c.station.Handoffs.Units(texts)
}

// handoffForm asks to whom, and what of a reporter goes along.
type handoffForm struct {
	About  bots.Target
	Title  string
	Back   string
	Report bool
	Units  []view.Receiver
	Nearby int // units that serve a place named in the text
}

func (c *Console) newHandoff(v *visit) error {
	f, err := c.handoffForm(v, v.r.URL.Query().Get("kind"), v.r.URL.Query().Get("about"))
	if err != nil {
		return err
	}
	return c.show(v, "handoff-new", "移交", "handoffs", f)
}

func (c *Console) handoffForm(v *visit, kind, id string) (f handoffForm, err error) {
	if err := may(v, record.KindHandoff); err != nil {
		return f, err
	}
	f.About = bots.Target{Kind: bots.RecordKind(kind), ID: id}
	var texts []string
	switch f.About.Kind {
	case bots.KindReport:
		r, err := record.Fetch[bots.Report](v.ctx(), c.desk, id)
		if err != nil {
			return f, err
		}
		for _, l := range r.Lines {
			texts = append(texts, l.Text)
		}
		f.Report, f.Title, f.Back = true, "举报 "+r.Reference, "/reports/"+url.PathEscape(id)
	case bots.KindClue:
		clue, err := record.Fetch[bots.Clue](v.ctx(), c.desk, id)
		if err != nil {
			return f, err
		}
		texts = []string{clue.Text}
		f.Title, f.Back = "线索："+categoryWord(clue.Category), cluePath(id)
	default:
		return f, record.ErrNotFound
	}
	f.Units = c.receivers(texts)
	for _, u := range f.Units {
		if u.Nearby != "" {
			f.Nearby++
		}
	}
	return f, nil
}

func (c *Console) prepareHandoff(v *visit) error {
	kind, about := v.value("kind"), v.value("about")
	back := "/handoffs/new?" + url.Values{"kind": {kind}, "about": {about}}.Encode()
	if v.value("unit") == "" {
		c.say(v, notice{Text: "请选择接收单位。", Bad: true})
		return v.to(back)
	}
	a, err := c.submit(v, bots.Decision{Verb: bots.PrepareHandoff, On: on(bots.RecordKind(kind), about), Fields: map[string]string{
		"unit": v.value("unit"), "identity": v.value("identity"), "words": v.value("words"),
	}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		c.say(v, notice{Text: a.refused, Bad: true})
		return v.to(back)
	}
	after := "/handoffs"
	if i := slices.IndexFunc(a.made, func(t bots.Target) bool { return t.Kind == record.KindHandoff }); i >= 0 {
		after = handoffPath(a.made[i].ID)
	}
	return c.done(v, a, after, notice{Text: "移交单已生成，还没有发出。请核对内容再批准。"})
}

func handoffPath(id string) string { return "/handoffs/" + url.PathEscape(id) }

// handoffPage is a hand-off with its package as the other unit gets it.
type handoffPage struct {
	*record.Handoff
	Lines []view.HandoffLine
	Files []view.HandoffFile
	Link  string
	Two   bool // this officer may not approve: a second one must
}

// Amends says whether it can be corrected or withdrawn.
func (p handoffPage) Amends() bool { return p.State != record.HandoffWithdrawn && !p.Erased }

// Resends says whether it can be sent again.
func (p handoffPage) Resends() bool {
	return !p.Erased && (p.State == record.HandoffSent || p.Problem != "" && p.Waits())
}

// Late says whether something should have happened by now.
func (p handoffPage) Late(now time.Time) bool { return !p.Due.IsZero() && p.Due.Before(now) }

func (c *Console) handoff(v *visit) error {
	h, err := c.handoffOf(v)
	if err != nil {
		return err
	}
	p := handoffPage{Handoff: h, Two: h.Personal() && h.By == v.officer.ID && !c.station.OneOfficer}
	if c.station.Handoffs != nil && !h.Erased {
		p.Lines, p.Link = c.station.Handoffs.Lines(h), c.station.Handoffs.Link(h)
		if p.Files, err = c.station.Handoffs.Files(h); err != nil {
			return err
		}
	}
	return c.show(v, "handoff", "移交 "+h.Code, "handoffs", p)
}

func (c *Console) handoffOf(v *visit) (*record.Handoff, error) {
	if err := may(v, record.KindHandoff); err != nil {
		return nil, err
	}
	return record.Fetch[record.Handoff](v.ctx(), c.desk, v.id())
}

// handoffFile gives one file of a package, never to be shown in the desk itself.
func (c *Console) handoffFile(v *visit) error {
	h, err := c.handoffOf(v)
	if err != nil {
		return err
	}
	if c.station.Handoffs == nil || h.Erased {
		return record.ErrNotFound
	}
	files, err := c.station.Handoffs.Files(h)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(files, func(f view.HandoffFile) bool { return f.Name == v.r.PathValue("file") })
	if i < 0 {
		return record.ErrNotFound
	}
	v.w.Header().Set("Content-Type", files[i].Type)
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+h.Code+"-"+files[i].Name+`"`)
	_, err = io.Copy(v.w, strings.NewReader(string(files[i].Data)))
	if err != nil {
		return errors.Join(errors.New("the reader has gone"), err)
	}
	return nil
}

// onHandoff submits one decision on a hand-off and comes back to it.
func (c *Console) onHandoff(v *visit, verb bots.Verb, done string) error {
	d := bots.Decision{Verb: verb, On: on(record.KindHandoff, v.id()), Seen: v.seen(), Reason: v.value("reason")}
	return c.decide(v, d, handoffPath(v.id()), handoffPath(v.id()), done)
}

func (c *Console) approveHandoff(v *visit) error {
	return c.onHandoff(v, bots.ApproveHandoff, "已批准，正在送达对方。")
}

func (c *Console) resendHandoff(v *visit) error {
	return c.onHandoff(v, bots.ResendHandoff, "已重新送出，原来的链接作废。")
}

func (c *Console) correctHandoff(v *visit) error {
	return c.onHandoff(v, bots.CorrectHandoff, "更正已登记，会告知每个收到的单位。")
}

func (c *Console) withdrawHandoff(v *visit) error {
	return c.onHandoff(v, bots.WithdrawHandoff, "已撤回，会告知每个收到的单位。")
}

// slipHandoff takes in a return slip.
func (c *Console) slipHandoff(v *visit) error {
	d := bots.Decision{Verb: bots.SlipHandoff, On: on(record.KindHandoff, ""), Fields: map[string]string{
		"slip": v.value("slip"), "note": v.value("note"), "number": v.value("number"),
	}}
	back := cmp.Or(v.value("back"), "/handoffs")
	if !strings.HasPrefix(back, "/handoffs") {
		back = "/handoffs"
	}
	return c.decide(v, d, back, back, "回执已登记。")
}
