package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

const copied = "招聘网络兼职，刷单返利，一单一结，日入三百到五百，先垫付后返佣，名额有限，加微信%s详谈"

// copies are three posts of one text, somebody who forwards it, and another post.
func (s *site) copies() {
	for i, number := range []string{"abc8881", "abc8882", "abc8883"} {
		s.Posts("weibo", fmt.Sprint("author", i), fmt.Sprint(9000+i), fmt.Sprintf(copied, number))
	}
	s.Posts("forum", "other", "9010", "听说城西小学门口有人抢孩子，已经抢走三个了，大家快转发！")
	s.Settle()
	s.Says("weibo", "asker", "9020", "同学发的，靠谱吗？"+fmt.Sprintf(copied, "xyz9999"))
	s.Settle()
}

func TestCopiesAreOneCardThatOpensTheMembers(t *testing.T) {
	s := newSite(t)
	s.copies()
	o := s.as("chen")
	list := o.get("/clues")
	list.has("同源 3 条", "1 人转来")
	if n := strings.Count(list.body, "data-row "); n != 2 {
		t.Errorf("%d cards, want one for the copies and one for the other post", n)
	}
	k := s.All(bots.KindCluster, "")[0].(*bots.Cluster)
	page := o.get("/clusters/" + url.PathEscape(k.ID))
	page.has("3 条，未处理 3 条", "1 人", "@author0", "@author1", "@author2", "转来同样内容的举报", "这一页的 3 条都不予处理")
	clue := s.All(bots.KindClue, "")[1].Meta().ID
	o.get("/clues/"+url.PathEscape(clue)).has("/clusters/"+k.ID, "看同源的线索")
	s.as("shen").get("/clusters/" + url.PathEscape(k.ID)).lacks("都不予处理")
}

func TestAClusterIsDismissedButForWhatIsBeingWarnedOver(t *testing.T) {
	s := newSite(t)
	s.copies()
	drafts := s.All(bots.KindDraft, bots.DraftAwaiting)
	rejected := 0
	for _, r := range drafts {
		if d := r.(*bots.Draft); d.Purpose == bots.ForWarning && rejected < 2 {
			s.Decides("chen", bots.Decision{Verb: bots.Reject, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version, Reason: "核实中"})
			rejected++
		}
	}
	k := s.All(bots.KindCluster, "")[0].(*bots.Cluster)
	at := "/clusters/" + url.PathEscape(k.ID)
	o := s.as("chen")
	page := o.get(at)
	o.post(at+"/dismiss", page.form(at+"/dismiss", nil)).has("请写明不予处理的理由")
	page = o.get(at)
	o.post(at+"/dismiss", page.form(at+"/dismiss", url.Values{"reason": {"重复"}})).has("2 条已记为不予处理", "其余没有动", "3 条，未处理 1 条")
	if n := len(s.All(bots.KindClue, bots.ClueDismissed)); n != 2 {
		t.Errorf("%d clues are dismissed", n)
	}
}

func TestReportsThatNameOneNumberLeadToEachOther(t *testing.T) {
	s := newSite(t)
	for i, person := range []string{"zhao", "qian", "sun"} {
		s.Says("weibo", person, fmt.Sprint(9100+i), fmt.Sprintf("上个月被骗%d元，骗子电话13912345678", 100+i))
	}
	s.Says("weibo", "li", "9110", "上个月被骗70元，骗子电话13700001111")
	s.Settle()
	reports := s.All(bots.KindReport, "")
	page := s.as("chen").get("/reports/" + url.PathEscape(reports[0].Meta().ID))
	page.has("提到同一号码、账户或链接的举报", "另有 2 人举报", reports[1].(*bots.Report).Reference, reports[2].(*bots.Report).Reference, "101 元")
	page.lacks(reports[3].(*bots.Report).Reference)
	s.as("chen").get("/reports/" + url.PathEscape(reports[3].Meta().ID)).lacks("提到同一号码")
}

func TestWhatABulletinRefutesIsShownToItsApprover(t *testing.T) {
	s := newSite(t)
	o := s.as("wu")
	form := func(basis string) url.Values {
		return o.get("/bulletins/new").form("/bulletins/new", url.Values{
			"title": {"网传停水消息不实"}, "text": {"本市供水正常，请勿转发。"}, "account": {"weibo"}, "refutes": {"海滨市明天起全城停水三天，请大家马上储水\n明天全市停水三天快储水"}, "basis": {basis}, "do": {"submit"},
		})
	}
	o.post("/bulletins/new", form("")).has("请写明由谁核实", "<details open", "明天全市停水三天快储水")
	o.post("/bulletins/new", form("水务集团与市应急局分别答复")).has("海滨市明天起全城停水三天", "水务集团与市应急局分别答复")
	b := s.All(bots.KindBulletin, "")[0].(*bots.Bulletin)
	if len(b.Refutes.Claims) != 2 {
		t.Errorf("%+v", b.Refutes)
	}
	s.as("lin").get("/drafts/"+url.PathEscape(b.Drafts[0])).has("海滨市明天起全城停水三天", "水务集团与市应急局分别答复", "不能只凭那个单位自己的说法")
	code := s.All(bots.KindDraft, bots.DraftAwaiting)[0].(*bots.Draft).Code
	s.as("lin").get("/why/"+code).has("核实：</b>水务集团与市应急局分别答复", "“明天全市停水三天快储水”")
}

// What a reporter wrote is refused with the place; its author answers for it with a tick, and the approver sees the place.
func TestABulletinThatRepeatsAReporterIsAnsweredFor(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "8001", "我妈妈在小区门口被一个穿灰衣服的人骗走金镯子")
	o := s.as("wu")
	fill := url.Values{"title": {"防骗提醒"}, "text": {"一位老人在小区门口被一个穿灰衣服的人骗走金镯子。"}, "account": {"weibo"}, "do": {"submit"}}
	first := o.get("/bulletins/new")
	first.lacks(`name="quotes"`)
	back := o.post("/bulletins/new", first.form("/bulletins/new", fill))
	back.has("文中有举报人写给我们的话", "相同的是：“在小区门口被一个穿灰衣服的人骗走金镯子”", `name="quotes"`, "一位老人在小区门口")
	fill.Set("quotes", "yes")
	o.post("/bulletins/new", back.form("/bulletins/new", fill)).has("通报已提交", "与举报相同")
	b := s.All(bots.KindBulletin, "")[0].(*bots.Bulletin)
	at := "/drafts/" + url.PathEscape(b.Drafts[0])
	page := s.as("lin").get(at)
	page.has("文中有与群众举报相同的话：“在小区门口被一个穿灰衣服的人骗走金镯子”", "请退回")
	page.lacks(`name="quotes"`)
	draft, err := record.Fetch[bots.Draft](t.Context(), s.Store, b.Drafts[0])
	if err != nil {
		t.Fatal(err)
	}
	text := draft.Text
	o.post(at+"/edit", o.get(at).form(at+"/edit", url.Values{"text": {text + "\n我妈妈在小区门口被一个穿灰衣服的人骗走金镯子"}})).has("相同的是：“我妈妈在小区门口被一个", `name="quotes"`)
}

func TestBrowserClustersFitAndHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.copies()
	for i, person := range []string{"zhao", "qian"} {
		s.Says("weibo", person, fmt.Sprint(9100+i), "上个月被骗80元，骗子电话13912345678")
	}
	s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{
		"title": "网传停水消息不实", "text": "本市供水正常，请勿转发。", "accounts": "weibo", "refutes": "海滨市明天起全城停水三天，请大家马上储水", "basis": "水务集团与市应急局分别答复",
	}})
	s.Settle()
	b := s.All(bots.KindBulletin, "")[0].(*bots.Bulletin)
	s.enter(t, tab, "lin")
	k := s.All(bots.KindCluster, "")[0].Meta().ID
	reports := s.All(bots.KindReport, "")
	for _, width := range []int64{390, 1280} {
		for _, p := range []string{"/clues", "/clusters/" + url.PathEscape(k), "/reports/" + url.PathEscape(reports[len(reports)-1].Meta().ID), "/bulletins", "/bulletins/new", "/bulletins/" + url.PathEscape(b.ID), "/drafts/" + url.PathEscape(b.Drafts[0])} {
			do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+p))
			if got := ask[string](t, tab, faults); got != "" {
				t.Errorf("%s at %d: %s", p, width, got)
			}
			accessible(t, tab, fmt.Sprint(p, " at ", width))
		}
	}
}
