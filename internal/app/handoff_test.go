package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/handoff"
	"netpatrol/internal/record"
)

// office is a station with two other units: one opens links, one takes files from a folder. It has one
// hand-off to each, sent.
type office struct {
	t   *testing.T
	app *App
	srv *httptest.Server
	out string

	deeds int
}

func newOffice(t *testing.T, systems ...config.Account) *office {
	t.Helper()
	return officeWith(t, func(c *config.Config) { c.Accounts = systems })
}

// officeWith is an office of which something is configured otherwise.
func officeWith(t *testing.T, otherwise func(*config.Config)) *office {
	t.Helper()
	dir, out := t.TempDir(), t.TempDir()
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State, c.Unit.Name, c.Frontdoor.Listen = dir, "椰城市公安局网络警察支队", "127.0.0.1:0"
	c.Units = []config.OtherUnit{
		{ID: "meilan", Name: "美兰分局", Region: "460108", Contact: config.Contact{Kind: record.ByPage}},
		{ID: "sansha", Name: "三沙市公安局", Region: "460300", Contact: config.Contact{Kind: record.ByFolder, Folder: out}},
		{ID: "qiongshan", Name: "琼山分局", Region: "460107", Contact: config.Contact{Kind: record.ByBridge, Account: "qiongshan-system"}},
		{ID: "silent", Name: "没有联系方式的单位", Region: "460200"},
	}
	c.Officers = []config.Officer{{ID: "chen", Name: "陈警官", Roles: []string{"officer"}}, {ID: "lin", Name: "林审核", Roles: []string{"approver"}}}
	c.Pace.Backoff = 20 * time.Millisecond
	otherwise(c)
	a, err := New(t.Context(), Options{Config: c, Platforms: bridges, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, app: a, out: out, srv: httptest.NewServer(a.frontdoor())}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Work(ctx) }()
	t.Cleanup(func() {
		o.srv.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// sent stores a hand-off that was sent, and returns it.
func (o *office) sent(unit, way string) *record.Handoff {
	o.t.Helper()
	h := &record.Handoff{
		Head: bots.Head{ID: "e." + unit, Stream: "post/x", State: record.HandoffSent}, Code: strings.ToUpper(unit[:4]) + "2345", About: bots.Target{Kind: bots.KindClue, ID: "c"},
		Unit: unit, Way: way, Round: 1, Revision: 1, Sent: time.Now(), Until: time.Now().Add(time.Hour),
		Package: record.HandoffPackage{FromUnit: "椰城", ToUnit: unit, Indicators: []record.HandoffIndicator{{Kind: "phone", Value: "+8613800138000", Role: "suspect"}}},
	}
	o.put(h, &record.Code{Head: bots.Head{ID: h.Code, State: "given"}, On: bots.Target{Kind: record.KindHandoff, ID: h.ID}})
	return o.again(h.ID)
}

func (o *office) put(all ...bots.Record) {
	o.t.Helper()
	err := o.app.store.Update(o.t.Context(), func(tx record.Tx) error {
		for _, r := range all {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) again(id string) *record.Handoff {
	o.t.Helper()
	h, err := record.Fetch[record.Handoff](o.t.Context(), o.app.store, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return h
}

func (o *office) get(path string) (int, string) {
	o.t.Helper()
	res, err := o.srv.Client().Get(o.srv.URL + path)
	if err != nil {
		o.t.Fatal(err)
	}
	return body(o.t, res)
}

func body(t *testing.T, res *http.Response) (int, string) {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

func TestAUnitReadsDownloadsAndAnswersByItsLink(t *testing.T) {
	o := newOffice(t)
	h := o.sent("meilan", record.ByPage)
	path := strings.TrimPrefix(clerk{o.app}.Link(h), "http://127.0.0.1:0")
	status, page := o.get(path)
	if status != http.StatusOK || !strings.Contains(page, "8613800138000") || !strings.Contains(page, "已接收，由我单位办理") {
		t.Fatalf("%d %s", status, page)
	}
	var files []handoff.File
	for _, m := range regexp.MustCompile(`href="(/handoff/[^"]+/)([^"/]+)" download`).FindAllStringSubmatch(page, -1) {
		_, data := o.get(m[1] + m[2])
		files = append(files, handoff.File{Name: m[2], Data: []byte(data)})
	}
	if err := handoff.Verify(files, handoff.PublicKey(o.app.key.Files())); err != nil || len(files) != 6 {
		t.Errorf("%d files, %v", len(files), err)
	}
	form := url.Values{"key": {keyField.FindStringSubmatch(page)[1]}, "as": {bots.HandoffAccepted}, "number": {"美公2026-7"}}
	for range 2 {
		res, err := o.srv.Client().PostForm(o.srv.URL+path, form)
		if err != nil {
			t.Fatal(err)
		}
		if status, page = body(t, res); status != http.StatusOK || !strings.Contains(page, "已收到贵单位的答复") {
			t.Errorf("%d %s", status, page)
		}
	}
	if now := o.again(h.ID); now.State != bots.HandoffAccepted || len(now.Answers) != 1 || now.Answers[0].Number != "美公2026-7" {
		t.Errorf("%+v", now)
	}
	form.Set("key", "another")
	res, err := o.srv.Client().PostForm(o.srv.URL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	if status, page = body(t, res); status != http.StatusConflict || !strings.Contains(page, "已经答复过") {
		t.Errorf("%d %s", status, page)
	}
}

func TestALinkThatIsWrongOrOverTellsNothing(t *testing.T) {
	o := newOffice(t)
	h := o.sent("meilan", record.ByPage)
	good := strings.TrimPrefix(clerk{o.app}.Link(h), "http://127.0.0.1:0")
	folder := o.sent("sansha", record.ByFolder)
	over := o.sent("over", record.ByPage)
	overPath := "/handoff/" + over.Code + "/" + record.HandoffToken(clerk{o.app}.tag, over)
	over.Until = time.Now()
	o.put(over)
	empty := record.HandoffToken(clerk{o.app}.tag, &record.Handoff{})
	answers := map[string]bool{}
	for name, path := range map[string]string{
		"another token":        good[:len(good)-1] + map[bool]string{true: "1", false: "0"}[strings.HasSuffix(good, "0")],
		"another code":         strings.Replace(good, h.Code, "ZZZZ2345", 1),
		"of no hand-off":       "/handoff/ZZZZ2345/" + empty,
		"that ended":           overPath,
		"of one into a folder": "/handoff/" + folder.Code + "/" + record.HandoffToken(clerk{o.app}.tag, folder),
	} {
		status, page := o.get(path)
		if status != http.StatusNotFound || strings.Contains(page, "13800138000") {
			t.Errorf("%s: %d", name, status)
		}
		answers[page] = true
	}
	if len(answers) != 1 {
		t.Error("wrong links can be told apart")
	}
	if status, _ := o.get(good); status != http.StatusOK {
		t.Errorf("the right one: %d", status)
	}
}

func TestAPackageIsPutIntoItsFolderOnce(t *testing.T) {
	o := newOffice(t)
	h := o.sent("sansha", record.ByFolder)
	for range 2 {
		if err := (clerk{o.app}).Deliver(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	all, err := filepath.Glob(filepath.Join(o.out, "*"))
	if err != nil || len(all) != 1 || filepath.Base(all[0]) != h.Code+"-1" {
		t.Fatalf("%v, %v", all, err)
	}
	var files []handoff.File
	entries, err := os.ReadDir(all[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(all[0], e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, handoff.File{Name: e.Name(), Data: b})
	}
	if err := handoff.Verify(files, handoff.PublicKey(o.app.key.Files())); err != nil {
		t.Error(err)
	}
	h.Unit = "silent"
	if err := (clerk{o.app}).Deliver(t.Context(), h); err == nil {
		t.Error("a unit without a contact gets it")
	}
}

func TestTheUnitNearThePlaceComesFirst(t *testing.T) {
	o := newOffice(t)
	units := clerk{o.app}.Units([]string{"我在三沙市被骗了"})
	if len(units) != 3 || units[0].ID != "sansha" || units[0].Nearby != "三沙市" || units[1].Nearby != "" {
		t.Errorf("%+v", units)
	}
}
