package console

import (
	"net/http"
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// lookupPage is the lookup codes of a conversation of the kiosk, and the form that gives a new one.
type lookupPage struct {
	Conversation *bots.Conversation
	Codes        []*record.Lookup // newest first
	Reason       string
	Code         string // just given: it is shown this once
}

// codesOf are the lookup codes of a conversation, newest first.
func (c *Console) codesOf(v *visit, conversation string) ([]*record.Lookup, error) {
	all, err := view.List[record.Lookup](v.ctx(), c.desk, record.Query{Stream: conversation, Limit: perPage})
	if err != nil {
		return nil, err
	}
	byAge(all)
	return all, nil
}

// byAge puts the newest first: ids are digests and say nothing of it.
func byAge(all []*record.Lookup) {
	slices.SortFunc(all, func(a, b *record.Lookup) int { return b.Created.Compare(a.Created) })
}

// codeWord says how the newest code stands; empty when there never was one.
func codeWord(all []*record.Lookup, v *visit) string {
	if len(all) == 0 {
		return ""
	}
	switch l := all[0]; {
	case l.Leads(v.now):
		return "有效"
	case l.EndedBy == record.LookupHolder:
		return "当事人怀疑被别人看到，已停用（" + when(l.Updated, v.now) + "）"
	}
	return "已失效"
}

func lookupPath(conversation string) string { return conversationPath(conversation) + "/lookup" }

func (c *Console) lookup(v *visit) error { return c.showLookup(v, http.StatusOK, nil, lookupPage{}) }

func (c *Console) showLookup(v *visit, status int, n *notice, p lookupPage) (err error) {
	if err := may(v, bots.KindConversation); err != nil {
		return err
	}
	if p.Conversation, err = record.Fetch[bots.Conversation](v.ctx(), c.desk, v.id()); err != nil {
		return err
	}
	if p.Codes, err = c.codesOf(v, v.id()); err != nil {
		return err
	}
	if len(p.Codes) == 0 {
		return record.ErrNotFound
	}
	return c.showAs(v, status, "lookup", "查询码", "reports", n, p)
}

// giveLookup gives a new code and shows it, once. The same form sent again shows the same one.
func (c *Console) giveLookup(v *visit) error {
	if c.station.NewLookup == nil {
		return record.ErrNotFound
	}
	reason := v.value("reason")
	code, id, err := c.station.NewLookup(v.officer.ID, formKey(v))
	if err != nil {
		return err
	}
	a, err := c.submit(v, bots.Decision{Verb: bots.GiveLookup, On: on(bots.KindConversation, v.id()), Reason: reason, Fields: map[string]string{"lookup": id}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showLookup(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, lookupPage{Reason: reason})
	}
	if a.later != nil {
		return c.done(v, a, lookupPath(v.id()), notice{})
	}
	v.now = time.Now() // the code is younger than the visit
	return c.showLookup(v, http.StatusOK, nil, lookupPage{Code: code})
}
