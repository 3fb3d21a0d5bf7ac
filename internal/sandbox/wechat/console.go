package wechat

import (
	"fmt"
	"slices"
	"time"
)

// What staff do by hand in the platform's console. None of it passes the API, and only
// the end of a mass send is pushed, unless [Options].ConsoleSilent.

// StaffReply writes to a follower from the console and ends the staff's hold on the
// chat. Whether it counts against the reply budget is not documented; here it does not.
func (p *Platform) StaffReply(name, said string) error {
	return p.asFollower(name, func(f *follower) {
		p.arrive(Bubble{Via: ViaStaff, Text: said}, "", f)
		p.keepStaff(staffMessage{f.openID, "duty@" + p.opts.OriginalID, said, p.opts.Now(), staffSent})
		p.record(StaffWrote, f, "", said)
		f.withStaff = false
	})
}

// StaffCover puts a picture into the library and returns its media_id, for drafts made
// by hand.
func (p *Platform) StaffCover() (mediaID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.upload("image", "image/png", "cover.png", nil, false)
	p.materials = append(p.materials, m)
	return m.id
}

// StaffDraft writes a draft in the console and returns its media_id.
func (p *Platform) StaffDraft(articles ...Article) (mediaID string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(articles) == 0 {
		return "", fmt.Errorf("staff write a draft: %w", ErrEmpty)
	}
	d := p.keepDraft(articles, true)
	p.record(StaffDrafts, nil, d.id, d.articles[0].Title)
	return d.id, nil
}

// StaffEdit changes an article of a draft in the console, whoever made the draft; n
// counts from 0.
func (p *Platform) StaffEdit(mediaID string, n int, change func(*Article)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.draftOf(mediaID)
	if d == nil || n < 0 || n >= len(d.articles) {
		return fmt.Errorf("staff edit draft %s: %w", mediaID, ErrNotFound)
	}
	change(&d.articles[n])
	d.articles[n], d.updated = d.articles[n].readers(), p.opts.Now()
	p.touch()
	return nil
}

// StaffPublish publishes a draft without notifying anybody, at once, and returns the
// article_id and the msg_data_id. The console pushes no event for it.
func (p *Platform) StaffPublish(mediaID string) (articleID, msgDataID string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.draftOf(mediaID)
	if d == nil {
		return "", "", fmt.Errorf("staff publish draft %s: %w", mediaID, ErrNotFound)
	}
	p.dropDraft(d.id)
	i := p.comeOut(d.articles, ViaConsole, p.newMsgDataID(), "", nil)
	p.record(StaffIssues, nil, i.msgDataID, d.articles[0].Title)
	return i.id, i.msgDataID, nil
}

// StaffMass sends a draft to all followers from the console. It counts against the
// account's quota as a mass send by the API does.
func (p *Platform) StaffMass(mediaID string) (msgID string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.draftOf(mediaID)
	if d == nil {
		return "", fmt.Errorf("staff mass-send draft %s: %w", mediaID, ErrNotFound)
	}
	m := &mass{all: true, kind: "mpnews", articles: slices.Clone(d.articles), draftID: d.id, byHand: true}
	if !p.massQuota(m, p.opts.Now()) {
		return "", fmt.Errorf("staff mass-send draft %s: %w: no mass send is left", mediaID, ErrNotOpen)
	}
	p.startMass(m)
	p.record(StaffIssues, nil, m.id, d.articles[0].Title)
	return m.id, nil
}

// StaffErase deletes an issue in the console.
func (p *Platform) StaffErase(msgDataID string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.issueBy(msgDataID)
	if i == nil {
		return fmt.Errorf("staff delete issue %s: %w", msgDataID, ErrNotFound)
	}
	p.erase(i, 0)
	p.record(StaffErases, nil, msgDataID, i.articles[0].Title)
	return nil
}

// Drafts lists the draft box: media_id and title of each draft, oldest first.
func (p *Platform) Drafts() (out []DraftEntry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.drafts {
		out = append(out, DraftEntry{MediaID: d.id, Title: d.articles[0].Title, Articles: slices.Clone(d.articles), ByHand: d.byHand})
	}
	return out
}

// DraftEntry is one draft of the draft box.
type DraftEntry struct {
	MediaID, Title string
	Articles       []Article
	ByHand         bool
}

// Issue is what came out together, by whichever way.
type Issue struct {
	MsgDataID string
	ArticleID string // of those published; empty for mass sends
	Via       Via
	At        time.Time
	Titles    []string
	URLs      []string
	Deleted   bool // every article of it
}

// Issues lists what came out, oldest first.
func (p *Platform) Issues() (out []Issue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range p.issues {
		x := Issue{MsgDataID: i.msgDataID, ArticleID: i.id, Via: i.via, At: i.at, Deleted: true}
		for _, a := range i.articles {
			x.Titles, x.URLs, x.Deleted = append(x.Titles, a.Title), append(x.URLs, a.url), x.Deleted && a.deleted
		}
		out = append(out, x)
	}
	return out
}
