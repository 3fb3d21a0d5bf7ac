package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"netpatrol/internal/record"
)

// photographed is a task of which chen has nothing but a screenshot, and its page.
func (s *site) photographed(chen *officer) (*record.Item, string) {
	s.t.Helper()
	i := s.toPost(time.Now().Add(time.Hour))
	path := "/by-hand/" + url.PathEscape(i.ID)
	chen.post(path+"/take", chen.get(path).form(path+"/take", nil))
	page := chen.attach(s.t, path, screenshot(s.t, 360, 640))
	page.has("复制不出来就留空", "<mark>"+i.Code+"</mark>", `/large"`)
	page.lacks("登记对照结果</button>")
	page = chen.post(path+"/prove", page.form(path+"/prove", url.Values{"text": {" "}}))
	page.has("只有截图，尚未核实", "等另一位同事逐行对照")
	page.lacks("data-copy", "登记对照结果</button>", "没有发，交还")
	return i, path
}

// says answers every line of a comparison.
func says(i *record.Item, answer string) url.Values {
	v := url.Values{}
	for n := range i.Compared() {
		v.Set(fmt.Sprintf("line%d", n+1), answer)
	}
	return v
}

func (s *site) state(id string) *record.Item {
	s.t.Helper()
	i, err := record.Fetch[record.Item](s.t.Context(), s.Store, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

func TestAScreenshotIsComparedByAnotherOfficerLineByLine(t *testing.T) {
	s := newSite(t)
	chen, lin := s.as("chen"), s.as("lin")
	i, path := s.photographed(chen)
	lin.get("/by-hand").has("尚未核实", "等另一人对照")
	lin.get("/").has("尚未核实")
	lin.get("/items/" + url.PathEscape(i.ID)).has("只有截图，尚未核实")
	page := lin.get(path)
	page.has("已登记发布，尚未核实。请在", "一行一行对照", "<mark>"+i.Code+"</mark>", record.NothingMore, `src="/evidence/`)
	if lines := strings.Count(page.body, "<legend>"); lines != len(i.Compared()) {
		t.Errorf("%d lines to compare, want %d", lines, len(i.Compared()))
	}
	s.as("zhou").get(path).lacks("登记对照结果</button>") // an editor
	half := says(i, "same")
	half.Del("line1")
	lin.post(path+"/compare", page.form(path+"/compare", half)).has("请逐行选择", `name="line2" value="same" required checked`)
	page = lin.get(path)
	lin.post(path+"/compare", page.form(path+"/compare", says(i, "same"))).has("已逐行对照", "逐行相符", "林珊")
	if got := s.state(i.ID); got.State != record.ItemDelivered || got.Hand.Second != "lin" {
		t.Errorf("%s, %+v", got.State, got.Hand)
	}
}

func TestAScreenshotThatDiffersIsAnAlteredText(t *testing.T) {
	s := newSite(t)
	chen, lin := s.as("chen"), s.as("lin")
	i, path := s.photographed(chen)
	answers := says(i, "same")
	answers.Set("line1", "differs")
	page := lin.get(path)
	lin.post(path+"/compare", page.form(path+"/compare", answers)).has("请照抄截图上的文字", `value="differs" checked`)
	answers.Set("shows", "您好，加我微信")
	page = lin.get(path)
	lin.post(path+"/compare", page.form(path+"/compare", answers)).has("已登记为不符", "第 1 行", "您好，加我微信", "确认确已这样发布")
	if got := s.state(i.ID); got.State != record.ItemByHand {
		t.Errorf("%s", got.State)
	}
	lin.get("/").has("人工代发的文字与审批的不一致")
	page = lin.get(path)
	lin.post(path+"/confirm", page.form(path+"/confirm", nil)).has("按“有改动”记录在案", "有不符")
	if got := s.state(i.ID); got.State != record.ItemDelivered || got.Hand.Altered == "" {
		t.Errorf("%s, %+v", got.State, got.Hand)
	}
}

func TestATextPastedLaterProvesIt(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	i, path := s.photographed(chen)
	page := chen.get(path)
	chen.post(path+"/prove", page.form(path+"/prove", url.Values{"text": {i.Text}})).has("与审批一致，记为送达")
}

func TestWhoPostedIsToldThatAnotherCompares(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	i, path := s.photographed(chen)
	form := chen.get(path).form(path+"/prove", says(i, "same"))
	chen.post(path+"/compare", form).has("须由另一位同事对照截图")
}

func TestWhereAnAlteredTextDiffersStandsOut(t *testing.T) {
	s := newSite(t)
	chen, lin := s.as("chen"), s.as("lin")
	i := s.toPost(time.Now().Add(time.Hour))
	path := "/by-hand/" + url.PathEscape(i.ID)
	chen.post(path+"/take", chen.get(path).form(path+"/take", nil))
	other := strings.Replace(i.Text, "110", "119", 1)
	page := chen.get(path)
	chen.post(path+"/prove", page.form(path+"/prove", url.Values{"text": {other}, "reason": {"手误"}}))
	lin.get(path).has("11<mark>9</mark>")
}
