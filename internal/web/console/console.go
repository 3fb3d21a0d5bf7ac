// Package console is the officers' desk: server-rendered pages on a private listener.
//
// Every page works without JavaScript; the script only adds keys. Pages show what was
// read when they were made, and every decision carries the version seen, so that nothing
// is decided on what somebody did not read.
//
// # Failure model
//
// A refusal of a guard is a sentence on the page it came from, never an error page. A
// form sent twice gets the first outcome. A form from another session, or from before
// signing in, is not acted on and says so. When the store cannot be read the page says
// that, with a request id under which the log has the cause; the officer's typing is
// kept by the browser's back button, because nothing here redirects on such an error.
package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
	"netpatrol/internal/web/view"
)

// Desk is what the console needs of the daemon.
type Desk interface {
	record.Reader
	// Submit accepts a decision as an event and waits for what it comes to. Two
	// decisions with one form key are one: the second gets the first outcome.
	Submit(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error)
	AuditOf(ctx context.Context, on bots.Target) ([]record.AuditEntry, error)
	VerifyAudit(ctx context.Context, anchors string) (view.AuditReport, error)
}

// Options are what a console is made of.
type Options struct {
	Desk     Desk
	Evidence Evidence // nil: none can be shown
	Door     *signin.Door
	Station  view.Station
	Log      *slog.Logger
}

// Console serves the desk. It is safe for concurrent use.
type Console struct {
	desk    Desk
	files   Evidence
	door    *signin.Door
	station view.Station
	log     *slog.Logger
	mux     *http.ServeMux
	pages   pages
	assets  assets
}

// New returns the desk's handler, or what is wrong with a page's template.
func New(o Options) (http.Handler, error) {
	c := &Console{desk: o.Desk, files: o.Evidence, door: o.Door, station: o.Station, log: o.Log, mux: http.NewServeMux(), assets: loadAssets()}
	var err error
	if c.pages, err = loadPages(); err != nil {
		return nil, fmt.Errorf("read the console's pages: %w", err)
	}
	c.routes()
	sessions := c.door.Sessions()
	sessions.ErrorFunc = c.broken
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(http.HandlerFunc(c.foreign))
	return c.outer(protect.Handler(sessions.LoadAndSave(c.mux))), nil
}

// routes is the whole desk on one screen.
func (c *Console) routes() {
	c.mux.Handle("GET /assets/", c.assets)
	c.mux.HandleFunc("GET /sign-in", c.signInPage)
	c.mux.HandleFunc("POST /sign-in", c.signIn)
	c.mux.HandleFunc("/", c.lost)

	c.get("GET /{$}", c.front)
	c.get("GET /drafts", c.drafts)
	c.get("GET /drafts/{id}", c.draft)
	c.post("POST /drafts/{id}/approve", c.approve)
	c.post("POST /drafts/{id}/reject", c.reject)
	c.post("POST /drafts/{id}/edit", c.edit)
	c.get("GET /items", c.items)
	c.get("GET /items/{id}", c.item)
	c.post("POST /items/{id}/correct", c.correct)
	c.post("POST /items/{id}/settle", c.settle)
	c.post("POST /items/{id}/send-held", c.sendHeld)
	c.post("POST /items/{id}/resume", c.resumeHeld)
	c.post("POST /items/{id}/hold", c.hold)
	c.get("GET /by-hand", c.tasks)
	c.get("GET /by-hand/note", c.noteForm)
	c.post("POST /by-hand/note", c.note)
	c.get("GET /by-hand/{id}", c.task)
	c.post("POST /by-hand/{id}/take", c.takeTask)
	c.post("POST /by-hand/{id}/give", c.giveTask)
	c.post("POST /by-hand/{id}/prove", c.proveTask)
	c.post("POST /by-hand/{id}/gone", c.goneTask)
	c.upload("POST /by-hand/{id}/shot", c.attachShot)
	c.post("POST /by-hand/{id}/compare", c.compareTask)
	c.post("POST /by-hand/{id}/confirm", c.confirmTask)
	c.post("POST /by-hand/{id}/close", c.closeTask)
	c.get("GET /reports", c.reports)
	c.get("GET /reports/{id}", c.report)
	c.post("POST /reports/{id}/reply", c.replyToReport)
	c.post("POST /reports/{id}/close", c.closeReport)
	c.get("GET /waits", c.waitsPage)
	c.get("GET /figures", c.figuresPage)
	c.get("GET /figures.csv", c.figuresFile)
	c.get("GET /conversations/{id}", c.conversation)
	c.post("POST /conversations/{id}/reply", c.reply)
	c.post("POST /conversations/{id}/take", c.takeTalk)
	c.post("POST /conversations/{id}/give", c.giveTalk)
	c.post("POST /conversations/{id}/call", c.logCall)
	c.get("GET /conversations/{id}/lookup", c.lookup)
	c.post("POST /conversations/{id}/lookup", c.giveLookup)
	c.post("POST /conversations/{id}/keep", c.keep)
	c.post("POST /conversations/{id}/let-go", c.letGo)
	c.post("POST /conversations/{id}/ask-erase", c.askErase)
	c.post("POST /conversations/{id}/erase", c.erase)
	c.get("GET /evidence/{id}/small", c.evidenceSmall)
	c.get("GET /evidence/{id}/large", c.evidenceLarge)
	c.get("GET /evidence/{id}/play", c.evidencePlay)
	c.get("GET /evidence/{id}/original", c.evidenceOriginal)
	c.get("GET /clues", c.clues)
	c.get("GET /clues/{id}", c.clue)
	c.post("POST /clues/{id}/dismiss", c.dismissClue)
	c.post("POST /clues/{id}/flag", c.flagPost)
	c.get("GET /clusters/{id}", c.cluster)
	c.post("POST /clusters/{id}/dismiss", c.dismissCluster)
	c.get("GET /warnings/{id}", c.warning)
	c.post("POST /warnings/{id}/appeal", c.appeal)
	c.post("POST /warnings/{id}/look-back", c.lookBack)
	c.get("GET /events/{id}", c.event)
	c.post("POST /events/{id}/seen", c.eventSeen)
	c.get("GET /bulletins", c.bulletins)
	c.get("GET /bulletins/new", c.newBulletin)
	c.upload("POST /bulletins/new", c.writeBulletin)
	c.get("GET /bulletins/console", c.consoleDrafts)
	c.post("POST /bulletins/console", c.pullDraft)
	c.get("GET /bulletins/pictures/{id}", c.bulletinPicture)
	c.get("GET /bulletins/{id}", c.bulletin)
	c.post("POST /bulletins/{id}/preview", c.previewDraft)
	c.post("POST /bulletins/{id}/withdraw", c.withdrawBulletin)
	c.get("GET /together/{id}", c.together)
	c.post("POST /together/{id}", c.approveTogether)
	c.post("POST /together/{id}/return", c.returnTogether)
	c.get("GET /together/{id}/withdrawal", c.together)
	c.post("POST /together/{id}/withdrawal", c.approveTogether)
	c.post("POST /together/{id}/withdrawal/return", c.returnTogether)
	c.get("GET /accounts", c.accounts)
	c.get("GET /accounts/{id}", c.account)
	c.post("POST /accounts/{id}/request", c.requestMode)
	c.post("POST /accounts/{id}/confirm", c.confirmMode)
	c.get("GET /standing", c.standings)
	c.post("POST /standing", c.proposeStanding)
	c.post("POST /standing/{id}/confirm", c.confirmStanding)
	c.post("POST /standing/{id}/revoke", c.revokeStanding)
	c.get("GET /sites", c.sites)
	c.post("POST /sites", c.registerSite)
	c.get("GET /sites/{id}", c.site)
	c.post("POST /sites/{id}/confirm", c.confirmSite)
	c.post("POST /sites/{id}/retire", c.retireSite)
	c.post("POST /sites/{id}/keep", c.keepSite)
	c.post("POST /sites/{id}/let-go", c.letSiteGo)
	c.get("GET /sites/{id}/liaisons", c.liaisons)
	c.post("POST /sites/{id}/liaisons", c.inviteLiaison)
	c.post("POST /sites/{id}/liaisons/revoke", c.revokeLiaison)
	c.post("POST /sites/{id}/rectifications", c.openRectification)
	c.get("GET /rectifications/{id}", c.rectification)
	c.get("GET /rectifications/{id}/letter", c.letter)
	c.get("GET /rectifications/{id}/reminders/{n}", c.reminder)
	c.get("GET /rectifications/{id}/interviews/{n}", c.interview)
	c.post("POST /rectifications/{id}/remind", c.remindSite)
	c.post("POST /rectifications/{id}/sign", c.signLetter)
	c.post("POST /rectifications/{id}/note", c.noteInterview)
	c.post("POST /rectifications/{id}/settle", c.settleRectification)
	c.get("GET /why", c.ask)
	c.get("GET /why/{code}", c.why)
	c.handoffRoutes()
	c.dutyRoutes()
	c.get("GET /halt", c.halt)
	c.post("POST /halt", c.haltSends)
	c.post("POST /resume", c.resume)
	c.get("GET /audit", c.audit)
	c.post("POST /alarms/{id}/seen", c.alarmSeen)
	c.get("GET /tip", c.tipForm)
	c.upload("POST /tip", c.sendTip)
	c.get("GET /me", c.me)
	c.post("POST /me/password", c.setPassword)
	c.post("POST /sign-out", c.signOut)
}

// visit is one request of a signed-in officer.
type visit struct {
	w       http.ResponseWriter
	r       *http.Request
	officer *record.Officer
	nonce   string // of the form, on a POST
	now     time.Time
}

func (v *visit) ctx() context.Context { return v.r.Context() }

func (v *visit) id() string { return v.r.PathValue("id") }

// value is a form field without space around it.
func (v *visit) value(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }

func (v *visit) to(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

type handler func(v *visit) error

func (c *Console) get(pattern string, h handler) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if v := c.enter(w, r); v != nil {
			c.finish(v, admitted(pattern, h)(v))
		}
	})
}

const (
	maxForm = 64 << 10
	// maxUpload bounds a form with files, in bytes.
	maxUpload = 12 << 20
)

// post also demands a form that was given to this very session.
func (c *Console) post(pattern string, h handler) { c.form(pattern, maxForm, h) }

// upload is a post whose form brings files.
func (c *Console) upload(pattern string, h handler) { c.form(pattern, maxUpload, h) }

func (c *Console) form(pattern string, most int64, h handler) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v := c.enter(w, r)
		if v == nil {
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		nonce, ok := c.door.FormNonce(r.Context(), r.PostFormValue("key"))
		if !ok {
			c.trouble(w, r, http.StatusForbidden, "这个表单不是发给本次登录的", "没有做任何改动。请返回上一页，刷新后再提交。")
			return
		}
		v.nonce = nonce
		c.finish(v, admitted(pattern, h)(v))
	})
}

// enter finds the officer, or sends the visitor to the sign-in page and returns nil.
func (c *Console) enter(w http.ResponseWriter, r *http.Request) *visit {
	o, err := c.door.Current(r.Context())
	if errors.Is(err, signin.ErrDenied) {
		http.Redirect(w, r, "/sign-in"+nextQuery(r), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		c.broken(w, r, err)
		return nil
	}
	return &visit{w: w, r: r, officer: o, now: time.Now()}
}

func (c *Console) finish(v *visit, err error) {
	switch {
	case err == nil:
	case errors.Is(err, record.ErrNotFound):
		c.lost(v.w, v.r)
	case errors.Is(err, errNotYours):
		c.trouble(v.w, v.r, http.StatusForbidden, "您的角色看不到这一页", "涉及群众个人信息的页面只对民警、审核、审计和管理员开放。需要时请联系管理员。")
	case errors.Is(err, errInfected):
		c.trouble(v.w, v.r, http.StatusForbidden, "原件里有恶意程序", "扫描器在这个文件里发现恶意程序，原件已封存，不提供播放和下载。需要取证时，请技术人员在隔离环境里直接读取存储。")
	default:
		c.broken(v.w, v.r, err)
	}
}

var errNotYours = errors.New("not for this officer's roles")

// may guards pages with citizens' data.
func may(v *visit, kind bots.RecordKind) error {
	if !view.May(v.officer, kind) {
		return errNotYours
	}
	return nil
}

type requestID struct{}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// outer gives each request an id, its headers and one log line without personal data.
func (c *Console) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, id := time.Now(), rand.Text()[:12]
		h := w.Header()
		h.Set("X-Request-Id", id)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		s := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(s, r.WithContext(context.WithValue(r.Context(), requestID{}, id)))
		_, pattern := c.mux.Handler(r)
		c.log.Info("console request", "request", id, "route", pattern, "status", cmp.Or(s.status, http.StatusOK), "took", time.Since(began))
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
