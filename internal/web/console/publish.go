package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

type bulletinList struct {
	State     string
	States    []string
	Bulletins []*bots.Bulletin
	More      string
	Quotas    []quotaState
	Pullable  bool
}

// Word is a bulletin's state in words.
func (bulletinList) Word(state string) string { return bulletinWord(state) }

func bulletinWord(state string) string {
	if w, ok := bulletinWords[state]; ok {
		return w
	}
	return stateWord(state)
}

func (c *Console) bulletins(v *visit) (err error) {
	l := bulletinList{
		State:  v.r.URL.Query().Get("state"),
		States: []string{"", bots.BulletinDrafted, bots.BulletinApproved, bots.BulletinReleased, bots.BulletinMissed, bots.BulletinReturned, bots.BulletinWithdrawn},
	}
	q := record.Query{State: l.State, Newest: true, After: v.r.URL.Query().Get("after"), Limit: perPage}
	if l.Bulletins, err = view.List[bots.Bulletin](v.ctx(), c.desk, q); err != nil {
		return err
	}
	l.More = more(l.Bulletins)
	if l.Quotas, err = c.quotas(v, nil, v.now); err != nil {
		return err
	}
	l.Pullable = len(c.pullable()) > 0
	return c.show(v, "bulletins", "通报", "bulletins", l)
}

type bulletinPage struct {
	*bots.Bulletin
	Sends    []sendOf
	Previews []*bots.Draft // newest first
	Quotas   []quotaState
	Figures  []figuresOf
	Taking   []*view.Matter // withdrawals, newest first
	Near     []*bots.Report // people who sent something near what it refutes, newest first
}

// sendOf is a bulletin on one account.
type sendOf struct {
	*view.Matter
	Sign       *bots.Sign
	Previewers []string // officers who can be shown it on the platform
}

// Word is the bulletin's state in words.
func (b bulletinPage) Word() string { return bulletinWord(b.State) }

func (c *Console) bulletin(v *visit) error {
	b, err := record.Fetch[bots.Bulletin](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	p := bulletinPage{Bulletin: b}
	if may(v, bots.KindDraft) == nil {
		for _, id := range b.Drafts {
			m, err := view.MatterOf(v.ctx(), c.desk, c.station, id)
			if errors.Is(err, record.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			p.Sends = append(p.Sends, c.sendOf(b, m))
		}
		if p.Previews, err = c.previews(v, b); err != nil {
			return err
		}
		if p.Taking, err = c.withdrawals(v, b); err != nil {
			return err
		}
	}
	if b.State == bots.BulletinDrafted || b.State == bots.BulletinApproved {
		at := b.Slot
		if at.IsZero() {
			at = v.now
		}
		if p.Quotas, err = c.quotas(v, b.Accounts, at); err != nil {
			return err
		}
	}
	if b.Refutes != nil && may(v, bots.KindReport) == nil {
		if p.Near, err = view.Near(v.ctx(), c.desk, b.ID, mostSharing); err != nil {
			return err
		}
	}
	p.Figures = figures(b)
	return c.show(v, "bulletin", b.Title, "bulletins", p)
}

// writing is the form of a new bulletin, as far as it is filled in.
type writing struct {
	Title, Text, Slot string
	Refutes, Basis    string   // what it says is false, one wording a line, and who verified that
	Chosen            []string // accounts
	Accounts          []*bots.Account
	Slots             []slotChoice
	Previews          []view.Preview
	CanPreview        bool
	Extras            adapters.Extras
	CanAttach         bool
	Quotes            bool         // what reporters wrote, too, is nobody's own words
	Retold            bool         // that has to be answered for
	Quotas            []quotaState // for the slot that is chosen
}

// Has says whether an account is chosen.
func (w *writing) Has(account string) bool { return slices.Contains(w.Chosen, account) }

// slotChoice is one moment a bulletin may leave.
type slotChoice struct {
	Value, Title string
	At           time.Time
}

func (c *Console) newBulletin(v *visit) error {
	w := &writing{}
	if err := c.fill(v, w); err != nil {
		return err
	}
	for _, a := range w.Accounts {
		w.Chosen = append(w.Chosen, a.ID)
	}
	return c.show(v, "write", "写通报", "bulletins", w)
}

// fill reads what can be chosen.
func (c *Console) fill(v *visit, w *writing) (err error) {
	if w.Accounts, err = view.EveryAccount(v.ctx(), c.desk); err != nil {
		return err
	}
	w.Accounts = slices.DeleteFunc(w.Accounts, func(a *bots.Account) bool {
		return a.Internal || c.station.Publishes != nil && !c.station.Publishes(a.ID)
	})
	w.CanPreview, w.CanAttach = c.station.Preview != nil, c.station.KeepPicture != nil
	if err = c.foresee(v, w); err != nil {
		return err
	}
	if c.station.Schedules == nil {
		return nil
	}
	for _, s := range c.station.Schedules(v.now) {
		for _, at := range s.Next {
			w.Slots = append(w.Slots, slotChoice{Value: s.Name + "|" + at.UTC().Format(time.RFC3339), Title: s.Title, At: at})
		}
	}
	slices.SortStableFunc(w.Slots, func(a, b slotChoice) int { return a.At.Compare(b.At) })
	return nil
}

func (c *Console) writeBulletin(v *visit) error {
	w := &writing{Title: v.value("title"), Text: v.value("text"), Slot: v.value("slot"), Refutes: v.value("refutes"), Basis: v.value("basis"), Quotes: v.value("quotes") != "", Chosen: v.r.PostForm["account"]}
	if err := c.fill(v, w); err != nil {
		return err
	}
	wrong, err := c.attach(v, w)
	if err != nil {
		return err
	}
	b, problem := w.bulletin()
	switch {
	case wrong != "":
		return c.again(v, w, http.StatusUnprocessableEntity, wrong)
	case problem != "":
		return c.again(v, w, http.StatusUnprocessableEntity, problem)
	case v.value("do") == "preview":
		return c.previewBulletin(v, w, b)
	}
	a, err := c.submit(v, bots.Decision{Verb: bots.WriteBulletin, On: on(bots.KindBulletin, ""), Fields: bulletinFields(b)})
	if err != nil {
		return err
	}
	if a.refused != "" {
		w.Retold = a.code == publicWords
		return c.again(v, w, http.StatusConflict, a.refused)
	}
	after := "/bulletins"
	for _, t := range a.made {
		if t.Kind == bots.KindBulletin {
			after += "/" + url.PathEscape(t.ID)
		}
	}
	return c.done(v, a, after, notice{Text: "通报已提交，须由另一位同事批准后才会发布。"})
}

func (c *Console) again(v *visit, w *writing, status int, problem string) error {
	return c.showAs(v, status, "write", "写通报", "bulletins", &notice{Text: problem, Bad: true}, w)
}

func (c *Console) previewBulletin(v *visit, w *writing, b view.BulletinText) (err error) {
	if c.station.Preview == nil {
		return c.again(v, w, http.StatusOK, "本站没有开启预览。")
	}
	if w.Previews, err = c.station.Preview(v.ctx(), b); err != nil {
		return err
	}
	return c.show(v, "write", "写通报", "bulletins", w)
}

// bulletin is what the form says, or what is wrong with it.
func (w *writing) bulletin() (b view.BulletinText, problem string) {
	b = view.BulletinText{Title: w.Title, Text: w.Text, Accounts: w.Chosen, Extras: w.Extras, Basis: w.Basis, Quotes: w.Quotes}
	if w.Refutes != "" {
		b.Refutes = strings.Split(w.Refutes, "\n")
	}
	switch {
	case w.Title == "":
		return b, "请写标题。"
	case w.Text == "":
		return b, "请写正文。"
	case len(w.Chosen) == 0:
		return b, "请至少选一个账号。"
	}
	if w.Slot == "" {
		return b, ""
	}
	name, at, ok := strings.Cut(w.Slot, "|")
	slot, err := time.Parse(time.RFC3339, at)
	if !ok || err != nil {
		return b, "发布时间不对，请重新选择。"
	}
	b.Schedule, b.Slot = name, slot
	return b, ""
}

func bulletinFields(b view.BulletinText) map[string]string {
	f := map[string]string{
		"title": b.Title, "text": b.Text, "language": b.Language, "schedule": b.Schedule, "accounts": strings.Join(b.Accounts, ","),
		"refutes": strings.Join(b.Refutes, "\n"), "basis": b.Basis,
	}
	if b.Quotes {
		f["quotes"] = "true"
	}
	if x, err := json.Marshal(b.Extras); err == nil { // strings and numbers always encode
		f["extras"] = string(x)
	}
	if !b.Slot.IsZero() {
		f["slot"] = b.Slot.Format(time.RFC3339)
	}
	return f
}
