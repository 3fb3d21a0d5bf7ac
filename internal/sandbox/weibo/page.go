package weibo

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"
)

//go:embed web
var web embed.FS

// pageCSP lets a page load nothing but its own style sheet.
const pageCSP = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// shownRows bounds each list on the page.
const shownRows = 50

// phone is what a citizen sees. Whoever reaches it may play anybody: serve it on loopback only.
type phone struct {
	p    *Platform
	page *template.Template
}

func (p *Platform) pages() http.Handler {
	g := phone{p, template.Must(template.ParseFS(web, "web/phone.html"))}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/phone", http.StatusSeeOther))
	mux.HandleFunc("GET /phone", g.pick)
	mux.HandleFunc("GET /phone/style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, web, "web/style.css") })
	mux.HandleFunc("GET /phone/of/{name}", g.show)
	mux.HandleFunc("POST /phone/of/{name}", g.act)
	next := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pageCSP)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// pick begins with the first citizen.
func (g phone) pick(w http.ResponseWriter, r *http.Request) {
	g.p.mu.Lock()
	name := ""
	if len(g.p.people) > 0 {
		name = g.p.people[0].name
	}
	g.p.mu.Unlock()
	if name == "" {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, "/phone/of/"+url.PathEscape(name), http.StatusSeeOther)
}

// screen is everything the page shows.
type screen struct {
	Me, Account, Trouble string
	Follows              bool
	People               []string
	Chat                 []bubble
	Posts                []shownPost
}

type bubble struct {
	Mine       bool
	Text, Time string
}

type shownPost struct {
	ID, By, Text, Time string
	Own                bool
	Comments           []bubble
}

func (g phone) show(w http.ResponseWriter, r *http.Request) { g.render(w, r, "") }

func (g phone) render(w http.ResponseWriter, r *http.Request, trouble string) {
	s, err := g.p.screen(r.PathValue("name"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if s.Trouble = trouble; trouble != "" {
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	_ = g.page.Execute(w, s) // the reader has gone
}

func (p *Platform) screen(name string) (screen, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return screen{}, err
	}
	s := screen{Me: c.name, Account: p.opts.ScreenName, Follows: c.follows}
	for _, other := range p.people {
		s.People = append(s.People, other.name)
	}
	for _, l := range c.chat[max(len(c.chat)-shownRows, 0):] {
		s.Chat = append(s.Chat, bubble{l.mine, l.text, clock(l.at)})
	}
	for _, x := range slices.Backward(p.posts) {
		if len(s.Posts) == shownRows {
			break
		}
		if x.shown(time.Now()) {
			s.Posts = append(s.Posts, p.shownPost(x))
		}
	}
	return s, nil
}

func (p *Platform) shownPost(x *post) shownPost {
	out := shownPost{ID: text(x.id), By: p.name(x.by), Text: x.text, Time: clock(x.at), Own: x.by == nil}
	for _, c := range p.comments {
		if c.under == x && !c.deleted {
			out.Comments = append(out.Comments, bubble{c.by == nil, p.name(c.by) + "：" + c.text, clock(c.at)})
		}
	}
	return out
}

func (p *Platform) name(c *citizen) string {
	if c == nil {
		return p.opts.ScreenName
	}
	return c.name
}

func clock(t time.Time) string { return t.In(time.FixedZone("CST", 8*3600)).Format("15:04:05") }

// act does what one form asks for.
func (g phone) act(w http.ResponseWriter, r *http.Request) {
	name, said := r.PathValue("name"), r.PostFormValue("text")
	var err error
	do := r.PostFormValue("do")
	switch {
	case do == "follow":
		err = g.p.Follow(name)
	case do == "unfollow":
		err = g.p.Unfollow(name)
	case said == "":
		g.render(w, r, "请写点什么。")
		return
	case do == "message":
		err = g.p.Message(name, said)
	case do == "comment":
		_, err = g.p.Comment(name, r.PostFormValue("post"), "", said)
	default:
		_, err = g.p.Post(name, said)
	}
	if err != nil {
		g.render(w, r, "没有成功："+err.Error())
		return
	}
	http.Redirect(w, r, "/phone/of/"+url.PathEscape(name), http.StatusSeeOther)
}
