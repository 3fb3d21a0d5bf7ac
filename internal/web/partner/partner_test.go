package partner_test

import (
	"bytes"
	"context"
	"html"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
	"netpatrol/internal/web/partner"
	"netpatrol/internal/web/signin"
	"netpatrol/internal/web/webtest"
)

// house is a station with two partner sites, coconut and mango, and the pages for their security officers.
type house struct {
	*webtest.Desk
	t    testing.TB
	door *signin.Door
	url  string
}

// desk is what the pages ask of the daemon.
type desk struct{ d *webtest.Desk }

func (d desk) Get(ctx context.Context, kind bots.RecordKind, id string) (bots.Record, error) {
	return d.d.Store.Get(ctx, kind, id)
}

func (d desk) List(ctx context.Context, q record.Query) ([]bots.Record, error) {
	return d.d.Store.List(ctx, q)
}

func (d desk) Submit(ctx context.Context, x bots.Decision, key string) (bots.Result, error) {
	return d.d.Submit(ctx, x, key)
}

func (d desk) KeepAnswerPicture(ctx context.Context, officer, r string, from io.Reader) (string, error) {
	return d.d.KeepAnswerPicture(ctx, officer, r, from)
}

// nobody is a front door without matters or bulletins: it serves the style sheet.
type nobody struct {
	frontdoor.Matters
	frontdoor.Press
}

func (nobody) Key() string { return "" }

func open(t testing.TB) *house {
	t.Helper()
	d := webtest.Open(t)
	h := &house{Desk: d, t: t, door: signin.New(signin.Options{Store: d.Store, Outside: true, Path: partner.Path})}
	pages := partner.New(partner.Options{Desk: desk{d}, Door: h.door, Unit: webtest.Unit, Style: frontdoor.StylePath(), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	srv := httptest.NewServer(frontdoor.New(frontdoor.Options{Partner: pages, Matters: nobody{}, Press: nobody{}, Unit: webtest.Unit, Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(srv.Close)
	h.url = srv.URL
	for _, id := range []string{"coconut", "mango"} {
		d.Put(&record.Site{Head: bots.Head{ID: id, Stream: "site/" + id, State: record.SiteActive}, Name: "网站" + id, Page: "https://" + id + ".example/", Officer: "chen", By: "chen", Confirmed: "lin"})
	}
	return h
}

// asked asks a site to put something right; signed says whether its letter was released.
func (h *house) asked(site string, signed bool) *record.Rectification {
	h.t.Helper()
	now := time.Now()
	r := &record.Rectification{
		Head: bots.Head{ID: site + time.Now().Format(".150405.000000000"), Stream: "site/" + site, State: record.RectificationOpen, Due: now.Add(240 * time.Hour), Created: now, Updated: now},
		Site: site, Findings: "内部：三名群众举报", Letter: site + "的函：请删除刷单广告。", Deadline: now.Add(240 * time.Hour), By: "chen",
		Interviews: []record.Interview{{By: "chen", At: now, Note: "约谈内部记录"}},
		Reminders:  []record.Reminder{{By: "chen", At: now, Letter: "催办：期限将到。"}},
	}
	if signed {
		r.Signed, r.SignedAt = "lin", now
	}
	h.Put(r)
	return r
}

// invited has an officer invite somebody for a site and returns the code of the invitation.
func (h *house) invited(site, name string) string {
	h.t.Helper()
	code, link := signin.NewCode()
	h.Decides("chen", bots.Decision{Verb: bots.InviteLiaison, On: bots.Target{Kind: record.KindSite, ID: site}, Fields: map[string]string{"name": name, "called": "张安全", "link": link}})
	return code
}

// guest is a browser without script.
type guest struct {
	t    testing.TB
	url  string
	http *http.Client
}

func (h *house) guest() *guest {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &guest{h.t, h.url, &http.Client{Jar: jar}}
}

// as is somebody who has accepted an invitation for a site.
func (h *house) as(site, name string) *guest {
	h.t.Helper()
	g := h.guest()
	if p := g.post("/partner/sign-in", url.Values{"code": {h.invited(site, name)}}); p.status != 200 || !strings.Contains(p.body, "请先设密码") {
		h.t.Fatalf("%d\n%s", p.status, p.body)
	}
	return g
}

type page struct {
	status int
	body   string
}

func (g *guest) page(res *http.Response, err error) page {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return page{res.StatusCode, string(b)}
}

func (g *guest) get(path string) page {
	g.t.Helper()
	return g.page(g.http.Get(g.url + path))
}

func (g *guest) post(path string, form url.Values) page {
	g.t.Helper()
	return g.page(g.http.PostForm(g.url+path, form))
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

func (p page) key(t *testing.T) string {
	t.Helper()
	m := keyField.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no form (%d):\n%s", p.status, p.body)
	}
	return html.UnescapeString(m[1])
}

func (p page) has(t *testing.T, status int, words ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("status %d, want %d", p.status, status)
	}
	for _, w := range words {
		if !strings.Contains(p.body, w) {
			t.Errorf("the page does not say %q:\n%s", w, p.body)
		}
	}
}

func (p page) lacks(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(p.body, w) {
			t.Errorf("the page says %q", w)
		}
	}
}

// answers sends an answer with a key, text and pictures.
func (g *guest) answers(r *record.Rectification, key, text string, pictures ...[]byte) page {
	g.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("key", key)
	_ = m.WriteField("text", text)
	for _, f := range pictures {
		w, err := m.CreateFormFile("picture", "截图.png")
		if err != nil {
			g.t.Fatal(err)
		}
		_, _ = w.Write(f)
	}
	_ = m.Close()
	return g.page(g.http.Post(g.url+"/partner/findings/"+r.ID, m.FormDataContentType(), &body))
}

func screenshot(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestASiteSecurityOfficerSignsInReadsAndAnswers(t *testing.T) {
	h := open(t)
	r := h.asked("coconut", true)
	code := h.invited("coconut", "zhang")
	g := h.guest()
	g.get("/partner").has(t, 200, "网站安全员登录")
	for range 2 { // opening an invitation does not use it up
		g.get("/partner/enter?code="+code).has(t, 200, "张安全，请接受邀请")
	}
	home := g.post("/partner/sign-in", url.Values{"code": {code}})
	home.has(t, 200, "网站coconut", "的整改要求", "期限", "请先设密码", "zhang@coconut", "还没有查看过")
	h.guest().post("/partner/sign-in", url.Values{"code": {code}}).has(t, 401, "账号或密码不对")
	set := url.Values{"key": {home.key(t)}, "next": {"correct horse battery"}, "again": {"correct horse battery"}}
	g.post("/partner/password", set).has(t, 200, "密码已设好")
	other := h.guest()
	other.post("/partner/sign-in", url.Values{"name": {"zhang@coconut"}, "password": {"correct horse battery"}}).has(t, 200, "更换密码")

	p := g.get("/partner/findings/" + r.ID)
	p.has(t, 200, "coconut的函：请删除刷单广告。", "催办：期限将到。", "整改中", "还没有答复过")
	key := p.key(t)
	for range 2 { // a double click
		g.answers(r, key, "已删除全部广告帖。", screenshot(t)).has(t, 200, "答复已收到", "已删除全部广告帖。", "附图片1张")
	}
	all := h.All(record.KindSiteAnswer, "")
	if len(all) != 1 || all[0].(*record.SiteAnswer).By != "zhang@coconut" || len(all[0].(*record.SiteAnswer).Evidence) != 1 {
		t.Fatalf("answers %+v", all)
	}
	if v, err := record.Fetch[record.Evidence](t.Context(), h.Store, all[0].(*record.SiteAnswer).Evidence[0]); err != nil || v.Type != "image/png" || v.By != "zhang@coconut" {
		t.Errorf("evidence %+v, %v", v, err)
	}
	if alarms := h.All(record.KindAlarm, record.AlarmOpen); len(alarms) != 1 || alarms[0].(*record.Alarm).About.ID != r.ID {
		t.Errorf("alarms %+v", alarms)
	}
	if now, _ := record.Fetch[record.Rectification](t.Context(), h.Store, r.ID); now.State != record.RectificationOpen || !now.Due.Equal(r.Due) {
		t.Errorf("an answer stopped the clock: %+v", now)
	}
	g.post("/partner/sign-out", nil).has(t, 200, "网站安全员登录")
	other.get("/partner").has(t, 200, "更换密码") // another browser stays
}

func TestAnAnswerIsRefusedInWordsAndStaysInTheForm(t *testing.T) {
	h := open(t)
	r := h.asked("coconut", true)
	g := h.as("coconut", "zhang")
	key := func() string { return g.get("/partner/findings/" + r.ID).key(t) }
	g.answers(r, key(), "  ").has(t, 409, "请写明整改情况")
	g.answers(r, key(), "写好的内容", []byte("<svg onload=1>")).has(t, 422, "有一张图片不能收", "写好的内容</textarea>")
	g.answers(r, key(), "写好的内容", screenshot(t), screenshot(t), screenshot(t), screenshot(t)).has(t, 422, "最多3张")
	g.answers(r, "not.ours", "写好的内容").has(t, 422, "再提交一次", "写好的内容</textarea>")
	if n := len(h.All(record.KindSiteAnswer, "")); n != 0 {
		t.Errorf("%d answers", n)
	}
	for range record.AnswersADay {
		g.answers(r, key(), "又改了一处").has(t, 200, "答复已收到")
	}
	g.answers(r, key(), "又改了一处", screenshot(t)).has(t, 422, "今天的答复已经很多")
	g.answers(r, key(), "又改了一处").has(t, 409, "今天的答复已经很多")
}

// Pictures are bounded, whatever becomes of the answers they come with.
func TestPicturesAreBounded(t *testing.T) {
	h := open(t)
	r := h.asked("coconut", true)
	g := h.as("coconut", "zhang")
	key := g.get("/partner/findings/" + r.ID).key(t)
	shot := screenshot(t)
	for range 10 {
		g.answers(r, key, " ", shot, shot, shot).has(t, 409, "请写明整改情况")
	}
	g.answers(r, key, " ", shot).has(t, 422, "图片交得太多了")
}

// What belongs to another site, what no second person has released, and what does not exist are one answer, in every call.
func TestPromise2_ASiteSeesOnlyItsOwnAndOnlyWhatWasReleased(t *testing.T) {
	h := open(t)
	mine, draft, other := h.asked("coconut", true), h.asked("coconut", false), h.asked("mango", true)
	nothing := &record.Rectification{Head: bots.Head{ID: "nothing"}}
	g := h.as("coconut", "zhang")
	home := g.get("/partner")
	home.has(t, 200, mine.ID)
	home.lacks(t, draft.ID, other.ID, "mango")
	p := g.get("/partner/findings/" + mine.ID)
	p.lacks(t, "内部", "群众", "约谈内部记录")
	key := p.key(t)
	plain := g.get("/partner/findings/nothing")
	plain.has(t, 404, "不属于您的网站")
	for what, r := range map[string]*record.Rectification{"another site's": other, "not released": draft, "nothing": nothing} {
		if p := g.get("/partner/findings/" + r.ID); p != plain {
			t.Errorf("%s, reading: %d\n%s", what, p.status, p.body)
		}
		if p := g.answers(r, key, "已整改", screenshot(t)); p != plain {
			t.Errorf("%s, answering: %d\n%s", what, p.status, p.body)
		}
		res, err := h.Submit(t.Context(), bots.Decision{Officer: "zhang@coconut", Verb: bots.AnswerFindings, On: bots.Target{Kind: record.KindRectification, ID: r.ID}, Fields: map[string]string{"text": "x"}}, what)
		if err != nil || res.Status != bots.Refused || res.Code != "not-found" {
			t.Errorf("%s, past the page: %+v, %v", what, res, err)
		}
		if _, err := h.KeepAnswerPicture(t.Context(), "zhang@coconut", r.ID, bytes.NewReader(screenshot(t))); err == nil {
			t.Errorf("%s: a picture is kept", what)
		}
	}
	if n := len(h.All(record.KindSiteAnswer, "")) + len(h.All(record.KindEvidence, "")); n != 0 {
		t.Errorf("%d records were made", n)
	}
}

// Whoever was revoked is out with the next request, and so is whoever's site is no partner any more.
func TestPromise2_WhoWasRevokedIsOut(t *testing.T) {
	h := open(t)
	r := h.asked("coconut", true)
	zhang, li, wang := h.as("coconut", "zhang"), h.as("coconut", "li"), h.as("mango", "wang")
	key := zhang.get("/partner/findings/" + r.ID).key(t)
	h.Decides("chen", bots.Decision{Verb: bots.RevokeLiaison, On: bots.Target{Kind: record.KindOfficer, ID: "zhang@coconut"}})
	zhang.answers(r, key, "已整改").has(t, 200, "网站安全员登录")
	zhang.get("/partner").has(t, 200, "网站安全员登录")
	li.get("/partner/findings/"+r.ID).has(t, 200, "请删除刷单广告")
	h.Decides("chen", bots.Decision{Verb: bots.RetireSite, On: bots.Target{Kind: record.KindSite, ID: "coconut"}, Reason: "合作到期"})
	li.get("/partner/findings/"+r.ID).has(t, 200, "网站安全员登录")
	wang.get("/partner").has(t, 200, "网站mango")
	if n := len(h.All(record.KindSiteAnswer, "")); n != 0 {
		t.Errorf("%d answers", n)
	}
}

// Nobody but a site's security officer signs in here, and wrong passwords are throttled by name.
func TestPromise2_NoOfficerSignsInHere(t *testing.T) {
	h := open(t)
	if err := h.Door.SetPassword(t.Context(), "chen", "", "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	g := h.guest()
	g.post("/partner/sign-in", url.Values{"name": {"chen"}, "password": {"correct horse battery"}}).has(t, 401, "账号或密码不对")
	g.post("/partner/sign-in", url.Values{"code": {h.Code("chen")}}).has(t, 401)
	g.get("/partner/enter?code="+h.Code("lin")).has(t, 404, "已经用过、过期或撤销")
	z := h.as("coconut", "zhang")
	z.post("/partner/password", url.Values{"key": {z.get("/partner").key(t)}, "next": {"correct horse battery"}, "again": {"correct horse battery"}})
	for range 6 {
		g.post("/partner/sign-in", url.Values{"name": {"zhang@coconut"}, "password": {"wrong"}}).has(t, 401)
	}
	g.post("/partner/sign-in", url.Values{"name": {"zhang@coconut"}, "password": {"correct horse battery"}}).has(t, 401)
}

func TestTheBadgeOfTheSiteIsShown(t *testing.T) {
	h := open(t)
	g := h.as("coconut", "zhang")
	for _, c := range []struct {
		missing int
		says    string
	}{{0, "图标在"}, {1, "刚才没有找到"}, {2, "找不到图标"}} {
		h.Update(func(tx record.Tx) error {
			s, err := record.Load[record.Site](tx, "coconut")
			if err != nil {
				return err
			}
			s.Looked, s.Missing, s.Problem = time.Now(), c.missing, "网页里没有岗亭的图标和链接"
			return tx.Put(s)
		})
		g.get("/partner").has(t, 200, c.says)
	}
}
