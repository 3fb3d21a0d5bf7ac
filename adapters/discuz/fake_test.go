package discuz_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

const (
	ourUID, citizenUID = "880001", "990002"
	username           = "椰城网警"
	password           = "password-of-the-board"
	board              = "37"
)

type object = map[string]any

// fake is a board, as far as the adapter uses it. Everything it says is text.
type fake struct {
	mu      sync.Mutex
	gbk     bool
	review  bool // threads and replies wait for a moderator
	session int  // sessions before this one have run out
	logins  int
	posts   []*fakePost
	pms     []*fakePM
	notes   []object
	views   int
	perPage int
}

type fakePost struct {
	tid, pid, uid, fid, subject, text string
	first, hidden, deleted            bool
	made, edited                      time.Time
}

type fakePM struct{ id, from, to, text string }

var _ adaptertest.Citizens = (*fake)(nil)

func newFake() *fake { return &fake{session: 1, perPage: 10} }

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path != "/api/mobile/index.php" {
		http.NotFound(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	q, form := r.URL.Query(), f.form(string(body))
	module, uid := q.Get("module"), f.member(r)
	write := r.Method == http.MethodPost
	switch {
	case module == "login" && write:
		f.login(w, form)
	case module == "forumindex":
		f.say(w, uid, "", object{})
	case uid == "0":
		f.say(w, uid, "to_login//1", object{})
	case write && form.Get("formhash") != f.hash():
		f.say(w, uid, "submit_invalid", object{})
	case module == "newthread" && write && q.Get("topicsubmit") == "yes":
		p := f.add(fakePost{uid: uid, fid: q.Get("fid"), subject: form.Get("subject"), text: form.Get("message"), first: true, hidden: f.review})
		f.say(w, uid, map[bool]string{true: "post_newthread_mod_succeed", false: "post_newthread_succeed"}[f.review], object{"tid": p.tid, "pid": p.pid})
	case module == "sendreply" && write && q.Get("replysubmit") == "yes":
		p := f.add(fakePost{tid: q.Get("tid"), uid: uid, text: form.Get("message"), hidden: f.review})
		f.say(w, uid, map[bool]string{true: "post_reply_mod_succeed", false: "post_reply_succeed"}[f.review], object{"tid": p.tid, "pid": p.pid})
	case module == "sendpm" && write && q.Get("pmsubmit") == "yes":
		m := f.pm(uid, q.Get("touid"), form.Get("message"))
		f.say(w, uid, "do_success", object{"pmid": m.id})
	default:
		f.read(w, module, uid, q)
	}
}

func (f *fake) read(w http.ResponseWriter, module, uid string, q url.Values) {
	switch module {
	case "newthreads":
		f.say(w, uid, "", object{"data": f.newest(q)})
	case "mythread":
		f.say(w, uid, "", object{"data": f.threads(func(p *fakePost) bool { return p.uid == uid })})
	case "viewthread":
		f.thread(w, uid, q.Get("tid"), q.Get("page"))
	case "mynotelist":
		list := slices.Clone(f.notes)
		slices.Reverse(list)
		f.say(w, uid, "", object{"list": list, "perpage": "30", "page": "1"})
	case "mypm":
		if q.Get("subop") == "view" {
			f.talk(w, uid, q.Get("touid"), q.Get("page"))
			return
		}
		f.talks(w, uid)
	default:
		_, _ = io.WriteString(w, `{"error":"module_not_exists"}`)
	}
}

func (f *fake) form(body string) url.Values {
	v, _ := url.ParseQuery(body)
	for name, all := range v {
		for i := range all {
			if f.gbk {
				all[i], _ = simplifiedchinese.GBK.NewDecoder().String(all[i])
			}
		}
		v[name] = all
	}
	return v
}

// member is the uid of a session that still holds.
func (f *fake) member(r *http.Request) string {
	auth, err := r.Cookie("x2_auth")
	salt, err2 := r.Cookie("x2_saltkey")
	if err == nil && err2 == nil && auth.Value == fmt.Sprintf("auth%%2F%d", f.session) && salt.Value == "salt" {
		return ourUID
	}
	return "0"
}

func (f *fake) hash() string { return fmt.Sprintf("%08x", f.session*7919) }

func (f *fake) login(w http.ResponseWriter, form url.Values) {
	f.logins++
	if form.Get("username") != username || form.Get("password") != password {
		f.say(w, "0", "login_invalid", object{})
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "x2_auth", Value: fmt.Sprintf("auth%%2F%d", f.session)})
	http.SetCookie(w, &http.Cookie{Name: "x2_saltkey", Value: "salt"})
	f.say(w, ourUID, "login_succeed", object{})
}

// say answers as the interface does: always 200, all text.
func (f *fake) say(w http.ResponseWriter, uid, word string, more object) {
	vars := object{"cookiepre": "x2_", "auth": "", "saltkey": "", "member_uid": uid, "member_username": map[bool]string{true: "", false: username}[uid == "0"], "formhash": f.hash(), "groupid": "7"}
	for k, v := range more {
		vars[k] = v
	}
	out := object{"Version": "3", "Charset": map[bool]string{true: "GBK", false: "UTF-8"}[f.gbk], "Variables": vars}
	if word != "" {
		out["Message"] = object{"messageval": word, "messagestr": "抱歉，您的请求来路不正确"}
	}
	raw, _ := json.Marshal(out)
	if f.gbk {
		raw, _ = simplifiedchinese.GBK.NewEncoder().Bytes(raw)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw)
}

func (f *fake) add(p fakePost) *fakePost {
	p.pid, p.made = strconv.Itoa(len(f.posts)+500), time.Now()
	if p.tid == "" {
		p.tid = strconv.Itoa(len(f.posts) + 100)
	}
	f.posts = append(f.posts, &p)
	return &p
}

func (f *fake) pm(from, to, text string) *fakePM {
	m := &fakePM{strconv.Itoa(len(f.pms) + 700), from, to, text}
	f.pms = append(f.pms, m)
	return m
}

func name(uid string) string {
	return map[string]string{ourUID: username, citizenUID: "市民小符"}[uid]
}

func (p *fakePost) row() object {
	return object{"tid": p.tid, "authorid": p.uid, "author": name(p.uid), "subject": p.subject, "dbdateline": stamp(p.made), "replies": "0"}
}

func stamp(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// threads are those shown, newest first.
func (f *fake) threads(want func(*fakePost) bool) (out []object) {
	out = []object{}
	for _, p := range slices.Backward(f.posts) {
		if p.first && !p.hidden && !p.deleted && want(p) {
			out = append(out, p.row())
		}
	}
	return out
}

func (f *fake) newest(q url.Values) any {
	all := f.threads(func(p *fakePost) bool { return p.fid == q.Get("fids") })
	start, _ := strconv.Atoi(q.Get("start"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	start = min(start, len(all))
	if all = all[start:min(start+limit, len(all))]; len(all) == 0 {
		return "" // PHP's way
	}
	if len(all)%2 == 1 { // its keys have gaps
		keyed := object{}
		for i, t := range all {
			keyed[strconv.Itoa(2*i)] = t
		}
		return keyed
	}
	return all
}

func (f *fake) thread(w http.ResponseWriter, uid, tid, page string) {
	var shown []object
	var head *fakePost
	for _, p := range f.posts {
		if p.tid != tid || p.hidden || p.deleted {
			continue
		}
		if p.first {
			head = p
		}
		message := strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br />\n")
		if !p.edited.IsZero() {
			message = `<i class="pstatus"> 本帖最后由 市民小符 于 ` + p.edited.In(time.FixedZone("CST", 8*3600)).Format("2006-1-2 15:04") + ` 编辑 </i><br /><br />` + message
		}
		shown = append(shown, object{"pid": p.pid, "tid": tid, "first": map[bool]string{true: "1", false: "0"}[p.first], "authorid": p.uid, "author": name(p.uid), "dbdateline": stamp(p.made), "message": message})
	}
	if head == nil {
		f.say(w, uid, "thread_nonexistence", object{})
		return
	}
	f.views++
	row := head.row()
	row["replies"], row["views"] = strconv.Itoa(len(shown)-1), strconv.Itoa(f.views)
	f.say(w, uid, "", object{"thread": row, "postlist": f.paged(shown, page), "ppp": strconv.Itoa(f.perPage)})
}

func (f *fake) paged(all []object, page string) []object {
	n, _ := strconv.Atoi(page)
	from := min(max(n-1, 0)*f.perPage, len(all))
	return all[from:min(from+f.perPage, len(all))]
}

func (m *fakePM) row(uid string) object {
	peer := m.from
	if peer == uid {
		peer = m.to
	}
	return object{"pmid": m.id, "pmtype": "1", "touid": peer, "msgfromid": m.from, "msgfrom": name(m.from), "lastauthorid": m.from, "dateline": stamp(time.Now()), "lastdateline": stamp(time.Now()), "message": html.EscapeString(m.text)}
}

func (f *fake) talks(w http.ResponseWriter, uid string) {
	list, known := []object{}, map[string]bool{}
	for _, m := range slices.Backward(f.pms) {
		row := m.row(uid)
		if peer := row["touid"].(string); !known[peer] {
			known[peer] = true
			delete(row, "message")
			list = append(list, row)
		}
	}
	f.say(w, uid, "", object{"list": list, "perpage": "15", "page": "1"})
}

func (f *fake) talk(w http.ResponseWriter, uid, with, page string) {
	list := []object{}
	for _, m := range f.pms {
		if m.from == with || m.to == with {
			list = append(list, m.row(uid))
		}
	}
	last := strconv.Itoa(max((len(list)+f.perPage-1)/f.perPage, 1))
	if page == "" {
		page = last
	}
	f.say(w, uid, "", object{"list": f.paged(list, page), "perpage": strconv.Itoa(f.perPage), "page": page, "count": strconv.Itoa(len(list))})
}

func (f *fake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.posts {
		if p.uid != ourUID {
			continue
		}
		s := adaptertest.Sent{Ref: adapters.Ref(p.tid + "." + p.pid), Channel: adapters.Public, Text: p.text}
		if !p.first {
			s.Channel = adapters.InReply
			for _, q := range f.posts {
				if q.tid == p.tid && q.first {
					s.Parent = adapters.Ref(q.tid + "." + q.pid)
				}
			}
		}
		out = append(out, s)
	}
	for _, m := range f.pms {
		if m.from == ourUID {
			out = append(out, adaptertest.Sent{Ref: adapters.Ref("pm:" + m.id), Channel: adapters.Private, To: m.to, Text: m.text})
		}
	}
	return out
}

func (f *fake) Write(source, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	if source == "messages" {
		return adapters.Ref("pm:" + f.pm(citizenUID, ourUID, text).id)
	}
	p := f.add(fakePost{uid: citizenUID, fid: board, subject: "求助", text: text, first: true})
	if source == "notices" {
		f.notes = append(f.notes, object{"id": strconv.Itoa(len(f.notes) + 40), "type": "at", "authorid": citizenUID, "author": name(citizenUID), "dateline": stamp(p.made), "new": "1",
			"note": `<a href="home.php?mod=space&amp;uid=` + citizenUID + `">市民小符</a> 在主题 <a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid=` + p.tid + `&amp;pid=` + p.pid + `">求助</a> 中提到了您`})
	}
	return adapters.Ref(p.tid + "." + p.pid)
}

func (f *fake) post(ref adapters.Ref) *fakePost {
	for _, p := range f.posts {
		if adapters.Ref(p.tid+"."+p.pid) == ref {
			return p
		}
	}
	return nil
}

func (f *fake) Edit(ref adapters.Ref, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.post(ref)
	p.text, p.edited = text, time.Now()
}

func (f *fake) Delete(ref adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.post(ref).deleted = true
}
