package wechat

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"netpatrol/adapters"
)

const (
	// pages of twenty that a search walks: 200 drafts, 200 published articles.
	pages    = 10
	pageSize = 20
)

// news is an article, sent and received.
type news struct {
	Type     string `json:"article_type,omitempty"`
	Title    string `json:"title"`
	Author   string `json:"author,omitempty"`
	Content  string `json:"content"`
	Digest   string `json:"digest,omitempty"`
	Link     string `json:"content_source_url,omitempty"`
	Cover    string `json:"thumb_media_id,omitempty"`
	Comments int    `json:"need_open_comment"`
	FansOnly int    `json:"only_fans_can_comment"`
	URL      string `json:"url,omitempty"`
	Deleted  bool   `json:"is_deleted,omitempty"`

	extras adapters.Extras // where its own cover comes from
}

// addDraft files a draft. For draft-only that is the send itself. Source:
// service/api/draftbox/draftmanage/api_draft_add.
func (a *account) addDraft(ctx context.Context, op string, n news, mutating bool) (string, http.Header, error) {
	var err error
	if n.Cover, err = a.coverOf(ctx, op, n.extras); err != nil {
		return "", nil, err
	}
	n.Type, n.Author = "news", a.options.author
	if a.options.comments {
		n.Comments = 1
	}
	k := call{op: op, path: "/cgi-bin/draft/add", mutating: mutating, prepares: !mutating, body: map[string]any{"articles": []news{n}}}
	var got struct {
		MediaID string `json:"media_id"`
	}
	header, err := a.http.exchange(ctx, k, &got)
	if isGone(err) {
		return "", nil, coverGone(op, a.forgetCoverOf(ctx, n.extras))
	}
	if err != nil {
		return "", nil, err
	}
	if got.MediaID == "" { // promise 4
		return "", nil, nothing(k, "a media_id")
	}
	return got.MediaID, header, nil
}

// coverGone: the only media a draft names is its cover. A made one is made again.
func coverGone(op string, configured bool) error {
	e := &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Code: "40007", Err: errors.New("the cover is gone from the library and will be uploaded again")}
	if configured {
		e.Class, e.Scope, e.Err = adapters.Rejected, adapters.ScopeAccount, errors.New("option cover_media_id names no permanent picture")
	}
	return e
}

func (a *account) noteDraft(ctx context.Context, mediaID string, n note, h http.Header) {
	d := dateOf(h)
	if d.IsZero() {
		return
	}
	n.Filed = d.Unix()
	if err := a.memory.keep(context.WithoutCancel(ctx), draftPrefix+mediaID, n, d.Add(draftMemory)); err != nil {
		a.log.Warn("what the draft holds cannot be kept: that a person has sent it will not be noticed", "error", err)
	}
}

// listed is one entry of the draft box or of the published articles.
type listed struct {
	MediaID   string `json:"media_id"`
	ArticleID string `json:"article_id"`
	Content   struct {
		News []news `json:"news_item"`
	} `json:"content"`
	Updated int64 `json:"update_time"`
}

// walk reads a listing, newest first, until judge says it has seen enough.
func (a *account) walk(ctx context.Context, op, path string, judge func(listed) (enough bool)) error {
	for page := range pages {
		k := call{op: op, path: path, body: map[string]int{"offset": page * pageSize, "count": pageSize, "no_content": 0}}
		var got struct {
			Total *int     `json:"total_count"`
			Items []listed `json:"item"`
		}
		if err := a.http.do(ctx, k, &got); err != nil {
			return err
		}
		if got.Total == nil {
			return nothing(k, "a listing")
		}
		for _, l := range got.Items {
			if judge(l) {
				return nil
			}
		}
		if len(got.Items) == 0 || (page+1)*pageSize >= *got.Total {
			return nil
		}
	}
	return nil
}

// findDraft returns the media_id of the draft that holds code, or "".
func (a *account) findDraft(ctx context.Context, op, code string) (mediaID string, err error) {
	if code == "" {
		return "", nil
	}
	err = a.walk(ctx, op, "/cgi-bin/draft/batchget", func(l listed) bool {
		for _, n := range l.Content.News {
			if holdsCode(words(n.Content), code) && !a.forPreview(ctx, l.MediaID) {
				mediaID = l.MediaID
			}
		}
		return mediaID != ""
	})
	return mediaID, err
}

// forPreview says whether a draft was only made to be shown to a colleague.
func (a *account) forPreview(ctx context.Context, mediaID string) bool {
	var n note
	ok, err := a.memory.load(ctx, draftPrefix+mediaID, &n)
	return ok && err == nil && n.Preview
}

// published is an article that is out.
type published struct {
	id      string
	index   int
	updated time.Time
	news
	all []news // of its issue
}

func (p published) receipt() adapters.Receipt {
	if p.id == "" {
		return adapters.Receipt{}
	}
	return adapters.Receipt{Ref: postRef(p.id), URL: p.URL, At: p.updated}
}

// findPublished returns the published article that a note describes: by its code, else by
// its words, else, if it came out after it was filed, by its title. The zero value: there is none.
// Whether the listing holds what was mass-sent is not documented. Source: service/api/public,
// freepublish_batchget.
func (a *account) findPublished(ctx context.Context, op string, want note) (found published, err error) {
	err = a.walk(ctx, op, "/cgi-bin/freepublish/batchget", func(l listed) bool {
		for i, n := range l.Content.News {
			if want.describes(n, l) {
				found = published{l.ArticleID, i, time.Unix(l.Updated, 0).UTC(), n, l.Content.News}
			}
		}
		return found.id != ""
	})
	return found, err
}

func (want note) describes(n news, in listed) bool {
	if want.Code != "" {
		return holdsCode(words(n.Content), want.Code)
	}
	return want.Print != "" && fingerprint(n.Content) == want.Print || want.Title != "" && n.Title == want.Title && want.Filed > 0 && in.Updated >= want.Filed
}

// checkDraft: still in the box, or out, or gone without a trace. The last stays pending and
// is said to have vanished: a mass send from the console may not be listed as published.
func (a *account) checkDraft(ctx context.Context, r adapters.Receipt, mediaID string) (adapters.Receipt, error) {
	const op = "check"
	switch in, err := a.inBox(ctx, op, mediaID); {
	case err != nil:
		return adapters.Receipt{}, err
	case in != nil:
		r.Pending = true
		return r, nil
	}
	var n note
	ok, err := a.memory.load(ctx, draftPrefix+mediaID, &n)
	if err != nil {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
	}
	if n.Withdrawn {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Gone, Op: op, Err: errors.New("the draft was withdrawn")}
	}
	r.Pending, r.Vanished = true, true
	if !ok {
		return r, nil
	}
	p, err := a.findPublished(ctx, op, n)
	if err != nil || p.id == "" {
		if adapters.ClassOf(err) == adapters.Unsupported && err != nil {
			err = nil
		}
		return r, err
	}
	return a.out(ctx, p, n)
}

// out reports an article that a person has sent.
func (a *account) out(ctx context.Context, p published, n note) (adapters.Receipt, error) {
	if p.Deleted {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Gone, Op: "check", Phase: adapters.Answered, Err: errors.New("the article was published and has been deleted since")}
	}
	if w, ok := numberOf(p.URL); ok {
		w.Ref, w.Day = postRef(p.id), dayOf(p.updated)
		a.remember(ctx, w)
	}
	r := p.receipt()
	r.Shown = &adapters.Shown{Title: p.Title, Text: words(p.Content)}
	if n.Theirs {
		r.Shown.Text = allWords(p.all)
	}
	return r, nil
}

// numberOf reads msg_data_id and index from the long form of an article's address, where
// they stand as mid and idx. That they are the same is not documented.
func numberOf(link string) (watched, bool) {
	u, err := url.Parse(link)
	if err != nil {
		return watched{}, false
	}
	idx, err := strconv.Atoi(or(u.Query().Get("idx"), "1"))
	w, ok := parseWatched(u.Query().Get("mid"))
	w.Index = idx - 1
	return w, ok && err == nil && idx > 0
}

// inBox returns the first article of a draft that is still in the box, else nil.
func (a *account) inBox(ctx context.Context, op, mediaID string) (*news, error) {
	all, err := a.articlesOf(ctx, op, mediaID)
	if err != nil || all == nil {
		return nil, err
	}
	return &all[0], nil
}

// articlesOf returns the articles of a draft that is still in the box, else nil.
func (a *account) articlesOf(ctx context.Context, op, mediaID string) ([]news, error) {
	k := call{op: op, path: "/cgi-bin/draft/get", body: map[string]string{"media_id": mediaID}}
	var got struct {
		News []news `json:"news_item"`
	}
	err := a.http.do(ctx, k, &got)
	switch {
	case isGone(err):
		return nil, nil
	case err != nil:
		return nil, err
	case len(got.News) == 0:
		return nil, nothing(k, "the draft")
	}
	return got.News, nil
}

// checkJob asks after a publishing job. Source: service/api/public/api_freepublish_get.
func (a *account) checkJob(ctx context.Context, r adapters.Receipt, jobID string) (adapters.Receipt, error) {
	k := call{op: "check", path: "/cgi-bin/freepublish/get", body: map[string]string{"publish_id": jobID}}
	var got struct {
		Status  *int   `json:"publish_status"`
		Article string `json:"article_id"`
		Detail  struct {
			Items []struct {
				URL string `json:"article_url"`
			} `json:"item"`
		} `json:"article_detail"`
	}
	if err := a.http.do(ctx, k, &got); err != nil {
		return adapters.Receipt{}, err
	}
	if got.Status == nil {
		return adapters.Receipt{}, nothing(k, "a status")
	}
	if err := jobStatus(*got.Status); err != nil {
		return adapters.Receipt{}, err
	}
	if r.Pending = *got.Status == 1; r.Pending {
		return r, nil
	}
	if got.Article == "" {
		return adapters.Receipt{}, nothing(k, "an article_id")
	}
	r.Ref = postRef(got.Article)
	a.rename(ctx, publishRef(jobID), r.Ref)
	if len(got.Detail.Items) > 0 {
		r.URL = got.Detail.Items[0].URL
	}
	return r, nil
}

func jobStatus(status int) error {
	failed := func(class adapters.Class, why string) error {
		return &adapters.Error{Class: class, Op: "check", Phase: adapters.Answered, Code: "publish_status " + codeText(status), Err: errors.New(why)}
	}
	switch status {
	case 0, 1:
		return nil
	case 2:
		return failed(adapters.Rejected, "the originality check failed")
	case 4:
		return failed(adapters.Rejected, "the platform's review refused it")
	case 5:
		return failed(adapters.Gone, "it was published, and all its articles were deleted by the account")
	case 6:
		return failed(adapters.Gone, "it was published, and all its articles were removed by the platform")
	}
	return failed(adapters.Rejected, "publishing failed")
}

func (a *account) checkArticle(ctx context.Context, r adapters.Receipt, articleID string) (adapters.Receipt, error) {
	k := call{op: "check", path: "/cgi-bin/freepublish/getarticle", body: map[string]string{"article_id": articleID}}
	var got struct {
		News []news `json:"news_item"`
	}
	if err := a.http.do(ctx, k, &got); err != nil {
		return adapters.Receipt{}, err
	}
	if len(got.News) == 0 {
		return adapters.Receipt{}, nothing(k, "the article")
	}
	if got.News[0].Deleted {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Gone, Op: "check", Phase: adapters.Answered, Err: errors.New("the article has been deleted")}
	}
	r.Pending, r.URL = false, or(r.URL, got.News[0].URL)
	return r, nil
}
