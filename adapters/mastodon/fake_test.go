package mastodon_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// fake is a pretend server with one account of ours and two citizens. It speaks
// the wire format from the public documents; its switches are the differences
// between servers.
type fake struct {
	mu       sync.Mutex
	next     int
	posts    []*post
	requests map[string]time.Time // filtered strangers: account id -> updated
	calls    []string

	gotosocial   bool // ULID-like ids, no api_versions, no requests, direct posts not in the account's list, 400 for validation
	noInstanceV2 bool
	field        map[string]any // of our profile
	hideMentions bool
	leastLimit   int    // what is asked for below it is raised
	link         string // of the page being answered
	answer       string // to every new post, in place of the post

	reports      []report
	reportAnswer string // to every report, in place of the report

	streams       *streams
	uploads       []*upload
	instead       func(http.ResponseWriter) // answers in place of a stream
	refuseUploads bool
	busy          int // looks for which every upload is worked on

	files map[string][]byte // attachments by path
	base  string            // of the last request, as a client wrote it
}

const (
	selfID, aliceID, bobID = "9001", "555012", "555777"
	token                  = "s3cret-token-of-the-station"
)

var accts = map[string]string{selfID: "police", aliceID: "alice@other.example", bobID: "bob"}

type post struct {
	id, author, text, visibility, parent, parentOwner, tag string
	named                                                  []string
	created, edited                                        time.Time
	filtered, deleted                                      bool
	html                                                   string // replaces the rendering of text
	filteredLate                                           bool
	muted                                                  bool // taken out of pages after they are cut
	odd                                                    bool // a notification without its post
	media                                                  []string
}

func newFake() *fake { return &fake{requests: map[string]time.Time{}, streams: newStreams()} }

var (
	_ adaptertest.Fake     = (*fake)(nil)
	_ adaptertest.Citizens = (*fake)(nil)
)

func (f *fake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.posts {
		if p.author == selfID && !p.deleted {
			out = append(out, p.sent())
		}
	}
	for _, r := range f.reports {
		out = append(out, r.sent())
	}
	return out
}

func (p *post) sent() adaptertest.Sent {
	s := adaptertest.Sent{Ref: adapters.Ref(p.id), Channel: adapters.Public, Parent: adapters.Ref(p.parent), Text: p.text}
	switch {
	case p.visibility == "direct":
		s.Channel, s.To = adapters.Private, strings.Join(p.named, ",")
	case p.parent != "":
		s.Channel = adapters.InReply
	}
	return s
}

// Write makes alice write where source shows it.
func (f *fake) Write(source, text string) adapters.Ref {
	p := &post{author: aliceID, text: text, visibility: "public"}
	switch {
	case source == "mentions":
		p.visibility, p.named, p.text = "direct", []string{selfID}, "@police "+text
	case source == "filtered":
		p.visibility, p.named, p.text, p.filtered = "direct", []string{selfID}, "@police "+text, true
	case strings.HasPrefix(source, "tag:"):
		p.tag = source[4:]
	}
	return f.add(p)
}

func (f *fake) add(p *post) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	p.id = fmt.Sprintf("1122334400000%05d", f.next)
	if f.gotosocial {
		p.id = fmt.Sprintf("01HZ%022d", f.next)
	}
	if p.created.IsZero() {
		p.created = time.Now()
	}
	if p.filtered {
		f.requests[p.author] = p.created
	}
	f.posts = append(f.posts, p)
	f.tell(p)
	return adapters.Ref(p.id)
}

func (f *fake) change(ref adapters.Ref, with func(*post)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.byID(string(ref)); p != nil {
		with(p)
	}
}

func (f *fake) Edit(ref adapters.Ref, text string) {
	f.change(ref, func(p *post) { p.text, p.edited = text, time.Now() })
}
func (f *fake) Delete(ref adapters.Ref) { f.change(ref, func(p *post) { p.deleted = true }) }

func (f *fake) byID(id string) *post {
	for _, p := range f.posts {
		if p.id == id && !p.deleted {
			return p
		}
	}
	return nil
}

var (
	statusRoute  = regexp.MustCompile(`^/api/v1/statuses/([^/]+)(/context)?$`)
	accountRoute = regexp.MustCompile(`^/api/v1/accounts/([^/]+)/statuses$`)
	tagRoute     = regexp.MustCompile(`^/api/v1/timelines/tag/(.+)$`)
	mentioned    = regexp.MustCompile(`@([a-z]+(?:@[a-z.]+)?)`)
)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, r.Method+" "+r.URL.RequestURI())
	f.base = "http://" + r.Host
	if f.gotosocial && r.UserAgent() == "" {
		say(w, http.StatusTeapot, map[string]any{"error": "no user-agent sent with request"})
		return
	}
	if strings.HasPrefix(r.URL.Path, "/media/") {
		f.attachment(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+token {
		say(w, http.StatusUnauthorized, map[string]any{"error": "The access token is invalid"})
		return
	}
	if r.URL.Path == "/api/v1/streaming" {
		f.mu.Unlock()
		f.stream(w, r)
		f.mu.Lock()
		return
	}
	f.route(w, r)
}

func (f *fake) route(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch p := r.URL.Path; {
	case p == "/api/v2/instance" && !f.noInstanceV2:
		say(w, 200, f.instance())
	case p == "/api/v1/instance":
		say(w, 200, map[string]any{"max_toot_chars": 5000})
	case p == "/api/v1/accounts/verify_credentials":
		self := f.person(selfID)
		self["fields"] = []any{f.field}
		say(w, 200, self)
	case p == "/api/v2/notifications/policy" && !f.gotosocial:
		say(w, 200, map[string]any{"for_private_mentions": "accept"})
	case p == "/api/v1/notifications":
		page := f.notifications(q)
		w.Header().Set("Link", f.link)
		say(w, 200, page)
	case p == "/api/v1/notifications/requests" && !f.gotosocial:
		say(w, 200, f.requestList(q))
	case p == "/api/v1/conversations":
		say(w, 200, f.conversationList())
	case p == "/api/v2/search":
		say(w, 200, map[string]any{"statuses": f.page(q, func(p *post) bool {
			return strings.Contains(p.text, q.Get("q")) && p.visibility == "public"
		})})
	case strings.HasPrefix(p, "/api/v2/media"), strings.HasPrefix(p, "/api/v1/media/"):
		f.media(w, r)
	case p == "/api/v1/reports" && r.Method == http.MethodPost:
		f.report(w, r)
	case p == "/api/v1/statuses" && r.Method == http.MethodPost:
		f.create(w, r)
	case statusRoute.MatchString(p):
		f.one(w, r, statusRoute.FindStringSubmatch(p))
	case accountRoute.MatchString(p):
		id := accountRoute.FindStringSubmatch(p)[1]
		say(w, 200, f.page(q, func(p *post) bool {
			return p.author == id && (p.visibility != "direct" || id == selfID && !f.gotosocial)
		}))
	case tagRoute.MatchString(p):
		tag, _ := url.PathUnescape(tagRoute.FindStringSubmatch(p)[1])
		say(w, 200, f.page(q, func(p *post) bool { return p.tag == tag }))
	default:
		say(w, 404, map[string]any{"error": "Record not found"})
	}
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (f *fake) instance() map[string]any {
	statuses := map[string]any{"max_characters": 500, "characters_reserved_per_url": 23}
	out := map[string]any{"configuration": map[string]any{"statuses": statuses}, "api_versions": map[string]any{"mastodon": 2}}
	if f.gotosocial {
		statuses["max_characters"], statuses["characters_reserved_per_url"] = 5000, 25
		delete(out, "api_versions")
	}
	return out
}

func (f *fake) person(id string) map[string]any {
	name, _, _ := strings.Cut(accts[id], "@")
	return map[string]any{"id": id, "acct": accts[id], "username": name, "display_name": strings.ToUpper(name), "url": "https://social.example/@" + name}
}

func (f *fake) render(p *post) map[string]any {
	named := []any{}
	for _, id := range p.named {
		named = append(named, f.person(id))
	}
	content := p.html
	if content == "" {
		content = "<p>" + strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br>") + "</p>"
	}
	out := map[string]any{
		"id": p.id, "account": f.person(p.author), "content": content, "visibility": p.visibility,
		"created_at": p.created.UTC().Format("2006-01-02T15:04:05.000Z"), "edited_at": nil, "url": "https://social.example/p/" + p.id,
		"in_reply_to_id": nil, "in_reply_to_account_id": nil, "mentions": named, "language": "zh",
		"reblogs_count": 3, "favourites_count": 2, "replies_count": 1, "media_attachments": []any{},
	}
	if f.hideMentions {
		delete(out, "mentions")
	}
	if !p.edited.IsZero() {
		out["edited_at"] = p.edited.UTC().Format(time.RFC3339)
	}
	if p.parent != "" {
		out["in_reply_to_id"], out["in_reply_to_account_id"] = p.parent, p.parentOwner
	}
	return out
}

// window pages through ids as the servers do: min_id walks up, max_id down, and
// every page is newest first.
func (f *fake) window(q url.Values, all []*post, id func(*post) string) []*post {
	limit, _ := strconv.Atoi(q.Get("limit"))
	limit = max(limit, f.leastLimit)
	if limit == 0 {
		limit = 20
	}
	all = slices.DeleteFunc(slices.Clone(all), func(e *post) bool {
		return q.Has("min_id") && !later(id(e), q.Get("min_id")) || q.Has("max_id") && !later(q.Get("max_id"), id(e))
	})
	if q.Has("min_id") {
		all = all[:min(limit, len(all))]
	} else {
		all = all[max(len(all)-limit, 0):]
	}
	slices.Reverse(all)
	f.link = ""
	if len(all) > 0 && f.gotosocial {
		f.link = fmt.Sprintf(`<https://social.example/x?limit=2&max_id=%s>; rel="next", <https://social.example/x?min_id=%s&types[]=mention>; rel="prev"`, id(all[len(all)-1]), id(all[0]))
	}
	return slices.DeleteFunc(all, func(p *post) bool { return p.muted })
}

func later(a, b string) bool { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) > 0 }

func (f *fake) page(q url.Values, show func(*post) bool) []any {
	var all []*post
	for _, p := range f.posts {
		if !p.deleted && show(p) {
			all = append(all, p)
		}
	}
	out := []any{}
	for _, p := range f.window(q, all, func(p *post) string { return p.id }) {
		out = append(out, f.render(p))
	}
	return out
}

func (f *fake) notifications(q url.Values) []any {
	var all []*post
	for _, p := range f.posts {
		if p.deleted || !slices.Contains(p.named, selfID) || q.Has("account_id") && p.author != q.Get("account_id") {
			continue
		}
		if !p.filtered || q.Get("include_filtered") == "true" && (!p.filteredLate || q.Has("account_id")) {
			all = append(all, p)
		}
	}
	out := []any{}
	for _, p := range f.window(q, all, func(p *post) string { return "4" + p.id }) {
		if p.odd {
			out = append(out, map[string]any{"id": "4" + p.id, "type": "mention", "status": nil})
			continue
		}
		out = append(out, map[string]any{"id": "4" + p.id, "type": "mention", "created_at": p.created.UTC().Format(time.RFC3339Nano), "account": f.person(p.author), "status": f.render(p)})
	}
	return out
}

func (f *fake) requestList(q url.Values) []any {
	out := []any{}
	if q.Has("max_id") {
		return out
	}
	for _, id := range slices.Sorted(maps.Keys(f.requests)) {
		out = append(out, map[string]any{"id": "77" + id, "updated_at": f.requests[id].UTC().Format(time.RFC3339Nano), "account": f.person(id)})
	}
	return out
}

func (f *fake) conversationList() []any {
	out := []any{}
	for _, p := range slices.Backward(f.posts) {
		if p.visibility == "direct" && !p.deleted && len(p.named) > 0 {
			with := p.named[0]
			if p.author != selfID {
				with = p.author
			}
			out = append(out, map[string]any{"id": "c", "accounts": []any{f.person(with)}, "last_status": f.render(p)})
		}
	}
	return out
}

func (f *fake) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Status     string   `json:"status"`
		Visibility string   `json:"visibility"`
		ReplyTo    string   `json:"in_reply_to_id"`
		Media      []string `json:"media_ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		say(w, 400, map[string]any{"error": "bad request"})
		return
	}
	p := &post{id: "", author: selfID, text: in.Status, visibility: in.Visibility, created: time.Now(), media: in.Media}
	if in.ReplyTo != "" {
		to := f.byID(in.ReplyTo)
		if to == nil {
			say(w, 404, map[string]any{"error": "Record not found"})
			return
		}
		p.parent, p.parentOwner = to.id, to.author
	}
	for _, m := range mentioned.FindAllStringSubmatch(in.Status, -1) {
		for id, acct := range accts {
			if acct == m[1] {
				p.named = append(p.named, id)
			}
		}
	}
	f.mu.Unlock()
	f.add(p)
	f.mu.Lock()
	if f.answer != "" {
		_, _ = io.WriteString(w, f.answer)
		return
	}
	say(w, 200, f.render(p))
}

func (f *fake) one(w http.ResponseWriter, r *http.Request, m []string) {
	p := f.byID(m[1])
	switch {
	case p == nil:
		say(w, 404, map[string]any{"error": "Record not found"})
	case m[2] != "":
		say(w, 200, f.thread(p))
	case r.Method == http.MethodDelete:
		p.deleted = true
		say(w, 200, f.render(p))
	default:
		say(w, 200, f.render(p))
	}
}

func (f *fake) thread(p *post) map[string]any {
	up, down := []any{}, []any{}
	for at := f.byID(p.parent); at != nil; at = f.byID(at.parent) {
		up = append(up, f.render(at))
	}
	for _, q := range f.posts {
		if q.parent == p.id && !q.deleted {
			down = append(down, f.render(q))
		}
	}
	return map[string]any{"ancestors": up, "descendants": down}
}
