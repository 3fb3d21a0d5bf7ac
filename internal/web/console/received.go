package console

import (
	"net/url"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// receivedList is a page of packages that other units handed over to us.
type receivedList struct {
	State    string
	States   []string
	Packages []*record.Received
	More     string
}

func (c *Console) receivedPackages(v *visit) error {
	if err := may(v, record.KindReceived); err != nil {
		return err
	}
	q := v.r.URL.Query()
	l := receivedList{State: q.Get("state"), States: []string{
		"", record.PackageReceived, bots.HandoffAccepted, bots.HandoffDuplicate, bots.HandoffNotOurs, bots.HandoffResult, record.PackageWithdrawn,
	}}
	var err error
	if l.Packages, err = view.List[record.Received](v.ctx(), c.desk, record.Query{State: l.State, Newest: true, After: q.Get("after"), Limit: perPage}); err != nil {
		return err
	}
	l.More = more(l.Packages)
	return c.show(v, "received-list", "收到的移交", "handoffs", l)
}

// receivedPage is one package with its files.
type receivedPage struct {
	*record.Received
	Kept []exhibit
}

// Choices are the answers that would be taken now.
func (p receivedPage) Choices() (all []string) {
	switch {
	case p.Erased:
	case p.State == record.PackageReceived:
		return record.HandoffResults()
	case p.State != bots.HandoffNotOurs && p.State != record.PackageWithdrawn:
		return []string{bots.HandoffResult}
	}
	return nil
}

func receivedPath(id string) string { return "/received/" + url.PathEscape(id) }

func (c *Console) received(v *visit) error {
	if err := may(v, record.KindReceived); err != nil {
		return err
	}
	r, err := record.Fetch[record.Received](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	p := receivedPage{Received: r}
	for _, id := range r.Files {
		kept, err := view.Appended[record.Evidence](v.ctx(), c.desk, nil, id)
		if err != nil {
			return err
		}
		p.Kept = append(p.Kept, exhibits(kept)...)
	}
	return c.show(v, "received", "收到的移交 "+r.Code, "handoffs", p)
}

func (c *Console) answerPackage(v *visit) error {
	d := bots.Decision{Verb: bots.AnswerPackage, On: on(record.KindReceived, v.id()), Seen: v.seen(), Fields: map[string]string{
		"as": v.value("as"), "note": v.value("note"), "number": v.value("number"),
	}}
	return c.decide(v, d, receivedPath(v.id()), receivedPath(v.id()), "答复已登记，对方系统下次来取时就会收到。")
}
