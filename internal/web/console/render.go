package console

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are the parsed templates by file name without ".html".
type pages map[string]*template.Template

// loadPages parses every page with the layout and the shared pieces.
func loadPages() (pages, error) {
	base, err := template.New("").Funcs(funcs()).ParseFS(pageFiles, "pages/layout.html", "pages/pieces.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, f := range files {
		own, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if all[strings.TrimSuffix(path.Base(f), ".html")], err = own.ParseFS(pageFiles, f); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func funcs() template.FuncMap {
	return template.FuncMap{
		"alone": alone, "weekday": weekdayWord, "weekdays": weekdayNumbers, "sheet": handOverWord,
		"unsent": unsentWord, "way": wayWord, "day": dayOf, "inc": func(n int) int { return n + 1 },
		"when": when, "clock": clock, "stamp": stamp, "ago": ago, "until": until, "deadline": deadline, "seg": url.PathEscape, "short": short, "excerpt": excerpt,
		"state": stateWord, "sent": sentWord, "suggested": suggestedWord, "add": func(a, b int) int { return a + b }, "warned": warningWord, "purpose": purposeWord, "channel": channelWord, "category": categoryWord, "stance": stanceWord, "unit": unitWord,
		"mode": modeWord, "platform": platformWord, "kind": kindWord, "role": roleWord, "level": levelWord, "did": didWord, "class": resultWord,
		"result": resultWord, "revision": view.Revision, "effect": effectLine, "read": readLine, "reason": reasonWord, "degraded": degradedWord, "slot": slotWord, "text": templateWord, "verb": verbWord, "handed": handoffWord, "came": receivedWord, "grade": gradeWord, "worth": worthWord, "took": took, "dict": dict, "pace": paceWords, "slow": slowWord, "past": pastFailing, "failing": failings, "site": siteWord, "rectification": rectificationWord, "flag": flagWord,
	}
}

// dict passes several values to a piece.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict needs names and values in pairs")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m, nil
}

// page is what every template gets.
type page struct {
	Title   string
	Nav     string // which entry of the navigation is current
	Unit    string
	Officer *record.Officer
	Sum     *view.Summary // nil outside the desk
	Notice  *notice
	Now     time.Time
	People  view.People
	Refresh int // seconds after which the page may renew itself; 0: never
	OneOff  bool
	Assets  assets
	Data    any
	key     func() string
}

// Key makes a fresh key for one form.
func (p *page) Key() string { return p.key() }

// Can says whether the officer's roles allow something, so that a page offers what will
// not be refused. The guards are elsewhere.
func (p *page) Can(roles ...string) bool {
	for _, r := range roles {
		if p.Officer != nil && p.Officer.Is(record.Role(r)) {
			return true
		}
	}
	return false
}

// Who names whoever did something: an officer by name, a bot as the system.
func (p *page) Who(id string) who {
	if name, ok := p.People[id]; ok && name != "" && name != id {
		return who{name, id}
	}
	return who{Name: authorWord(id)}
}

// who is how a person is shown: the name, and the id in small print.
type who struct{ Name, ID string }

// Told puts names for the ids in a reason that the system wrote about an officer.
func (p *page) Told(reason string) string {
	for _, end := range []string{"暂停", "人工认定"} {
		if id, ok := strings.CutSuffix(reason, end); ok && strings.HasPrefix(id, "由") {
			return "由" + p.Who(strings.TrimPrefix(id, "由")).Name + end
		}
	}
	return reasonWord(reason)
}

// Detail puts an audit entry's detail in words.
func (p *page) Detail(detail string) string {
	if id, ok := strings.CutPrefix(detail, "approved by "); ok {
		return "由" + p.Who(id).Name + "批准"
	}
	if standing, ok := strings.CutPrefix(detail, "covered by "); ok {
		name, _, _ := strings.Cut(standing, "@")
		return "依据常设审批：" + templateWord(name)
	}
	if who, ok := p.dutyDetail(detail); ok {
		return who
	}
	if silent, ok := silenceReason(detail, func(id string) string { return p.Who(id).Name }); ok {
		return silent
	}
	return p.Told(detailWord(detail))
}

// Personal says whether the officer may follow links to citizens' records.
func (p *page) Personal() bool { return p.Officer != nil && view.May(p.Officer, bots.KindReport) }

// show renders a page of the desk.
func (c *Console) show(v *visit, name, title, nav string, data any) error {
	return c.showAs(v, http.StatusOK, name, title, nav, nil, data)
}

// showAs renders a page with a status and, if there is one, a notice of its own.
func (c *Console) showAs(v *visit, status int, name, title, nav string, n *notice, data any) error {
	if v.officer.OnlyVolunteer() { // no figures, no names, no ways to other pages
		p := &page{Title: title, Officer: v.officer, Notice: cmp.Or(n, c.heard(v)), Now: v.now, Data: data, key: func() string { return c.door.FormKey(v.ctx()) }}
		return c.write(v.w, status, name, p)
	}
	sum, err := view.Summarise(v.ctx(), c.desk, v.now, 99)
	if err != nil {
		return err
	}
	people, err := view.Names(v.ctx(), c.desk)
	if err != nil {
		return err
	}
	p := &page{
		Title: title, Nav: nav, Officer: v.officer, People: people, Sum: sum, Notice: cmp.Or(n, c.heard(v)), Now: v.now, Data: data,
		key: func() string { return c.door.FormKey(v.ctx()) },
	}
	p.Refresh = refresh(name, data)
	return c.write(v.w, status, name, p)
}

// refresh is after how many seconds a page may renew itself: where new work arrives, and
// where a decision is still being made.
func refresh(name string, data any) int {
	if e, ok := data.(eventPage); ok && e.State == bots.EventPending {
		return 5
	}
	if name == "front" {
		return 30
	}
	return 0
}

func (c *Console) write(w http.ResponseWriter, status int, name string, p *page) error {
	p.Unit, p.OneOff, p.Assets = cmp.Or(c.station.Unit, "网上巡查值班台"), c.station.OneOfficer, c.assets
	var b bytes.Buffer
	if err := c.pages[name].ExecuteTemplate(&b, "layout", p); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone; there is nobody to tell
	return nil
}

// trouble says in plain words why there is no page, and leads back.
func (c *Console) trouble(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	id, _ := r.Context().Value(requestID{}).(string)
	p := &page{Title: title, Now: time.Now(), Data: map[string]string{"Text": text, "Request": id}}
	if err := c.write(w, status, "trouble", p); err != nil {
		c.log.Error("console page failed", "request", id, "err", err)
		http.Error(w, title, status)
	}
}

func (c *Console) lost(w http.ResponseWriter, r *http.Request) {
	c.trouble(w, r, http.StatusNotFound, "没有这一页", "它可能已经处理完、已按期限删除，或者地址有误。")
}

func (c *Console) foreign(w http.ResponseWriter, r *http.Request) {
	c.trouble(w, r, http.StatusForbidden, "请求来自别的网站，已拦下", "没有做任何改动。请从值班台自己的页面操作。")
}

func (c *Console) broken(w http.ResponseWriter, r *http.Request, err error) {
	id, _ := r.Context().Value(requestID{}).(string)
	c.log.Error("console request failed", "request", id, "err", err)
	status, text := http.StatusInternalServerError, "请稍后再试。若一直如此，请把下面的编号告诉管理员。"
	if errors.Is(err, record.ErrFull) || errors.Is(err, record.ErrClosed) {
		status, text = http.StatusServiceUnavailable, "存储暂时不能写入（磁盘已满或正在停机）。刚才的操作没有生效，请稍后再试。"
	}
	c.trouble(w, r, status, "这一步没有完成", text)
}
