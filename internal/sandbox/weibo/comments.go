package weibo

import (
	"net/http"
	"strconv"
	"time"
)

func (p *Platform) commentCreate(r *http.Request) answer {
	said, code := p.writing(r, "comment", 140)
	if code != 0 {
		return fail(code)
	}
	x, err := p.postOf(r.Form.Get("id"))
	if err != nil || !x.shown(time.Now()) {
		return fail(20101)
	}
	return p.comment(x, nil, said, said)
}

// commentReply puts the person's name before the text unless told not to.
func (p *Platform) commentReply(r *http.Request) answer {
	said, code := p.writing(r, "comment", 140)
	if code != 0 {
		return fail(code)
	}
	to := p.commentOf(r.Form.Get("cid"))
	if to == nil || to.deleted {
		return fail(20201)
	}
	if text(to.under.id) != r.Form.Get("id") || to.under.deleted {
		return fail(20101)
	}
	shown := said
	if r.Form.Get("without_mention") != "1" && to.by != nil {
		shown = "回复@" + to.by.name + ":" + said
	}
	return p.comment(to.under, to, said, shown)
}

func (p *Platform) commentOf(id string) *comment {
	for _, c := range p.comments {
		if strconv.FormatInt(c.id, 10) == id {
			return c
		}
	}
	return nil
}

func (p *Platform) comment(under *post, to *comment, said, shown string) answer {
	c := &comment{id: p.newID(), under: under, to: to, text: shown, at: time.Now()}
	p.comments = append(p.comments, c)
	r := Received{Via: ViaComment, Text: said, ID: text(c.id), At: c.at}
	switch {
	case to != nil && to.by != nil:
		r.To = []string{to.by.name}
	case under.by != nil:
		r.To = []string{under.by.name}
	}
	p.received = append(p.received, r)
	return ok(p.renderComment(c))
}

// commentsToMe are those under the account's posts, and answers to its comments.
func (p *Platform) commentsToMe(r *http.Request) answer {
	return p.commentList(r, func(c *comment) bool { return c.under.by == nil || c.to != nil && c.to.by == nil })
}

func (p *Platform) commentMentions(r *http.Request) answer {
	return p.commentList(r, func(c *comment) bool { return p.named(c.text) })
}

func (p *Platform) commentList(r *http.Request, show func(*comment) bool) answer {
	var all []row
	for _, c := range p.comments {
		if c.by != nil && !c.deleted && !c.under.deleted && show(c) {
			all = append(all, row{c.id, p.renderComment(c)})
		}
	}
	return ok(paged("comments", all, r.Form))
}

func (p *Platform) renderComment(c *comment) map[string]any {
	body := map[string]any{
		"id": c.id, "idstr": text(c.id), "mid": text(c.id), "created_at": ruby(c.at), "text": c.text, "user": p.face(c.by), "status": p.render(c.under),
	}
	if c.to != nil {
		body["reply_comment"] = map[string]any{"id": c.to.id, "idstr": text(c.to.id), "text": c.to.text, "user": p.face(c.to.by)}
	}
	return body
}
