package weibo

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	webAddress = regexp.MustCompile(`https?://[A-Za-z0-9./?=&_%#:~-]+`)
	topic      = regexp.MustCompile(`#[^#]+#`)
)

// writing checks what every writing call needs.
func (p *Platform) writing(r *http.Request, field string, most int) (said string, code int) {
	said = r.Form.Get(field)
	if _, err := netip.ParseAddr(r.Form.Get("rip")); err != nil {
		return "", 10016
	}
	switch {
	case strings.TrimSpace(said) == "":
		return "", 20008
	case widths(said) > most:
		return "", 20012
	}
	return said, 0
}

// share is how ordinary apps post: with a link to a safe domain, without topics.
func (p *Platform) share(r *http.Request) answer {
	said, code := p.writing(r, "status", 140)
	if code != 0 {
		return fail(code)
	}
	links := webAddress.FindAllString(said, -1)
	switch {
	case len(links) == 0 || !slices.ContainsFunc(links, p.safe):
		return fail(10017)
	case topic.MatchString(webAddress.ReplaceAllString(said, "")):
		return fail(10008)
	}
	return p.publish(said)
}

func (p *Platform) safe(link string) bool {
	u, err := url.Parse(link)
	return err == nil && slices.ContainsFunc(p.opts.SafeDomains, func(d string) bool {
		return u.Hostname() == d || strings.HasSuffix(u.Hostname(), "."+d)
	})
}

// longPost is the commercial call.
func (p *Platform) longPost(r *http.Request) answer {
	most := 140
	if r.Form.Get("is_longtext") == "1" {
		most = 2000
	}
	if !p.opts.LongText {
		return fail(10014)
	}
	said, code := p.writing(r, "status", most)
	if code != 0 {
		return fail(code)
	}
	return p.publish(said)
}

func (p *Platform) publish(said string) answer {
	now := time.Now()
	hour := "posts " + now.UTC().Format("2006010215")
	if p.spent[hour] >= p.opts.HourlyPosts {
		return fail(10024)
	}
	if last := p.lastOwn(); last != nil && last.text == said {
		return fail(20019)
	}
	p.spent[hour]++
	x := &post{id: p.newID(), text: said, at: now, long: widths(said) > 140}
	if p.late {
		x.visible = now.Add(p.opts.DelayedFor)
	}
	p.posts = append(p.posts, x)
	p.received = append(p.received, Received{Via: ViaPost, Text: said, ID: text(x.id), At: now})
	return ok(p.render(x))
}

func (p *Platform) lastOwn() *post {
	for _, x := range slices.Backward(p.posts) {
		if x.by == nil {
			return x
		}
	}
	return nil
}

func (x *post) shown(now time.Time) bool { return !x.deleted && !now.Before(x.visible) }

// named says whether a text names the account.
func (p *Platform) named(said string) bool {
	return strings.Contains(strings.ReplaceAll(said, "＠", "@"), "@"+p.opts.ScreenName)
}

func (p *Platform) mentions(r *http.Request) answer {
	return p.statuses(r, func(x *post) bool { return x.by != nil && p.named(x.text) })
}

// timeline shows the posts of whoever authorised the app, and nobody else's.
func (p *Platform) timeline(r *http.Request) answer {
	if uid := r.Form.Get("uid"); uid != "" && uid != p.opts.UID {
		return fail(10014)
	}
	return p.statuses(r, func(x *post) bool { return x.by == nil })
}

func (p *Platform) statuses(r *http.Request, show func(*post) bool) answer {
	var all []row
	for _, x := range p.posts {
		if x.shown(time.Now()) && show(x) {
			all = append(all, row{x.id, p.render(x)})
		}
	}
	return ok(paged("statuses", all, r.Form))
}

type row struct {
	id   int64
	body map[string]any
}

// paged is one page, newest first: since_id is left out, max_id is included.
func paged(name string, all []row, q url.Values) map[string]any {
	since, _ := strconv.ParseInt(q.Get("since_id"), 10, 64)
	most, _ := strconv.ParseInt(q.Get("max_id"), 10, 64)
	count, _ := strconv.Atoi(q.Get("count"))
	if count <= 0 || count > 50 {
		count = 50
	}
	slices.SortFunc(all, func(a, b row) int { return int(min(max(b.id-a.id, -1), 1)) })
	list, next := []map[string]any{}, int64(0)
	for _, r := range all {
		if r.id <= since || most > 0 && r.id > most {
			continue
		}
		if len(list) == count {
			next = r.id
			break
		}
		list = append(list, r.body)
	}
	return map[string]any{name: list, "previous_cursor": 0, "next_cursor": next, "total_number": len(all)}
}

func (p *Platform) statusShow(r *http.Request) answer {
	x, err := p.postOf(r.Form.Get("id"))
	if err != nil || !x.shown(time.Now()) {
		return fail(20101)
	}
	return ok(p.render(x))
}

// statusCount silently leaves out what is gone.
func (p *Platform) statusCount(r *http.Request) answer {
	ids := strings.Split(r.Form.Get("ids"), ",")
	if len(ids) > 100 {
		return fail(10008)
	}
	list := []map[string]any{}
	for _, x := range p.posts {
		if x.shown(time.Now()) && slices.Contains(ids, text(x.id)) {
			n := 0
			for _, c := range p.comments {
				if c.under == x && !c.deleted {
					n++
				}
			}
			list = append(list, map[string]any{"id": x.id, "comments": n, "reposts": 0, "attitudes": 0})
		}
	}
	return ok(list)
}

func (p *Platform) userShow(r *http.Request) answer {
	uid := r.Form.Get("uid")
	if uid == p.opts.UID {
		return ok(p.face(nil))
	}
	c, err := p.citizen(uid)
	if err != nil {
		return fail(20003)
	}
	return ok(p.face(c))
}

// face is a user as answers show one.
func (p *Platform) face(c *citizen) map[string]any {
	if c == nil {
		return map[string]any{
			"id": num(p.opts.UID), "idstr": p.opts.UID, "screen_name": p.opts.ScreenName, "name": p.opts.ScreenName,
			"verified": p.opts.VerifiedType >= 0, "verified_type": p.opts.VerifiedType, "verified_reason": p.opts.ScreenName + "官方微博",
		}
	}
	return map[string]any{"id": num(c.uid), "idstr": c.uid, "screen_name": c.name, "name": c.name, "verified": false, "verified_type": -1, "follow_me": c.follows}
}

// cut is how many characters of a long post answers show.
const cut = 130

func (p *Platform) render(x *post) map[string]any {
	said := x.text
	if chars := []rune(said); x.long && len(chars) > cut {
		said = string(chars[:cut]) + "…全文"
	}
	body := map[string]any{
		"id": x.id, "idstr": text(x.id), "mid": text(x.id), "created_at": ruby(x.at), "text": said, "isLongText": x.long,
		"source": `<a href="https://app.weibo.com/t/feed/0" rel="nofollow">微博</a>`, "user": p.face(x.by), "reposts_count": 0, "attitudes_count": 0,
	}
	if !x.edited.IsZero() {
		body["edit_at"] = ruby(x.edited)
	}
	return body
}

func ruby(t time.Time) string { return t.In(time.FixedZone("CST", 8*3600)).Format(time.RubyDate) }
