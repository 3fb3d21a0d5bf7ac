package sandbox

import (
	"html"
	"strings"
	"time"
)

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// stampOrNull is null for a time that never was.
func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

func (c *call) viewAccount(a *account) object {
	var last any
	posts := 0
	for _, s := range a.statuses {
		if s.deleted.IsZero() && s.visibility != Direct {
			posts, last = posts+1, s.created.UTC().Format(time.DateOnly)
		}
	}
	picture := c.m.opts.BaseURL + "/avatars/missing.png"
	return object{
		"id": a.id, "username": a.handle, "acct": a.handle, "display_name": a.name, "locked": false, "bot": false,
		"discoverable": true, "group": false, "created_at": stamp(a.created.Truncate(24 * time.Hour)), "note": "",
		"url": c.m.profileURL(a), "uri": c.m.opts.BaseURL + "/users/" + a.id,
		"avatar": picture, "avatar_static": picture, "header": picture, "header_static": picture,
		"followers_count": len(c.m.followers(a)), "following_count": len(a.follows), "statuses_count": posts,
		"last_status_at": last, "emojis": []object{}, "roles": []object{}, "fields": viewFields(a),
	}
}

func viewFields(a *account) []object {
	if a.verified == "" {
		return []object{}
	}
	u := html.EscapeString(a.verified)
	return []object{{
		"name":        "官方网站",
		"value":       `<a href="` + u + `" target="_blank" rel="nofollow noopener me" translate="no">` + u + `</a>`,
		"verified_at": a.created.UTC().Format("2006-01-02T15:04:05.000+00:00"),
	}}
}

func (m *Microblog) followers(a *account) (out []*account) {
	for _, b := range m.accounts {
		if _, ok := b.follows[a]; ok {
			out = append(out, b)
		}
	}
	return out
}

func (c *call) viewStatus(s *status) object {
	v := object{
		"id": s.id, "created_at": stamp(s.created), "edited_at": stampOrNull(s.edited),
		"in_reply_to_id": nil, "in_reply_to_account_id": nil,
		"sensitive": s.sensitive, "spoiler_text": s.spoiler, "visibility": s.visibility, "language": orNull(s.language),
		"uri": c.m.opts.BaseURL + "/statuses/" + s.id, "url": c.m.statusURL(s),
		"replies_count": s.publicAnswers(), "reblogs_count": 0, "favourites_count": 0, "quotes_count": 0,
		"content": c.m.render(s.text, s.generous), "account": c.viewAccount(s.author), "reblog": nil, "application": nil,
		"media_attachments": viewMedia(s.media), "mentions": c.viewMentions(s), "tags": c.viewTags(s),
		"emojis": []object{}, "card": nil, "poll": nil,
		"favourited": false, "reblogged": false, "muted": false, "bookmarked": false, "filtered": []object{},
	}
	if p := s.parent; p != nil && p.deleted.IsZero() {
		v["in_reply_to_id"], v["in_reply_to_account_id"] = p.id, p.author.id
	}
	return v
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *status) publicAnswers() (n int) {
	for _, x := range s.answers {
		if x.deleted.IsZero() && x.visibility != Direct {
			n++
		}
	}
	return n
}

func (c *call) viewMentions(s *status) []object {
	out := []object{}
	for _, a := range s.mentions {
		out = append(out, object{"id": a.id, "username": a.handle, "acct": a.handle, "url": c.m.profileURL(a)})
	}
	return out
}

func (c *call) viewTags(s *status) []object {
	out := []object{}
	for _, seg := range c.m.reader(s.generous).split(s.text) {
		if seg.kind == hashtag {
			out = append(out, object{"name": strings.ToLower(seg.tag), "url": c.m.tagURL(seg.tag)})
		}
	}
	return out
}

func viewMedia(list []*media) []object {
	out := []object{}
	for _, x := range list {
		out = append(out, x.view())
	}
	return out
}

func (c *call) viewNotification(n *notification) object {
	v := object{
		"id": n.id, "type": n.kind, "created_at": stamp(n.created), "group_key": "ungrouped-" + n.id,
		"account": c.viewAccount(n.from),
	}
	if n.status != nil {
		v["status"] = c.viewStatus(n.status)
	}
	if n.filtered {
		v["filtered"] = true
	}
	return v
}
