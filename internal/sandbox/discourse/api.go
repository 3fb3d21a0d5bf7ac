package discourse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/internal/sandbox/forum"
)

type object = map[string]any

// call is one request being carried out, under the forum's lock.
type call struct {
	f    *Forum
	r    *http.Request
	raw  []byte
	user *user
}

// refusal is an error in the forum's own words.
type refusal struct {
	status int
	kind   string
	text   string
	wait   int // seconds, of 429
	plain  bool
}

func (e *refusal) Error() string { return e.text }

func no(status int, kind, text string) error { return &refusal{status: status, kind: kind, text: text} }

var (
	errMissing = &refusal{status: 404, kind: "not_found", text: "The requested URL or resource could not be found."}
	errAccess  = &refusal{status: 403, kind: "invalid_access", text: "You are not permitted to view the requested resource."}
)

func (f *Forum) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, run := range map[string]func(*call) (any, error){
		"GET /u/{name}":                            (*call).profile,
		"GET /site/settings.json":                  (*call).settings,
		"POST /posts.json":                         (*call).create,
		"POST /post_actions.json":                  (*call).flag,
		"GET /posts/{name}/pending.json":           (*call).pending,
		"GET /posts.json":                          (*call).latest,
		"GET /posts/{id}":                          (*call).post,
		"DELETE /posts/{id}":                       (*call).remove,
		"GET /t/{id}":                              (*call).topic,
		"GET /t/{id}/posts.json":                   (*call).somePosts,
		"GET /topics/private-messages/{name}":      (*call).inbox,
		"GET /topics/private-messages-sent/{name}": (*call).sent,
		"GET /notifications.json":                  (*call).notifications,
		"GET /review.json":                         (*call).reviewQueue,
		"PUT /review/{id}/perform/{deed}":          (*call).perform,
	} {
		mux.HandleFunc(pattern, f.handle(run))
	}
	mux.HandleFunc("/", f.handle(func(*call) (any, error) { return nil, errMissing }))
	return mux
}

func (f *Forum) handle(run func(*call) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		f.Serve(w, r, func() forum.Answer {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.review()
			c := &call{f: f, r: r, raw: raw}
			err := c.enter()
			var value any
			if err == nil {
				value, err = run(c)
			}
			return encode(value, err)
		})
	}
}

// enter checks key, user and the limiter in front, which speaks plain words.
func (c *call) enter() error {
	now := c.f.opts.Now()
	c.f.requests = slices.DeleteFunc(c.f.requests, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if c.f.opts.Requests > 0 && len(c.f.requests) >= c.f.opts.Requests {
		wait := int(c.f.requests[0].Add(time.Minute).Sub(now).Seconds()) + 1
		return &refusal{status: 429, text: "Slow down, too many requests from this API key.", wait: wait, plain: true}
	}
	c.f.requests = append(c.f.requests, now)
	key := c.r.Header.Get("Api-Key")
	if key == "" {
		return no(403, "not_logged_in", "You need to be logged in to do that.")
	}
	c.user = c.f.agency()
	if key != c.f.opts.Key || !strings.EqualFold(c.r.Header.Get("Api-Username"), c.user.name) {
		return errAccess
	}
	if c.f.readOnly && c.r.Method != http.MethodGet {
		return no(503, "read_only", "The site is in read only mode. Interactions are disabled.")
	}
	return nil
}

func encode(value any, err error) forum.Answer {
	var e *refusal
	if !errors.As(err, &e) {
		return forum.JSON(http.StatusOK, value)
	}
	if e.plain {
		a := forum.Plain(e.status, e.text)
		a.Header.Set("Retry-After", strconv.Itoa(e.wait))
		a.Header.Set("Discourse-Rate-Limit-Error-Code", "admin_api_key_rate_limit")
		return a
	}
	o := object{"errors": []string{e.text}}
	switch {
	case e.status == 422:
		o["action"] = "create_post"
	case e.kind != "":
		o["error_type"] = e.kind
	}
	if e.wait > 0 {
		o["extras"] = object{"wait_seconds": e.wait, "time_left": fmt.Sprintf("%d seconds", e.wait)}
	}
	a := forum.JSON(e.status, o)
	if e.wait > 0 {
		a.Header.Set("Retry-After", strconv.Itoa(e.wait))
	}
	return a
}

// number reads an id out of a path that may end in .json.
func (c *call) number() int {
	n, _ := strconv.Atoi(strings.TrimSuffix(c.r.PathValue("id"), ".json"))
	return n
}

func (c *call) named() *user { return c.f.named(strings.TrimSuffix(c.r.PathValue("name"), ".json")) }

func (c *call) staff(u *user) bool { return u == c.f.agency() && c.f.opts.Staff }

func (c *call) profile() (any, error) {
	u := c.named()
	if u == nil {
		return nil, errMissing
	}
	return object{"user": object{"id": u.id, "username": u.name, "name": u.name, "admin": false, "moderator": c.staff(u)}}, nil
}

func (c *call) settings() (any, error) {
	return object{"max_post_length": c.f.opts.MaxPost, "min_post_length": c.f.opts.MinPost}, nil
}

// newPost is the body of POST /posts.json.
type newPost struct {
	Title     string `json:"title"`
	Raw       string `json:"raw"`
	Category  int    `json:"category"`
	TopicID   int    `json:"topic_id"`
	ReplyTo   int    `json:"reply_to_post_number"`
	Archetype string `json:"archetype"`
	To        string `json:"target_recipients"`
}

// latest lists public posts, newest first.
func (c *call) latest() (any, error) {
	before, _ := strconv.Atoi(c.r.URL.Query().Get("before"))
	rows := []object{}
	for _, p := range slices.Backward(c.f.posts) {
		if len(rows) < 50 && !p.deleted && !p.topic.private && (before <= 0 || p.id < before) {
			rows = append(rows, c.f.view(p))
		}
	}
	return object{"latest_posts": rows}, nil
}

func (c *call) post() (any, error) {
	p := c.f.find(c.number())
	if p == nil || !p.topic.readable(c.user) {
		return nil, errMissing
	}
	return c.seen(p), nil
}

func (c *call) remove() (any, error) {
	p := c.f.find(c.number())
	switch {
	case p == nil:
		return nil, errMissing
	case p.by != c.user && !c.staff(c.user):
		return nil, errAccess
	}
	c.f.destroy(p)
	return object{}, nil
}

func (c *call) topic() (any, error) {
	t := c.f.topicOf(c.number())
	if t == nil || len(t.live()) == 0 {
		return nil, errMissing
	}
	if !t.readable(c.user) {
		return nil, errAccess
	}
	first, ids, users := []object{}, []int{}, []object{}
	for i, p := range t.live() {
		ids = append(ids, p.id)
		if i < 20 {
			first = append(first, c.f.cookedOnly(p))
		}
	}
	for _, u := range t.users {
		users = append(users, object{"id": u.id, "username": u.name})
	}
	return object{
		"id": t.id, "title": t.title, "archetype": t.archetype(), "posts_count": len(ids), "details": object{"allowed_users": users, "allowed_groups": []any{}},
		"post_stream": object{"posts": first, "stream": ids},
	}, nil
}

func (t *topic) archetype() string {
	return map[bool]string{true: "private_message", false: "regular"}[t.private]
}

func (t *topic) live() []*post {
	return slices.DeleteFunc(slices.Clone(t.posts), func(p *post) bool { return p.deleted })
}

func (c *call) somePosts() (any, error) {
	t := c.f.topicOf(c.number())
	if t == nil || !t.readable(c.user) {
		return nil, errMissing
	}
	rows := []object{}
	for _, p := range t.live() {
		if slices.Contains(c.r.URL.Query()["post_ids[]"], strconv.Itoa(p.id)) {
			rows = append(rows, c.f.cookedOnly(p))
		}
	}
	return object{"post_stream": object{"posts": rows}}, nil
}

// inbox lists our private topics in which somebody else wrote; sent, those in which we did.
func (c *call) inbox() (any, error) { return c.private(func(p *post) bool { return p.by != c.user }) }

func (c *call) sent() (any, error) { return c.private(func(p *post) bool { return p.by == c.user }) }

func (c *call) private(holds func(*post) bool) (any, error) {
	if c.named() != c.user {
		return nil, errAccess
	}
	var mine []*topic
	for _, t := range c.f.topics {
		if t.private && slices.Contains(t.users, c.user) && slices.ContainsFunc(t.live(), holds) {
			mine = append(mine, t)
		}
	}
	slices.SortStableFunc(mine, func(a, b *topic) int { return b.bumped().Compare(a.bumped()) })
	page, _ := strconv.Atoi(c.r.URL.Query().Get("page"))
	from := min(max(page, 0)*30, len(mine))
	rows := []object{}
	for _, t := range mine[from:min(from+30, len(mine))] {
		rows = append(rows, object{
			"id": t.id, "title": t.title, "bumped_at": stamp(t.bumped()), "last_posted_at": stamp(t.bumped()),
			"highest_post_number": len(t.posts), "last_read_post_number": t.read[c.user.id],
		})
	}
	return object{"topic_list": object{"per_page": 30, "topics": rows}}, nil
}

func (t *topic) bumped() time.Time { return t.posts[len(t.posts)-1].at }

func (c *call) notifications() (any, error) {
	rows := []object{}
	for _, n := range slices.Backward(c.f.notices) {
		rows = append(rows, n)
	}
	return object{"notifications": rows, "total_rows_notifications": len(rows)}, nil
}

// reviewQueue lists posts that wait and posts that were flagged, ten a page.
func (c *call) reviewQueue() (any, error) {
	if !c.f.opts.Staff {
		return nil, errAccess
	}
	rows := []object{}
	for _, w := range c.f.queue {
		rows = append(rows, w.view())
	}
	for _, r := range c.f.flags {
		rows = append(rows, object{
			"id": r.review, "type": "ReviewableFlaggedPost", "status": 0, "version": 0, "target_id": r.post.id, "payload": object{"targets_topic": false},
			"created_by": object{"id": r.by.id, "username": r.by.name}, "target_created_by": object{"id": r.post.by.id, "username": r.post.by.name},
		})
	}
	offset, _ := strconv.Atoi(c.r.URL.Query().Get("offset"))
	from := min(max(offset, 0), len(rows))
	return object{"reviewables": rows[from:min(from+10, len(rows))]}, nil
}

func (w *waiting) view() object {
	return object{
		"id": w.id, "type": "ReviewableQueuedPost", "status": 0, "version": w.version, "payload": object{"raw": w.post.raw, "title": w.post.topic.title},
		"created_by": object{"id": -1, "username": "system"}, "target_created_by": object{"id": w.post.by.id, "username": w.post.by.name},
	}
}

// pending is what of one's own waits for review.
func (c *call) pending() (any, error) {
	if c.named() != c.user {
		return nil, errMissing
	}
	rows := []object{}
	for _, w := range c.f.queue {
		if w.post.by == c.user {
			rows = append(rows, object{"id": w.id, "raw_text": w.post.raw, "title": w.post.topic.title, "created_at": stamp(w.since), "username": c.user.name})
		}
	}
	return object{"pending_posts": rows}, nil
}

// perform decides on an entry of the queue, if the version is the one that was seen.
func (c *call) perform() (any, error) {
	if !c.f.opts.Staff {
		return nil, errAccess
	}
	version, err := strconv.Atoi(c.r.URL.Query().Get("version"))
	if err != nil {
		return nil, no(422, "", "version is missing")
	}
	for _, w := range c.f.queue {
		if w.id != c.number() {
			continue
		}
		if w.version != version {
			return nil, no(409, "invalid_parameters", "Someone has already updated this item")
		}
		c.f.decide(w, c.r.PathValue("deed") == "approve_post")
		return object{"success": true}, nil
	}
	return nil, errMissing
}

func (c *call) decode() (n newPost, err error) {
	if json.Unmarshal(c.raw, &n) != nil {
		err = no(400, "invalid_parameters", "the request is not readable")
	}
	return n, err
}
