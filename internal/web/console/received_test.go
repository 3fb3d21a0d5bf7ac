package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// came is a package of another unit as the front door hands it in, and the path of its page.
func (s *site) came(revision int, change func(*bots.Package)) string {
	s.t.Helper()
	id := record.ReceivedStream("yecheng", "7Q4KM2XP")
	p := &bots.Package{
		Unit: "yecheng", Key: fmt.Sprint("key", revision, time.Now().UnixNano()), Digest: "d", Code: "7Q4KM2XP", Revision: revision, From: "椰城市公安局网络警察支队", Region: "460100",
		Lines: []bots.PackageLine{{Kind: "微信", Value: "shuadan888", Role: "举报中的对方", Note: "已遮盖"}},
	}
	kept, err := s.files.PutAs(s.t.Context(), id, "text/html", strings.NewReader("<script>alert(1)</script>"))
	if err != nil {
		s.t.Fatal(err)
	}
	p.Files = []bots.PackageFile{{Name: "clue.html", Type: kept.Type, Size: kept.Size, SHA256: kept.SHA256}}
	if change != nil {
		change(p)
	}
	if r, err := s.TakePackage(s.t.Context(), p); err != nil || r.Status != bots.Applied {
		s.t.Fatalf("%+v, %v", r, err)
	}
	return "/received/" + url.PathEscape(id)
}

func TestAPackageOfAnotherUnitIsReadAndAnswered(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	chen.get("/handoffs").has(`href="/received"`)
	chen.get("/received").has("没有这样的移交", "管理员在配置的 units 里用 sends 写明")
	at := s.came(1, func(p *bots.Package) { p.Emergency = true })
	chen.get("/").has("紧急：椰城市公安局网络警察支队移交来一份线索 7Q4KM2XP", at)
	chen.get("/handovers").has("收到的移交待答复")
	chen.get("/received").has("7Q4KM2XP", "等本单位答复", "紧急")
	page := chen.get(at)
	page.has("shuadan888", "举报中的对方", "clue.html", "签名和每个文件的摘要都已核对", "不属本单位管辖")
	_, rest, _ := strings.Cut(page.body, `href="/evidence/`)
	file, _, _ := strings.Cut(rest, `"`)
	if f := chen.get("/evidence/" + file); f.status != http.StatusOK || !strings.Contains(f.body, "<script>") {
		t.Errorf("its file: %d", f.status)
	}
	if p := s.as("zhou").get(at); p.status != http.StatusForbidden {
		t.Errorf("a volunteer: %d", p.status)
	}
	s.as("shen").get(at).lacks("答复对方</button>")
	action := at + "/answer"
	chen.post(action, page.form(action, url.Values{"as": {"result"}})).has("请写明结果")
	old := chen.get(at)
	chen.post(action, chen.get(at).form(action, url.Values{"as": {"accepted"}, "number": {"琼公2026-7"}})).has("答复已登记", "编号 琼公2026-7", "陈立")
	chen.post(action, old.form(action, url.Values{"as": {"not-ours"}})).has("被改动过")
	chen.post(action, chen.get(at).form(action, url.Values{"as": {"result"}, "note": {"已立案"}})).has("已反馈结果", "已立案")
	s.came(2, func(p *bots.Package) { p.Note = "号码有误" })
	chen.get(at).has("对方更正（第 2 版）", "号码有误", "针对更正前的内容", "等本单位答复")
	s.came(2, func(p *bots.Package) { p.Withdrawn, p.Note, p.Lines = true, "误移", nil })
	page = chen.get(at)
	page.has("对方撤回", "误移", "不用答复")
	page.lacks("shuadan888", "答复对方</button>")
	if f := chen.get("/evidence/" + file); f.status != http.StatusNotFound {
		t.Errorf("a file of what was withdrawn, by its old address: %d", f.status)
	}
}

func TestBrowserReceivedPackagesHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.enter(t, tab, "chen")
	do(t, tab, chromedp.Navigate(s.url+"/received"))
	accessible(t, tab, "empty")
	at := s.came(1, func(p *bots.Package) {
		p.Lines = append(p.Lines, bots.PackageLine{Kind: "网址", Value: "https://fanli.yongjin-" + strings.Repeat("shuadan", 9) + ".example/a?x=1", Role: "举报中的对方", Note: "已核对"})
	})
	for _, scheme := range []string{"light", "dark"} {
		inScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			for _, p := range []string{"/received", at} {
				do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+p))
				accessible(t, tab, p+" in "+scheme)
				if found := ask[string](t, tab, faults); found != "" {
					t.Errorf("%s at %d: %s", p, width, found)
				}
				if ask[bool](t, tab, `[...document.querySelectorAll(".scroll")].some(e => e.scrollWidth > e.clientWidth + 1)`) {
					t.Errorf("%s at %d: what a package tells is not seen whole", p, width)
				}
			}
		}
	}
	do(t, tab, chromedp.Focus(`[name=as]`), chromedp.KeyEvent(" "), chromedp.Focus("#number"), chromedp.KeyEvent("琼公2026-7\r"))
	shows(t, tab, "答复已登记")
}
