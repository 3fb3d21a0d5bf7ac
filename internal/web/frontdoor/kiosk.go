package frontdoor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"netpatrol/adapters"
)

// Kiosk is what the forms of 报警岗亭 need of the daemon. It is safe for concurrent use.
type Kiosk interface {
	// Keep keeps a file that comes with the form of a key, before the form is filed. It returns
	// ErrKind or ErrSize for what is never kept; any other error may be gone on another try.
	Keep(ctx context.Context, key string, from io.Reader) (adapters.Media, error)
	// File makes what was written durable. Two visits with one key are one: the second gets
	// what the first got.
	File(ctx context.Context, v Visit) (Filed, error)
	// Tag is a keyed digest that survives a restart.
	Tag(scope, value string) string
	// Site names a partner site; ok is false for one that is not registered.
	Site(ctx context.Context, id string) (name string, ok bool)
	// Screen takes lookup codes out of a text, and says whether there was one.
	Screen(text string) (clean string, held bool)
	// Urgency is what hurry a text tells of.
	Urgency(text string) Urgency
}

// What Keep refuses.
var (
	ErrKind = errors.New("not a kind of file that is taken")
	ErrSize = errors.New("the file is too large")
)

// Visit is what somebody wrote at the kiosk. It holds no address and nothing else that the browser
// did not have to send.
type Visit struct {
	Key   string // of the form
	Kind  string // report, help or consult
	Site  string // the partner site whose badge led here; empty: none
	Text  string
	Media []adapters.Media
	Slow  bool // many write at once: it may be decided after everything else
}

// Filed is what a reporter takes away.
type Filed struct {
	Reference string // empty: not given yet
	Code      string // secret, shown once more only to the same form
	Proof     []byte // signed proof of receipt, a file; empty: none
	Urgency   Urgency
}

//go:embed kiosk/*
var kioskFiles embed.FS

// kiosk serves the forms.
type kiosk struct {
	desk  Kiosk
	soon  func(context.Context) time.Duration // within how long a person answers; nil: nothing is promised
	unit  string
	span  string // how long what people write is kept
	log   *slog.Logger
	gate  gate
	page  *template.Template
	style string // where the style sheet is, with its digest
	files map[string]asset
}

// asset is a file that does not change.
type asset struct {
	bytes []byte
	kind  string
	days  bool // it may be kept for a day only: its name holds no digest
}

func newKiosk(o Options) *kiosk {
	k := &kiosk{desk: o.Kiosk, soon: o.Promised, unit: o.Unit, span: inYears(o.Keep), log: o.Log, gate: newGate(), files: map[string]asset{}}
	style := kioskFile("kiosk.css")
	sum := sha256.Sum256(style)
	k.style = "/kiosk/" + hex.EncodeToString(sum[:8]) + ".css"
	k.files[k.style] = asset{bytes: style, kind: "text/css; charset=utf-8"}
	k.files["/kiosk/badge.svg"] = asset{kioskFile("badge.svg"), "image/svg+xml", true}
	k.files["/kiosk/badge.v1.js"] = asset{kioskFile("badge.v1.js"), "text/javascript; charset=utf-8", true}
	k.files["/kiosk/work.v1.js"] = asset{kioskFile("work.v1.js"), "text/javascript; charset=utf-8", true}
	k.page = template.Must(template.ParseFS(kioskFiles, "kiosk/*.html"))
	return k
}

// kioskFile reads a file that was there when this was compiled.
func kioskFile(name string) []byte {
	b, err := kioskFiles.ReadFile("kiosk/" + name)
	if err != nil {
		panic(err)
	}
	return b
}

func (k *kiosk) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /kiosk", k.start)
	for path := range k.files {
		mux.HandleFunc("GET "+path, k.asset)
	}
	mux.HandleFunc("GET /kiosk/{kind}", k.form)
	mux.HandleFunc("POST /kiosk/{kind}", k.submit)
}

// purpose is one of the three things people come for.
type purpose struct{ Kind, Name, Lead, Ask, Hint string }

// purposes in the order of the buttons.
func purposes() []purpose {
	return []purpose{
		{"report", "举报", "发现诈骗、赌博等违法线索", "发生了什么？", "按先后顺序写就行，错别字没关系。"},
		{"help", "求助", "自己或家人正在被骗、已经被骗", "发生了什么？", "先写最要紧的：给谁转了钱，转了多少。其他的可以以后补充。"},
		{"consult", "咨询", "拿不准是不是骗局，想问一问", "您想问什么？", "可以把对方的原话贴上来。没有核实之前，请不要转账、不要转发。"},
	}
}

func purposeOf(kind string) (purpose, bool) {
	for _, p := range purposes() {
		if p.Kind == kind {
			return p, true
		}
	}
	return purpose{}, false
}

// kioskPage is what every page gets.
type kioskPage struct {
	Title, Unit, Style string
	Keep               string // how long what is written is kept; empty: as long as it is needed
	Site, SiteName     string
	Purposes           []purpose
	Purpose            purpose
	Form               kioskForm
	Filed              Filed
	ProofURL           template.URL
	Problem            string // a sentence on top of the form
	Work               bool   // many people write now: the script may work instead of waiting
	Wait               int    // seconds
	Again              bool   // they have just filed one
	Promise            int    // minutes within which a person answers what is written now; 0: that is not promised
}

func (k *kiosk) start(w http.ResponseWriter, r *http.Request) {
	k.show(w, r, http.StatusOK, "start", kioskPage{Title: "报警岗亭", Purposes: purposes(), Promise: k.promise(r)})
}

// promise is within how many minutes an officer answers, said only while somebody is on duty.
func (k *kiosk) promise(r *http.Request) int {
	if k.soon == nil {
		return 0
	}
	return int(k.soon(r.Context()) / time.Minute)
}

// form gives out a form with a key of its own.
func (k *kiosk) form(w http.ResponseWriter, r *http.Request) {
	p, ok := purposeOf(r.PathValue("kind"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	k.showForm(w, r, http.StatusOK, kioskPage{Purpose: p})
}

// showForm shows a form, with a fresh key unless it has one that is still good.
func (k *kiosk) showForm(w http.ResponseWriter, r *http.Request, status int, p kioskPage) {
	now := time.Now()
	key, err := readKey(k.desk.Tag, p.Form.Of("key"), now)
	if err != nil {
		key = k.gate.issue(now, r.URL.Query().Get("again") == "")
		p.Form.set("key", key.sign(k.desk.Tag))
	}
	if wait := key.ready.Sub(now); wait > 0 {
		p.Work, p.Wait = true, int(wait/time.Second)+1
	}
	if p.Problem != "" { // it was not filed: whoever is in danger is told what to do all the same
		p.Filed = Filed{Urgency: k.desk.Urgency(p.Form.text(p.Purpose, ""))}
	}
	p.Title = p.Purpose.Name + " · 报警岗亭"
	k.show(w, r, status, "form", p)
}

// show renders a page. The site is named if it is registered; whoever invents one is none the wiser.
func (k *kiosk) show(w http.ResponseWriter, r *http.Request, status int, name string, p kioskPage) {
	p.Unit, p.Keep, p.Style, p.Again = k.unit, k.span, k.style, r.URL.Query().Get("again") != ""
	if p.Site == "" {
		p.Site = clipSite(r.URL.Query().Get("site"))
	}
	if p.Site != "" {
		p.SiteName, _ = k.desk.Site(r.Context(), p.Site)
	}
	var b bytes.Buffer
	if err := k.page.ExecuteTemplate(&b, name, p); err != nil {
		k.log.ErrorContext(r.Context(), "kiosk page", "page", name, "err", err)
		http.Error(w, "这一页暂时打不开。紧急情况请直接拨打110。", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone; there is nobody to tell
}

// SiteParam is what the kiosk's own links carry along: the site somebody came from, and that they have filed
// a form before. Empty: neither.
func (p kioskPage) SiteParam() template.URL {
	q := url.Values{}
	if p.Site != "" {
		q.Set("site", p.Site)
	}
	if p.Again {
		q.Set("again", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return template.URL("?" + q.Encode()) //nolint:gosec // escaped just now
}

// maxSite bounds a site's id, in bytes.
const maxSite = 64

func clipSite(id string) string {
	if len(id) > maxSite || strings.ContainsAny(id, " \t\r\n") {
		return ""
	}
	return id
}

// asset serves what partner sites embed, and the style sheet. It sets no cookie and reads nothing
// of the visitor.
func (k *kiosk) asset(w http.ResponseWriter, r *http.Request) {
	a := k.files[r.URL.Path]
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if a.days {
		h.Set("Cache-Control", "public, max-age=86400")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	}
	_, _ = w.Write(a.bytes)
}
