// Package partner is what a partner site's own security officer opens on the public listener: what their one site was asked to
// put right, by when, how its badge stands, and a form to answer. Nothing else can be reached from here.
//
// # Failure model
//
// Every page is made for the site of whoever is signed in, never for one that is named in the address: what belongs to
// another site, was not reviewed and released, or does not exist at all is one and the same answer. Of a rectification only
// the released letter is shown, never the findings or notes of officers, and nothing of reports. Whoever was revoked, or whose site is
// no partner any more, is out with the next request. The pages need no script; a form sent twice is one.
package partner

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// Desk is what the pages need of the daemon.
type Desk interface {
	record.Reader
	// Submit accepts a decision as an event and waits for what it comes to. Two decisions with one
	// form key are one: the second gets the first outcome.
	Submit(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error)
	// KeepAnswerPicture keeps a picture that comes with an answer, and returns its line of the answer's field "files". What
	// is not kept is a [*record.Refusal].
	KeepAnswerPicture(ctx context.Context, officer, rectification string, from io.Reader) (string, error)
}

// Options assemble the pages.
type Options struct {
	Desk  Desk
	Door  *signin.Door // that of the people of partner sites
	Unit  string
	Style string // address of the public style sheet
	Log   *slog.Logger
}

// Path is where the pages are.
const Path = "/partner"

type pages struct {
	desk  Desk
	door  *signin.Door
	unit  string
	style string
	log   *slog.Logger
	page  *template.Template

	mu       sync.Mutex
	pictures map[string]*rate.Limiter // that somebody may send, by who is signed in
}

const (
	picturesAtOnce = 30
	perPicture     = 2 * time.Minute
)

// mayPicture bounds the pictures one person sends, whatever becomes of the answers they come with.
func (p *pages) mayPicture(who string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.pictures[who]
	if l == nil {
		l = rate.NewLimiter(rate.Every(perPicture), picturesAtOnce)
		p.pictures[who] = l
	}
	return l.Allow()
}

//go:embed pages.html
var files embed.FS

// New returns the handler of everything under [Path].
func New(o Options) http.Handler {
	p := &pages{desk: o.Desk, door: o.Door, unit: o.Unit, style: o.Style, log: o.Log, pictures: map[string]*rate.Limiter{}}
	p.page = template.Must(template.New("").Funcs(template.FuncMap{"day": day, "minute": minute, "state": stateWord}).ParseFS(files, "pages.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, p.home)
	mux.HandleFunc("GET "+Path+"/enter", p.enter)
	mux.HandleFunc("POST "+Path+"/sign-in", p.signIn)
	mux.HandleFunc("POST "+Path+"/sign-out", p.member(p.signOut))
	mux.HandleFunc("POST "+Path+"/password", p.member(p.setPassword))
	mux.HandleFunc("GET "+Path+"/findings/{id}", p.member(p.finding))
	mux.HandleFunc("POST "+Path+"/findings/{id}", p.member(p.answer))
	mux.HandleFunc(Path+"/", p.lost)
	sessions := p.door.Sessions()
	sessions.ErrorFunc = p.broken
	return http.NewCrossOriginProtection().Handler(sessions.LoadAndSave(mux))
}

// view is one page.
type view struct {
	Title, Unit, Style string
	Who                *record.Officer // nil: nobody is signed in
	Key                string          // of the page's forms
	Problem, Done      string
	Data               any
}

const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	v.Unit, v.Style = p.unit, p.style
	if v.Who != nil {
		v.Key = p.door.FormKey(r.Context())
	}
	var b bytes.Buffer
	if err := p.page.ExecuteTemplate(&b, name, v); err != nil {
		p.broken(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone; there is nobody to tell
}

// broken logs the route, not the address: that may hold an invitation.
func (p *pages) broken(w http.ResponseWriter, r *http.Request, err error) {
	p.log.ErrorContext(r.Context(), "partner page", "route", r.Pattern, "err", err)
	w.Header().Set("Retry-After", "10")
	http.Error(w, "这一页暂时打不开，请稍后再试。", http.StatusServiceUnavailable)
}

func (p *pages) lost(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusNotFound, "lost", view{Title: "没有这一页"})
}

// visit is a request of somebody who is signed in, and their one site.
type visit struct {
	w    http.ResponseWriter
	r    *http.Request
	who  *record.Officer
	site *record.Site
}

// current finds who is signed in and their site, which must be a partner still; nil: nobody.
func (p *pages) current(w http.ResponseWriter, r *http.Request) (*visit, error) {
	o, err := p.door.Current(r.Context())
	if errors.Is(err, signin.ErrDenied) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := record.Fetch[record.Site](r.Context(), p.desk, o.Site)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if s.State != record.SiteActive { // promise 2
		return nil, nil
	}
	return &visit{w, r, o, s}, nil
}

// member lets only those in who are signed in. A form must have been given to this very session.
func (p *pages) member(h func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := p.current(w, r)
		if err == nil && v == nil {
			http.Redirect(w, r, Path, http.StatusSeeOther)
			return
		}
		if err == nil {
			err = h(v)
		}
		switch {
		case err == nil:
		case errors.Is(err, record.ErrNotFound):
			p.lost(w, r)
		default:
			p.broken(w, r, err)
		}
	}
}

// homePage is what the site was asked to put right, and its badge.
type homePage struct {
	Site  *record.Site
	Asked []*record.Rectification
	First bool // they have no password yet
	Now   time.Time
}

// mostShown bounds what is read of one site.
const mostShown = 200

func (p *pages) home(w http.ResponseWriter, r *http.Request) {
	v, err := p.current(w, r)
	switch {
	case err != nil:
		p.broken(w, r, err)
	case v == nil:
		p.show(w, r, http.StatusOK, "sign-in", view{Title: "网站安全员登录", Data: signInPage{}})
	default:
		p.showHome(v, http.StatusOK, "", "")
	}
}

func (p *pages) showHome(v *visit, status int, problem, done string) {
	page, err := p.desk.List(v.r.Context(), record.Query{Kind: record.KindRectification, Stream: v.site.Stream, Newest: true, Limit: mostShown})
	if err != nil {
		p.broken(v.w, v.r, err)
		return
	}
	h := homePage{Site: v.site, First: v.who.Password == "", Now: time.Now()}
	for _, x := range page {
		if r := x.(*record.Rectification); r.ShownTo(v.who) {
			h.Asked = append(h.Asked, r)
		}
	}
	slices.SortStableFunc(h.Asked, func(a, b *record.Rectification) int { return cmp.Compare(settled(a), settled(b)) })
	p.show(v.w, v.r, status, "home", view{Title: v.site.Name, Who: v.who, Problem: problem, Done: done, Data: h})
}

// settled puts what is done with behind the rest.
func settled(r *record.Rectification) int {
	if r.State == record.RectificationFixed {
		return 1
	}
	return 0
}

// china is the zone in which people read dates.
func china() *time.Location { return time.FixedZone("CST", 8*60*60) }

func day(t time.Time) string    { return t.In(china()).Format("2006年1月2日") }
func minute(t time.Time) string { return t.In(china()).Format("2006年1月2日 15:04") }

// stateWord is where a rectification stands, as the site is told.
func stateWord(state string) string {
	return map[string]string{
		record.RectificationOpen: "整改中", record.RectificationAnswered: "已答复，待核查", record.RectificationFixed: "已完成", record.RectificationOverdue: "已过期限",
	}[state]
}
