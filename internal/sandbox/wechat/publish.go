package wechat

import (
	"cmp"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// issue is one to eight articles that came out together, by whichever way.
type issue struct {
	id        string // article_id, of those published
	msgDataID string
	via       Via
	articles  []*published
	at        time.Time
	received  []*Received
	to        map[string]bool // openids notified; nil: nobody
}

// published is one article that came out.
type published struct {
	Article
	url      string
	deleted  bool
	closed   bool // comments
	comments []*comment
	figures  map[string]*figures // by day
}

func (p *Platform) issueOf(id string) *issue {
	i := slices.IndexFunc(p.issues, func(i *issue) bool { return i.id == id && id != "" })
	if i < 0 {
		return nil
	}
	return p.issues[i]
}

func (p *Platform) issueBy(msgDataID string) *issue {
	i := slices.IndexFunc(p.issues, func(i *issue) bool { return i.msgDataID == msgDataID })
	if i < 0 {
		return nil
	}
	return p.issues[i]
}

func (p *Platform) newMsgDataID() string {
	p.msgDataID += 2
	return strconv.FormatUint(p.msgDataID, 10)
}

// comeOut makes an issue of articles and writes down that readers have them.
func (p *Platform) comeOut(articles []Article, via Via, msgDataID, jobID string, to []*follower) *issue {
	i := &issue{msgDataID: msgDataID, via: via, at: p.opts.Now(), to: map[string]bool{}}
	i.id = p.derive(43, "article", msgDataID)
	for n, a := range articles {
		x := &published{Article: a, closed: a.OpenComment == 0, figures: map[string]*figures{}, url: p.articleURL(msgDataID, n+1)}
		i.articles = append(i.articles, x)
		ref := ArticleRef{msgDataID, n + 1}
		r := p.arrive(Bubble{Via: via, Kind: "mpnews", Title: a.Title, Text: a.Content, URL: x.url, Article: ref}, jobID, to...)
		i.received = append(i.received, r)
	}
	for _, f := range to {
		i.to[f.openID] = true
	}
	p.issues = append(p.issues, i)
	return i
}

func (p *Platform) articleURL(msgDataID string, idx int) string {
	q := url.Values{
		"__biz": {"Mz" + p.derive(14, "biz", p.opts.AppID) + "=="}, "mid": {msgDataID}, "idx": {strconv.Itoa(idx)},
		"sn": {digest(p.derive(8, "sn", msgDataID, strconv.Itoa(idx)))[:32]},
	}
	return "http://mp.weixin.qq.com/s?" + q.Encode()
}

func (i *issue) plain() (out []Article) {
	for _, a := range i.articles {
		out = append(out, a.Article)
	}
	return out
}

// Publish states.
const (
	publishDone    = 0
	publishRunning = 1
	publishRefused = 4
	publishDeleted = 5
	publishBanned  = 6
)

// publishing is a publish task.
type publishing struct {
	id     string
	status int
	issue  *issue
	failed []int // idx of articles that failed, from 1
}

// publishSubmit is POST /cgi-bin/freepublish/submit. Its 0 means only that the task was
// taken. A draft submitted twice before it is consumed comes out twice: whether the real
// platform prevents that is not documented.
func publishSubmit(c *call) (any, error) {
	d, err := c.draft()
	if err != nil {
		return nil, err
	}
	if o, _ := c.p.objection(d.articles); o != nil && o.AtOnce {
		return nil, refuse(53503, "the draft failed the publishing checks, save and check it in the console")
	}
	t := &publishing{id: c.p.newPublishID(), status: publishRunning}
	c.p.publishes[t.id] = t
	msgDataID, articles, draftID := c.p.newMsgDataID(), slices.Clone(d.articles), d.id
	c.p.later(c.p.opts.PublishDelay, func() { c.p.finish(t, articles, msgDataID, draftID) })
	out := ok()
	out["publish_id"], out["msg_data_id"] = c.p.wireID(t.id), asNumber(msgDataID)
	return out, nil
}

func (p *Platform) newPublishID() string {
	p.serial++
	return strconv.FormatUint(2_247_400_000+p.serial, 10)
}

// wireID is an id in the type the account's documents state.
func (p *Platform) wireID(id string) any {
	if p.opts.TextIDs {
		return id
	}
	return asNumber(id)
}

// SetReview changes what the content check finds from now on.
func (p *Platform) SetReview(all ...Objection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opts.Review = all
}

// objection finds what the content check refuses, and the index of the article.
func (p *Platform) objection(articles []Article) (*Objection, int) {
	for n, a := range articles {
		all := strings.Join([]string{a.Title, a.Author, a.Digest, html.UnescapeString(a.Content)}, "\n")
		for i := range p.opts.Review {
			if strings.Contains(all, p.opts.Review[i].Contains) {
				return &p.opts.Review[i], n
			}
		}
	}
	return nil, 0
}

// finish ends a publish task: the draft is consumed, or stays when the check refuses it.
func (p *Platform) finish(t *publishing, articles []Article, msgDataID, draftID string) {
	if o, n := p.objection(articles); o != nil {
		t.status, t.failed = cmp.Or(o.Publish, publishRefused), []int{n + 1}
	} else {
		p.dropDraft(draftID)
		t.status, t.issue = publishDone, p.comeOut(articles, ViaPublish, msgDataID, t.id, nil)
	}
	inner := []field{number("publish_id", t.id), number("publish_status", strconv.Itoa(t.status))}
	if t.issue != nil {
		detail := []field{number("count", strconv.Itoa(len(articles)))}
		for n, a := range t.issue.articles {
			detail = append(detail, group("item", number("idx", strconv.Itoa(n+1)), text("article_url", a.url)))
		}
		inner = append(inner, text("article_id", t.issue.id), group("article_detail", detail...))
	}
	for _, idx := range t.failed {
		inner = append(inner, number("fail_idx", strconv.Itoa(idx)))
	}
	if p.opts.PublishAsMass {
		status := map[bool]string{true: "send success", false: "send fail"}[t.status == publishDone]
		p.tell("MASSSENDJOBFINISH", "", number("MsgID", t.id), text("Status", status))
		return
	}
	p.tell("PUBLISHJOBFINISH", "", group("PublishEventInfo", inner...))
}

// publishGet is POST /cgi-bin/freepublish/get.
func publishGet(c *call) (any, error) {
	var in struct {
		ID flexID `json:"publish_id"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	t := c.p.publishes[string(in.ID)]
	if t == nil {
		return nil, refuse(40059, "invalid publish_id")
	}
	out := object{"publish_id": c.p.wireID(t.id), "publish_status": t.state(), "fail_idx": append([]int{}, t.failed...)}
	if t.issue != nil {
		items := []object{}
		for n, a := range t.issue.articles {
			items = append(items, object{"idx": n + 1, "article_url": a.url})
		}
		out["article_id"], out["article_detail"] = t.issue.id, object{"count": len(items), "item": items}
	}
	return out, nil
}

// state is the task's status, or what became of its articles since.
func (t *publishing) state() int {
	if t.issue == nil || slices.ContainsFunc(t.issue.articles, func(a *published) bool { return !a.deleted }) {
		return t.status
	}
	return cmp.Or(t.status, publishDeleted)
}

// publishDelete is POST /cgi-bin/freepublish/delete; index 0 means all articles.
func publishDelete(c *call) (any, error) {
	var in struct {
		ID    string `json:"article_id"`
		Index int    `json:"index"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	i := c.p.issueOf(in.ID)
	switch {
	case i == nil:
		return nil, refuse(53600, "invalid article_id")
	case in.Index < 0 || in.Index > len(i.articles):
		return nil, refuse(53601, "invalid index")
	}
	c.p.erase(i, in.Index)
	return ok(), nil
}

// erase deletes one article, or all when idx is 0.
func (p *Platform) erase(i *issue, idx int) {
	for n, a := range i.articles {
		if idx == 0 || idx == n+1 {
			a.deleted, i.received[n].Deleted = true, p.opts.Now()
		}
	}
	p.touch()
}

func publishArticle(c *call) (any, error) {
	var in struct {
		ID string `json:"article_id"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	i := c.p.issueOf(in.ID)
	if i == nil {
		return nil, refuse(53600, "invalid article_id")
	}
	return object{"news_item": c.p.items(i.plain(), i.id, false)}, nil
}

// publishBatch is POST /cgi-bin/freepublish/batchget: what was published, by API or by
// hand, newest first, but not what was mass-sent. It has no msg_data_id.
func publishBatch(c *call) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	var all []*issue
	for _, i := range slices.Backward(c.p.issues) {
		if i.id != "" { // mass sends have none
			all = append(all, i)
		}
	}
	items := []object{}
	for _, i := range slice(all, b) {
		items = append(items, object{
			"article_id": i.id, "update_time": i.at.Unix(),
			"content": object{"news_item": c.p.items(i.plain(), i.id, bool(b.NoContent)), "create_time": i.at.Unix(), "update_time": i.at.Unix()},
		})
	}
	return object{"total_count": len(all), "item_count": len(items), "item": items}, nil
}

// Ban is the platform taking down an issue: publish_status 6.
func (p *Platform) Ban(msgDataID string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.issueBy(msgDataID)
	if i == nil {
		return fmt.Errorf("ban issue %s: %w", msgDataID, ErrNotFound)
	}
	p.erase(i, 0)
	for _, t := range p.publishes {
		if t.issue == i {
			t.status = publishBanned
		}
	}
	return nil
}
