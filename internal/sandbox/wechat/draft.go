package wechat

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of an article, as the 2025 documents state them.
const (
	maxTitle        = 32 // characters
	maxAuthor       = 16
	maxDigest       = 128
	maxContent      = 20_000
	maxContentBytes = 1 << 20
	maxSourceURL    = 1 << 10 // bytes
	maxArticles     = 8
	madeDigest      = 54 // characters of the content when no digest is given
)

// Article is one article of a draft.
type Article struct {
	Type             string    `json:"article_type"` // news or newspic
	Title            string    `json:"title"`
	Author           string    `json:"author"`
	Digest           string    `json:"digest"`
	Content          string    `json:"content"`
	ContentSourceURL string    `json:"content_source_url"`
	ThumbMediaID     string    `json:"thumb_media_id"`
	OpenComment      int       `json:"need_open_comment"`
	FansCanComment   int       `json:"only_fans_can_comment"`
	ShowCover        int       `json:"show_cover_pic"`
	Crop235          string    `json:"pic_crop_235_1"`
	Crop11           string    `json:"pic_crop_1_1"`
	ImageInfo        ImageInfo `json:"image_info"`
}

// ImageInfo lists the pictures of a newspic.
type ImageInfo struct {
	List []struct {
		MediaID string `json:"image_media_id"`
	} `json:"image_list"`
}

// draft is an entry of the draft box.
type draft struct {
	id       string
	articles []Article
	made     time.Time
	updated  time.Time
	byHand   bool
}

func (p *Platform) draftOf(id string) *draft {
	i := slices.IndexFunc(p.drafts, func(d *draft) bool { return d.id == id })
	if i < 0 {
		return nil
	}
	return p.drafts[i]
}

// checkArticle refuses what the limits or the library forbid.
func (p *Platform) checkArticle(a *Article) error {
	switch {
	case a.Title == "":
		return refuse(44003, "empty title")
	case utf8.RuneCountInString(a.Title) > maxTitle:
		return refuse(45003, "title size out of limit")
	case utf8.RuneCountInString(a.Author) > maxAuthor:
		return refuse(45110, "author size out of limit")
	case utf8.RuneCountInString(a.Digest) > maxDigest:
		return refuse(45004, "description size out of limit")
	case a.Content == "":
		return refuse(44004, "empty content")
	case utf8.RuneCountInString(a.Content) >= maxContent || len(a.Content) >= maxContentBytes:
		return refuse(45002, "content size out of limit")
	case len(a.ContentSourceURL) > maxSourceURL:
		return refuse(45005, "url size out of limit")
	}
	return p.checkPictures(a)
}

func (p *Platform) checkPictures(a *Article) error {
	if a.Type != "newspic" {
		if p.material(a.ThumbMediaID) == nil {
			return refuse(40007, "invalid media_id")
		}
		return nil
	}
	if len(a.ImageInfo.List) == 0 {
		return refuse(40007, "invalid media_id")
	}
	for _, i := range a.ImageInfo.List {
		if p.material(i.MediaID) == nil {
			return refuse(40007, "invalid media_id")
		}
	}
	return nil
}

// readers gives an article the content its readers will get: scripts and pictures from
// other hosts are taken out.
func (a Article) readers() Article {
	if a.Type == "" {
		a.Type = "news"
	}
	a.Content = cleaned(a.Content)
	if a.Digest == "" {
		plain := strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(a.Content, ""))
		a.Digest = string([]rune(plain)[:min(madeDigest, utf8.RuneCountInString(plain))])
	}
	return a
}

func cleaned(content string) string {
	for _, gone := range []string{
		`(?is)<script\b.*?</script\s*>`, `(?is)<(?:iframe|object|embed|form|input|link|meta)\b[^>]*>`,
		`(?is)\son[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)`, `(?is)\s(?:href|src)\s*=\s*["']?\s*javascript:[^"'\s>]*["']?`,
	} {
		content = regexp.MustCompile(gone).ReplaceAllString(content, "")
	}
	return regexp.MustCompile(`(?is)<img\b[^>]*>`).ReplaceAllStringFunc(content, func(tag string) string {
		if regexp.MustCompile(`(?i)\ssrc\s*=\s*["']https?://mmbiz\.qpic\.cn/`).MatchString(tag) {
			return tag
		}
		return ""
	})
}

// escaped finds \uXXXX in a body, which the platform does not read in titles and authors.
func escaped(body []byte) bool {
	return regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\\u[0-9a-fA-F]{4}`).Match(bytes.TrimSpace(body))
}

// draftAdd is POST /cgi-bin/draft/add.
func draftAdd(c *call) (any, error) {
	var in struct{ Articles []Article }
	if err := c.readArticles(&in); err != nil {
		return nil, err
	}
	if n := len(in.Articles); n == 0 || n > maxArticles {
		return nil, refuse(45008, "article size out of limit")
	}
	for i := range in.Articles {
		if err := c.p.checkArticle(&in.Articles[i]); err != nil {
			return nil, err
		}
	}
	return object{"media_id": c.p.keepDraft(in.Articles, false).id}, nil
}

func (c *call) readArticles(into any) error {
	if escaped(c.body) {
		return refuse(40033, "invalid charset, please use utf-8 without \\uxxxx")
	}
	return c.read(into)
}

func (p *Platform) keepDraft(articles []Article, byHand bool) *draft {
	now := p.opts.Now()
	d := &draft{id: p.next(64, "draft"), made: now, updated: now, byHand: byHand}
	for _, a := range articles {
		d.articles = append(d.articles, a.readers())
	}
	p.drafts = append(p.drafts, d)
	p.touch()
	return d
}

func (p *Platform) dropDraft(id string) {
	p.drafts = slices.DeleteFunc(p.drafts, func(d *draft) bool { return d.id == id })
}

// draftUpdate is POST /cgi-bin/draft/update: one article, whose index begins at 0.
func draftUpdate(c *call) (any, error) {
	var in struct {
		MediaID  string `json:"media_id"`
		Index    int    `json:"index"`
		Articles Article
	}
	if err := c.readArticles(&in); err != nil {
		return nil, err
	}
	d := c.p.draftOf(in.MediaID)
	switch {
	case d == nil:
		return nil, refuse(40007, "invalid media_id")
	case in.Index < 0 || in.Index >= len(d.articles):
		return nil, refuse(40114, "invalid index value")
	}
	if err := c.p.checkArticle(&in.Articles); err != nil {
		return nil, err
	}
	d.articles[in.Index], d.updated = in.Articles.readers(), c.now
	return ok(), nil
}

func draftGet(c *call) (any, error) {
	d, err := c.draft()
	if err != nil {
		return nil, err
	}
	return object{"news_item": c.p.items(d.articles, "", false), "create_time": d.made.Unix(), "update_time": d.updated.Unix()}, nil
}

func draftDelete(c *call) (any, error) {
	d, err := c.draft()
	if err != nil {
		return nil, err
	}
	c.p.dropDraft(d.id)
	return ok(), nil
}

func (c *call) draft() (*draft, error) {
	var in mediaRef
	if err := c.read(&in); err != nil {
		return nil, err
	}
	d := c.p.draftOf(in.MediaID)
	if d == nil {
		return nil, refuse(40007, "invalid media_id")
	}
	return d, nil
}

func draftCount(c *call) (any, error) {
	return object{"total_count": len(c.p.drafts)}, nil
}

func draftBatch(c *call) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	newest := sortedBy(c.p.drafts, func(a, b *draft) int { return b.updated.Compare(a.updated) })
	items := []object{}
	for _, d := range slice(newest, b) {
		items = append(items, object{
			"media_id": d.id, "update_time": d.updated.Unix(),
			"content": object{"news_item": c.p.items(d.articles, "", bool(b.NoContent)), "create_time": d.made.Unix(), "update_time": d.updated.Unix()},
		})
	}
	return object{"total_count": len(c.p.drafts), "item_count": len(items), "item": items}, nil
}

// items are articles as the API lists them. Those of an issue carry their addresses.
func (p *Platform) items(articles []Article, issueID string, noContent bool) []object {
	out := []object{}
	issue := p.issueOf(issueID)
	for i, a := range articles {
		raw, err := json.Marshal(a)
		if err != nil {
			continue // texts and numbers always encode
		}
		o := object{}
		if json.Unmarshal(raw, &o) != nil {
			continue
		}
		o["url"], o["is_deleted"] = "http://mp.weixin.qq.com/s?__biz=preview&tempkey="+p.derive(16, "preview", a.Title), false
		if issue != nil {
			o["url"], o["is_deleted"] = issue.articles[i].url, issue.articles[i].deleted
		}
		if m := p.material(a.ThumbMediaID); m != nil {
			o["thumb_url"] = m.url
		}
		if noContent {
			delete(o, "content")
		}
		out = append(out, o)
	}
	return out
}
