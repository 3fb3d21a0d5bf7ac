package app

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/blob"
	"netpatrol/internal/config"
	"netpatrol/internal/proof"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
)

// public is what the pages for everybody read.
type public struct {
	a     *App
	store record.Reader
}

// publicOf reads what a netpatrol has stored.
func publicOf(a *App) public { return public{a, a.store} }

var (
	_ frontdoor.Matters = public{}
	_ frontdoor.Press   = public{}
)

// ReadCode implements [frontdoor.Matters].
func (public) ReadCode(typed string) (string, bool) { return record.ParseLookup(typed) }

// nobody is a conversation that does not exist: what a code that leads nowhere is looked up in,
// so that it costs the reads of one that leads somewhere.
const nobody = "conv/nobody"

// closedFor is how long after its end a matter is still shown.
const closedFor = 30 * 24 * time.Hour

// maxSaid bounds the messages that are shown.
const maxSaid = 100

// Matter implements [frontdoor.Matters]. Whatever the code is, it makes the same reads.
func (p public) Matter(ctx context.Context, code string) (frontdoor.Matter, bool, error) {
	now, m := time.Now(), frontdoor.Matter{State: frontdoor.StateReceived}
	conversation := nobody
	l, err := record.Fetch[record.Lookup](ctx, p.store, record.LookupID(p.a.store.Vault().Tag, code))
	leads := err == nil && l.Leads(now)
	if leads {
		conversation, m.Received = l.Conversation, l.Created
	}
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return m, false, err
	}
	reports, err := p.store.List(ctx, record.Query{Kind: bots.KindReport, Stream: conversation, Newest: true, Limit: 1})
	if err != nil {
		return m, false, err
	}
	if m.State, err = p.state(ctx, conversation, reports); err != nil {
		return m, false, err
	}
	if m.Said, err = p.said(ctx, conversation); err != nil {
		return m, false, err
	}
	for _, r := range reports {
		r := r.(*bots.Report)
		leads = leads && !r.Erased && (m.State != frontdoor.StateClosed || now.Before(r.Updated.Add(closedFor)))
		m.Reference, m.Received = r.Reference, r.Created
	}
	if !leads { // promise 15
		return frontdoor.Matter{}, false, nil
	}
	m.Proof, err = p.a.proofOf(ctx, reports)
	return m, true, err
}

// state is how the newest report of a conversation stands.
func (p public) state(ctx context.Context, conversation string, reports []bots.Record) (string, error) {
	conv, err := record.Fetch[bots.Conversation](ctx, p.store, conversation)
	if errors.Is(err, record.ErrNotFound) {
		conv, err = &bots.Conversation{}, nil
	}
	if err != nil {
		return "", err
	}
	handed, err := p.store.List(ctx, record.Query{Kind: record.KindHandoff, Stream: conversation, Heads: true, Limit: maxSaid})
	if err != nil {
		return "", err
	}
	under := []string{record.HandoffSent, record.HandoffCorrected, bots.HandoffAccepted, bots.HandoffDuplicate, bots.HandoffResult}
	switch {
	case len(reports) > 0 && reports[0].Meta().State == "closed":
		return frontdoor.StateClosed, nil
	case slices.ContainsFunc(handed, func(h bots.Record) bool { return slices.Contains(under, h.Meta().State) }):
		return frontdoor.StateHanded, nil
	case len(reports) > 0 && !reports[0].(*bots.Report).Answered.IsZero():
		return frontdoor.StateAnswered, nil
	case conv.Officer != "":
		return frontdoor.StateHandled, nil
	}
	return frontdoor.StateReceived, nil
}

// said are our messages to the person that went out, oldest first.
func (p public) said(ctx context.Context, conversation string) (all []frontdoor.Said, err error) {
	drafts, err := p.store.List(ctx, record.Query{Kind: bots.KindDraft, Stream: conversation, State: bots.DraftReleased, Newest: true, Limit: maxSaid})
	if err != nil {
		return nil, err
	}
	for _, r := range drafts {
		d := r.(*bots.Draft)
		i, err := p.item(ctx, d)
		if err != nil {
			return nil, err
		}
		if i != nil && !i.Erased && (i.State == record.ItemDelivered || i.State == record.ItemAccepted) && i.Purpose != bots.ForAlarm {
			all = append(all, frontdoor.Said{At: i.Updated, Text: i.Text, Officer: i.Purpose == bots.ForOfficer})
		}
	}
	slices.SortStableFunc(all, func(a, b frontdoor.Said) int { return a.At.Compare(b.At) })
	return all, nil
}

// item is the send that came of a draft; nil when none did.
func (p public) item(ctx context.Context, d *bots.Draft) (*record.Item, error) {
	if d.Item == "" {
		return nil, nil
	}
	i, err := record.Fetch[record.Item](ctx, p.store, d.Item)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	return i, err
}

// left says whether a send left, or may have: who holds its code has got it.
func left(i *record.Item) bool {
	switch i.State {
	case record.ItemDelivered, record.ItemAccepted, record.ItemUnknown, record.ItemClaimed, record.ItemByHand, record.ItemClosed:
		return true
	}
	return false
}

// Sent implements [frontdoor.Matters]. Messages to our own people are none of the public's.
func (p public) Sent(ctx context.Context, code string) (s frontdoor.Sent, ok bool, err error) {
	c, err := record.Fetch[record.Code](ctx, p.a.store, record.PlainCode(code))
	if err == nil && c.On.Kind == record.KindRectification {
		return p.letter(ctx, c.On.ID)
	}
	if errors.Is(err, record.ErrNotFound) || err == nil && c.On.Kind != bots.KindDraft {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	d, err := record.Fetch[bots.Draft](ctx, p.a.store, c.On.ID)
	if errors.Is(err, record.ErrNotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	if d.Erased { // to whom and by what account is forgotten; that it left is not
		return frontdoor.Sent{At: d.Updated, Unit: p.a.o.Config.Unit.Name}, d.State == bots.DraftReleased, nil
	}
	i, err := p.item(ctx, d)
	if err != nil || i == nil || !left(i) || d.Purpose == bots.ForAlarm || d.Purpose == bots.ForPreview || d.Purpose == bots.ForWithdrawal {
		return s, false, err
	}
	s = frontdoor.Sent{At: i.Updated, Unit: p.a.unitOf(d.Account), Account: p.account(d.Account)}
	if d.Purpose == bots.ForBulletin && i.State == record.ItemDelivered {
		s.Bulletin, s.Withdrawn = d.About.ID, i.Gone
	}
	return s, true, nil
}

// letter is what everybody may know of a letter to a partner site: that one was signed, and to whom.
func (p public) letter(ctx context.Context, id string) (s frontdoor.Sent, ok bool, err error) {
	r, err := record.Fetch[record.Rectification](ctx, p.a.store, id)
	if errors.Is(err, record.ErrNotFound) || err == nil && r.Signed == "" {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	site, err := record.Fetch[record.Site](ctx, p.a.store, r.Site)
	if err != nil {
		return s, false, err
	}
	return frontdoor.Sent{At: r.SignedAt, Unit: p.a.o.Config.Unit.Name, Letter: site.Name}, true, nil
}

// account is how people see an account: the name it goes by, and where.
func (p public) account(id string) string {
	i := slices.IndexFunc(p.a.o.Config.Accounts, func(c config.Account) bool { return c.ID == id })
	if i < 0 {
		return id
	}
	c := p.a.o.Config.Accounts[i]
	name := cmp.Or(append(slices.Clone(c.Names), p.a.unitOf(id))...)
	if where := places[c.Platform]; where != "" {
		return where + "：" + name
	}
	return name
}

// places are the platforms as people call them. The table never changes.
var places = map[string]string{
	"wechat": "微信公众号", "weibo": "微博", "kiosk": "报警岗亭", "discuz": "论坛", "nodebb": "论坛", "discourse": "论坛",
}

// Key implements [frontdoor.Matters].
func (p public) Key() string { return p.a.key.Public().String() }

// Verify implements [frontdoor.Matters].
func (p public) Verify(text string) (frontdoor.Proven, bool) {
	r, err := proof.Verify(text, p.a.key.Public())
	if err != nil {
		return frontdoor.Proven{}, false
	}
	return frontdoor.Proven{Unit: r.Unit, Reference: r.Reference, Received: r.Received, Messages: r.Messages, Digest: r.Digest}, true
}

// bulletinsPage is how many bulletins are listed at once.
const bulletinsPage = 20

// Bulletins implements [frontdoor.Press].
func (p public) Bulletins(ctx context.Context, before string) (all []frontdoor.Bulletin, more bool, err error) {
	q := record.Query{Kind: bots.KindBulletin, State: bots.BulletinReleased, Newest: true, After: before, Limit: bulletinsPage}
	for {
		page, err := p.a.store.List(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, r := range page {
			q.After = r.Meta().ID
			i, err := p.published(ctx, r.(*bots.Bulletin))
			if err != nil {
				return nil, false, err
			}
			if i == nil || len(r.(*bots.Bulletin).Gone) > 0 {
				continue
			}
			if len(all) == bulletinsPage {
				return all, true, nil
			}
			all = append(all, frontdoor.Bulletin{ID: r.Meta().ID, Title: cmp.Or(i.Title, r.(*bots.Bulletin).Title), At: i.Updated})
		}
		if len(page) < q.Limit {
			return all, false, nil
		}
	}
}

// published is the first send of a bulletin that arrived; nil: none did.
func (p public) published(ctx context.Context, b *bots.Bulletin) (*record.Item, error) {
	for _, id := range b.Drafts {
		d, err := record.Fetch[bots.Draft](ctx, p.a.store, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if i, err := p.item(ctx, d); err != nil || i != nil && i.State == record.ItemDelivered {
			return i, err
		}
	}
	return nil, nil
}

// released is a bulletin that is published, and the send that arrived; nil: there is none.
func (p public) released(ctx context.Context, id string) (*bots.Bulletin, *record.Item, error) {
	b, err := record.Fetch[bots.Bulletin](ctx, p.a.store, id)
	if errors.Is(err, record.ErrNotFound) || err == nil && b.State != bots.BulletinReleased && b.State != bots.BulletinWithdrawn {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	i, err := p.published(ctx, b)
	return b, i, err
}

// Bulletin implements [frontdoor.Press]. It shows the text as it was approved and arrived, and
// nothing of it once it was taken back from anywhere.
func (p public) Bulletin(ctx context.Context, id string) (frontdoor.Bulletin, bool, error) {
	b, i, err := p.released(ctx, id)
	if err != nil || i == nil {
		return frontdoor.Bulletin{}, false, err
	}
	if len(b.Gone) > 0 {
		return frontdoor.Bulletin{ID: id, Title: cmp.Or(i.Title, b.Title), At: i.Updated, Withdrawn: b.Gone[0].At}, true, nil
	}
	return frontdoor.Bulletin{ID: id, Title: cmp.Or(i.Title, b.Title), At: i.Updated, Blocks: blocks(i.Text, i.Extras)}, true, nil
}

// shown is how a bulletin's text shows a picture.
var shown = regexp.MustCompile(`!\[([^\]]*)\]\(([^)\s]+)\)`)

// blocks are a bulletin's paragraphs and pictures in their order.
func blocks(text string, x adapters.Extras) (all []frontdoor.Block) {
	paragraph := func(s string) {
		for l := range strings.Lines(s) {
			if l = strings.TrimSpace(l); l != "" {
				all = append(all, frontdoor.Block{Text: l})
			}
		}
	}
	at := 0
	for _, m := range shown.FindAllStringSubmatchIndex(text, -1) {
		paragraph(text[at:m[0]])
		at = m[1]
		name := text[m[4]:m[5]]
		if n := slices.IndexFunc(x.Pictures, func(p adapters.Picture) bool { return p.Name == name }); n >= 0 {
			all = append(all, frontdoor.Block{Text: text[m[2]:m[3]], Picture: strconv.Itoa(n)})
		}
	}
	paragraph(text[at:])
	return all
}

// shownSide is the longer side of a picture on a page, in pixels.
const shownSide = 1280

// Picture implements [frontdoor.Press].
func (p public) Picture(ctx context.Context, id string, n int) ([]byte, bool, error) {
	b, i, err := p.released(ctx, id)
	if err != nil || i == nil || len(b.Gone) > 0 || n < 0 || n >= len(i.Extras.Pictures) {
		return nil, false, err
	}
	jpeg, err := p.a.drawn(ctx, i.Extras.Pictures[n].Digest, shownSide)
	if errors.Is(err, blob.ErrGone) {
		return nil, false, nil
	}
	return jpeg, err == nil, err
}

// sweepLookups deletes lookup codes that have ended.
func (a *App) sweepLookups(ctx context.Context, now time.Time) error {
	return errors.Join(a.sweepLookupsIn(ctx, record.LookupOpen, now), a.sweepLookupsIn(ctx, record.LookupEnded, now))
}

func (a *App) sweepLookupsIn(ctx context.Context, state string, now time.Time) error {
	q := record.Query{Kind: record.KindLookup, State: state, DueBefore: now, Heads: true, Limit: 100}
	for {
		page, err := a.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return err
		}
		err = a.store.Update(ctx, func(tx record.Tx) error {
			for _, l := range page {
				if err := tx.Delete(record.KindLookup, l.Meta().ID); err != nil && !errors.Is(err, record.ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
