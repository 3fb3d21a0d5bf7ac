package forum

import (
	"embed"
	"html/template"
	"net/http"
	"slices"
	"time"
)

//go:embed web
var web embed.FS

// Board is a forum as the page needs it. Its errors are sentences for people.
type Board interface {
	People() []string
	// Seen is what a member sees: the topics, and the chat with the agency, oldest first.
	Seen(who string) (topics []Thread, chat []Entry)
	Post(who, title, text string) (string, error)
	Reply(who, under, text string) (string, error)
	Tell(who, text string) (string, error)
	Delete(who, id string) error
	// Flags are what its moderators see that was reported.
	Flags() []Flag
}

// Thread is a topic with its posts.
type Thread struct {
	Title string
	Posts []Entry
}

// Entry is a post or message as the page shows it.
type Entry struct {
	ID, From, Text string
	At             time.Time
	Official, Mine bool
}

// Time is the entry's time of day in China.
func (e Entry) Time() string { return clock(e.At) }

func clock(t time.Time) string { return t.In(time.FixedZone("CST", 8*60*60)).Format("15:04:05") }

// Pages serve the page on which a person plays a member, and the one that moderators read. Whoever reaches it may play anybody:
// serve it on loopback only.
func Pages(title string, b Board) http.Handler {
	all := template.Must(template.ParseFS(web, "web/*.html"))
	p := pages{title, b, all.Lookup("member.html"), all.Lookup("moderator.html")}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /member", p.show)
	mux.HandleFunc("POST /member/{deed}", p.play)
	mux.HandleFunc("GET /moderator", p.moderate)
	mux.Handle("GET /{$}", http.RedirectHandler("/member", http.StatusSeeOther))
	return http.NewCrossOriginProtection().Handler(mux)
}

type pages struct {
	title    string
	board    Board
	template *template.Template
	desk     *template.Template // of the moderators
}

type view struct {
	Title, Who, Error string
	People            []string
	Topics            []Thread
	Chat              []Entry
}

func (p pages) show(w http.ResponseWriter, r *http.Request) {
	p.render(w, http.StatusOK, r.FormValue("who"), "")
}

func (p pages) play(w http.ResponseWriter, r *http.Request) {
	who, text := r.FormValue("who"), r.FormValue("text")
	var err error
	switch r.PathValue("deed") {
	case "post":
		_, err = p.board.Post(who, r.FormValue("title"), text)
	case "reply":
		_, err = p.board.Reply(who, r.FormValue("id"), text)
	case "tell":
		_, err = p.board.Tell(who, text)
	case "delete":
		err = p.board.Delete(who, r.FormValue("id"))
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		p.render(w, http.StatusUnprocessableEntity, who, err.Error())
		return
	}
	http.Redirect(w, r, "/member?who="+template.URLQueryEscaper(who), http.StatusSeeOther)
}

func (p pages) render(w http.ResponseWriter, code int, who, fault string) {
	v := view{Title: p.title, Who: who, Error: fault, People: p.board.People()}
	if !slices.Contains(v.People, who) && len(v.People) > 0 {
		v.Who = v.People[0]
	}
	v.Topics, v.Chat = p.board.Seen(v.Who)
	slices.Reverse(v.Topics)
	page(w, code, p.template, v)
}

// moderate shows what was reported, the newest first.
func (p pages) moderate(w http.ResponseWriter, _ *http.Request) {
	flags := p.board.Flags()
	slices.Reverse(flags)
	page(w, http.StatusOK, p.desk, struct {
		Title string
		Flags []Flag
	}{p.title, flags})
}

func page(w http.ResponseWriter, code int, t *template.Template, v any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = t.Execute(w, v) // fails only when the client has gone
}
