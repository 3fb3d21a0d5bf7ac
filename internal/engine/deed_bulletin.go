package engine

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// previewLife is how long a preview may wait to leave.
const previewLife = time.Hour

// previewDraft shows a bulletin's draft, as it stands, to one of our own people. The
// preview is a send like any other, approved by the officer who asks for it.
func (c *commit) previewDraft(by *record.Officer, d *bots.Decision) error {
	draft, err := record.Load[bots.Draft](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if draft.Purpose != bots.ForBulletin {
		return refuse("not-bulletin", "only a bulletin is previewed, this is a %s", draft.Purpose)
	}
	if draft.State != bots.DraftAwaiting && draft.State != bots.DraftApproved {
		return refuse("preview-late", "the bulletin is %s: there is nothing to preview any more", draft.State)
	}
	if a := c.e.accounts[draft.Account]; a == nil || a.caps().Preview == nil {
		return refuse("cannot-preview", "account %s shows no previews, or is not connected", draft.Account)
	}
	to, err := c.colleague(d.Fields["to"], draft.Account)
	if err != nil {
		return err
	}
	return worded(c.showTo(by, d.Fields["to"], draft, to))
}

// colleague is where an active officer sees previews. Nobody else can be written to that way.
func (c *commit) colleague(officer, account string) (adapters.Person, error) {
	o, err := record.Load[record.Officer](c.tx, officer)
	if err != nil {
		return adapters.Person{}, err
	}
	if o.State != record.OfficerActive { // promise 1
		return adapters.Person{}, refuse("colleague", "%s is not an active officer", officer)
	}
	var to adapters.Person
	known := false
	if c.e.o.Colleagues != nil {
		to, known = c.e.o.Colleagues(officer, account)
	}
	if !known || to.ID == "" { // promise 1
		return adapters.Person{}, refuse("no-preview-id", "%s has no platform id for account %s: add it to the officer's previews in the configuration", officer, account)
	}
	return to, nil
}

func (c *commit) showTo(by *record.Officer, colleague string, draft *bots.Draft, to adapters.Person) error {
	account, err := record.Load[bots.Account](c.tx, draft.Account)
	if err != nil {
		return err
	}
	p := &bots.Draft{
		Head: bots.Head{ID: bots.NewID(*c.ev, "preview"), Subject: "officer/" + colleague, Stream: draft.Stream, Created: c.now, Updated: c.now}, Purpose: bots.ForPreview,
		Account: draft.Account, Channel: adapters.Preview, To: to, Title: draft.Title, Text: draft.Text, Language: draft.Language, Extras: draft.Extras,
		Code: draft.Code, About: draft.About, Event: c.ev.ID, Author: by.ID, Expires: c.now.Add(previewLife),
	}
	if err := c.fit(p); err != nil {
		return err
	}
	if record.Submit(p, account.Mode()); p.State == bots.DraftObserved {
		return refuse("observe", "the account only observes: nothing is sent from it")
	}
	a, err := record.ApproveDraft(p, by, p.Version, c.now, c.e.o.Policy)
	if err != nil {
		return err
	}
	c.audit("preview", bots.Target{Kind: bots.KindDraft, ID: draft.ID}, draft.Code, "")
	if err := c.release(p, a); err != nil {
		return err
	}
	if err := c.put(p); err != nil {
		return err
	}
	b, err := record.Load[bots.Bulletin](c.tx, draft.About.ID)
	if err != nil {
		return err
	}
	record.Previewed(b, p.ID)
	b.Updated = c.now
	return c.tx.Put(b)
}

// pullDraft makes a bulletin of a draft that people made in a platform's console. Whoever
// pulls it may have written it, and so does not approve it.
func (c *commit) pullDraft(by *record.Officer, d *bots.Decision) error {
	if !by.Is(record.Editor, record.Approver) {
		return refuse("role", "%s may not write bulletins: it needs an editor", by.ID)
	}
	f := d.Fields
	if f["ref"] == "" || f["hash"] == "" || strings.TrimSpace(f["title"]) == "" || strings.TrimSpace(f["text"]) == "" {
		return refuse("empty", "a bulletin needs a title and a text")
	}
	account, err := record.Load[bots.Account](c.tx, f["account"])
	if err != nil {
		return err
	}
	if !strings.Contains(f["text"], account.Unit) { // promise 7
		return refuse("identity", "the text must say who speaks: %s", account.Unit)
	}
	slot, err := c.slotOf(f["schedule"], f["slot"])
	if err != nil {
		return err
	}
	b := &bots.Bulletin{
		Head:  bots.Head{ID: bots.NewID(*c.ev, "bulletin"), Stream: scheduleStream(f["schedule"]), State: bots.BulletinDrafted, Created: c.now, Updated: c.now},
		Title: f["title"], Text: f["text"], Language: account.Language, Schedule: f["schedule"], Slot: slot, Author: "console:" + account.ID,
		Accounts: []string{account.ID}, Extras: adapters.Extras{Source: adapters.Ref(f["ref"]), SourceHash: f["hash"]},
	}
	if err := c.quoting(b, b.Title+"\n"+b.Text, true); err != nil { // it is taken as it is, or not at all: the approver sees the places
		return err
	}
	c.audit("pull-draft", bots.Target{Kind: bots.KindBulletin, ID: b.ID}, "", account.ID)
	return worded(c.adopt(by, b, account))
}

// adopt seals a console draft as it is.
func (c *commit) adopt(by *record.Officer, b *bots.Bulletin, account *bots.Account) (err error) {
	d := &bots.Draft{
		Head: bots.Head{ID: b.ID + "." + account.ID, Stream: b.Stream, Created: c.now, Updated: c.now}, Purpose: bots.ForBulletin, Account: account.ID,
		Channel: adapters.Public, Title: b.Title, Text: b.Text, Language: b.Language, Extras: b.Extras, Author: b.Author, Editors: []string{by.ID},
		NotBefore: b.Slot, About: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Event: c.ev.ID, Expires: expiry(b.Slot, c.now, c.e.o.Pace.DraftLife),
	}
	if d.Code, err = c.code(bots.Target{Kind: bots.KindDraft, ID: d.ID}); err != nil {
		return err
	}
	if err := c.fit(d); err != nil {
		return err
	}
	record.Submit(d, account.Mode())
	d.Due, b.Drafts = d.Expires, []string{d.ID}
	c.audit("draft", bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Code, fmt.Sprintf("%s, %s", d.Purpose, d.State))
	if err := c.put(d); err != nil {
		return err
	}
	return c.put(b)
}

// sign writes on a bulletin who approved it.
func (c *commit) sign(draft *bots.Draft, a *record.Approval) error {
	if draft.Purpose != bots.ForBulletin || draft.About.Kind != bots.KindBulletin {
		return nil
	}
	b, err := record.Load[bots.Bulletin](c.tx, draft.About.ID)
	if err != nil {
		return err
	}
	record.Sign(b, draft, a)
	return c.tx.Put(b)
}

var (
	shownPattern  = regexp.MustCompile(`!\[[^\]]*\]\(([^)\s]+)\)`)
	digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// extrasOf reads a bulletin's extras, and refuses pictures that the text shows and are not
// attached, or the other way round.
func extrasOf(raw, text string) (x adapters.Extras, err error) {
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &x); err != nil {
			return x, refuse("extras", "the pictures cannot be read")
		}
	}
	x.Source, x.SourceHash = "", "" // only a pulled draft has them
	shown := map[string]bool{}
	if x.Cover != "" {
		shown[x.Cover] = true
	}
	for _, m := range shownPattern.FindAllStringSubmatch(text, -1) {
		shown[m[1]] = true
	}
	for name := range shown {
		if _, ok := x.Picture(name); !ok {
			return x, refuse("picture-missing", "picture %s is to be shown and is not attached", name)
		}
	}
	for i, p := range x.Pictures {
		same := func(o adapters.Picture) bool { return o.Name == p.Name }
		if !shown[p.Name] || !digestPattern.MatchString(p.Digest) || slices.IndexFunc(x.Pictures, same) != i {
			return x, refuse("picture-unused", "picture %s is attached and not shown: write ![description](%s) where it belongs", p.Name, p.Name)
		}
	}
	return x, nil
}

// pictured refuses a bulletin whose pictures an account cannot show.
func (e *Engine) pictured(account string, b *bots.Bulletin) error {
	a := e.accounts[account]
	if len(b.Extras.Pictures) == 0 || a == nil || a.Open() == nil { // while it is not open its limits are not known: they are checked before it leaves
		return nil
	}
	if err := a.caps().Limits.Pictures.Check(b.Extras); err != nil {
		return refuse("pictures", "account %s: %s", account, err)
	}
	return nil
}
