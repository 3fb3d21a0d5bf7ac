package frontdoor

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"
)

// Handoffs are the clue packages that other units open by a link with a token.
type Handoffs interface {
	// Package returns a package; ok is false for a wrong or ended link, whatever is wrong with it.
	Package(ctx context.Context, code, token string) (p Package, ok bool, err error)
	// Answer records what the unit says. refused is why it was not taken, for people to read.
	Answer(ctx context.Context, code, token string, a Reply) (refused string, err error)
}

// Package is a clue package as the other unit sees it.
type Package struct {
	Code, From, To string
	Withdrawn      bool
	State          string // what was answered, in words; empty: nothing yet
	Facts          []PackageFact
	Indicators     []PackageIndicator
	Files          []PackageFile
	Until          time.Time
	Choices        []Choice // what can be answered now
}

// PackageFact is a line of a package.
type PackageFact struct{ Name, Value string }

// PackageIndicator is a number or name in a package.
type PackageIndicator struct{ Kind, Value, Role string }

// PackageFile is a file to download.
type PackageFile struct {
	Name, Type string
	Data       []byte
}

// Choice is an answer a unit can give.
type Choice struct{ As, Words string }

// Reply is a unit's answer.
type Reply struct{ As, Note, Number, FormKey string }

// handoffs serves the links. Wrong tokens are bounded, for each package and together; whoever
// has the right one is not held up by those who guess.
type handoffs struct {
	*public
	desk    Handoffs
	guesses *throttle
}

func newHandoffs(p *public, desk Handoffs) *handoffs {
	return &handoffs{public: p, desk: desk, guesses: newThrottle()}
}

func (h *handoffs) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /handoff/{code}/{token}", h.page)
	mux.HandleFunc("GET /handoff/{code}/{token}/{file}", h.file)
	mux.HandleFunc("POST /handoff/{code}/{token}", h.answer)
}

// handoffPage is what the page gets.
type handoffPage struct {
	Package
	Path, Problem, Done, Key string
}

// open finds the package, or answers that there is none.
func (h *handoffs) open(w http.ResponseWriter, r *http.Request) (p Package, ok bool) {
	code, token := r.PathValue("code"), r.PathValue("token")
	p, ok, err := h.desk.Package(r.Context(), code, token)
	switch {
	case err != nil:
		h.handoffBroken(w, r, err)
	case !ok && !h.guesses.miss(code, time.Now()):
		h.wait(w)
	case !ok:
		h.show(w, r, http.StatusNotFound, "handoff-lost", "链接无效", "handoff", nil)
	}
	return p, ok && err == nil
}

func (h *handoffs) wait(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "10")
	http.Error(w, "打开得太频繁，请稍等几秒再试。", http.StatusTooManyRequests)
}

// handoffBroken logs the route, not the address: that holds the token.
func (h *handoffs) handoffBroken(w http.ResponseWriter, r *http.Request, err error) {
	h.log.ErrorContext(r.Context(), "hand-off page", "route", r.Pattern, "err", err)
	w.Header().Set("Retry-After", "10")
	http.Error(w, "这一页暂时打不开，请稍后再试。", http.StatusServiceUnavailable)
}

func (h *handoffs) page(w http.ResponseWriter, r *http.Request) {
	if p, ok := h.open(w, r); ok {
		h.showPackage(w, r, http.StatusOK, handoffPage{Package: p})
	}
}

func (h *handoffs) showPackage(w http.ResponseWriter, r *http.Request, status int, p handoffPage) {
	p.Path = "/handoff/" + r.PathValue("code") + "/" + r.PathValue("token")
	p.Key = rand.Text()
	h.show(w, r, status, "handoff", "线索移交 "+p.Code, "handoff", p)
}

func (h *handoffs) file(w http.ResponseWriter, r *http.Request) {
	p, ok := h.open(w, r)
	if !ok {
		return
	}
	i := slices.IndexFunc(p.Files, func(f PackageFile) bool { return f.Name == r.PathValue("file") })
	if i < 0 {
		h.lost(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", p.Files[i].Type)
	head.Set("Content-Disposition", `attachment; filename="`+p.Code+"-"+p.Files[i].Name+`"`)
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "no-store")
	_, _ = w.Write(p.Files[i].Data) // the reader has gone; there is nobody to tell
}

const maxAnswer = 16 << 10

func (h *handoffs) answer(w http.ResponseWriter, r *http.Request) {
	p, ok := h.open(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
	if err := r.ParseForm(); err != nil {
		h.showPackage(w, r, http.StatusRequestEntityTooLarge, handoffPage{Package: p, Problem: "内容太长，请删短后再提交。"})
		return
	}
	code, token := r.PathValue("code"), r.PathValue("token")
	a := Reply{As: r.PostFormValue("as"), Note: r.PostFormValue("note"), Number: r.PostFormValue("number"), FormKey: r.PostFormValue("key")}
	refused, err := h.desk.Answer(r.Context(), code, token, a)
	if err != nil {
		h.handoffBroken(w, r, err)
		return
	}
	if refused != "" {
		h.showPackage(w, r, http.StatusConflict, handoffPage{Package: p, Problem: refused})
		return
	}
	if again, ok, err := h.desk.Package(r.Context(), code, token); ok && err == nil {
		p = again
	}
	h.showPackage(w, r, http.StatusOK, handoffPage{Package: p, Done: "已收到贵单位的答复，谢谢。"})
}
