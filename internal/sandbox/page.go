package sandbox

import (
	"embed"
	"errors"
	"hash/fnv"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

// pageCSP lets a page load nothing but its own style sheet and script.
const pageCSP = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const timelineRows = 50

// pages is what a person sees in a browser. Whoever reaches it may play any citizen:
// serve it on loopback only.
type pages struct {
	m         *Microblog
	templates *template.Template
}

func (m *Microblog) pageRoutes() http.Handler {
	p := &pages{m, template.Must(template.ParseFS(web, "web/page.html"))}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/citizen", http.StatusSeeOther))
	mux.HandleFunc("GET /citizen", p.pick)
	mux.HandleFunc("GET /citizen/style.css", asset("web/style.css"))
	mux.HandleFunc("GET /citizen/live.js", asset("web/live.js"))
	mux.HandleFunc("GET /citizen/{handle}", p.show)
	mux.HandleFunc("POST /citizen/{handle}/say", p.played(p.say))
	mux.HandleFunc("POST /citizen/{handle}/tell", p.played(p.tell))
	mux.HandleFunc("POST /citizen/{handle}/delete", p.played(p.remove))
	mux.HandleFunc("GET /moderator", p.moderate)
	mux.HandleFunc("GET /{at}/{id}", p.single)
	return guarded(http.NewCrossOriginProtection().Handler(mux))
}

func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pageCSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		next.ServeHTTP(w, r)
	})
}

func asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, web, name) }
}

// person is somebody as a page shows them.
type person struct {
	Handle, Name, About string
	Initial             string
	Hue                 uint32
	Official            bool
}

// piece is a stretch of text; its kind is a class of the style sheet.
type piece struct{ Kind, Text string }

// postView is a post or message as a page shows it.
type postView struct {
	ID, URL, Time, ISO, ReplyTo string
	From                        person
	Text                        []piece
	Edited, Mine                bool
}

// view is everything the templates need.
type view struct {
	Title, Site         string
	People, Officials   []person
	Me                  person
	With                *person
	Max                 int
	Chat, Timeline      []postView
	Post                postView
	Reports             []reportView
	SayText, SayError   string
	TellText, TellError string
}

func viewPerson(a *account) person {
	h := fnv.New32a()
	h.Write([]byte(a.handle))
	name := a.name
	if name == "" {
		name = a.handle
	}
	return person{
		Handle: a.handle, Name: name, About: a.about, Initial: strings.ToUpper(string([]rune(name)[:1])), Hue: h.Sum32() % 8, Official: !a.citizen,
	}
}

func (p *pages) base(title string) view {
	return view{Title: title + " · " + p.m.opts.Title, Site: p.m.opts.Title, Max: p.m.opts.MaxChars}
}

func (p *pages) render(w http.ResponseWriter, code int, name string, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	p.templates.ExecuteTemplate(w, name, v) // fails only when the client has gone
}

func (p *pages) pick(w http.ResponseWriter, r *http.Request) {
	p.m.mu.Lock()
	v := p.base("选择身份")
	for _, a := range p.m.accounts {
		if a.citizen {
			v.People = append(v.People, viewPerson(a))
		}
	}
	p.m.mu.Unlock()
	p.render(w, http.StatusOK, "pick", v)
}

// citizen is the page of one citizen; ok is false when there is none of that handle.
func (p *pages) citizen(r *http.Request) (v view, ok bool) {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	me := p.m.find(r.PathValue("handle"))
	if me == nil || !me.citizen {
		return v, false
	}
	v = p.base(me.name)
	v.Me = viewPerson(me)
	var with *account
	for _, a := range p.m.accounts {
		if a.citizen {
			continue
		}
		v.Officials = append(v.Officials, viewPerson(a))
		if with == nil || strings.EqualFold(a.handle, r.FormValue("with")) || strings.EqualFold(a.handle, r.FormValue("to")) {
			with = a
		}
	}
	if with != nil {
		official := viewPerson(with)
		v.With, v.Chat = &official, p.chat(me, with)
	}
	v.Timeline = p.timeline(me)
	return v, true
}

// chat lists the private messages between two accounts, newest first.
func (p *pages) chat(me, with *account) (out []postView) {
	for _, s := range slices.Backward(p.m.statuses) {
		between := s.author == me && slices.Contains(s.mentions, with) || s.author == with && slices.Contains(s.mentions, me)
		if s.visibility == Direct && s.deleted.IsZero() && between {
			out = append(out, p.viewPost(s, me))
		}
	}
	return out
}

// timeline lists the public posts, newest first, answers included.
func (p *pages) timeline(me *account) (out []postView) {
	for _, s := range slices.Backward(p.m.statuses) {
		if len(out) == timelineRows {
			break
		}
		if s.visibility == Public && s.deleted.IsZero() {
			out = append(out, p.viewPost(s, me))
		}
	}
	return out
}

func (p *pages) viewPost(s *status, me *account) postView {
	at := s.created.In(time.FixedZone("CST", 8*60*60))
	v := postView{
		ID: s.id, URL: "/@" + url.PathEscape(s.author.handle) + "/" + s.id, Time: at.Format("15:04:05"), ISO: at.Format(time.RFC3339),
		From: viewPerson(s.author), Edited: !s.edited.IsZero(), Mine: s.author == me,
	}
	if p.m.opts.Now().Sub(s.created) > 12*time.Hour {
		v.Time = at.Format("1月2日 15:04")
	}
	text := s.text
	reader := p.m.reader(s.generous)
	if s.visibility == Direct {
		text = withoutAddress(reader.split(text))
	} else if s.parent != nil {
		v.ReplyTo = s.parent.author.handle
	}
	for _, x := range reader.split(text) {
		v.Text = append(v.Text, piece{[...]string{"", "mention", "hashtag", "link"}[x.kind], x.text})
	}
	return v
}

// reportView is a report as the moderators see it.
type reportView struct {
	Report
	Post postView
}

// moderate shows what was reported, the newest first, posts that are gone included.
func (p *pages) moderate(w http.ResponseWriter, _ *http.Request) {
	p.m.mu.Lock()
	v := p.base("版主")
	for _, r := range slices.Backward(p.m.reports) {
		v.Reports = append(v.Reports, reportView{r, p.viewPost(p.m.byID[string(r.Status)], nil)})
	}
	p.m.mu.Unlock()
	p.render(w, http.StatusOK, "moderator", v)
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	v, ok := p.citizen(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.render(w, http.StatusOK, "citizen", v)
}

// played lets through what is done as a citizen: nobody plays an official account here.
func (p *pages) played(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p.m.mu.Lock()
		a := p.m.find(r.PathValue("handle"))
		p.m.mu.Unlock()
		if a == nil || !a.citizen {
			http.NotFound(w, r)
			return
		}
		next(w, r)
	}
}

func (p *pages) say(w http.ResponseWriter, r *http.Request) {
	text := strings.TrimSpace(r.FormValue("text"))
	_, err := p.m.Say(r.PathValue("handle"), text)
	p.after(w, r, err, func(v *view) { v.SayText, v.SayError = text, explain(err) })
}

// tell answers the last message of the conversation, so that the thread goes on.
func (p *pages) tell(w http.ResponseWriter, r *http.Request) {
	text := strings.TrimSpace(r.FormValue("text"))
	from, to := r.PathValue("handle"), r.FormValue("to")
	_, err := p.m.Tell(from, to, text, InReplyTo(p.lastFrom(to, from)))
	p.after(w, r, err, func(v *view) { v.TellText, v.TellError = text, explain(err) })
}

func (p *pages) lastFrom(official, citizen string) (id StatusID) {
	for _, s := range p.m.Inbox(citizen) {
		if strings.EqualFold(s.From, official) {
			id = s.ID
		}
	}
	return id
}

func (p *pages) remove(w http.ResponseWriter, r *http.Request) {
	err := p.m.Delete(r.PathValue("handle"), StatusID(r.FormValue("id")))
	if errors.Is(err, ErrNoStatus) {
		err = nil // gone already
	}
	p.after(w, r, err, func(v *view) { v.SayError = explain(err) })
}

// after leads back to the citizen's page, or shows it with what was wrong.
func (p *pages) after(w http.ResponseWriter, r *http.Request, err error, fault func(*view)) {
	if err == nil {
		to := "/citizen/" + url.PathEscape(r.PathValue("handle"))
		if with := r.FormValue("to"); with != "" {
			to += "?with=" + url.QueryEscape(with)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	v, ok := p.citizen(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	fault(&v)
	p.render(w, http.StatusUnprocessableEntity, "citizen", v)
}

// explain says in Chinese why a deed was refused.
func explain(err error) string {
	switch {
	case errors.Is(err, ErrEmpty):
		return "内容不能为空。"
	case errors.Is(err, ErrTooLong):
		return "内容太长了，请删减后再发。"
	}
	return "没有这个账号，请刷新页面后再试。"
}

// single shows one public post at its own address.
func (p *pages) single(w http.ResponseWriter, r *http.Request) {
	p.m.mu.Lock()
	s := p.m.byID[r.PathValue("id")]
	if s == nil || !s.visibleTo(nil) || r.PathValue("at") != "@"+s.author.handle {
		p.m.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	v := p.base(s.author.name)
	v.Post = p.viewPost(s, nil)
	p.m.mu.Unlock()
	p.render(w, http.StatusOK, "single", v)
}
