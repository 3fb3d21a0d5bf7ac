package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// draftList is one page of drafts.
type draftList struct {
	State, Account string
	States         []string
	Drafts         []*bots.Draft
	Rows           []foldedDraft
	More           string // id to go on after
}

var draftStates = []string{bots.DraftAwaiting, bots.DraftApproved, bots.DraftReleased, bots.DraftReturned, bots.DraftExpired, bots.DraftWithdrawn, bots.DraftObserved}

func (c *Console) drafts(v *visit) error {
	if err := may(v, bots.KindDraft); err != nil {
		return err
	}
	d := draftList{State: cmp.Or(v.r.URL.Query().Get("state"), bots.DraftAwaiting), States: draftStates}
	q := record.Query{State: d.State, Newest: d.State != bots.DraftAwaiting, After: v.r.URL.Query().Get("after"), Limit: perPage}
	var err error
	if d.Drafts, err = view.List[bots.Draft](v.ctx(), c.desk, q); err != nil {
		return err
	}
	d.More, d.Drafts = more(d.Drafts), view.Seen(v.officer, d.Drafts)
	if d.State == bots.DraftAwaiting && q.After == "" {
		if err := c.ahead(v, &d); err != nil {
			return err
		}
	}
	d.Rows = fold(d.Drafts)
	return c.show(v, "drafts", "审批", "drafts", d)
}

// ahead puts emergency cards that stand on a later page first on this one too.
func (c *Console) ahead(v *visit, d *draftList) error {
	all, err := c.awaiting(v)
	if err != nil {
		return err
	}
	d.Drafts = slices.DeleteFunc(d.Drafts, func(o *bots.Draft) bool { return o.Purpose == bots.ForEmergency })
	for i, o := range all {
		if o.Purpose != bots.ForEmergency {
			all = all[:i]
			break
		}
	}
	d.Drafts = append(all, d.Drafts...)
	return nil
}

// urgentFirst moves emergency cards to the front and leaves the rest in order.
func urgentFirst(drafts []*bots.Draft) {
	urgent := func(d *bots.Draft) int {
		if d.Purpose == bots.ForEmergency {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(drafts, func(a, b *bots.Draft) int { return urgent(a) - urgent(b) })
}

// perPage is how many rows a list shows.
const perPage = 50

// more is the id the next page begins behind; empty when this one is not full.
func more[T bots.Record](page []T) string {
	if len(page) < perPage {
		return ""
	}
	return page[len(page)-1].Meta().ID
}

// draftPage is everything on the approval page.
type draftPage struct {
	*view.Matter
	Post       []segment // the post as seen, with what the rules matched
	Said       []segment // the message a reply answers
	From       string    // who wrote it
	Prev, Next string    // other drafts that await a decision
	Place      int       // its place among them, from 1
	Awaiting   int
	Text       string // in the edit box
	Reason     string // in the reject box
	Editing    bool
	Retold     bool // the text repeats what reporters wrote: its author has to answer for it
}

// Decidable says whether the page offers a decision.
func (d *draftPage) Decidable() bool { return d.Draft.State == bots.DraftAwaiting && !d.Draft.Erased }

// MayDecide says whether an officer's roles allow the decision.
func (d *draftPage) MayDecide(o *record.Officer) bool {
	return o != nil && record.MayDecide(o, d.Draft.Purpose)
}

// Deciders says who decides, to those who do not.
func (d *draftPage) Deciders() string {
	switch d.Draft.Purpose {
	case bots.ForBulletin:
		return "通报须由审核人员批准或退回。"
	case bots.ForWithdrawal:
		return "撤回通报须由审核人员批准或退回。"
	}
	return "须由民警或审核人员批准或退回。"
}

// Own says whether an officer's words are in the draft, so that somebody else must approve
// it. The guard is in the record's transition; this only says so beforehand.
func (d *draftPage) Own(o *record.Officer) bool {
	return record.Wrote(d.Draft, o.ID)
}

// Editable says whether the text may still be changed.
func (d *draftPage) Editable() bool {
	s := d.Draft.State
	return !d.Draft.Erased && d.Draft.Extras.Source == "" && d.Draft.Purpose != bots.ForWithdrawal && (s == bots.DraftAwaiting || s == bots.DraftReturned || s == bots.DraftApproved)
}

func (c *Console) draft(v *visit) error {
	return c.showDraft(v, http.StatusOK, nil, nil)
}

// showDraft renders the approval page; change puts back what an officer had typed.
func (c *Console) showDraft(v *visit, status int, n *notice, change func(*draftPage)) error {
	if err := may(v, bots.KindDraft); err != nil {
		return err
	}
	m, err := view.MatterOf(v.ctx(), c.desk, c.station, v.id())
	if err != nil {
		return err
	}
	if !view.Sees(v.officer, m.Draft) {
		return errNotYours
	}
	d := &draftPage{Matter: m, Text: m.Draft.Text}
	d.evidence()
	if err := c.neighbours(v, d); err != nil {
		return err
	}
	if change != nil {
		change(d)
	}
	return c.showAs(v, status, "draft", purposeWord(m.Draft.Purpose)+" · 审批", "drafts", n, d)
}

// evidence marks what the rules matched in the post, or shows the message answered.
func (d *draftPage) evidence() {
	if d.Clue != nil {
		spans := spansOf(d.Clue.Hits)
		if d.Warning != nil {
			spans = append(spans, d.Warning.Spans...)
		}
		d.Post, d.From = segments(d.Clue.Text, spans), d.Clue.Author.Handle
	}
	if d.Event == nil {
		return
	}
	if h, ok := d.Event.Body.(*bots.Heard); ok && d.Clue == nil {
		d.Said, d.From = segments(h.Text, spansOf(h.Hits)), h.From.Handle
	}
}

// atMost is how many awaiting drafts are put in order.
const atMost = 1000

// awaiting are the drafts that an officer could decide next: emergency cards, then by age.
func (c *Console) awaiting(v *visit) ([]*bots.Draft, error) {
	page, err := view.List[bots.Draft](v.ctx(), c.desk, record.Query{State: bots.DraftAwaiting, Limit: atMost})
	if err != nil {
		return nil, err
	}
	page = view.Seen(v.officer, page)
	urgentFirst(page)
	return page, nil
}

// neighbours finds a draft's place among those that await a decision.
func (c *Console) neighbours(v *visit, d *draftPage) error {
	page, err := c.awaiting(v)
	if err != nil {
		return err
	}
	d.Awaiting = len(page)
	at := slices.IndexFunc(page, func(o *bots.Draft) bool { return o.ID == d.Draft.ID })
	if at < 0 {
		d.Next = follower(page, d.Draft.ID)
		return nil
	}
	d.Place = at + 1
	if at > 0 {
		d.Prev = page[at-1].ID
	}
	if at+1 < len(page) {
		d.Next = page[at+1].ID
	}
	return nil
}

// follower is what comes after a draft that is no longer among the page: an emergency card,
// else the next by age, else the first again; empty when none is left.
func follower(page []*bots.Draft, id string) string {
	for _, d := range page {
		if d.ID != id && (d.Purpose == bots.ForEmergency || d.ID > id) {
			return d.ID
		}
	}
	if len(page) > 0 && page[0].ID != id {
		return page[0].ID
	}
	return ""
}

func draftPath(id string) string { return "/drafts/" + url.PathEscape(id) }

// nextDraft is where an officer goes after a decision: the next one that waits, else home.
func (c *Console) nextDraft(v *visit) (string, error) {
	page, err := c.awaiting(v)
	if err != nil {
		return "", err
	}
	if id := follower(page, v.id()); id != "" {
		return draftPath(id), nil
	}
	return "/", nil
}

func (c *Console) approve(v *visit) error {
	d := bots.Decision{Verb: bots.Approve, On: on(bots.KindDraft, v.id()), Seen: v.seen()}
	return c.decideDraft(v, d, "已批准，系统会再核对一遍后发出。")
}

func (c *Console) reject(v *visit) error {
	reason := v.value("reason")
	if reason == "" {
		return c.showDraft(v, http.StatusUnprocessableEntity, &notice{Text: "请写明退回的理由，理由会随记录保存。", Bad: true}, nil)
	}
	d := bots.Decision{Verb: bots.Reject, On: on(bots.KindDraft, v.id()), Seen: v.seen(), Reason: reason}
	return c.decideDraft(v, d, "已退回，不会发出。")
}

// decideDraft submits and goes to the next draft, or stays with the refusal.
func (c *Console) decideDraft(v *visit, d bots.Decision, done string) error {
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showDraft(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, func(p *draftPage) { p.Reason = d.Reason })
	}
	next, err := c.nextDraft(v)
	if err != nil {
		return err
	}
	if next == "/" {
		done += "没有其他待审批的内容了。"
	}
	return c.done(v, a, next, notice{Text: done})
}

func (c *Console) edit(v *visit) error {
	text := v.value("text")
	keep := func(p *draftPage) { p.Text, p.Editing = text, true }
	if text == "" {
		return c.showDraft(v, http.StatusUnprocessableEntity, &notice{Text: "正文不能为空。", Bad: true}, keep)
	}
	d := bots.Decision{Verb: bots.Edit, On: on(bots.KindDraft, v.id()), Seen: v.seen(), Fields: map[string]string{"text": text, "quotes": v.value("quotes")}}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showDraft(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, func(p *draftPage) {
			keep(p)
			p.Retold = a.code == publicWords
		})
	}
	return c.done(v, a, draftPath(v.id()), notice{Text: "已保存修改。改过的内容须由另一位民警批准。"})
}
