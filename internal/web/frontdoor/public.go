package frontdoor

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

//go:embed public/*
var publicFiles embed.FS

// public serves the pages for everybody: how a matter stands, whether a message is ours, what we
// published. They need no script, set no cookie and keep nothing of who reads them.
type public struct {
	matters Matters
	press   Press
	unit    string
	kiosk   bool
	log     *slog.Logger
	pages   *template.Template
	style   string // where the style sheet is, with its digest
	css     []byte
	lookups *throttle
	checks  *throttle
	more    More              // nil: nothing can be added to a report
	adds    *throttle         // additions
	brought *rate.Limiter     // of bytes of files that come with them
	fixed   map[string][]byte // answers that are the same for everybody
}

// publicPage is what every page gets.
type publicPage struct {
	Title, Unit, Style string
	Kiosk              bool
	Nav                string // which page of the menu it is
	Data               any
}

func newPublic(o Options) *public {
	p := &public{
		matters: o.Matters, press: o.Press, unit: o.Unit, kiosk: o.Kiosk != nil, log: o.Log,
		lookups: newThrottle(), checks: newThrottle(), more: o.More, adds: newThrottle(), brought: newBrought(), fixed: map[string][]byte{},
	}
	p.css, p.style = styleSheet(), StylePath()
	p.pages = template.Must(template.New("").Funcs(template.FuncMap{"dict": dict, "day": day, "minute": minute, "paragraphs": paragraphs}).ParseFS(publicFiles, "public/*.html"))
	for name, problem := range problems {
		body, err := p.render("status", "查进度", "status", statusPage{Problem: problem})
		if err != nil {
			panic(err) // the pages are embedded: a test would have said so
		}
		p.fixed[name] = body
	}
	for _, t := range askPages() {
		body, err := p.render("ticket", "请稍等", "", t)
		if err != nil {
			panic(err)
		}
		p.fixed[t.Path] = body
	}
	return p
}

func styleSheet() []byte {
	css, _ := publicFiles.ReadFile("public/public.css") // embedded: it is there
	return css
}

// StylePath is where the public pages' style sheet is served.
func StylePath() string {
	sum := sha256.Sum256(styleSheet())
	return "/public/" + hex.EncodeToString(sum[:8]) + ".css"
}

func (p *public) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET "+p.style, p.sheet)
	mux.HandleFunc("GET /status", p.statusForm)
	mux.HandleFunc("POST /status", p.status)
	mux.HandleFunc("POST /status/proof", p.proof)
	mux.HandleFunc("GET "+workScript, p.script)
	if p.more != nil {
		mux.HandleFunc("POST /status/more", p.addMore)
		mux.HandleFunc("POST /status/end", p.endCode)
	}
	mux.HandleFunc("GET /check", p.check)
	mux.HandleFunc("GET /proof", p.proofForm)
	mux.HandleFunc("POST /proof", p.verify)
	mux.HandleFunc("GET /proof/key", p.publicKey)
	mux.HandleFunc("GET /bulletins", p.bulletins)
	mux.HandleFunc("GET /bulletins/{id}", p.bulletin)
	mux.HandleFunc("GET /bulletins/{id}/{picture}", p.picture)
}

func (p *public) home(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "home", "网警服务", "home", nil)
}

// sheet serves the style sheet, whose address changes with it.
func (p *public) sheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(p.css)
}

// workScript is the script of the page that asks for work or a wait. Its text never changes under this name.
const workScript = "/public/work.v1.js"

func (p *public) script(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(kioskFile("work.v1.js"))
}

// show renders a page.
func (p *public) show(w http.ResponseWriter, r *http.Request, status int, name, title, nav string, data any) {
	b, err := p.render(name, title, nav, data)
	if err != nil {
		p.broken(w, r, err)
		return
	}
	p.write(w, status, b)
}

func (p *public) render(name, title, nav string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := p.pages.ExecuteTemplate(&b, name, publicPage{Title: title, Unit: p.unit, Style: p.style, Kiosk: p.kiosk, Nav: nav, Data: data})
	return b.Bytes(), err
}

// policy lets a page load nothing but its own style sheet and pictures, and be framed by nobody.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (p *public) write(w http.ResponseWriter, status int, body []byte) {
	p.writeUnder(w, status, body, policy)
}

func (*public) writeUnder(w http.ResponseWriter, status int, body []byte, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader has gone; there is nobody to tell
}

// broken says that a page cannot be shown now, without saying why. It logs the route, not the address: that of a hand-off
// holds its token.
func (p *public) broken(w http.ResponseWriter, r *http.Request, err error) {
	p.log.ErrorContext(r.Context(), "public page", "route", r.Pattern, "err", err)
	w.Header().Set("Retry-After", "10")
	http.Error(w, "这一页暂时打不开，请稍后再试。紧急情况请直接拨打110。", http.StatusServiceUnavailable)
}

// lost says that there is no such page.
func (p *public) lost(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusNotFound, "lost", "没有这一页", "", nil)
}

// dict passes several values to a piece of a page.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// local is the zone in which people read dates.
func local() *time.Location { return time.FixedZone("CST", 8*60*60) }

func day(t time.Time) string    { return t.In(local()).Format("2006年1月2日") }
func minute(t time.Time) string { return t.In(local()).Format("2006年1月2日 15:04") }

// paragraphs splits a text at its line ends.
func paragraphs(text string) (all []string) {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return all
}
