package nodebb_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

const (
	token   = "7d1f6a52-0000-4000-8000-0123456789ab"
	selfUID = 90001
	aliceID = 90002
)

// fake is a NodeBB as far as the adapter uses it.
type fake struct {
	mu        sync.Mutex
	queues    bool // posts of ours wait for approval
	member    bool // we are no moderator: the queue shows our own posts
	blind     bool // the queue is shown to moderators only
	posts     []*fakePost
	topics    int
	messages  []*fakeMessage
	rooms     []fakeRoom
	nextMID   int
	waiting   []*fakePost
	flags     []fakeFlag
	turned    map[string]bool
	config    map[string]any
	calls     []string
	forget    []int // ids of posts that cannot be seen yet
	fixedTime time.Time
}

type fakePost struct {
	pid, tid, uid, toPid int
	title, text, entry   string
	at, edited           time.Time
	deleted              bool
}

type fakeFlag struct {
	pid    int
	reason string
}

type fakeMessage struct {
	mid, room, from int
	text            string
	at              time.Time
	gone            bool
}

type fakeRoom struct {
	id, with int
	read     time.Time
}

func newFake() *fake { return &fake{turned: map[string]bool{}} }

type obj = map[string]any

func (f *fake) now() time.Time {
	if !f.fixedTime.IsZero() {
		return f.fixedTime
	}
	return time.Now()
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Set-Cookie", "express.sid=noise")
	if r.Header.Get("Authorization") != "Bearer "+token {
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"status":{"code":"not-authorised","message":"A valid login session was not found."},"response":{}}`)
		return
	}
	var body struct {
		Title, Content, Message string
		Type, Reason            string
		ID                      int
		ToPid                   int
		UIDs                    []int
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	part := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	at := func(i int) string {
		if i < len(part) {
			return part[i]
		}
		return ""
	}
	num := func(i int) int { n, _ := strconv.Atoi(at(i)); return n }
	switch call := r.Method + " " + r.URL.Path; {
	case call == "GET /api/self":
		reply(w, 200, obj{"uid": selfUID, "username": "police", "userslug": "police"})
	case call == "GET /api/config":
		reply(w, 200, f.config)
	case call == "GET /api/recent/posts":
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		reply(w, 200, f.recent(page))
	case call == "GET /api/post-queue":
		f.queue(w, r)
	case call == "POST /api/v3/flags":
		f.flag(w, body.Type, body.ID, body.Reason)
	case call == "GET /api/flags":
		f.listFlags(w, r)
	case call == "POST /api/v3/topics":
		f.topics++
		f.accept(w, &fakePost{tid: f.topics, uid: selfUID, title: body.Title, text: body.Content, at: f.now()})
	case r.Method == "POST" && at(2) == "topics":
		f.accept(w, &fakePost{tid: num(3), uid: selfUID, toPid: body.ToPid, text: body.Content, at: f.now()})
	case r.Method == "GET" && at(2) == "topics":
		f.topic(w, num(3))
	case r.Method == "GET" && at(2) == "posts":
		p := f.find(num(3))
		if p == nil || slices.Contains(f.forget, p.pid) {
			missing(w)
			return
		}
		wrap(w, 200, p.view())
	case r.Method == "DELETE" && at(3) == "queue":
		f.waiting = slices.DeleteFunc(f.waiting, func(p *fakePost) bool { return p.entry == at(4) })
		wrap(w, 200, obj{})
	case r.Method == "DELETE" && at(2) == "posts":
		p := f.find(num(3))
		if p == nil {
			missing(w)
			return
		}
		p.deleted = true
		wrap(w, 200, obj{})
	case r.Method == "GET" && at(2) == "users":
		f.roomOf(w, num(3))
	case call == "POST /api/v3/chats":
		id := f.room(body.UIDs[0], true)
		wrap(w, 200, obj{"roomId": id})
	case call == "GET /api/v3/chats":
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		wrap(w, 200, obj{"rooms": f.listRooms(page), "nextStart": page * 100})
	case r.Method == "POST" && at(2) == "chats":
		m := f.say(num(3), selfUID, body.Message)
		wrap(w, 200, m.view())
	case r.Method == "GET" && at(5) == "":
		start, _ := strconv.Atoi(r.URL.Query().Get("start"))
		wrap(w, 200, obj{"messages": f.history(num(3), start)})
	case r.Method == "GET" && at(6) == "raw":
		for _, m := range f.messages {
			if m.mid == num(5) && !m.gone {
				wrap(w, 200, obj{"content": m.text})
				return
			}
		}
		missing(w)
	default:
		missing(w)
	}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func wrap(w http.ResponseWriter, status int, v any) {
	code := map[int]string{200: "ok", 202: "accepted", 404: "not-found", 403: "forbidden"}[status]
	reply(w, status, obj{"status": obj{"code": code, "message": "OK"}, "response": v})
}

func missing(w http.ResponseWriter) { wrap(w, 404, obj{}) }

// accept publishes a post or, where posts wait for approval, queues it: a topic is answered
// 202, a reply 200.
func (f *fake) accept(w http.ResponseWriter, p *fakePost) {
	if !f.queues {
		f.release(p)
		if p.title != "" {
			wrap(w, 200, obj{"tid": p.tid, "mainPid": p.pid, "title": p.title, "timestamp": p.at.UnixMilli()})
			return
		}
		wrap(w, 200, p.view())
		return
	}
	kind, status := "reply", 200
	if p.title != "" {
		kind, status = "topic", 202
	}
	p.entry = fmt.Sprintf("%s-%d", kind, f.now().UnixMilli()+int64(len(f.waiting)))
	f.waiting = append(f.waiting, p)
	wrap(w, status, obj{"id": p.entry, "type": kind, "queued": true, "message": "[[success:post-queued]]"})
}

func (f *fake) release(p *fakePost) {
	p.pid = 1 + len(f.posts)
	f.posts = append(f.posts, p)
}

func (f *fake) find(pid int) *fakePost {
	for _, p := range f.posts {
		if p.pid == pid {
			return p
		}
	}
	return nil
}

func (p *fakePost) view() obj {
	o := obj{"pid": p.pid, "tid": p.tid, "uid": p.uid, "content": p.text, "timestamp": p.at.UnixMilli(), "deleted": map[bool]int{true: 1}[p.deleted]}
	if p.toPid != 0 {
		o["toPid"] = strconv.Itoa(p.toPid)
	}
	if !p.edited.IsZero() {
		o["edited"] = p.edited.UnixMilli()
	}
	return o
}

func (f *fake) recent(page int) []obj {
	rows := []obj{}
	sorted := slices.Clone(f.posts)
	slices.SortStableFunc(sorted, func(a, b *fakePost) int { return b.at.Compare(a.at) })
	for i, p := range sorted {
		if i/20 != max(page, 1)-1 || p.deleted || slices.Contains(f.forget, p.pid) {
			continue
		}
		name := map[int]string{selfUID: "police", aliceID: "alice"}[p.uid]
		rows = append(rows, obj{"pid": p.pid, "tid": p.tid, "uid": p.uid, "content": "<p>" + html.EscapeString(p.text) + "</p>",
			"timestamp": p.at.UnixMilli(), "user": obj{"uid": p.uid, "username": name}, "topic": obj{"tid": p.tid, "uid": f.starter(p.tid)}})
	}
	return rows
}

func (f *fake) starter(tid int) int {
	for _, p := range f.posts {
		if p.tid == tid {
			return p.uid
		}
	}
	return 0
}

func (f *fake) topic(w http.ResponseWriter, tid int) {
	n, first := 0, 0
	for _, p := range f.posts {
		if p.tid == tid {
			if n++; first == 0 {
				first = p.pid
			}
		}
	}
	if n == 0 {
		missing(w)
		return
	}
	wrap(w, 200, obj{"tid": tid, "mainPid": first, "postcount": n, "viewcount": 7})
}

func (f *fake) queue(w http.ResponseWriter, r *http.Request) {
	if f.member && f.blind {
		reply(w, 404, obj{"status": obj{"code": "not-found", "message": "no"}})
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	rows := []obj{}
	for i, p := range f.waiting {
		if i/20 == max(page, 1)-1 {
			rows = append(rows, obj{"id": p.entry, "uid": p.uid, "data": obj{"rawContent": p.text, "req": obj{"headers": obj{"authorization": "Bearer " + token}}}})
		}
	}
	reply(w, 200, obj{"posts": rows})
}

// flag keeps one flag of ours for each post, and shows it to moderators only.
func (f *fake) flag(w http.ResponseWriter, kind string, pid int, reason string) {
	switch {
	case kind != "post" || f.find(pid) == nil || reason == "":
		reply(w, 400, obj{"status": obj{"code": "bad-request", "message": "Invalid Data"}, "response": obj{}})
		return
	case slices.ContainsFunc(f.flags, func(g fakeFlag) bool { return g.pid == pid }):
		reply(w, 400, obj{"status": obj{"code": "bad-request", "message": "You have already flagged this post"}, "response": obj{}})
		return
	}
	f.flags = append(f.flags, fakeFlag{pid, reason})
	if f.member {
		wrap(w, 200, obj{})
		return
	}
	wrap(w, 200, obj{"flagId": len(f.flags), "type": "post", "targetId": pid, "uid": selfUID})
}

func (f *fake) listFlags(w http.ResponseWriter, r *http.Request) {
	if f.member {
		reply(w, 403, obj{"status": obj{"code": "forbidden", "message": "no"}})
		return
	}
	rows := []obj{}
	for i, g := range f.flags {
		if r.URL.Query().Get("page") == "1" && r.URL.Query().Get("reporterId") == strconv.Itoa(selfUID) {
			rows = append(rows, obj{"flagId": i + 1, "type": "post", "targetId": g.pid, "uid": selfUID, "description": g.reason})
		}
	}
	reply(w, 200, obj{"flags": rows})
}

func (f *fake) room(with int, make bool) int {
	for _, r := range f.rooms {
		if r.with == with {
			return r.id
		}
	}
	if !make {
		return 0
	}
	f.rooms = append(f.rooms, fakeRoom{id: 51 + len(f.rooms), with: with})
	return f.rooms[len(f.rooms)-1].id
}

func (f *fake) roomOf(w http.ResponseWriter, with int) {
	if id := f.room(with, false); id != 0 {
		wrap(w, 200, obj{"roomId": id})
		return
	}
	wrap(w, 200, obj{"roomId": nil})
}

func (f *fake) say(room, from int, text string) *fakeMessage {
	f.nextMID++
	m := &fakeMessage{mid: 700 + f.nextMID, room: room, from: from, text: text, at: f.now()}
	f.messages = append(f.messages, m)
	return m
}

func (m *fakeMessage) view() obj {
	return obj{"mid": m.mid, "fromuid": m.from, "content": "<p>" + html.EscapeString(m.text) + "</p>", "timestamp": m.at.UnixMilli(), "roomId": strconv.Itoa(m.room), "deleted": map[bool]int{true: 1}[m.gone]}
}

func (f *fake) history(room, start int) []obj {
	out := []obj{}
	var all []*fakeMessage
	for _, m := range f.messages {
		if m.room == room {
			all = append(all, m)
		}
	}
	end := max(len(all)-start, 0)
	for _, m := range all[max(end-50, 0):end] {
		out = append(out, m.view())
	}
	return out
}

func (f *fake) listRooms(page int) []obj {
	out := []obj{}
	if page > 1 {
		return out
	}
	for _, r := range f.rooms {
		o := obj{"roomId": r.id, "unread": false, "users": []obj{{"uid": r.with, "username": "alice"}}}
		for _, m := range f.messages {
			if m.room == r.id {
				o["teaser"] = obj{"fromuid": m.from, "content": m.text, "timestamp": m.at.UnixMilli()}
				o["unread"] = m.from != selfUID && m.at.After(r.read)
			}
		}
		out = append(out, o)
	}
	return out
}

func (f *fake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range slices.Concat(f.posts, f.waiting) {
		if p.uid != selfUID || p.deleted {
			continue
		}
		s := adaptertest.Sent{Ref: adapters.Ref(strconv.Itoa(p.pid)), Channel: adapters.Public, Text: p.text}
		if p.title == "" {
			s.Channel, s.Parent = adapters.InReply, adapters.Ref(strconv.Itoa(p.toPid))
		}
		if p.pid == 0 {
			s.Ref = adapters.Ref("queue:" + p.entry + ":" + codeOf(p.text))
		}
		out = append(out, s)
	}
	for _, g := range f.flags {
		out = append(out, adaptertest.Sent{Ref: adapters.Ref(fmt.Sprintf("flag:%d", g.pid)), Channel: adapters.Moderators, Parent: adapters.Ref(strconv.Itoa(g.pid)), Text: g.reason, Flag: adapters.FlagOther})
	}
	for _, m := range f.messages {
		if m.from == selfUID {
			out = append(out, adaptertest.Sent{Ref: f.messageRef(m), Channel: adapters.Private, To: strconv.Itoa(f.with(m.room)), Text: m.text})
		}
	}
	return out
}

func codeOf(text string) string { return text[strings.LastIndex(text, " ")+1:] }

func (f *fake) messageRef(m *fakeMessage) adapters.Ref {
	return adapters.Ref(fmt.Sprintf("chat:%d:%d", m.room, m.mid))
}

func (f *fake) with(room int) int {
	for _, r := range f.rooms {
		if r.id == room {
			return r.with
		}
	}
	return 0
}

func (f *fake) Write(source, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	if source == "messages" {
		return f.messageRef(f.say(f.room(aliceID, true), aliceID, text))
	}
	f.topics++
	p := &fakePost{tid: f.topics, uid: aliceID, title: "题目", text: text, at: f.now()}
	f.release(p)
	return adapters.Ref(strconv.Itoa(p.pid))
}

func (f *fake) Edit(ref adapters.Ref, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, _ := strconv.Atoi(string(ref))
	p := f.find(n)
	p.text, p.edited = text, f.now()
}

func (f *fake) Delete(ref adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, _ := strconv.Atoi(string(ref))
	f.find(n).deleted = true
}

// Forget hides posts, as if they were not there yet.
func (f *fake) Forget(refs ...adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget = nil
	for _, r := range refs {
		n, _ := strconv.Atoi(string(r))
		f.forget = append(f.forget, n)
	}
}

// pender is a forum on which our posts wait for approval.
type pender struct{ *fake }

func (f pender) Settle(ref adapters.Ref, well bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range f.waiting {
		if strings.HasPrefix(string(ref), "queue:"+p.entry+":") {
			f.waiting = slices.Delete(f.waiting, i, i+1)
			if well {
				f.release(p)
			}
			return
		}
	}
}
