package discourse_test

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
	apiKey  = "64hex-of-the-key-0123456789abcdef"
	secret  = "webhook-secret-0123456789"
	selfID  = 90001
	aliceID = 90002
)

var names = map[int]string{selfID: "police", aliceID: "alice", 90003: "bob"}

// fake is a Discourse as far as the adapter uses it.
type fake struct {
	mu       sync.Mutex
	queues   bool // posts of ours wait for review
	member   bool // we are no staff
	blind    bool // the forum does not show its users what of theirs waits
	posts    []*fakePost
	topics   []*fakeTopic
	waiting  []*fakePost
	flags    []fakeFlag
	calls    []string
	pageSize int
	forget   []int // ids of posts that cannot be seen yet
	settings string
	bodies   []map[string]any
}

type fakeFlag struct {
	post, drawer int
	text         string
}

type fakeTopic struct {
	id      int
	private bool
	users   []int
	read    int
}

type fakePost struct {
	id, number, user, replyTo int
	topic                     *fakeTopic
	title, raw                string
	at, edited                time.Time
	version                   int
	deleted                   bool
	public                    bool
}

func newFake() *fake { return &fake{pageSize: 50} }

type obj = map[string]any

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, kind string) {
	answer(w, status, obj{"errors": []string{"You can't do that."}, "error_type": kind})
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	if r.Header.Get("Api-Key") != apiKey || r.Header.Get("Api-Username") != "police" {
		fail(w, 403, "invalid_access")
		return
	}
	num := func(prefix, suffix string) int {
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, prefix), suffix))
		return n
	}
	switch call := r.Method + " " + r.URL.Path; {
	case call == "GET /u/police.json":
		answer(w, 200, obj{"user": obj{"id": selfID, "username": "police", "name": "椰城网警", "moderator": !f.member}})
	case call == "GET /site/settings.json" && f.settings != "":
		_, _ = io.WriteString(w, f.settings)
	case call == "POST /post_actions.json":
		f.flag(w, r)
	case call == "POST /posts.json":
		f.create(w, r)
	case call == "GET /posts.json":
		f.latest(w, r)
	case call == "GET /posts/police/pending.json" && !f.blind:
		rows := []obj{}
		for _, p := range f.waiting {
			rows = append(rows, obj{"id": 501, "raw_text": p.raw, "title": p.title})
		}
		answer(w, 200, obj{"pending_posts": rows})
	case call == "GET /review.json":
		f.review(w, r)
	case strings.HasPrefix(call, "GET /posts/"):
		f.one(w, num("/posts/", ".json"))
	case strings.HasPrefix(call, "DELETE /posts/"):
		if p := f.find(num("/posts/", ".json")); p != nil && !p.deleted {
			p.deleted = true
			answer(w, 200, obj{})
			return
		}
		fail(w, 404, "not_found")
	case strings.HasPrefix(call, "PUT /review/"):
		f.perform(w, num("/review/", "/perform/reject_post"))
	case call == "GET /topics/private-messages/police.json", call == "GET /topics/private-messages-sent/police.json":
		f.private(w, r)
	case strings.HasPrefix(call, "GET /t/") && strings.HasSuffix(call, "/posts.json"):
		f.some(w, r, num("/t/", "/posts.json"))
	case strings.HasPrefix(call, "GET /t/"):
		f.thread(w, num("/t/", ".json"))
	default:
		fail(w, 404, "not_found")
	}
}

func (f *fake) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title, Raw, Archetype string
		TopicID               int    `json:"topic_id"`
		Reply                 int    `json:"reply_to_post_number"`
		To                    string `json:"target_recipients"`
	}
	whole, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(whole, &in)
	body := map[string]any{}
	_ = json.Unmarshal(whole, &body)
	f.bodies = append(f.bodies, body)
	p := &fakePost{user: selfID, title: in.Title, raw: in.Raw, replyTo: in.Reply, at: time.Now(), version: 1, public: in.Archetype == ""}
	switch {
	case in.TopicID != 0:
		p.topic = f.topic(in.TopicID)
		p.public = !p.topic.private
	case in.To != "":
		p.topic = f.open(true, selfID, userNamed(in.To))
	default:
		p.topic = f.open(false)
	}
	if f.queues && p.public {
		f.waiting = append(f.waiting, p)
		answer(w, 200, obj{"success": true, "action": "enqueued", "pending_count": len(f.waiting), "pending_post": obj{"id": 501, "created_at": stamp(p.at)}})
		return
	}
	f.add(p)
	answer(w, 200, f.view(p))
}

func userNamed(name string) int {
	for id, n := range names {
		if n == name {
			return id
		}
	}
	return 0
}

func (f *fake) open(private bool, users ...int) *fakeTopic {
	t := &fakeTopic{id: 301 + len(f.topics), private: private, users: users}
	f.topics = append(f.topics, t)
	return t
}

func (f *fake) topic(id int) *fakeTopic {
	for _, t := range f.topics {
		if t.id == id {
			return t
		}
	}
	return &fakeTopic{id: id}
}

func (f *fake) add(p *fakePost) {
	p.id, p.number = 1001+len(f.posts), len(f.of(p.topic))+1
	f.posts = append(f.posts, p)
}

func (f *fake) of(t *fakeTopic) (out []*fakePost) {
	for _, p := range f.posts {
		if p.topic == t && !p.deleted {
			out = append(out, p)
		}
	}
	return out
}

func (f *fake) find(id int) *fakePost {
	for _, p := range f.posts {
		if p.id == id {
			return p
		}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (f *fake) view(p *fakePost) obj {
	updated := p.at
	if !p.edited.IsZero() {
		updated = p.edited
	}
	return obj{"id": p.id, "topic_id": p.topic.id, "topic_slug": "slug", "post_number": p.number, "user_id": p.user, "username": names[p.user], "raw": p.raw,
		"cooked": "<p>" + html.EscapeString(p.raw) + "</p>", "created_at": stamp(p.at), "updated_at": stamp(updated), "version": p.version, "reads": 7, "reply_count": 2, "actions_summary": f.actions(p)}
}

// flag keeps one flag of ours of a kind for each post.
func (f *fake) flag(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID      int
		Kind    int `json:"post_action_type_id"`
		Message string
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	p := f.find(in.ID)
	switch {
	case p == nil:
		fail(w, 404, "not_found")
	case f.flagged(in.ID, in.Kind):
		answer(w, 403, obj{"errors": []string{"糟糕！您已经执行过此操作。"}})
	default:
		f.flags = append(f.flags, fakeFlag{in.ID, in.Kind, in.Message})
		answer(w, 200, f.view(p))
	}
}

func (f *fake) flagged(post, drawer int) bool {
	return slices.ContainsFunc(f.flags, func(g fakeFlag) bool { return g.post == post && g.drawer == drawer })
}

func (f *fake) actions(p *fakePost) (rows []obj) {
	for _, drawer := range []int{4, 7, 8, 10} {
		if f.flagged(p.id, drawer) {
			rows = append(rows, obj{"id": drawer, "count": 1, "acted": true})
		} else {
			rows = append(rows, obj{"id": drawer, "can_act": true})
		}
	}
	return rows
}

func (f *fake) one(w http.ResponseWriter, id int) {
	if p := f.find(id); p != nil && !p.deleted && !slices.Contains(f.forget, id) {
		answer(w, 200, f.view(p))
		return
	}
	fail(w, 404, "not_found")
}

func (f *fake) latest(w http.ResponseWriter, r *http.Request) {
	before, _ := strconv.Atoi(r.URL.Query().Get("before"))
	rows := []obj{}
	for _, p := range slices.Backward(f.posts) {
		if len(rows) < f.pageSize && p.public && !p.deleted && (before == 0 || p.id < before) && !slices.Contains(f.forget, p.id) {
			rows = append(rows, f.view(p))
		}
	}
	answer(w, 200, obj{"latest_posts": rows})
}

func (f *fake) review(w http.ResponseWriter, r *http.Request) {
	if f.member {
		fail(w, 403, "invalid_access")
		return
	}
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	rows := []obj{}
	for i, p := range f.waiting {
		if i >= offset && len(rows) < 10 {
			rows = append(rows, obj{"id": 501 + i, "version": 0, "payload": obj{"raw": p.raw}, "created_by": obj{"id": -1, "username": "system"}, "target_created_by": obj{"id": p.user, "username": names[p.user]}})
		}
	}
	answer(w, 200, obj{"reviewables": rows})
}

func (f *fake) perform(w http.ResponseWriter, id int) {
	if i := id - 501; i >= 0 && i < len(f.waiting) {
		f.waiting = slices.Delete(f.waiting, i, i+1)
	}
	answer(w, 200, obj{"success": true})
}

func (f *fake) private(w http.ResponseWriter, r *http.Request) {
	rows := []obj{}
	for _, t := range f.topics {
		if ps := f.of(t); t.private && len(ps) > 0 && r.URL.Query().Get("page") == "0" {
			rows = append(rows, obj{"id": t.id, "bumped_at": stamp(ps[len(ps)-1].at), "highest_post_number": len(ps), "last_read_post_number": t.read})
		}
	}
	answer(w, 200, obj{"topic_list": obj{"topics": rows}})
}

func (f *fake) thread(w http.ResponseWriter, id int) {
	t := f.topic(id)
	ps := f.of(t)
	if len(ps) == 0 {
		fail(w, 404, "not_found")
		return
	}
	o := obj{"id": t.id, "archetype": map[bool]string{true: "private_message", false: "regular"}[t.private]}
	users, ids, first := []obj{}, []int{}, []obj{}
	for _, u := range t.users {
		users = append(users, obj{"id": u, "username": names[u]})
	}
	for i, p := range ps {
		ids = append(ids, p.id)
		if i < 20 {
			first = append(first, f.view(p))
		}
	}
	o["details"], o["post_stream"] = obj{"allowed_users": users}, obj{"posts": first, "stream": ids}
	answer(w, 200, o)
}

func (f *fake) some(w http.ResponseWriter, r *http.Request, id int) {
	rows := []obj{}
	for _, p := range f.of(f.topic(id)) {
		if slices.Contains(r.URL.Query()["post_ids[]"], strconv.Itoa(p.id)) {
			rows = append(rows, f.view(p))
		}
	}
	answer(w, 200, obj{"post_stream": obj{"posts": rows}})
}

func (f *fake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range slices.Concat(f.posts, f.waiting) {
		if p.user != selfID || p.deleted {
			continue
		}
		s := adaptertest.Sent{Ref: adapters.Ref(strconv.Itoa(p.id)), Channel: adapters.Public, Text: p.raw}
		if p.topic.private {
			s.Channel, s.To = adapters.Private, strconv.Itoa(p.topic.users[1])
		} else if p.replyTo != 0 {
			s.Channel = adapters.InReply
			for _, other := range f.of(p.topic) {
				if other.number == p.replyTo {
					s.Parent = adapters.Ref(strconv.Itoa(other.id))
				}
			}
		}
		if p.id == 0 {
			s.Ref = adapters.Ref("queued:" + p.raw[strings.LastIndex(p.raw, " ")+1:])
		}
		out = append(out, s)
	}
	kinds := map[int]adapters.FlagKind{4: adapters.FlagInappropriate, 7: adapters.FlagOther, 8: adapters.FlagSpam, 10: adapters.FlagIllegal}
	for _, g := range f.flags {
		out = append(out, adaptertest.Sent{Ref: adapters.Ref(fmt.Sprintf("flag:%d", g.post)), Channel: adapters.Moderators, Parent: adapters.Ref(strconv.Itoa(g.post)), Text: g.text, Flag: kinds[g.drawer]})
	}
	return out
}

func (f *fake) Write(source, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := &fakePost{user: aliceID, raw: text, at: time.Now(), version: 1, public: source != "messages"}
	if p.topic = f.dialogue(); p.public || p.topic == nil {
		p.topic = f.open(!p.public, selfID, aliceID)
	}
	f.add(p)
	return adapters.Ref(strconv.Itoa(p.id))
}

// dialogue is the private topic with alice, if there is one.
func (f *fake) dialogue() *fakeTopic {
	for _, t := range f.topics {
		if t.private {
			return t
		}
	}
	return nil
}

func (f *fake) Edit(ref adapters.Ref, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, _ := strconv.Atoi(string(ref))
	p := f.find(n)
	p.raw, p.edited, p.version = text, time.Now(), p.version+1
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

// hook is the body of a webhook about a post.
func (f *fake) hook(ref adapters.Ref, at time.Time) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, _ := strconv.Atoi(string(ref))
	v := f.view(f.find(n))
	v["created_at"], v["updated_at"], v["topic_archetype"] = stamp(at), stamp(at), "regular"
	b, err := json.Marshal(obj{"post": v})
	if err != nil {
		panic(fmt.Sprint("a post always encodes: ", err))
	}
	return string(b)
}

// pender is a forum on which our public posts wait for review.
type pender struct{ *fake }

func (f pender) Settle(ref adapters.Ref, well bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range f.waiting {
		if strings.HasSuffix(p.raw, " "+strings.TrimPrefix(string(ref), "queued:")) {
			f.waiting = slices.Delete(f.waiting, i, i+1)
			if well {
				f.add(p)
			}
			return
		}
	}
}
