package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/signin"
	"netpatrol/internal/web/webtest"
)

const scam = "姐妹们在家躺着也能赚！手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888，名额不多 #兼职#"

// site is a desk with its API on a loopback port and on a unix socket.
type site struct {
	*webtest.Desk
	t      *testing.T
	url    string
	socket string
	log    *bytes.Buffer
	stop   func() // waits for what is under way
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOver(t, func(r webtest.Reader) api.Desk { return r })
}

// newSiteOver puts something between the API and its desk.
func newSiteOver(t *testing.T, between func(webtest.Reader) api.Desk) *site {
	t.Helper()
	s := &site{Desk: webtest.Open(t), t: t, log: new(bytes.Buffer), socket: filepath.Join(t.TempDir(), "api.sock")}
	h := api.New(api.Options{Desk: between(s.Reader()), Door: s.Door, Station: s.Station(), Shots: s.Files(), Log: slog.New(slog.NewTextHandler(s.log, nil))})
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s.url, s.stop = srv.URL, srv.Close
	l, err := net.Listen("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	unix := &httptest.Server{Listener: l, Config: &http.Server{Handler: h, ConnContext: signin.Peer}}
	unix.Start()
	t.Cleanup(unix.Close)
	return s
}

// as signs an officer in over TCP.
func (s *site) as(officer string) *api.Client {
	s.t.Helper()
	c := api.NewClient(s.url, "")
	s.t.Cleanup(c.Close)
	if _, err := c.Login(s.t.Context(), api.LoginRequest{Code: s.Code(officer)}); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// refused checks what an error says.
func refused(t *testing.T, err error, status int, code string) *api.Error {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a refusal: %v", err)
	}
	if e.Status != status || e.Code != code || e.Message == "" || e.RequestID == "" {
		t.Errorf("%d %s %q (request %q), want %d %s", e.Status, e.Code, e.Message, e.RequestID, status, code)
	}
	return e
}

func TestADraftFromListToSendAndItsStory(t *testing.T) {
	s := newSite(t)
	s.Posts("weibo", "ahua", "1001", scam)
	c, ctx := s.as("lin"), t.Context()
	page, err := c.Drafts(ctx, api.Paging{})
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	id := page.Records[0].ID
	m, err := c.Draft(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if m.Draft.State != bots.DraftAwaiting || m.Clue == nil || m.Clue.Text != scam || m.Warning == nil || len(m.Warning.Spans) == 0 || m.Measure.Max != 500 {
		t.Errorf("the evidence is not whole: %+v", m)
	}
	var heard bots.Heard
	if err := json.Unmarshal(m.Event.Body, &heard); err != nil || heard.Text != scam {
		t.Errorf("event %s, %v", m.Event.Body, err)
	}
	_, err = c.Approve(ctx, id, m.Draft.Version+1)
	refused(t, err, http.StatusConflict, "changed")
	_, err = c.Reject(ctx, id, m.Draft.Version, " ")
	if e := refused(t, err, http.StatusUnprocessableEntity, "invalid"); e.Field != "reason" {
		t.Errorf("field %q", e.Field)
	}
	res, err := c.Approve(ctx, id, m.Draft.Version)
	if err != nil || res.Status != bots.Applied {
		t.Fatalf("%+v, %v", res, err)
	}
	_, err = c.Approve(ctx, id, m.Draft.Version)
	refused(t, err, http.StatusConflict, "not-awaiting")
	items, err := c.Items(ctx, api.Paging{State: record.ItemDue})
	if err != nil || len(items.Records) != 1 || items.Records[0].Item.Draft != id {
		t.Fatalf("%+v, %v", items, err)
	}
	story(t, c, m.Draft.Code)
}

func story(t *testing.T, c *api.Client, code string) {
	t.Helper()
	y, err := c.Why(t.Context(), strings.ToLower(code[:4])+" "+strings.ToLower(code[4:]))
	if err != nil {
		t.Fatal(err)
	}
	if y.Code != code || y.Event == nil || y.Tape == nil || len(y.Tape.Effects) == 0 || len(y.Messages) != 1 {
		t.Fatalf("the story lacks its beginning: %+v", y)
	}
	one := y.Messages[0]
	if one.Approval == nil || one.Approval.Officer != "lin" || one.Item == nil || one.Item.State != record.ItemDue || one.Approval.Seal != one.Draft.Seal {
		t.Errorf("the story lacks its end: %+v", one)
	}
	var did []string
	for _, e := range y.Audit {
		did = append(did, e.Did)
	}
	for _, want := range []string{"open-clue", "propose-warning", "approve"} {
		if !strings.Contains(strings.Join(did, " "), want) {
			t.Errorf("the audit of the story lacks %s: %v", want, did)
		}
	}
	_, err = c.Why(t.Context(), "NOSUCH")
	refused(t, err, http.StatusNotFound, "not-found")
}

func TestARepeatedDecisionGetsTheFirstOutcome(t *testing.T) {
	s := newSite(t)
	s.Posts("weibo", "ahua", "1001", scam)
	d := s.Draft(bots.ForWarning, bots.DraftAwaiting)
	s.as("lin")
	token := s.token("lin")
	body := fmt.Sprintf(`{"formKey":"k1","seen":%d}`, d.Version)
	first, _ := s.call(token, "POST", "/drafts/"+d.ID+"/approve", body)
	second, answer := s.call(token, "POST", "/drafts/"+d.ID+"/approve", body)
	if first != http.StatusOK || second != http.StatusOK || !strings.Contains(answer, bots.Applied) {
		t.Errorf("%d, then %d %s", first, second, answer)
	}
	third, answer := s.call(s.token("chen"), "POST", "/drafts/"+d.ID+"/approve", body)
	if third != http.StatusConflict {
		t.Errorf("another officer's same key: %d %s", third, answer)
	}
	for range 2 { // without a key every call is its own
		if code, answer := s.call(token, "POST", "/drafts/"+d.ID+"/approve", fmt.Sprintf(`{"seen":%d}`, d.Version)); code != http.StatusConflict {
			t.Errorf("%d %s", code, answer)
		}
	}
}

// token signs an officer in and returns the bearer token.
func (s *site) token(officer string) string {
	s.t.Helper()
	c := api.NewClient(s.url, "")
	defer c.Close()
	in, err := c.Login(s.t.Context(), api.LoginRequest{Code: s.Code(officer)})
	if err != nil {
		s.t.Fatal(err)
	}
	return in.Token
}

// call is a request as any program could make it.
func (s *site) call(token, method, path, body string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, b.String()
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	s := newSite(t)
	token := s.token("wu")
	for _, c := range []struct {
		what, method, path, body string
		status                   int
		has                      string
	}{
		{"no version seen", "POST", "/drafts/x/approve", `{}`, 422, `"field":"seen"`},
		{"an unknown field", "POST", "/drafts/x/approve", `{"seen":1,"force":true}`, 422, "force"},
		{"not JSON", "POST", "/drafts/x/approve", `seen=1`, 422, "invalid"},
		{"two values", "POST", "/drafts/x/approve", `{"seen":1}{"seen":2}`, 422, "more than one"},
		{"too large", "POST", "/drafts/x/approve", `{"reason":"` + strings.Repeat("x", 70<<10) + `"}`, 413, "too-large"},
		{"too long a key", "POST", "/drafts/x/approve", `{"seen":1,"formKey":"` + strings.Repeat("x", 65) + `"}`, 422, `"field":"formKey"`},
		{"no such draft", "POST", "/drafts/x/approve", `{"seen":1}`, 409, "not-found"},
		{"an empty text", "POST", "/conversations/x/reply", `{"text":" "}`, 422, `"field":"text"`},
		{"a wrong settlement", "POST", "/items/x/settle", `{"as":"sent"}`, 422, `"field":"as"`},
		{"a wrong mode", "POST", "/accounts/forum/request-mode", `{"mode":"loud"}`, 422, `"field":"mode"`},
		{"a step too far", "POST", "/accounts/forum/request-mode", `{"mode":"live"}`, 409, "mode-step"},
		{"a wrong level", "POST", "/halt", `{"level":"some","reason":"r"}`, 422, `"field":"level"`},
		{"no template", "POST", "/standing", `{"version":1}`, 422, `"field":"template"`},
		{"no bulletin", "POST", "/bulletins", `{}`, 422, `"field":"bulletin"`},
		{"no title", "POST", "/bulletins", `{"bulletin":{"text":"x"}}`, 422, `"field":"title"`},
		{"half a slot", "POST", "/bulletins", `{"bulletin":{"title":"t","text":"x","schedule":"morning"}}`, 422, `"field":"slot"`},
		{"a wrong limit", "GET", "/drafts?limit=1000", "", 422, `"field":"limit"`},
		{"a wrong order", "GET", "/drafts?order=best", "", 422, `"field":"order"`},
		{"a wrong cursor", "GET", "/drafts?after=%20", "", 422, `"field":"after"`},
		{"no such record", "GET", "/drafts/x", "", 404, "not-found"},
		{"no such call", "GET", "/nothing", "", 404, "no-such-call"},
		{"a wrong method", "DELETE", "/drafts/x", "", 404, "no-such-call"},
	} {
		status, answer := s.call(token, c.method, c.path, c.body)
		if status != c.status || !strings.Contains(answer, c.has) || !strings.Contains(answer, `"requestId"`) {
			t.Errorf("%s: %d %s, want %d with %s", c.what, status, answer, c.status, c.has)
		}
	}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", s.url+"/api/v1/resume", strings.NewReader(""))
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a form's content type: %d", res.StatusCode)
	}
}

func TestPages(t *testing.T) {
	s := newSite(t)
	for i := range 7 {
		s.Says("weibo", fmt.Sprintf("p%d", i), fmt.Sprintf("20%02d", i), "我被骗了三万块，怎么办")
	}
	c := s.as("chen")
	for _, newest := range []bool{false, true} {
		var ids []string
		p := api.Paging{Limit: 3, Newest: newest}
		for pages := 0; ; pages++ {
			page, err := c.Reports(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				ids = append(ids, r.ID)
			}
			if p.After = page.After; p.After == "" {
				if pages != 2 {
					t.Errorf("%d pages of three for seven", pages+1)
				}
				break
			}
		}
		if len(ids) != 7 || (ids[0] < ids[6]) == newest {
			t.Errorf("newest %v: %v", newest, ids)
		}
	}
	events, err := c.Events(t.Context(), api.Paging{State: bots.EventDecided, Limit: 200})
	if err != nil || len(events.Records) < 7 || events.Records[0].Key == "" || events.Records[0].Kind != bots.MessageHeard {
		t.Errorf("%+v, %v", events, err)
	}
}

func TestPromise2_AVolunteerGetsNothingFromTheAPI(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我被骗了三万块，怎么办")
	c, ctx := s.as("zhou"), t.Context()
	_, err := c.Reports(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
	_, err = c.Drafts(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
	_, err = c.Events(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
	_, err = c.Why(ctx, "x")
	refused(t, err, http.StatusForbidden, "role")
	_, err = c.Summary(ctx)
	refused(t, err, http.StatusForbidden, "role")
	_, err = c.Bulletins(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
}

func TestReportsAndConversations(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "chenayi", "2001", "请问这个短信是真的吗？说我医保卡异常要点链接认证")
	c, ctx := s.as("chen"), t.Context()
	reports, err := c.Reports(ctx, api.Paging{State: "open"})
	if err != nil || len(reports.Records) != 1 {
		t.Fatalf("%+v, %v", reports, err)
	}
	r := reports.Records[0]
	talk, err := c.Conversation(ctx, r.Conversation)
	if err != nil || talk.Conversation.Person.Handle != "chenayi" || len(talk.Lines) < 1 || talk.Lines[0].Ours {
		t.Fatalf("%+v, %v", talk, err)
	}
	if _, err := c.Reply(ctx, r.Conversation, "这是诈骗短信，请删除，不要点链接。"); err != nil {
		t.Fatal(err)
	}
	talk, err = c.Conversation(ctx, r.Conversation)
	if last := talk.Lines[len(talk.Lines)-1]; err != nil || !last.Ours || !strings.Contains(last.Text, "这是诈骗短信") {
		t.Errorf("%+v, %v", talk, err)
	}
	if _, err := c.CloseReport(ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	if one, err := c.Report(ctx, r.ID); err != nil || one.State != "closed" {
		t.Errorf("%+v, %v", one, err)
	}
	y, err := c.Why(ctx, r.Reference)
	if err != nil || y.Report == nil || len(y.Messages) == 0 || y.Event == nil {
		t.Errorf("the report's story: %+v, %v", y, err)
	}
}

func TestTwoPeople(t *testing.T) {
	s := newSite(t)
	wu, lin, ctx := s.as("wu"), s.as("lin"), t.Context()
	b := api.BulletinText{Title: "警惕冒充客服", Text: "凡是要求共享屏幕的“客服”，都是诈骗。", Accounts: []string{"weibo"}}
	if p, err := wu.PreviewBulletin(ctx, b); err != nil || len(p) != 1 || !strings.Contains(p[0].Parts[0], "警惕冒充客服") {
		t.Errorf("%+v, %v", p, err)
	}
	res, err := wu.NewBulletin(ctx, b)
	if err != nil || res.Status != bots.Applied {
		t.Fatalf("%+v, %v", res, err)
	}
	d := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	_, err = wu.Approve(ctx, d.ID, d.Version)
	refused(t, err, http.StatusConflict, "two-people")
	if _, err := lin.Approve(ctx, d.ID, d.Version); err != nil {
		t.Error(err)
	}
	if all, err := lin.Bulletins(ctx, api.Paging{}); err != nil || len(all.Records) != 1 || all.Records[0].State != bots.BulletinReleased {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := wu.RequestMode(ctx, "forum", bots.Suggest, "平台开户函"); err != nil {
		t.Fatal(err)
	}
	_, err = wu.ConfirmMode(ctx, "forum", "平台开户函")
	refused(t, err, http.StatusConflict, "two-people")
	if _, err := lin.ConfirmMode(ctx, "forum", "平台开户函"); err != nil {
		t.Error(err)
	}
	if a, err := lin.Account(ctx, "forum"); err != nil || a.Account.State != string(bots.Suggest) {
		t.Errorf("%+v, %v", a, err)
	}
	rev := 0
	for _, tmpl := range s.Station().Templates() {
		if tmpl.Name == "receipt" {
			rev = tmpl.Rev
		}
	}
	if _, err := wu.ProposeStanding(ctx, "receipt", rev, nil, time.Now().AddDate(0, 3, 0)); err != nil {
		t.Fatal(err)
	}
	all, err := lin.Standings(ctx, api.Paging{})
	if err != nil || len(all.Records) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	_, err = wu.ConfirmStanding(ctx, all.Records[0].ID)
	refused(t, err, http.StatusConflict, "two-people")
	if _, err := lin.ConfirmStanding(ctx, all.Records[0].ID); err != nil {
		t.Error(err)
	}
}

func TestHaltAndResume(t *testing.T) {
	s := newSite(t)
	chen, lin, ctx := s.as("chen"), s.as("lin"), t.Context()
	if h, err := chen.Halted(ctx); err != nil || h.Level != record.HaltNone {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := chen.Halt(ctx, record.HaltUnsolicited, "误判太多"); err != nil {
		t.Fatal(err)
	}
	if h, err := lin.Halted(ctx); err != nil || h.Level != record.HaltUnsolicited || h.By != "chen" || h.Reason != "误判太多" {
		t.Errorf("%+v, %v", h, err)
	}
	_, err := chen.Resume(ctx)
	refused(t, err, http.StatusConflict, "role")
	if _, err := lin.Resume(ctx); err != nil {
		t.Error(err)
	}
	if sum, err := lin.Summary(ctx); err != nil || sum.Level != "" {
		t.Errorf("%+v, %v", sum, err)
	}
}

func TestAlarms(t *testing.T) {
	s := newSite(t)
	s.Put(&record.Alarm{Head: bots.Head{ID: "alarm-1", State: record.AlarmOpen}, Why: "授权过期", About: bots.Target{Kind: bots.KindAccount, ID: "weibo"}})
	c, ctx := s.as("chen"), t.Context()
	page, err := c.Alarms(ctx, api.Paging{State: record.AlarmOpen})
	if err != nil || len(page.Records) != 1 || page.Records[0].Why != "授权过期" {
		t.Fatalf("%+v, %v", page, err)
	}
	if _, err := c.Acknowledge(ctx, "alarm-1"); err != nil {
		t.Fatal(err)
	}
	if page, err = c.Alarms(ctx, api.Paging{State: record.AlarmOpen}); err != nil || len(page.Records) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestAHeldSendIsResumedOrWavedThrough(t *testing.T) {
	s := newSite(t)
	c, ctx := s.as("chen"), t.Context()
	for id, why := range map[string]string{"looked": "复看发现原帖已被修改，请核对后决定", "unseen": record.WhyNotLooked + "：平台没有回答"} {
		i := &record.Item{Purpose: bots.ForWarning, Why: why, Expires: time.Now().Add(time.Hour)}
		i.Head = bots.Head{ID: id, State: record.ItemHeld, Stream: "weibo/private", Created: time.Now()}
		s.Put(i)
	}
	_, err := c.SendHeld(ctx, "looked")
	refused(t, err, http.StatusConflict, "looked")
	if _, err := c.ResumeHeld(ctx, "looked"); err != nil {
		t.Error(err)
	}
	if i, err := c.Item(ctx, "looked"); err != nil || i.State != record.ItemDue || i.NotLooked != "" {
		t.Errorf("%+v, %v", i, err)
	}
	_, err = c.ResumeHeld(ctx, "looked")
	refused(t, err, http.StatusConflict, "not-held")
	if _, err := c.SendHeld(ctx, "unseen"); err != nil {
		t.Error(err)
	}
	if i, err := c.Item(ctx, "unseen"); err != nil || i.State != record.ItemDue || i.NotLooked != "chen" {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestOneOfficerRevokesAStandingApproval(t *testing.T) {
	s := newSite(t)
	c, ctx := s.as("chen"), t.Context()
	x := &record.Standing{Template: "receipt", Rev: 1, By: []string{"wu", "lin"}, Until: time.Now().Add(time.Hour)}
	x.Head = bots.Head{ID: "receipt@1", State: record.StandingActive, Created: time.Now()}
	s.Put(x)
	_, err := c.RevokeStanding(ctx, x.ID, " ")
	if e := refused(t, err, http.StatusUnprocessableEntity, "invalid"); e.Field != "reason" {
		t.Errorf("field %q", e.Field)
	}
	if _, err := c.RevokeStanding(ctx, x.ID, "措辞要改"); err != nil {
		t.Error(err)
	}
	_, err = c.RevokeStanding(ctx, x.ID, "措辞要改")
	refused(t, err, http.StatusConflict, "revoked")
	_, err = s.as("zhou").RevokeStanding(ctx, x.ID, "不喜欢")
	refused(t, err, http.StatusForbidden, "role")
}

func TestAParkedEventIsAcknowledged(t *testing.T) {
	s := newSite(t)
	e := &bots.Event{Key: "parked", Kind: bots.MessageHeard, V: 1, Body: &bots.Heard{Text: "在吗"}, Accepted: time.Now()}
	e.Head = bots.Head{ID: "event-1", State: bots.EventParked, Stream: "conv/none"}
	s.Put(e)
	c, ctx := s.as("chen"), t.Context()
	if _, err := c.AcknowledgeEvent(ctx, e.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Event(ctx, e.ID); err != nil || got.State != bots.EventSeen {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := c.AcknowledgeEvent(ctx, e.ID)
	refused(t, err, http.StatusConflict, "not-parked")
}

func TestADecisionThatTakesLongIsAcceptedAndFoundAgain(t *testing.T) {
	s := newSiteOver(t, func(r webtest.Reader) api.Desk { return webtest.Slow{Reader: r} })
	status, answer := s.call(s.token("chen"), "POST", "/halt", `{"level":"unsolicited","reason":"误判太多"}`)
	if status != http.StatusAccepted || !strings.Contains(answer, `"pending"`) {
		t.Fatalf("%d %s", status, answer)
	}
	c, ctx := s.as("chen"), t.Context()
	res, err := c.Resume(ctx)
	if err != nil || res.Status != "pending" || len(res.Made) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	e, err := c.Event(ctx, res.Made[0].ID)
	if err != nil || e.Result == nil || e.Result.Status != bots.Refused || e.Result.Code != "role" {
		t.Errorf("%+v, %v", e, err)
	}
	_, err = s.as("zhou").Event(ctx, res.Made[0].ID)
	refused(t, err, http.StatusForbidden, "role")
	if _, err := s.as("shen").Event(ctx, res.Made[0].ID); err != nil {
		t.Errorf("an auditor: %v", err)
	}
}

func TestAuditVerify(t *testing.T) {
	s := newSite(t)
	s.Report = api.AuditReport{OK: false, Entries: 42, Faults: []string{"entry 7 was changed"}}
	r, err := s.as("shen").VerifyAudit(t.Context(), "")
	if err != nil || r.OK || r.Entries != 42 || len(r.Faults) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTheLogNamesNoCitizenAndNoCode(t *testing.T) {
	s := newSite(t)
	s.Posts("weibo", "ahua", "1001", scam)
	d := s.Draft(bots.ForWarning, bots.DraftAwaiting)
	c := s.as("lin")
	if _, err := c.Why(t.Context(), d.Code); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Drafts(t.Context(), api.Paging{State: "ahua"})
	s.stop() // a line is written after its answer
	said := s.log.String()
	if !strings.Contains(said, `route="GET /api/v1/why/{code}"`) || !strings.Contains(said, "status=200") {
		t.Errorf("no line about the request: %s", said)
	}
	for _, secret := range []string{d.Code, "ahua", "刷单", "Bearer"} {
		if strings.Contains(said, secret) {
			t.Errorf("the log says %q", secret)
		}
	}
}
