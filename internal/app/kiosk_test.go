package app

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox/wechat"
)

// kioskStation is a netpatrol with a kiosk that does not run yet, and where its front door will be.
func kioskStation(t *testing.T) (*App, string) {
	t.Helper()
	return kioskStationWith(t, "")
}

// kioskStationWith is a kioskStation with a scanner for malware at an address.
func kioskStationWith(t *testing.T, clamd string) (*App, string) {
	t.Helper()
	door, err := freeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State, c.Unit.Name, c.Unit.Region, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试市公安局网络警察支队", "460100", "", door
	c.Officers, c.Evidence.Clamd = boardConfig("", "").Officers, clamd
	c.Accounts = []config.Account{{ID: "gangting", Platform: "kiosk", Language: "zh-Hans"}}
	if err := Init(c.State); err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Options{Config: c, Platforms: map[string]adapters.Platform{"kiosk": KioskPlatform()}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, door
}

// boothOf starts a netpatrol with a kiosk and returns the address of its front door.
func boothOf(t *testing.T) (*App, string) {
	t.Helper()
	a, door := kioskStation(t)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	opened(t, a, door)
	return a, "http://" + door
}

// opened waits until a kiosk can be visited.
func opened(t *testing.T, a *App, door string) {
	t.Helper()
	eventually(t, "the door is open", func() bool {
		_, open := a.opener.get("gangting")
		res, err := http.Get("http://" + door + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil && open
	})
}

// visit fills in the kiosk's form as a browser without script does, and returns the page that follows.
func visit(t *testing.T, base string, key string, fields map[string]string, files ...[]byte) (status int, page string) {
	t.Helper()
	all := map[string]string{"key": key}
	maps.Copy(all, fields)
	return postForm(t, base+"/kiosk/help", all, files...)
}

// postForm sends a form with pictures and returns the page that follows.
func postForm(t *testing.T, address string, fields map[string]string, files ...[]byte) (status int, page string) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = m.WriteField(name, value)
	}
	for i, f := range files {
		w, err := m.CreateFormFile("file", fmt.Sprintf("%d.png", i))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(f)
	}
	_ = m.Close()
	res, err := http.Post(address, m.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func formOf(t *testing.T, base string) string {
	t.Helper()
	res, err := http.Get(base + "/kiosk/help")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if m := regexp.MustCompile(`name="key" value="([^"]+)"`).FindSubmatch(b); err == nil && m != nil {
		return html.UnescapeString(string(m[1]))
	}
	t.Fatalf("no form: %v\n%s", err, b)
	return ""
}

var slipCode = regexp.MustCompile(`secret">([0-9A-Z-]+)<`)

// Somebody writes the code of an earlier slip into a form: nothing of that form is kept, and the danger in it is answered at once.
func TestAKioskFormWithALookupCodeIsNotKept(t *testing.T) {
	a, base := boothOf(t)
	_, slip := visit(t, base, formOf(t, base), map[string]string{"moved": "no", "story": "有人让我刷单"})
	code := slipCode.FindStringSubmatch(slip)
	if code == nil {
		t.Fatalf("no code:\n%s", slip)
	}
	key := formOf(t, base)
	for _, typed := range []string{code[1], strings.ReplaceAll(code[1], "-", "")} {
		status, page := visit(t, base, key, map[string]string{"moved": "no", "story": "我的查询码" + typed + "，没人管，我不想活了"}, wechat.Screenshot())
		if status != 422 || strings.Contains(page, typed) || !strings.Contains(page, "没人管，我不想活了") || !strings.Contains(page, "12356") || !strings.Contains(page, "内容里有查询码") {
			t.Fatalf("%d\n%s", status, page)
		}
	}
	s := &sim{t: t, app: a}
	if n := len(s.all(bots.KindReport)); n != 1 {
		t.Errorf("%d reports", n)
	}
	if status, _ := visit(t, base, key, map[string]string{"moved": "no", "story": "没人管，我不想活了"}); status != 200 || len(s.all(bots.KindReport)) != 2 {
		t.Errorf("without the code: %d, %d reports", status, len(s.all(bots.KindReport)))
	}
}

// A victim reports at the kiosk with a screenshot, and presses the button twice.
func TestAKioskFormBecomesOneReportWithItsEvidence(t *testing.T) {
	a, base := boothOf(t)
	key := formOf(t, base)
	told := map[string]string{"moved": "now", "story": "冒充客服说退款，让我转了8600元"}
	status, first := visit(t, base, key, told, wechat.Screenshot())
	if status != 200 {
		t.Fatalf("%d\n%s", status, first)
	}
	_, second := visit(t, base, key, told, wechat.Screenshot())
	code := slipCode.FindStringSubmatch(first)
	if code == nil || !strings.Contains(second, code[1]) {
		t.Fatalf("the second time another code, or none: %v", code)
	}
	s := &sim{t: t, app: a}
	reports := s.all(bots.KindReport)
	if len(reports) != 1 || !reports[0].(*bots.Report).Emergency {
		t.Fatalf("reports %+v", reports)
	}
	if r := reports[0].(*bots.Report); r.Reference == "" || !strings.Contains(first, r.Reference) || !strings.Contains(second, r.Reference) {
		t.Errorf("reference %q is not on the page", r.Reference)
	}
	eventually(t, "the screenshot is kept", func() bool { return len(evidenceOf(t, a)[record.EvidenceKept]) == 1 })
	v := evidenceOf(t, a)[record.EvidenceKept][0]
	if b, err := (evidenceDesk{a.files, a.store}).Picture(t.Context(), v, 200); err != nil || len(b) == 0 {
		t.Errorf("its picture: %v", err)
	}
	parsed, ok := record.ParseLookup(code[1])
	if !ok {
		t.Fatalf("%q is no lookup code", code[1])
	}
	l, err := record.Fetch[record.Lookup](t.Context(), a.store, record.LookupID(a.store.Vault().Tag, parsed))
	if err != nil || l.Conversation != v.Conversation {
		t.Errorf("the code leads to %+v, %v", l, err)
	}
}

// The page that follows the form has the card that the words ask for, whatever was ticked; not the next page, and not
// when it has been decided.
func TestTheKioskReadsDangerInTheWords(t *testing.T) {
	_, base := boothOf(t)
	for story, want := range map[string]string{
		"他有我的视频，说不给钱就发给我同学，我不想活了": "您的安全最要紧", "客服还在指导我，让我把钱转到安全账户": "照着念", "有人在群里发广告": "",
	} {
		status, page := visit(t, base, formOf(t, base), map[string]string{"moved": "no", "story": story})
		if status != 200 || strings.Contains(page, "现在就打 110") != (want != "") || !strings.Contains(page, want) {
			t.Errorf("%q: %d, want %q in\n%s", story, status, want, page)
		}
	}
}

// Two people who fill in the form are two conversations: the kiosk joins nobody.
func TestTwoKioskFormsAreTwoPeople(t *testing.T) {
	a, base := boothOf(t)
	for range 2 {
		if status, page := visit(t, base, formOf(t, base), map[string]string{"moved": "no", "story": "有人加我好友推荐投资"}); status != 200 {
			t.Fatalf("%d\n%s", status, page)
		}
	}
	if n := len((&sim{t: t, app: a}).all(bots.KindConversation)); n != 2 {
		t.Errorf("%d conversations", n)
	}
}

func TestTheKioskPublishesNothingAndIsNotOfferedForBulletins(t *testing.T) {
	a, _ := boothOf(t)
	if a.publishes("gangting") {
		t.Error("a bulletin could be written for the kiosk")
	}
	if !a.publishes("not-open-yet") {
		t.Error("an account that is not open is not offered: it may publish")
	}
}
