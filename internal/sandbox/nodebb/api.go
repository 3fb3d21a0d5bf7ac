package nodebb

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"netpatrol/internal/sandbox/forum"
)

type object = map[string]any

// call is one request being carried out, under the forum's lock.
type call struct {
	f    *Forum
	r    *http.Request
	body params
	user *user
}

// params is the body of any request.
type params struct {
	UID     int    `json:"_uid"`
	CID     int    `json:"cid"`
	Title   string `json:"title"`
	Content string `json:"content"`
	ToPID   any    `json:"toPid"`
	Message string `json:"message"`
	UIDs    []int  `json:"uids"`
	Type    string `json:"type"`
	ID      int    `json:"id"`
	Reason  string `json:"reason"`
}

// refusal is an error in the forum's own words.
type refusal struct {
	status  int
	message string
}

func (e *refusal) Error() string { return e.message }

func no(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

var (
	errGone       = &refusal{http.StatusNotFound, "Not Found"}
	errPrivileges = &refusal{http.StatusForbidden, "You do not have enough privileges for this action."}
)

// statusWords are the codes of the envelope.
func statusWord(status int) string {
	words := map[int]string{
		200: "ok", 202: "accepted", 400: "bad-request", 401: "not-authorised", 403: "forbidden", 404: "not-found",
		500: "internal-server-error", 503: "service-unavailable",
	}
	return words[status]
}

// bare is an answer of the read API, queuedTopic one with status 202; all else is put into an envelope.
type (
	bare        struct{ value any }
	queuedTopic struct{ value any }
)

func (f *Forum) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, run := range map[string]func(*call) (any, error){
		"GET /api/self":                               (*call).self,
		"GET /api/config":                             (*call).config,
		"GET /api/recent/posts":                       (*call).recent,
		"GET /api/post-queue":                         (*call).listQueue,
		"GET /api/notifications":                      (*call).notifications,
		"GET /api/flags":                              (*call).listFlags,
		"POST /api/v3/flags":                          (*call).flag,
		"GET /api/v3/flags/{id}":                      (*call).oneFlag,
		"POST /api/v3/topics":                         (*call).newTopic,
		"POST /api/v3/topics/{tid}":                   (*call).reply,
		"GET /api/v3/topics/{tid}":                    (*call).topic,
		"GET /api/v3/posts/{pid}":                     (*call).post,
		"DELETE /api/v3/posts/{pid}/{entry}":          (*call).remove,
		"POST /api/v3/posts/queue/{entry}":            (*call).accept,
		"GET /api/v3/users/{uid}/chat":                (*call).chatWith,
		"POST /api/v3/chats":                          (*call).newRoom,
		"GET /api/v3/chats":                           (*call).listRooms,
		"POST /api/v3/chats/{room}":                   (*call).say,
		"GET /api/v3/chats/{room}/messages":           (*call).history,
		"GET /api/v3/chats/{room}/messages/{mid}/raw": (*call).rawMessage,
	} {
		mux.HandleFunc(pattern, f.handle(run))
	}
	mux.HandleFunc("/api/", f.handle(func(*call) (any, error) { return nil, errGone }))
	return mux
}

// handle reads a request, keeps a second post of one user out while the first is being made,
// and lets faults strike.
func (f *Forum) handle(run func(*call) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		f.Serve(w, r, func() forum.Answer {
			if !f.begin(r) {
				return forum.JSON(http.StatusBadRequest, envelope(http.StatusBadRequest, "You are already posting", object{}))
			}
			defer f.end(r) // before it is answered
			f.dwell(r)
			return f.carryOut(r, raw, run)
		})
	}
}

// dwell takes the time a post takes to be made.
func (f *Forum) dwell(r *http.Request) {
	if f.opts.Making <= 0 || r.Method != http.MethodPost {
		return
	}
	t := time.NewTimer(f.opts.Making)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}

// begin notes that a user's post is being made; ok is false while another one of theirs is.
func (f *Forum) begin(r *http.Request) (ok bool) {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, "/api/v3/topics") {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := call{f: f, r: r}
	if c.authorize() != nil {
		return true // it will be refused for that
	}
	if f.posting[c.user.uid] != nil {
		return false
	}
	f.posting[c.user.uid] = r
	return true
}

func (f *Forum) end(r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.posting, func(_ int, of *http.Request) bool { return of == r })
}

func (f *Forum) carryOut(r *http.Request, raw []byte, run func(*call) (any, error)) forum.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.review()
	v3 := strings.HasPrefix(r.URL.Path, "/api/v3/")
	if f.maintenance {
		if !v3 {
			return forum.Answer{Status: http.StatusFound, Header: http.Header{"Location": {"/"}}}
		}
		return forum.JSON(http.StatusServiceUnavailable, envelope(http.StatusServiceUnavailable, "This forum is currently in maintenance mode.", object{}))
	}
	c := &call{f: f, r: r}
	if len(raw) > 0 && json.Unmarshal(raw, &c.body) != nil {
		return forum.JSON(http.StatusInternalServerError, envelope(http.StatusInternalServerError, "Unexpected token in JSON", object{}))
	}
	if r.Header.Get("Authorization") == "" && r.Method != http.MethodGet {
		return forum.Plain(http.StatusForbidden, "Forbidden")
	}
	err := c.authorize()
	var value any
	if err == nil {
		value, err = run(c)
	}
	return encode(value, err)
}

// authorize finds the user a token speaks for. A master token must say for whom.
func (c *call) authorize() error {
	token, bearer := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !bearer, token == "", token != c.f.opts.Token && token != c.f.opts.Master:
		if bearer && token != "" && c.r.Method == http.MethodPost {
			return no(http.StatusForbidden, "You are not authorised to make this call")
		}
		return no(http.StatusUnauthorized, "A valid login session was not found. Please log in and try again.")
	case token == c.f.opts.Token:
		c.user = c.f.user(agencyUID)
		return nil
	}
	uid, _ := strconv.Atoi(c.r.URL.Query().Get("_uid"))
	if uid == 0 {
		uid = c.body.UID
	}
	if c.user = c.f.user(uid); c.user == nil {
		return no(http.StatusBadRequest, "[[error:api.master-token-no-uid]]")
	}
	return nil
}

func envelope(status int, message string, response any) object {
	return object{"status": object{"code": statusWord(status), "message": message}, "response": response}
}

func encode(value any, err error) forum.Answer {
	if e := (*refusal)(nil); errors.As(err, &e) {
		return forum.JSON(e.status, envelope(e.status, e.message, object{}))
	}
	switch v := value.(type) {
	case bare:
		return forum.JSON(http.StatusOK, v.value)
	case queuedTopic:
		return forum.JSON(http.StatusAccepted, envelope(http.StatusAccepted, "Accepted", v.value))
	}
	return forum.JSON(http.StatusOK, envelope(http.StatusOK, "OK", value))
}

func (c *call) number(name string) int {
	n, _ := strconv.Atoi(c.r.PathValue(name))
	return n
}

func (c *call) page() int {
	n, _ := strconv.Atoi(c.r.URL.Query().Get("page"))
	return max(n, 1)
}

func (u *user) view() object {
	return object{"uid": u.uid, "username": u.name, "displayname": u.name, "userslug": strings.ToLower(u.name)}
}

func (c *call) self() (any, error) { return bare{c.user.view()}, nil }

func (c *call) config() (any, error) {
	return bare{object{"maximumPostLength": c.f.opts.MaxPost, "maximumChatMessageLength": c.f.opts.MaxChat, "csrf_token": "noise"}}, nil
}

// markdown is what browsers get of a text.
func markdown(text string) string {
	return `<p dir="auto">` + strings.ReplaceAll(html.EscapeString(text), "\n", "<br />\n") + "</p>\n"
}

func (p *post) view() object {
	o := object{"pid": p.pid, "tid": p.topic.tid, "uid": p.by.uid, "content": p.text, "timestamp": p.at.UnixMilli(), "deleted": flag(p.deleted)}
	if p.toPid != 0 {
		o["toPid"] = strconv.Itoa(p.toPid)
	}
	if !p.edited.IsZero() {
		o["edited"] = p.edited.UnixMilli()
	}
	return o
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// recent lists posts by the times at which they were written, newest first, 20 a page.
func (c *call) recent() (any, error) {
	var seen []*post
	for _, p := range c.f.posts {
		if !p.deleted {
			seen = append(seen, p)
		}
	}
	slices.SortStableFunc(seen, func(a, b *post) int {
		if n := b.at.Compare(a.at); n != 0 {
			return n
		}
		return b.pid - a.pid
	})
	from := min((c.page()-1)*20, len(seen))
	rows := []object{}
	for _, p := range seen[from:min(from+20, len(seen))] {
		o := p.view()
		o["content"], o["user"], o["url"] = markdown(p.text), p.by.view(), "/post/"+strconv.Itoa(p.pid)
		o["topic"] = object{"tid": p.topic.tid, "uid": p.topic.by.uid, "title": p.topic.title}
		o["category"] = object{"cid": c.f.opts.Category}
		rows = append(rows, o)
	}
	return bare{rows}, nil
}

func (c *call) post() (any, error) {
	p := c.f.find(c.number("pid"))
	if p == nil {
		return nil, errGone
	}
	return p.view(), nil
}

func (c *call) topic() (any, error) {
	t := c.f.topicOf(c.number("tid"))
	if t == nil {
		return nil, errGone
	}
	n := 0
	for _, p := range c.f.posts {
		n += flag(p.topic == t && !p.deleted)
	}
	return object{"tid": t.tid, "uid": t.by.uid, "title": t.title, "mainPid": t.main, "postcount": n, "viewcount": t.views, "locked": flag(t.locked)}, nil
}

// remove hides a post (DELETE …/posts/7/state) or takes one out of the queue (…/posts/queue/topic-1).
func (c *call) remove() (any, error) {
	switch {
	case c.r.PathValue("pid") == "queue":
		return c.reject()
	case c.r.PathValue("entry") == "state":
		return c.hide()
	}
	return nil, errGone
}

func (c *call) hide() (any, error) {
	p := c.f.find(c.number("pid"))
	switch {
	case p == nil:
		return nil, errGone
	case p.by != c.user && !c.moderates():
		return nil, errPrivileges
	case p.deleted:
		return nil, no(http.StatusBadRequest, "This post has already been deleted")
	}
	p.deleted = true
	return object{}, nil
}

func (c *call) newTopic() (any, error) {
	switch {
	case c.body.Title == "" || c.body.Content == "":
		return nil, no(http.StatusBadRequest, "Required parameters were missing from this API call")
	case c.body.CID != c.f.opts.Category:
		return nil, no(http.StatusBadRequest, "Category does not exist")
	case len(utf16.Encode([]rune(c.body.Title))) > 255:
		return nil, no(http.StatusBadRequest, "Please enter a shorter title. Titles can't be longer than 255 character(s).")
	}
	p, err := c.write(&post{title: c.body.Title, by: c.user, text: c.body.Content})
	if err != nil {
		return nil, err
	}
	if p.pid == 0 {
		return queuedTopic{p.waits("topic")}, nil
	}
	return object{"tid": p.topic.tid, "cid": c.f.opts.Category, "mainPid": p.pid, "title": p.title, "timestamp": p.at.UnixMilli(), "slug": fmt.Sprintf("%d/%s", p.topic.tid, "topic")}, nil
}

func (p *post) waits(kind string) object {
	return object{"id": p.entry, "type": kind, "queued": true, "message": "[[success:post-queued]]"}
}

func (c *call) reply() (any, error) {
	t := c.f.topicOf(c.number("tid"))
	switch {
	case t == nil:
		return nil, no(http.StatusNotFound, "Topic does not exist")
	case c.body.Content == "":
		return nil, no(http.StatusBadRequest, "Required parameters were missing from this API call")
	case t.locked && !c.moderates():
		return nil, no(http.StatusBadRequest, "Topic Locked")
	}
	to, _ := strconv.Atoi(fmt.Sprint(c.body.ToPID))
	p, err := c.write(&post{topic: t, toPid: to, by: c.user, text: c.body.Content})
	if err != nil {
		return nil, err
	}
	if p.pid == 0 {
		return p.waits("reply"), nil
	}
	o := p.view()
	o["content"] = markdown(p.text)
	return o, nil
}

// write lets a post appear or, for an ordinary user, queues it. Nothing keeps the same post
// from being taken twice.
func (c *call) write(p *post) (*post, error) {
	now := c.f.opts.Now()
	n := len(utf16.Encode([]rune(strings.TrimSpace(p.text))))
	switch o := c.f.opts; {
	case n < o.MinPost:
		return nil, no(http.StatusBadRequest, "Please enter a longer post. Posts should contain at least %d character(s).", o.MinPost)
	case n > o.MaxPost:
		return nil, no(http.StatusBadRequest, "Please enter a shorter post. Posts can't be longer than %d character(s).", o.MaxPost)
	case !p.by.moderator && !p.by.lastPost.IsZero() && now.Sub(p.by.lastPost) < o.PostDelay:
		return nil, no(http.StatusBadRequest, "You can only post once every %d second(s) - please wait before posting again", int(o.PostDelay.Seconds()))
	}
	p.at, p.by.lastPost = now, now
	if p.by.reputation {
		c.f.appear(p)
		return p, nil
	}
	kind := map[bool]string{true: "topic", false: "reply"}[p.topic == nil]
	ms := now.UnixMilli()
	for slices.ContainsFunc(c.f.queue, func(q *post) bool { return strings.HasSuffix(q.entry, "-"+strconv.FormatInt(ms, 10)) }) {
		ms++
	}
	p.entry, p.queued = fmt.Sprintf("%s-%d", kind, ms), now
	c.f.queue = append(c.f.queue, p)
	return p, nil
}

// listQueue is a page of 20 entries of the queue: to moderators all, to members their own. It
// shows more than it should, as NodeBB did before 4.14.8.
func (c *call) listQueue() (any, error) {
	rows := []object{}
	for _, p := range c.f.queue {
		if !c.moderates() && p.by != c.user {
			continue
		}
		rows = append(rows, object{"id": p.entry, "uid": p.by.uid, "type": strings.Split(p.entry, "-")[0], "data": object{
			"rawContent": p.text, "content": markdown(p.text), "req": object{"headers": object{"authorization": "Bearer of-its-author"}},
		}})
	}
	from := min((c.page()-1)*20, len(rows))
	return bare{object{"posts": rows[from:min(from+20, len(rows))]}}, nil
}

func (c *call) accept() (any, error) {
	if !c.moderates() {
		return nil, errPrivileges
	}
	p := c.f.unqueue(c.r.PathValue("entry"))
	if p == nil {
		return nil, errGone
	}
	c.f.appear(p)
	return object{"post": object{"type": "post", "pid": p.pid, "tid": p.topic.tid}}, nil
}

func (c *call) reject() (any, error) {
	entry := c.r.PathValue("entry")
	mine := slices.ContainsFunc(c.f.queue, func(p *post) bool { return p.entry == entry && p.by == c.user })
	if !c.moderates() && !mine {
		return nil, errPrivileges
	}
	if c.f.unqueue(entry) == nil {
		return nil, errGone
	}
	return object{}, nil
}
