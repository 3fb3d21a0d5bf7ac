package wechat_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/wechat"
)

const (
	appID     = "wx0123456789abcdef"
	appSecret = "secret-of-the-station-0001"
	pushToken = "push-token-of-the-station"
	openID    = "oPersonOfTheStation00001"
	dataID    = 2247483650
	worker    = "duty@gh_station"
)

var aesKey = strings.Repeat("Ab1", 14) + "A"

// fake is a pretend WeChat with one account, one article and one citizen. It speaks the
// wire format of the documents: HTTP 200 with errcode, tokens in the query.
type fake struct {
	mu    sync.Mutex
	next  int64
	calls []string

	token   string
	issued  int // tokens handed out
	forced  int
	lives   int // seconds; 0: 7200
	spoiled bool
	masses  []*mass
	drafts  []*draftEntry
	out     []*draftEntry // published
	texts   []adaptertest.Sent

	previews []string // bodies
	heard    []*heard
	remarks  []*remark
	chats    []object // the chat log

	api      bool              // bulletins are mass sends
	oneReply bool              // a second reply is refused
	answers  map[string]string // by path, in place of the answer
	shut     map[int64]int     // articles whose comments are closed, and with which code
	bodies   map[string]string // by path, the last request
	stats    map[string]string // by interface
	plain    bool              // answers carry no date
	noTokens bool              // stable_token without a token

	files  map[string][]byte // what people sent, by media_id
	videos map[string]string // where the platform says a video is
}

type mass struct {
	id, data int64
	key      string
	text     string
	status   string
	deleted  bool
}

type draftEntry struct {
	id, title, content, thumb, url string
	deleted                        bool
}

type heard struct{ id, text string }

type remark struct {
	id                  int64
	text, openID, reply string
	created             int64
	deleted             bool
}

func newFake() *fake {
	return &fake{next: 1_000_000_000, answers: map[string]string{}, bodies: map[string]string{}}
}

var (
	_ adaptertest.Fake     = (*fake)(nil)
	_ adaptertest.Citizens = (*fake)(nil)
	_ adaptertest.Pender   = (*fake)(nil)
)

func (f *fake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.drafts {
		if !f.api {
			out = append(out, adaptertest.Sent{Ref: adapters.Ref("draft:" + d.id), Channel: adapters.Public, Text: shown(d.content)})
		}
	}
	for _, m := range f.masses {
		if !m.deleted {
			out = append(out, adaptertest.Sent{Ref: adapters.Ref("mass:" + strconv.FormatInt(m.id, 10)), Channel: adapters.Public, Text: m.text})
		}
	}
	return append(out, f.texts...)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// shown is what a reader sees of an article.
func shown(content string) string {
	return html.UnescapeString(tags.ReplaceAllString(strings.ReplaceAll(content, "<br", "\n<br"), ""))
}

// Write makes the citizen send a message, or comment on the article.
func (f *fake) Write(source, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	if source == "messages" {
		f.heard = append(f.heard, &heard{strconv.FormatInt(f.next, 10), text})
		return adapters.Ref(f.heard[len(f.heard)-1].id)
	}
	if source == "staff" {
		now := time.Now().Unix()
		f.chats = append(f.chats, object{"openid": openID, "opercode": 2003, "text": "heard " + text, "time": now, "worker": worker},
			object{"openid": openID, "opercode": 2002, "text": text, "time": now, "worker": worker})
		return adapters.Ref(wechat.StaffKey(pushToken, openID, worker, text, now))
	}
	f.remarks = append(f.remarks, &remark{id: f.next, text: text, openID: openID, created: time.Now().Unix()})
	return remarkRef(f.next)
}

func remarkRef(id int64) adapters.Ref {
	return adapters.Ref(fmt.Sprintf("comment:%d:0:%d", dataID, id))
}

func (f *fake) remark(ref adapters.Ref) *remark {
	for _, r := range f.remarks {
		if remarkRef(r.id) == ref {
			return r
		}
	}
	return nil
}

func (f *fake) Edit(adapters.Ref, string) {}
func (f *fake) Delete(ref adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.remark(ref); r != nil {
		r.deleted = true
	}
}

// Settle ends a mass send, or makes a person publish the draft (and, if it ends badly,
// delete the article).
func (f *fake) Settle(ref adapters.Ref, well bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.masses {
		if string(ref) == "mass:"+strconv.FormatInt(m.id, 10) {
			m.status = "SEND_SUCCESS"
			if !well {
				m.status = "SEND_FAIL"
			}
		}
	}
	for i, d := range f.drafts {
		if string(ref) == "draft:"+d.id {
			f.drafts = slices.Delete(f.drafts, i, i+1)
			f.out = append(f.out, &draftEntry{id: "ART" + d.id, title: d.title, content: "<section>" + d.content + "</section>", deleted: !well, url: fmt.Sprintf("http://mp.weixin.qq.com/s?__biz=x&mid=%d&idx=1&sn=y", dataID+7)})
			return
		}
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	f.calls = append(f.calls, r.URL.Path)
	f.bodies[r.URL.Path] = string(body)
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	if f.plain {
		w.Header()["Date"] = nil
	}
	if a, ok := f.answers[r.URL.Path]; ok {
		_, _ = io.WriteString(w, a)
		return
	}
	if r.URL.Path == "/video/1" {
		w.Header().Set("Content-Type", "video/mp4")
		_, _ = io.WriteString(w, "\x00\x00\x00\x18ftypmp42")
		return
	}
	if r.URL.Path == "/cgi-bin/stable_token" {
		say(w, f.issue(body))
		return
	}
	if token := r.URL.Query().Get("access_token"); token != f.token || f.spoiled {
		say(w, fail(40001, "invalid credential, access_token "+token+" is invalid or not latest rid: 6543-1234-aaaa"))
		return
	}
	if r.URL.Path == "/cgi-bin/media/get" {
		f.getMedia(w, r)
		return
	}
	say(w, f.route(r, body))
}

func say(w io.Writer, v any) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

type object = map[string]any

func fail(code int, msg string) object { return object{"errcode": code, "errmsg": msg} }
func okay() object                     { return fail(0, "ok") }

func (f *fake) issue(body []byte) object {
	var in struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}
	switch {
	case json.Unmarshal(body, &in) != nil || in.GrantType != "client_credential":
		return fail(40002, "invalid grant_type")
	case in.AppID != appID:
		return fail(40013, "invalid appid")
	case in.Secret != appSecret:
		return fail(40125, "invalid appsecret "+in.Secret)
	case f.noTokens:
		return object{"expires_in": 7200}
	}
	if f.token == "" || in.Force {
		f.issued++
		f.spoiled = false
		f.token = fmt.Sprintf("access-token-number-%06d", f.issued)
	}
	if in.Force {
		f.forced++
	}
	lives := f.lives
	if lives == 0 {
		lives = 7200
	}
	return object{"access_token": f.token, "expires_in": lives}
}

func (f *fake) route(r *http.Request, body []byte) object {
	switch p := strings.TrimPrefix(r.URL.Path, "/cgi-bin"); p {
	case "/account/getaccountbasicinfo":
		return object{"errcode": 0, "errmsg": "ok", "appid": appID, "account_type": 2, "principal_name": "示例市公安局", "nickname": "示例网警",
			"wx_verify_info": object{"qualification_verify": true, "naming_verify": true}}
	case "/material/add_material":
		if err := r.ParseMultipartForm(1 << 20); err == nil || !strings.Contains(string(body), "cover.jpg") || r.URL.Query().Get("type") != "thumb" {
			return fail(40005, "invalid file type")
		}
		return object{"media_id": "COVER", "url": "http://mmbiz.qpic.cn/x"}
	case "/media/uploadimg":
		f.next++
		return object{"url": fmt.Sprintf("http://mmbiz.qpic.cn/mmbiz_jpg/%d/0", f.next)}
	case "/message/mass/preview":
		f.previews = append(f.previews, string(body))
		return object{"errcode": 0, "errmsg": "preview success", "msg_id": 34182}
	case "/freepublish/submit":
		return f.submit(body)
	case "/draft/add":
		return f.addDraft(body)
	case "/draft/get", "/draft/delete":
		return f.oneDraft(p, body)
	case "/draft/batchget":
		return f.listing(f.drafts, "media_id", body)
	case "/freepublish/batchget":
		return f.listing(f.out, "article_id", body)
	case "/freepublish/getarticle", "/freepublish/delete":
		return f.oneArticle(p, body)
	case "/message/custom/send":
		return f.custom(body)
	case "/message/mass/sendall":
		return f.sendAll(body)
	case "/message/mass/get", "/message/mass/delete":
		return f.oneMass(p, body)
	case "/comment/list":
		return f.commentList(body)
	case "/customservice/msgrecord/getmsglist":
		return f.chatLog(body)
	case "/comment/reply/add", "/comment/reply/delete":
		return f.reply(p, body)
	case "/datacube/getarticletotaldetail", "/datacube/getarticleread", "/datacube/getbizsummary":
		return f.figures(strings.TrimPrefix(p, "/datacube/"))
	}
	return fail(40066, "invalid url")
}

func (f *fake) chatLog(body []byte) object {
	var in struct {
		From  int64 `json:"starttime"`
		Until int64 `json:"endtime"`
		At    int   `json:"msgid"`
		Most  int   `json:"number"`
	}
	switch {
	case json.Unmarshal(body, &in) != nil || in.At < 1 || in.Most < 1 || in.Most > 10000 || in.Until < in.From:
		return fail(65416, "invalid parameter")
	case in.Until-in.From > 24*60*60:
		return fail(65417, "time span out of limit")
	}
	list, at := []object{}, in.At
	for ; at <= len(f.chats) && len(list) < in.Most; at++ {
		if second := f.chats[at-1]["time"].(int64); second >= in.From && second <= in.Until {
			list = append(list, f.chats[at-1])
		}
	}
	return object{"recordlist": list, "number": len(list), "msgid": at}
}

func (f *fake) figures(name string) object {
	if s, ok := f.stats[name]; ok {
		var out object
		_ = json.Unmarshal([]byte(s), &out)
		return out
	}
	return fail(61501, "date range error")
}

func (f *fake) addDraft(body []byte) object {
	var in struct {
		Articles []struct {
			Type    string `json:"article_type"`
			Title   string `json:"title"`
			Author  string `json:"author"`
			Content string `json:"content"`
			Thumb   string `json:"thumb_media_id"`
		} `json:"articles"`
	}
	if json.Unmarshal(body, &in) != nil || len(in.Articles) != 1 {
		return fail(47001, "data format error")
	}
	a := in.Articles[0]
	switch {
	case strings.Contains(string(body), `\u003c`):
		return fail(40033, "invalid charset")
	case a.Thumb != "COVER" && a.Thumb != "OWN-COVER":
		return fail(40007, "invalid media_id")
	case len([]rune(a.Title)) > 32 || len([]rune(a.Author)) > 16 || len([]rune(a.Content)) >= 20000 || a.Title == "":
		return fail(45003, "title size out of limit")
	case a.Type != "news":
		return fail(47003, "argument invalid")
	}
	f.next++
	d := &draftEntry{id: fmt.Sprintf("MEDIA%d", f.next), title: a.Title, content: a.Content, thumb: a.Thumb}
	f.drafts = append(f.drafts, d)
	return object{"media_id": d.id}
}

func (f *fake) oneDraft(p string, body []byte) object {
	var in struct {
		MediaID string `json:"media_id"`
	}
	_ = json.Unmarshal(body, &in)
	i := slices.IndexFunc(f.drafts, func(d *draftEntry) bool { return d.id == in.MediaID })
	switch {
	case i < 0:
		return fail(40007, "invalid media_id")
	case p == "/draft/delete":
		f.drafts = slices.Delete(f.drafts, i, i+1)
		return okay()
	}
	return object{"news_item": []object{f.drafts[i].render()}}
}

// submit takes a publishing job, which Settle ends as a person's publishing does.
func (f *fake) submit(body []byte) object {
	var in struct {
		MediaID string `json:"media_id"`
	}
	_ = json.Unmarshal(body, &in)
	if !slices.ContainsFunc(f.drafts, func(d *draftEntry) bool { return d.id == in.MediaID }) {
		return fail(40007, "invalid media_id")
	}
	return object{"errcode": 0, "errmsg": "ok", "publish_id": "2247400001", "msg_data_id": dataID + 9}
}

func (d *draftEntry) render() object {
	return object{"title": d.title, "content": d.content, "thumb_media_id": d.thumb, "url": d.url, "is_deleted": d.deleted}
}

func (f *fake) listing(list []*draftEntry, idName string, body []byte) object {
	var in struct {
		Offset, Count int
	}
	if json.Unmarshal(body, &in) != nil || in.Count < 1 || in.Count > 20 {
		return fail(47001, "data format error")
	}
	items := []object{}
	for _, d := range slices.Backward(list) { // newest first
		items = append(items, object{idName: d.id, "content": object{"news_item": []object{d.render()}}, "update_time": time.Now().Unix()})
	}
	total := len(items)
	items = items[min(in.Offset, total):min(in.Offset+in.Count, total)]
	return object{"total_count": total, "item_count": len(items), "item": items}
}

func (f *fake) oneArticle(p string, body []byte) object {
	var in struct {
		ID string `json:"article_id"`
	}
	_ = json.Unmarshal(body, &in)
	i := slices.IndexFunc(f.out, func(d *draftEntry) bool { return d.id == in.ID })
	switch {
	case i < 0:
		return fail(53600, "invalid article id")
	case p == "/freepublish/delete":
		f.out = slices.Delete(f.out, i, i+1)
		return okay()
	}
	return object{"news_item": []object{f.out[i].render()}}
}

func (f *fake) custom(body []byte) object {
	var in struct {
		To   string `json:"touser"`
		Type string `json:"msgtype"`
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	switch {
	case json.Unmarshal(body, &in) != nil || in.Type != "text":
		return fail(40008, "invalid message type")
	case in.To != openID:
		return fail(40003, "invalid openid "+in.To)
	case in.Text.Content == "":
		return fail(44004, "empty content")
	}
	// The platform gives no id. The suite's attempts have the key "key-1", and that is what
	// the adapter's receipt is to carry.
	f.texts = append(f.texts, adaptertest.Sent{Ref: "key-1", Channel: adapters.Private, To: in.To, Text: in.Text.Content})
	return okay()
}

func (f *fake) sendAll(body []byte) object {
	var in struct {
		Filter struct {
			All bool `json:"is_to_all"`
			Tag int  `json:"tag_id"`
		} `json:"filter"`
		News struct {
			MediaID string `json:"media_id"`
		} `json:"mpnews"`
		Type string `json:"msgtype"`
		Key  string `json:"clientmsgid"`
	}
	if json.Unmarshal(body, &in) != nil || in.Type != "mpnews" {
		return fail(40008, "invalid message type")
	}
	if len(in.Key) > 64 {
		return fail(45067, "clientmsgid too long")
	}
	for _, m := range f.masses {
		if m.key == in.Key {
			return object{"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": m.id}
		}
	}
	i := slices.IndexFunc(f.drafts, func(d *draftEntry) bool { return d.id == in.News.MediaID })
	if i < 0 {
		return fail(40007, "invalid media_id")
	}
	f.next++
	m := &mass{id: f.next, data: dataID + f.next - 1_000_000_000, key: in.Key, text: shown(f.drafts[i].content), status: "SENDING"}
	f.masses = append(f.masses, m)
	f.drafts = slices.Delete(f.drafts, i, i+1) // a draft is consumed by sending it
	return object{"errcode": 0, "errmsg": "send job submission success", "msg_id": m.id, "msg_data_id": m.data}
}

func (f *fake) oneMass(p string, body []byte) object {
	var in struct {
		ID json.RawMessage `json:"msg_id"`
	}
	_ = json.Unmarshal(body, &in)
	for _, m := range f.masses {
		if strings.Trim(string(in.ID), `"`) != strconv.FormatInt(m.id, 10) || m.deleted {
			continue
		}
		if p == "/message/mass/delete" {
			if in.ID[0] == '"' {
				return fail(47003, "msg_id is a number")
			}
			m.deleted = true
			return okay()
		}
		return object{"msg_id": m.id, "msg_status": m.status}
	}
	return fail(40059, "invalid msg id")
}

func (f *fake) commentList(body []byte) object {
	var in struct {
		Data  int64 `json:"msg_data_id"`
		Index int
		Begin int
		Count int
	}
	switch {
	case json.Unmarshal(body, &in) != nil:
		return fail(47001, "data format error")
	case in.Count >= 50 || in.Count < 1:
		return fail(88010, "count range error")
	case in.Data != dataID && in.Data != dataID+7 && !slices.ContainsFunc(f.masses, func(m *mass) bool { return m.data == in.Data }):
		return fail(88001, "msg data not exists")
	case f.shut[in.Data] != 0:
		return fail(f.shut[in.Data], "closed")
	}
	list := []object{}
	for _, r := range slices.Backward(f.remarks) {
		if in.Data != dataID || r.deleted {
			continue
		}
		c := object{"user_comment_id": r.id, "create_time": r.created, "content": r.text, "comment_type": 0}
		if r.openID != "" {
			c["openid"] = r.openID
		}
		if r.reply != "" {
			c["reply"] = object{"content": r.reply, "create_time": time.Now().Unix()}
		}
		list = append(list, c)
	}
	total := len(list)
	return object{"errcode": 0, "errmsg": "ok", "total": total, "comment": list[min(in.Begin, total):min(in.Begin+in.Count, total)]}
}

func (f *fake) reply(p string, body []byte) object {
	var in struct {
		Data    int64 `json:"msg_data_id"`
		ID      int64 `json:"user_comment_id"`
		Content string
	}
	_ = json.Unmarshal(body, &in)
	r := f.remark(remarkRef(in.ID))
	switch {
	case r == nil || r.deleted || in.Data != dataID:
		return fail(88008, "comment not exists")
	case p == "/comment/reply/delete" && r.reply == "":
		return fail(88009, "reply not exists")
	case p == "/comment/reply/delete":
		r.reply = ""
		return okay()
	case r.reply != "" && f.oneReply:
		return fail(88005, "already reply")
	}
	r.reply = in.Content
	ref := remarkRef(r.id)
	f.texts = append(f.texts, adaptertest.Sent{Ref: ref + "/reply", Channel: adapters.InReply, Parent: ref, Text: in.Content})
	return okay()
}

func (f *fake) called(path string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == path {
			n++
		}
	}
	return n
}

// with changes the fake under its lock.
func (f *fake) with(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}
