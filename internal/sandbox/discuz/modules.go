package discuz

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// write makes a thread, a reply or a private message.
func (v *visit) write() reply {
	b, message := v.b, strings.ReplaceAll(v.form.Get("message"), "\r\n", "\n")
	word := v.objection(message)
	if word != "" {
		return v.said(word, nil)
	}
	if v.module == "sendpm" {
		to, _ := strconv.Atoi(v.query.Get("touid"))
		switch {
		case to == firstUID:
			return v.said("message_can_not_send_8", nil)
		case b.name(to) == "":
			return v.said("message_bad_touid", nil)
		}
		return v.said("do_success", map[string]any{"pmid": b.letter(firstUID, to, message, v.now).id})
	}
	p, word := v.draft(message)
	if word != "" {
		return v.said(word, nil)
	}
	b.lastPost = v.now
	word = map[bool]string{true: "post_newthread_", false: "post_reply_"}[p.first]
	if b.opts.ReviewDelay > 0 {
		word += "mod_"
	}
	made := b.add(p)
	return v.said(word+"succeed", map[string]any{"tid": made.tid, "pid": made.pid})
}

// objection is the word by which a write is refused; "": it is not.
func (v *visit) objection(message string) string {
	b := v.b
	switch flag := map[string]string{"newthread": "topicsubmit", "sendreply": "replysubmit", "sendpm": "pmsubmit"}[v.module]; {
	case !v.post || v.query.Get(flag) != "yes" || v.form.Get("formhash") != v.token():
		return "submit_invalid"
	case b.opts.Captcha:
		return "submit_seccode_invalid"
	case strings.TrimSpace(message) == "":
		return map[bool]string{true: "unable_to_send_air_news", false: "post_sm_isnull"}[v.module == "sendpm"]
	case b.opts.Banned != "" && strings.Contains(message, b.opts.Banned):
		return "word_banned"
	case v.module != "sendpm" && b.opts.Interval > 0 && v.now.Sub(b.lastPost) < b.opts.Interval:
		return "post_flood_ctrl"
	case v.module != "sendpm" && b.opts.PerHour > 0 && v.lately() >= b.opts.PerHour:
		return "post_flood_ctrl_posts_per_hour"
	case v.module != "sendpm" && utf8.RuneCountInString(message) < 5:
		return "post_message_tooshort"
	case len(message) > 10000:
		return "post_message_toolong"
	}
	return ""
}

// lately counts our posts of the last hour.
func (v *visit) lately() (n int) {
	for _, p := range v.b.posts {
		if p.author == firstUID && v.now.Sub(p.at) < time.Hour {
			n++
		}
	}
	return n
}

// draft is the post a form asks for.
func (v *visit) draft(message string) (post, string) {
	b := v.b
	p := post{author: firstUID, text: message, at: v.now, shown: v.now.Add(b.opts.ReviewDelay)}
	if v.module == "sendreply" {
		tid, _ := strconv.Atoi(v.query.Get("tid"))
		if h := b.head(tid); h.tid == 0 || h.deleted {
			return p, "thread_nonexistence"
		}
		p.tid = tid
		return p, ""
	}
	p.fid, _ = strconv.Atoi(v.query.Get("fid"))
	p.subject, p.first = v.form.Get("subject"), true
	switch {
	case v.query.Get("fid") != b.opts.Fid:
		return p, "post_forum_newthread_nopermission"
	case p.subject == "":
		return p, "post_sm_isnull"
	case len(p.subject) > 80:
		return p, "post_subject_toolong"
	}
	b.threads++
	p.tid = 3000 + b.threads
	return p, ""
}

func (v *visit) read() reply {
	switch v.module {
	case "newthreads":
		return v.said("", map[string]any{"data": v.listed(func(p *post) bool { return strconv.Itoa(p.fid) == v.query.Get("fids") })})
	case "mythread":
		return v.said("", map[string]any{"data": v.listed(func(p *post) bool { return p.author == firstUID }), "perpage": 50})
	case "viewthread":
		return v.viewThread()
	case "mynotelist":
		return v.noteList()
	case "mypm":
		if v.query.Get("subop") == "view" {
			return v.conversation()
		}
		return v.conversations()
	}
	return reply{bare: `{"error":"module_not_exists"}`}
}

// visible: deleted posts are gone, and what waits for the moderator nobody sees.
func (v *visit) visible(p *post) bool {
	return !p.deleted && !v.now.Before(p.shown) && !v.b.head(p.tid).deleted
}

// listed are threads, the newest first.
func (v *visit) listed(want func(*post) bool) []any {
	out := []any{}
	for _, p := range slices.Backward(v.b.posts) {
		if p.first && v.visible(p) && want(p) {
			out = append(out, v.headOf(p))
		}
	}
	start, _ := strconv.Atoi(v.query.Get("start"))
	limit, err := strconv.Atoi(v.query.Get("limit"))
	if err != nil {
		limit = 20
	}
	start = min(start, len(out))
	return out[start:min(start+limit, len(out))]
}

func (v *visit) headOf(p *post) map[string]any {
	replies := 0
	for _, q := range v.b.posts {
		if q.tid == p.tid && !q.first && v.visible(q) {
			replies++
		}
	}
	return map[string]any{"tid": p.tid, "fid": p.fid, "author": v.b.name(p.author), "authorid": p.author, "subject": html.EscapeString(p.subject), "dbdateline": p.at, "dateline": "半小时前", "views": p.views, "replies": replies}
}

const perPage = 10

func (v *visit) viewThread() reply {
	tid, _ := strconv.Atoi(v.query.Get("tid"))
	head := v.b.head(tid)
	if head.tid == 0 || !v.visible(head) {
		return v.said("thread_nonexistence", nil)
	}
	head.views++
	list := []any{}
	for _, p := range v.b.posts {
		if p.tid == tid && v.visible(p) {
			list = append(list, map[string]any{"pid": p.pid, "tid": tid, "first": p.first, "author": v.b.name(p.author), "authorid": p.author,
				"username": v.b.name(p.author), "dbdateline": p.at, "dateline": "半小时前", "message": shown(p), "number": len(list) + 1, "anonymous": false})
		}
	}
	page, _ := strconv.Atoi(v.query.Get("page"))
	from := min(max(page-1, 0)*perPage, len(list))
	return v.said("", map[string]any{"thread": v.headOf(head), "fid": head.fid, "postlist": list[from:min(from+perPage, len(list))], "ppp": perPage})
}

// shown is a post as HTML, with the editor's line.
func shown(p *post) string {
	body := strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br />\r\n")
	if p.edited.IsZero() {
		return body
	}
	at := p.edited.In(time.FixedZone("CST", 8*60*60)).Format("2006-1-2 15:04")
	return fmt.Sprintf("<i class=\"pstatus\"> 本帖最后由 作者 于 %s 编辑 </i><br />\r\n<br />\r\n%s", at, body)
}

func (v *visit) noteList() reply {
	list := []any{}
	for _, n := range slices.Backward(v.b.notices) {
		list = append(list, map[string]any{"id": n.id, "type": n.kind, "new": "1", "authorid": n.author, "author": v.b.name(n.author), "note": n.note, "dateline": n.at})
	}
	return v.said("", map[string]any{"list": list, "perpage": 30, "page": 1, "count": len(list)})
}

func (v *visit) row(l *letter) map[string]any {
	peer := l.from
	if peer == firstUID {
		peer = l.to
	}
	return map[string]any{"plid": peer, "pmid": l.id, "pmtype": 1, "touid": peer, "tousername": v.b.name(peer), "msgfromid": l.from, "msgfrom": v.b.name(l.from), "msgtoid": l.to,
		"authorid": l.from, "author": v.b.name(l.from), "dateline": l.at, "message": strings.ReplaceAll(html.EscapeString(l.text), "\n", "<br />")}
}

// conversations lists one row for each person, the newest first.
func (v *visit) conversations() reply {
	list, seen := []any{}, map[any]bool{}
	for _, l := range slices.Backward(v.b.letters) {
		r := v.row(l)
		if seen[r["touid"]] {
			continue
		}
		seen[r["touid"]] = true
		delete(r, "message")
		r["lastauthorid"], r["lastdateline"], r["lastsummary"], r["isnew"] = l.from, l.at, "……", l.from != firstUID
		list = append(list, r)
	}
	page, _ := strconv.Atoi(v.query.Get("page"))
	from := min(max(page-1, 0)*15, len(list))
	return v.said("", map[string]any{"list": list[from:min(from+15, len(list))], "count": len(list), "perpage": 15, "page": max(page, 1)})
}

// conversation is one page of the messages with a person, oldest first; without a number,
// the last page.
func (v *visit) conversation() reply {
	all := []any{}
	for _, l := range v.b.letters {
		if who := v.query.Get("touid"); strconv.Itoa(l.from) == who || strconv.Itoa(l.to) == who {
			all = append(all, v.row(l))
		}
	}
	page, err := strconv.Atoi(v.query.Get("page"))
	if err != nil || page < 1 {
		page = max((len(all)+4)/5, 1)
	}
	from := min((page-1)*5, len(all))
	return v.said("", map[string]any{"list": all[from:min(from+5, len(all))], "count": len(all), "perpage": 5, "page": page})
}
