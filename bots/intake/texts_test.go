package intake

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"netpatrol/bots"
	"netpatrol/bots/bottest"
	"netpatrol/bots/match"
	"netpatrol/templates"
)

// strictest is what the narrowest platforms let a private message hold: characters in Chinese (a
// microblog), and any (another one).
const (
	strictest      = 299
	strictestOther = 500
)

// TestWhatIsAskedFitsAndMayLeave renders each question with each answer to what was asked in
// between, each card and each advice, and holds them against the linter and the narrowest platform.
func TestWhatIsAskedFitsAndMayLeave(t *testing.T) {
	k := newKit(t)
	for _, q := range questions {
		for _, r := range []bots.Reply{{Template: "receipt"}, {Template: "ask"}} {
			for _, d := range digressions {
				k.check(r.Template, map[string]string{q.name: yes, "AskAny": yes, "Call": yes, d.name: yes})
			}
		}
	}
	for _, row := range k.b.kinds.rows {
		k.check("scam-card", map[string]string{"Name": row.Name, "Signs": row.Signs, "Advice": row.Advice, "AskPaid": yes, "AskAny": yes})
		k.check("advice", map[string]string{"Advice": row.Advice, "Money": yes, "Small": yes, "Threshold": "3000", "Spam": yes})
		k.check("advice", map[string]string{"Advice": row.Advice, "Young": yes, "Content": yes})
	}
	for _, name := range []string{"human", "stay", "fake-police", "receipt", "added", "complaint", "menu-report", "menu-ask", "menu-progress", "menu-progress-none", "is-it-a-scam", "emergency", "emergency-life"} {
		k.check(name, nil)
	}
	k.check("refuted", bots.Alike{Title: "关于网传本市明天起全城停水三天消息的情况通报", Unit: "海滨市公安局网络安全保卫支队", Code: "B4N7Q2RS", At: at}.Told())
	near := bots.Alike{Title: "关于网传本市明天起全城停水三天消息的情况通报", Unit: "海滨市公安局网安支队", Code: "B4N7Q2RS", At: at}.Told()
	near["Near"], near["Privacy"], near["Days"] = yes, yes, "3650"
	k.check("refuted", near)
	for _, name := range bots.Categories() {
		k.check("unlawful-card", map[string]string{"Name": name})
	}
	k.check("emergency", map[string]string{"Young": yes})
}

// kit renders as the engine does.
type kit struct {
	*testing.T
	b      *Bot
	set    *templates.Set
	policy templates.Policy
}

func newKit(t *testing.T) kit {
	t.Helper()
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := templates.Hotlines()
	if err != nil {
		t.Fatal(err)
	}
	return kit{t, New(), set, templates.Policy{Hotlines: lines, Now: at}}
}

func (k kit) check(name string, given map[string]string) {
	k.Helper()
	for _, lang := range []string{"zh-Hans", "en"} {
		vars := map[string]string{"Unit": "海滨市公安局网安支队", "Code": "K7M2P9XW", "Automatic": "true", "Reference": "K7M2P9XW"}
		if lang == "en" {
			vars["Unit"] = "Haibin Cyber Police"
		}
		for v, value := range given {
			vars[v] = value
		}
		out, err := k.set.Render(lang, name, vars)
		if err != nil {
			k.Fatal(err)
		}
		for _, f := range templates.Lint(out.Text, k.policy) {
			k.Errorf("%s %s %v: the linter refuses %q", lang, name, given, out.Text[f.Start:f.End])
		}
		limit := strictestOther
		if lang == "zh-Hans" {
			limit = strictest
		}
		if n := utf8.RuneCountInString(out.Text); n > limit {
			k.Errorf("%s %s %v: %d characters, a platform takes %d:\n%s", lang, name, given, n, limit, out.Text)
		}
	}
}

// sentences has one way of telling each kind of the catalogue.
var sentences = map[string]string{
	"A1": "群里让我刷单，前两单返了钱，后面要连单才给提现", "A2": "说点赞关注给钱，点赞返现，让我下软件", "A3": "同城约会要先做任务交钱才能见面", "A4": "收到一个没买过的快递，里面快递卡片让扫码领礼品",
	"B1": "炒股群里老师带单，说有内幕消息", "B2": "网上认识的对象发现平台漏洞，带我投资", "B3": "让我买USDT转到一个钱包地址", "B4": "他说能控制后台，博彩网站包赢", "B5": "买养老床位，说高息还拉人有奖",
	"B6": "帮我卖古币，先收鉴定费", "C1": "网贷说我卡号填错，要交解冻费才放款", "C2": "代办信用卡，说包下卡", "C3": "说我有校园贷不注销就影响征信", "C4": "花钱就能征信修复，消除逾期记录",
	"C5": "说我银行流水不够，要刷流水", "D1": "淘宝客服打电话说商品有质量问题双倍赔", "D2": "快递客服说我包裹丢了", "D3": "说我抖音会员每月扣费，要关百万保障", "D4": "短信说航班取消，让改签",
	"D5": "之前的网课退费，说清退要先激活", "E1": "自称公安局打来说我涉嫌洗钱，要转安全账户", "E2": "自称网警，说能追回损失", "E3": "说我医保卡停用", "E4": "ETC失效短信，积分清零", "E5": "大使馆打来说我海关有跨境包裹",
	"E6": "部队采购，托我代买罐头", "F1": "领导加我新微信，自称领导，领导让我转", "F2": "我是财务，假老板拉我进公司群让打款", "F3": "朋友微信被盗，冒充好友借钱", "F4": "AI换脸的视频，声音一样", "F5": "家长群里有人冒充老师收资料费",
	"F6": "说我儿子被抓，要急手术", "G1": "网恋借钱，没见过面", "G2": "裸聊被录，拿通讯录要挟", "G3": "约见面先交钱，酒托", "H1": "网购付款不发货", "H2": "闲鱼二手买家发支付链接", "H3": "演唱会门票，内部票",
	"H4": "租房没看房先交定金", "H5": "求职要交岗前培训的培训费", "H6": "卖四六级考试答案包过", "H7": "免费讲座卖保健品", "H8": "灾区募捐，慈善捐款收个人码", "I1": "卖游戏账号，号被找回", "I2": "免费皮肤，让孩子解除防沉迷",
	"J1": "让我共享屏幕，远程控制", "J2": "让我把银行卡贴在手机上开NFC", "J3": "点了链接下载了APP，是木马", "J4": "说我中奖，先交税才能领奖", "J5": "有人租卡跑分，让我借银行卡", "J6": "收到法院短信传票，说被起诉",
}

func TestEveryKindOfTheCatalogueIsRecognised(t *testing.T) {
	k := New().kinds
	for _, row := range k.rows {
		if row.ID == "Z1" {
			continue // "cannot be classed": an officer does
		}
		if len(phrases[row.ID]) == 0 {
			t.Errorf("%s %s has no phrases", row.ID, row.Name)
		}
		if got, ok := k.of(sentences[row.ID]); !ok || got.ID != row.ID {
			t.Errorf("%s %s: %q is taken for %s %s", row.ID, row.Name, sentences[row.ID], got.ID, got.Name)
		}
	}
	for id := range phrases {
		if _, ok := k.byID(id); !ok {
			t.Errorf("phrases for %s, which is not in the catalogue", id)
		}
	}
	for _, text := range []string{"你好，在吗", "我要举报一个人", ""} {
		if got, ok := k.of(text); ok {
			t.Errorf("%q is taken for %s", text, got.Name)
		}
	}
}

// What is asked first is answered alike for every number and link, however often it was reported.
func TestNobodyLearnsWhetherANumberIsKnown(t *testing.T) {
	for _, text := range []string{"13912345678是不是骗子", "hxxp://a-b点top 这个网站可信吗"} {
		i := New().folder.Fold(text).Indicators()[0]
		known := world(tied(i, 3)...)
		if one, other := told(t, world(), text), told(t, known, text); bottest.Print("", one) != bottest.Print("", other) {
			t.Errorf("%q is answered in two ways:\n%s\n%s", text, bottest.Print("", one), bottest.Print("", other))
		}
		crowded := world(tied(i, joinLine-1)...)
		got := told(t, crowded, text)
		if len(escalations(got)) != 1 || bottest.Print("", replyOf(got)) != bottest.Print("", replyOf(told(t, world(), text))) {
			t.Errorf("%q, reported often: %s", text, bottest.Print("", got))
		}
	}
}

// tied are the ties of n people who named an indicator.
func tied(i match.Indicator, n int) (all []bots.Record) {
	for k := range n {
		stream := "named " + digestOf(i)
		all = append(all, &bots.Tie{Head: bots.Head{ID: stream + "|conversation/other" + strconv.Itoa(k), Stream: stream, State: "kept"}})
	}
	return all
}

func replyOf(effects []bots.Effect) (all []bots.Effect) {
	for _, r := range replies(effects) {
		all = append(all, r)
	}
	return all
}

func TestAnOfficerIsAskedWhenSmallLossesMeet(t *testing.T) {
	for n, asked := range map[int]bool{1: false, 4: false, 5: true, 6: false, 10: true, 11: false, 20: true} {
		if joins(n) != asked {
			t.Errorf("reporter %d: asked = %v", n, !asked)
		}
	}
	i := New().folder.Fold("骗子电话13912345678").Indicators()[0]
	w := world(tied(i, joinLine-1)...)
	if got := escalations(told(t, w, "上个月被骗80块，骗子电话13912345678")); len(got) != 1 || !strings.Contains(got[0].Why, "第5个人") {
		t.Errorf("%+v", got)
	}
	if got := escalations(told(t, w, "上个月被骗80块，我的电话13912345678")); len(got) != 0 {
		t.Errorf("the writer's own number is joined: %+v", got)
	}
}

// The writer's identity number and card are nowhere but in the words they stand in.
func TestWhatIsTheWritersOwnIsNotKeptApart(t *testing.T) {
	for _, text := range []string{
		"上周被骗了，我的身份证号110101199003074477", "上周被骗了，我卡号6222021234567890128", "上周被骗了，我的支付宝是zhang@example.com", "6222021234567890128",
	} {
		for _, e := range told(t, world(), text) {
			if line := bottest.Print("", []bots.Effect{e}); strings.Contains(line, "110101199003074477") || strings.Contains(line, "6222021234567890128") || strings.Contains(line, "zhang@") {
				t.Errorf("%q: %s", text, line)
			}
		}
	}
}

// A person gets a reference with the third of our messages at the latest, at most one message for
// each time they write, and none while they are still writing.
func TestTheReferenceComesSoonAndMessagesAreFew(t *testing.T) {
	set := newKit(t).set
	for _, first := range []string{"你好", "刚转了3万", "这是不是骗局？", "贷款要交保证金，靠谱吗", "我被骗了", "冒充网警的账号", "只是问问"} {
		w, b, now, told := world(), New(), at, 0
		var seen bool
		for i, text := range []string{first, "嗯", "对的，就是他", "我想想", "不知道", "还有吗"} {
			now = now.Add(time.Minute)
			e := bots.Event{Head: bots.Head{ID: string(rune('a' + i)), Stream: talk}, Kind: bots.MessageHeard, Accepted: now, Account: "a", Body: &bots.Heard{Text: text}}
			w.Hear(e)
			effects := bottest.Decide(t, b, e, w.Facts(b, e))
			w.Apply(b, e, effects)
			said := replies(effects)
			for {
				r, stream, ok := w.Due(b, now.Add(30*time.Second))
				if !ok {
					break
				}
				e := bots.Event{Head: bots.Head{ID: e.ID + "r", Stream: stream}, Kind: bots.Reminded, Accepted: r.Due, Account: "a", Body: &r}
				effects := bottest.Decide(t, b, e, w.Facts(b, e))
				w.Apply(b, e, effects)
				said = append(said, replies(effects)...)
			}
			if len(said) > 1 {
				t.Errorf("%q, then %q: %d messages at once: %+v", first, text, len(said), said)
			}
			for _, r := range said {
				told++
				vars := map[string]string{"Unit": "某市网警", "Code": "C", "Automatic": "true", "Reference": "REF-1"}
				for k, v := range r.Vars {
					vars[k] = v
				}
				out, err := set.Render("zh-Hans", r.Template, vars)
				if err != nil {
					t.Fatal(err)
				}
				seen = seen || r.Report != "" && strings.Contains(out.Text, "REF-1")
			}
			if told >= 3 && !seen {
				t.Errorf("%q: three messages and no reference", first)
				break
			}
		}
	}
}

func TestDialectIsHeardAndLookAlikesAreNot(t *testing.T) {
	f := match.NewFolder()
	for text, is := range map[string]bool{
		"我遭骗了八千块": true, "俺着骗了5000块": true, "我畀人呃咗三千蚊": true, "我被片了3000元": true, "啱啱过咗数俾佢": true,
		"差点遭骗了八千块": false, "我怕被骗钱": false, "他转过身走了": false, "被偏爱的都有恃无恐": false, "我刚赚了一笔": false,
	} {
		if dialect.In(f.Fold(text)) != is {
			t.Errorf("%q: hurry = %v", text, !is)
		}
	}
}
