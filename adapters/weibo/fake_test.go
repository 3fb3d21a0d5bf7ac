package weibo_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
)

const (
	selfID, aliceID = "5550000000000001", "5550000000000002"
	token           = "2.00token-of-the-station"
	appSecret       = "app-secret-of-the-station"
	landing         = "https://gaj.example.gov.cn/n"
)

// fake is a pretend platform with our account and alice's. It speaks the wire format from
// the public documents; its switches are what they leave open.
type fake struct {
	mu       sync.Mutex
	next     int64
	posts    []*entry
	comments []*entry
	private  []adaptertest.Sent
	files    map[string]file   // by the id they have for us
	heard    map[string]string // what alice wrote in private
	calls    []string
	forms    []url.Values

	answer     string // to every writing call, which is carried out
	long       bool   // texts are cut
	pinned     *entry // shown above all others
	capped     int    // rows a page has at most; 0: as asked
	tokenOwner string
	expire     map[string]any
	verified   map[string]any
}

type entry struct {
	id             int64
	author, text   string
	post           int64 // of a comment
	names, gone    bool
	created, edits time.Time
}

type file struct {
	mime string
	data []byte
}

// attach makes alice send a file in private.
func attach(fk adaptertest.Fake, mime string, data []byte) adapters.Media {
	f := fk.(*fake)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next += 7
	id := strconv.FormatInt(f.next, 10)
	f.files[id] = file{mime, data}
	return adapters.Media{Ref: adapters.Ref(id), Type: mime}
}

func detach(fk adaptertest.Fake, m adapters.Media) {
	f := fk.(*fake)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.files, string(m.Ref))
}

func (f *fake) file(w http.ResponseWriter, id string) {
	x, ok := f.files[id]
	if !ok {
		refuse(w, 20305, "the direct message does not exist!")
		return
	}
	w.Header().Set("Content-Type", x.mime)
	_, _ = w.Write(x.data)
}

func newFake() *fake {
	return &fake{
		next: 5_100_000_000_000_000, heard: map[string]string{}, files: map[string]file{}, tokenOwner: selfID,
		expire: map[string]any{"expire_in": 2_592_000}, verified: map[string]any{"verified": true, "verified_type": 1, "verified_reason": "示例市公安局网络警察支队"},
	}
}

var (
	_ adaptertest.Fake     = (*fake)(nil)
	_ adaptertest.Citizens = (*fake)(nil)
)

func (f *fake) add(list *[]*entry, e *entry) *entry {
	f.next += 7
	e.id = f.next
	if e.created.IsZero() {
		e.created = time.Now()
	}
	*list = append(*list, e)
	return e
}

func (e *entry) ref() adapters.Ref {
	if e.post != 0 {
		return adapters.Ref(fmt.Sprintf("comment:%d:%d", e.id, e.post))
	}
	return adapters.Ref(strconv.FormatInt(e.id, 10))
}

func (f *fake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.posts {
		if p.author == selfID && !p.gone && p.text != "our notice" {
			out = append(out, adaptertest.Sent{Ref: p.ref(), Channel: adapters.Public, Text: p.text})
		}
	}
	for _, c := range f.comments {
		if c.author == selfID && !c.gone {
			out = append(out, adaptertest.Sent{Ref: c.ref(), Channel: adapters.InReply, Parent: adapters.Ref(strconv.FormatInt(c.post, 10)), Text: c.text})
		}
	}
	return append(out, f.private...)
}

// Write makes alice write where source shows it.
func (f *fake) Write(source, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch source {
	case "mentions":
		return f.add(&f.posts, &entry{author: aliceID, text: text, names: true}).ref()
	case "comments":
		return f.add(&f.comments, &entry{author: aliceID, text: text, post: f.notice().id}).ref()
	case "comment-mentions":
		return f.add(&f.comments, &entry{author: aliceID, text: text, post: 4_000_000_000_000_001, names: true}).ref()
	}
	f.next += 7
	created := time.Now().Format(time.RubyDate)
	ref := privateRef(created, text)
	f.heard[ref] = created + "|" + text
	return adapters.Ref(ref)
}

// notice is a post of ours for others to comment on.
func (f *fake) notice() *entry {
	for _, p := range f.posts {
		if p.text == "our notice" {
			return p
		}
	}
	return f.add(&f.posts, &entry{author: selfID, text: "our notice", created: time.Now().Add(-24 * time.Hour)})
}

func (f *fake) change(ref adapters.Ref, with func(*entry)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range append(slices.Clone(f.posts), f.comments...) {
		if e.ref() == ref {
			with(e)
		}
	}
}

func (f *fake) Edit(ref adapters.Ref, text string) {
	f.change(ref, func(e *entry) { e.text, e.edits = text, time.Now() })
}
func (f *fake) Delete(ref adapters.Ref) { f.change(ref, func(e *entry) { e.gone = true }) }

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = r.ParseForm()
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	f.forms = append(f.forms, r.Form)
	if r.Form.Get("access_token") != token {
		refuse(w, 21332, "invalid_access_token")
		return
	}
	switch r.URL.Path {
	case "/oauth2/get_token_info":
		info := map[string]any{"uid": f.tokenOwner, "appkey": "1", "scope": "all", "create_at": 1}
		for k, v := range f.expire {
			info[k] = v
		}
		say(w, info)
	case "/2/users/show.json":
		say(w, f.user(r.Form.Get("uid")))
	case "/2/statuses/share.json", "/2/statuses/upload_url_text/biz.json":
		f.wrote(w, f.render(f.add(&f.posts, &entry{author: selfID, text: r.Form.Get("status")})))
	case "/2/comments/create.json", "/2/comments/reply.json":
		f.comment(w, r.Form)
	case "/2/messages/reply.json":
		f.message(w, r.Form)
	default:
		f.read(w, r)
	}
}

func (f *fake) wrote(w http.ResponseWriter, answer map[string]any) {
	if f.answer != "" {
		if strings.Contains(f.answer, "error_code") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = w.Write([]byte(f.answer))
		return
	}
	say(w, answer)
}

func (f *fake) comment(w http.ResponseWriter, form url.Values) {
	id, _ := strconv.ParseInt(form.Get("id"), 10, 64)
	f.wrote(w, f.render(f.add(&f.comments, &entry{author: selfID, text: form.Get("comment"), post: id})))
}

func (f *fake) message(w http.ResponseWriter, form url.Values) {
	var data struct{ Text string }
	if json.Unmarshal([]byte(form.Get("data")), &data) != nil || form.Get("type") != "text" {
		refuse(w, 10008, "param error")
		return
	}
	f.private = append(f.private, adaptertest.Sent{Ref: f.keyOf(data.Text), Channel: adapters.Private, To: form.Get("receiver_id"), Text: data.Text})
	f.wrote(w, map[string]any{"result": true})
}

// keyOf is the key the suite sends a text under: the platform itself gives no id.
func (f *fake) keyOf(text string) adapters.Ref {
	if i := strings.LastIndex(text, "NQ-"); i >= 0 {
		return adapters.Ref("key-" + text[i+3:])
	}
	return "key-1"
}

func (f *fake) read(w http.ResponseWriter, r *http.Request) {
	switch q := r.Form; r.URL.Path {
	case "/2/statuses/mentions.json":
		f.list(w, q, "statuses", f.posts, func(e *entry) bool { return e.names })
	case "/2/comments/to_me.json":
		f.list(w, q, "comments", f.comments, func(e *entry) bool { return e.post == f.notice().id && !e.names })
	case "/2/comments/mentions.json":
		f.list(w, q, "comments", f.comments, func(e *entry) bool { return e.names })
	case "/2/statuses/user_timeline.json":
		f.list(w, q, "statuses", f.posts, func(e *entry) bool { return e.author == selfID })
	case "/2/statuses/show.json":
		for _, p := range f.posts {
			if strconv.FormatInt(p.id, 10) == q.Get("id") && !p.gone {
				say(w, f.render(p))
				return
			}
		}
		refuse(w, 20101, "target weibo does not exist!")
	case "/2/mss/msget":
		f.file(w, q.Get("fid"))
	case "/2/statuses/count.json":
		out := []any{}
		for _, p := range f.posts {
			if !p.gone && slices.Contains(strings.Split(q.Get("ids"), ","), strconv.FormatInt(p.id, 10)) {
				out = append(out, map[string]any{"id": p.id, "comments": 3, "reposts": 2, "attitudes": 1})
			}
		}
		say(w, out)
	default:
		refuse(w, 10020, "request api not found!")
	}
}

// list pages as the platform does: newest first, since_id left out, max_id included.
func (f *fake) list(w http.ResponseWriter, q url.Values, name string, all []*entry, show func(*entry) bool) {
	since, _ := strconv.ParseInt(q.Get("since_id"), 10, 64)
	most, _ := strconv.ParseInt(q.Get("max_id"), 10, 64)
	count, _ := strconv.Atoi(q.Get("count"))
	if f.capped > 0 {
		count = min(count, f.capped)
	}
	out, next := []any{}, int64(0)
	if f.pinned != nil && most == 0 {
		out = append(out, f.render(f.pinned))
	}
	for _, e := range slices.Backward(slices.Clone(all)) {
		if e.gone || !show(e) || e.id <= since || most != 0 && e.id > most {
			continue
		}
		if len(out) == count {
			next = e.id
			break
		}
		out = append(out, f.render(e))
	}
	say(w, map[string]any{name: out, "next_cursor": next, "previous_cursor": 0, "total_number": len(all)})
}

func (f *fake) render(e *entry) map[string]any {
	text := e.text
	if f.long && len([]rune(text)) > 10 {
		text = string([]rune(text)[:10])
	}
	out := map[string]any{
		"id": e.id, "idstr": strconv.FormatInt(e.id, 10), "mid": strconv.FormatInt(e.id, 10), "text": text, "isLongText": f.long,
		"created_at": e.created.In(time.FixedZone("CST", 8*3600)).Format(time.RubyDate), "user": f.user(e.author), "source": `<a href="https://example">x</a>`,
	}
	if e.post != 0 {
		out["status"] = map[string]any{"id": e.post, "idstr": strconv.FormatInt(e.post, 10)}
	}
	if !e.edits.IsZero() {
		out["edit_at"] = e.edits.Format(time.RubyDate)
	}
	return out
}

func (f *fake) user(id string) map[string]any {
	n, _ := strconv.ParseInt(id, 10, 64)
	u := map[string]any{"id": n, "idstr": id, "screen_name": "小艾"}
	if id == selfID {
		u["screen_name"] = "示例网警"
		for k, v := range f.verified {
			u[k] = v
		}
	}
	return u
}

func say(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code int, words string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": words, "error_code": code})
}

// callback is what the fan service sends, signed.
func callback(body string, at time.Time) adapters.Callback {
	parts := []string{appSecret, strconv.FormatInt(at.UnixMilli(), 10), "57155157"}
	q := url.Values{"timestamp": {parts[1]}, "nonce": {parts[2]}}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	q.Set("signature", hex.EncodeToString(sum[:]))
	return adapters.Callback{Method: http.MethodPost, Query: q, Body: []byte(body)}
}

func textPush(created, text string) string {
	b, _ := json.Marshal(map[string]any{
		"type": "text", "receiver_id": json.Number(selfID), "sender_id": json.Number(aliceID), "created_at": created, "text": text, "data": map[string]any{},
	})
	return string(b)
}

// privateRef is what the adapter calls a message: the platform gives it no id.
func privateRef(created, text string) string {
	now := time.Now()
	a, err := weibo.Open(context.Background(), config("https://unused.example"), adapters.Host{Read: http.DefaultClient, Write: http.DefaultClient})
	if err != nil {
		panic(err)
	}
	d, err := a.Caps().Webhook.Verify(callback(textPush(created, text), now), now)
	if err != nil || len(d.Items) != 1 {
		panic(err)
	}
	return string(d.Items[0].Ref)
}
