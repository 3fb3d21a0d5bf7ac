package wechat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// comment is one comment under an article.
type comment struct {
	id      int
	who     *follower
	hidden  bool // not made as a WeChat user: no openid
	text    string
	at      time.Time
	elected bool
	gone    bool // deleted by its writer
	reply   string
	replied time.Time
}

const (
	maxCommentPage  = 50 // exclusive
	maxReplyRunes   = 600
	maxElected      = 100
	commentsElected = 2
	commentsNormal  = 1
)

// Comment writes a comment under an article and returns its id. With an empty name it is
// written by somebody without a WeChat account, and has no openid.
func (p *Platform) Comment(name string, a ArticleRef, text string) (id int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.find(name)
	x := p.articleBy(a)
	switch {
	case f == nil && name != "":
		return 0, fmt.Errorf("%q comments: %w", name, ErrNoFollower)
	case x == nil || x.deleted:
		return 0, fmt.Errorf("%s comments: %w", name, ErrNotFound)
	case x.closed || x.FansCanComment == 1 && (f == nil || !f.following):
		return 0, fmt.Errorf("%s comments: %w", name, ErrNotOpen)
	case strings.TrimSpace(text) == "":
		return 0, fmt.Errorf("%s comments: %w", name, ErrEmpty)
	}
	k := &comment{id: len(x.comments) + 1, who: f, hidden: f == nil, text: text, at: p.opts.Now()}
	x.comments = append(x.comments, k)
	x.today(p.opts.Now()).comments++
	p.record(Commented, f, strconv.Itoa(k.id), text)
	return k.id, nil
}

// Uncomment deletes one's own comment.
func (p *Platform) Uncomment(name string, a ArticleRef, id int) error {
	return p.with(name, func(f *follower) error {
		x := p.articleBy(a)
		if x == nil {
			return fmt.Errorf("%s deletes a comment: %w", name, ErrNotFound)
		}
		for _, k := range x.comments {
			if k.id == id && k.who == f {
				k.gone = true
				return nil
			}
		}
		return fmt.Errorf("%s deletes comment %d: %w", name, id, ErrNotFound)
	})
}

func (p *Platform) articleBy(a ArticleRef) *published {
	i := p.issueBy(a.MsgDataID)
	if i == nil || a.Idx < 1 || a.Idx > len(i.articles) {
		return nil
	}
	return i.articles[a.Idx-1]
}

// commentIn is the body of every comment call.
type commentIn struct {
	MsgDataID flexID `json:"msg_data_id"`
	Index     int    `json:"index"` // from 0
	Begin     int    `json:"begin"`
	Count     int    `json:"count"`
	Type      int    `json:"type"`
	ID        int    `json:"user_comment_id"`
	Content   string `json:"content"`
}

func (c *call) article() (commentIn, *published, error) {
	var in commentIn
	if err := c.read(&in); err != nil {
		return in, nil, err
	}
	x := c.p.articleBy(ArticleRef{string(in.MsgDataID), in.Index + 1})
	if x == nil || x.deleted {
		return in, nil, refuse(88001, "msg_data is not exists")
	}
	return in, x, nil
}

func (c *call) comment() (commentIn, *comment, *published, error) {
	in, x, err := c.article()
	if err != nil {
		return in, nil, nil, err
	}
	i := slices.IndexFunc(x.comments, func(k *comment) bool { return k.id == in.ID })
	switch {
	case i < 0:
		return in, nil, nil, refuse(88008, "comment is not exists")
	case x.comments[i].gone:
		return in, nil, nil, refuse(88004, "comment is deleted by user")
	}
	return in, x.comments[i], x, nil
}

// commentList is POST /cgi-bin/comment/list.
func commentList(c *call) (any, error) {
	in, x, err := c.article()
	switch {
	case err != nil:
		return nil, err
	case x.OpenComment == 0 && len(x.comments) == 0:
		return nil, refuse(88000, "without comment privilege")
	case in.Count < 1 || in.Count >= maxCommentPage || in.Begin < 0:
		return nil, refuse(88010, "count range error. cout <= 0 or count > 50")
	}
	var all []*comment
	for _, k := range x.comments {
		if !k.gone && (in.Type == 0 || in.Type == commentsElected && k.elected || in.Type == commentsNormal && !k.elected) {
			all = append(all, k)
		}
	}
	list := []object{}
	for _, k := range slice(all, batch{Offset: in.Begin, Count: in.Count}) {
		list = append(list, k.shown())
	}
	out := ok()
	out["total"], out["comment"] = len(all), list
	return out, nil
}

func (k *comment) shown() object {
	o := object{"user_comment_id": k.id, "create_time": k.at.Unix(), "content": k.text, "comment_type": count(k.elected)}
	if !k.hidden {
		o["openid"] = k.who.openID
	}
	if k.reply != "" {
		o["reply"] = object{"content": k.reply, "create_time": k.replied.Unix()}
	}
	return o
}

// commentReply is POST /cgi-bin/comment/reply/add: one reply a comment.
func commentReply(c *call) (any, error) {
	in, k, _, err := c.comment()
	switch n := utf8.RuneCountInString(in.Content); {
	case err != nil:
		return nil, err
	case k.reply != "":
		return nil, refuse(88005, "already reply")
	case n == 0 || n > maxReplyRunes:
		return nil, refuse(88007, "reply content beyond max len or content len is zero")
	}
	k.reply, k.replied = in.Content, c.now
	r := &Received{
		Via: ViaComment, Kind: "text", Text: in.Content, Digest: digest(in.Content), MsgID: strconv.Itoa(k.id), At: c.now,
		Article: ArticleRef{string(in.MsgDataID), in.Index + 1},
	}
	if k.who != nil {
		r.To = []string{k.who.name}
	}
	c.p.receive(r)
	return ok(), nil
}

func commentUnreply(c *call) (any, error) {
	_, k, _, err := c.comment()
	switch {
	case err != nil:
		return nil, err
	case k.reply == "":
		return nil, refuse(88009, "reply is not exists")
	}
	k.reply = ""
	return ok(), nil
}

func commentDelete(c *call) (any, error) {
	in, _, x, err := c.comment()
	if err != nil {
		return nil, err
	}
	x.comments = slices.DeleteFunc(x.comments, func(k *comment) bool { return k.id == in.ID })
	return ok(), nil
}

func commentElect(c *call) (any, error) {
	_, k, x, err := c.comment()
	if err != nil {
		return nil, err
	}
	n := 0
	for _, o := range x.comments {
		n += count(o.elected)
	}
	if n >= maxElected {
		return nil, refuse(88003, "elected comment upper limit")
	}
	k.elected = true
	return ok(), nil
}

func commentUnelect(c *call) (any, error) {
	_, k, _, err := c.comment()
	if err != nil {
		return nil, err
	}
	k.elected = false
	return ok(), nil
}

func commentOpen(c *call) (any, error) {
	_, x, err := c.article()
	if err != nil {
		return nil, err
	}
	x.closed, x.OpenComment = false, 1
	return ok(), nil
}

func commentClose(c *call) (any, error) {
	_, x, err := c.article()
	if err != nil {
		return nil, err
	}
	x.closed = true
	return ok(), nil
}
