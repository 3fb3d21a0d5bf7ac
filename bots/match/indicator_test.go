package match

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIndicators(t *testing.T) {
	f := NewFolder()
	for _, c := range []struct {
		text string
		want []string // kind, value, as written; "~" marks an approximate amount
	}{
		{"电话13800138000", []string{"phone +8613800138000 13800138000"}},
		{"＋86 138 0013 8000", []string{"phone +8613800138000 ＋86 138 0013 8000"}},
		{"1️⃣3️⃣8️⃣00138000打来的", []string{"phone +8613800138000 1️⃣3️⃣8️⃣00138000"}},
		{"单号138001380001234", nil},
		{"客服 400-820-8820，座机010-12345678", []string{"phone 4008208820 400-820-8820", "phone +861012345678 010-12345678"}},
		{"点 hxxps://Pay.Example.com/a?b=1。", []string{"url https://pay.example.com/a?b=1 hxxps://Pay.Example.com/a?b=1"}},
		{"链接 hxxp://abc点top/x", []string{"url http://abc.top/x hxxp://abc点top/x"}},
		{"打了110，又转96110", nil},
		{"叁萬伍仟元", []string{"amount 35000 叁萬伍仟元"}},
		{"网址abc点com", []string{"url abc.com abc点com"}},
		{"网址 abc[.]vip/x", []string{"url abc.vip/x abc[.]vip/x"}},
		{"邮箱a@example.com", []string{"email a@example.com a@example.com"}},
		{"链接 http://13800138000.top/", []string{"url http://13800138000.top/ http://13800138000.top/"}},
		{"转了3万5", []string{"amount 35000 3万5"}},
		{"被骗3.5万元", []string{"amount 35000 3.5万元"}},
		{"打过去1.5w", []string{"amount 15000 1.5w"}},
		{"两千多块", []string{"~amount 2000 两千多块"}},
		{"一共三万五千二百元", []string{"amount 35200 三万五千二百元"}},
		{"两千多", []string{"~amount 2000 两千多"}},
		{"大概三千吧", []string{"~amount 3000 三千"}},
		{"一共十来万", []string{"~amount 100000 十来万"}},
		{"一千零五十", []string{"amount 1050 一千零五十"}},
		{"3000多", []string{"~amount 3000 3000多"}},
		{"两千多人都信了，三千里路", nil},
		{"十二万元", []string{"amount 120000 十二万元"}},
		{"三万零五元", []string{"amount 30005 三万零五元"}},
		{"转了30000给他", []string{"amount 30000 30000"}},
		{"转账２，０００元", []string{"amount 2000 ２，０００元"}},
		{"刚转了3000，110打不通", []string{"amount 3000 3000"}},
		{"¥99.50", []string{"amount 99.50 99.50"}},
		{"付了50块", []string{"amount 50 50块"}},
		{"5k到手", []string{"amount 5000 5k"}},
		{"千万别信，百万保障，3万人参加，4k高清，第1万名", nil},
		{"我今年18岁，住302", nil},
		{"昨晚8点半转的", []string{"time 昨晚8点半 昨晚8点半"}},
		{"十分钟前，还有3小时前", []string{"time 十分钟前 十分钟前", "time 3小时前 3小时前"}},
	} {
		var got []string
		for _, i := range f.Fold(c.text).Indicators() {
			mark := ""
			if i.Approx {
				mark = "~"
			}
			got = append(got, fmt.Sprintf("%s%s %s %s", mark, i.Kind, i.Value, i.At.Of(c.text)))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.text, d)
		}
	}
}

func TestUrgency(t *testing.T) {
	f := NewFolder()
	for text, want := range map[string]Urgency{
		"我不想活了":                 LifeDanger,
		"救命，被关在园区里打":            LifeDanger,
		"裸聊被录了，说要发给通讯录":         LifeDanger,
		"孩子不见了":                 LifeDanger,
		"刚转了3万，不想活了":            LifeDanger, // life before money
		"我刚转了三万":                MoneyMoving,
		"转账了怎么办":                MoneyMoving,
		"對方還在跟我通話，讓我共享屏幕":       MoneyMoving,
		"他们让我把钱转到安全账户":          MoneyMoving,
		"被骗了5000块":              MoneyMoving,
		"验证码已经告诉了他":             MoneyMoving,
		"上个月认识的网友，今天骗我转了5万":     MoneyMoving,
		"I just sent 3000 yuan": MoneyMoving,
		"还没转账，对方一直催":            NoUrgency,
		"没有给他转钱":                NoUrgency,
		"去年被骗了3万":               NoUrgency,
		"清仓跳楼价大甩卖":              NoUrgency,
		"想死你了":                  NoUrgency,
		"明天停水，请转发给亲友":           NoUrgency,
		"大家注意安全！转给家人和同事":        NoUrgency,
		"他要转发给我的家人":             LifeDanger,
		"这条我转发了":                NoUrgency,
		"我打了110":                NoUrgency,
		"你好，想咨询一下刷单":            NoUrgency,
		"凡是让你屏幕共享的都是骗子":         NoUrgency,
		"": NoUrgency,
		"有人发短信说我中奖了，要点链接领奖":       NoUrgency,
		"网友说带我投资，我还没有打钱，想问问是不是骗子": NoUrgency,
	} {
		if got := f.Fold(text).Urgency(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestWhatKindOfMessage(t *testing.T) {
	f := NewFolder()
	type say = func(Folded) bool
	police, question, complaint := Folded.PoliceCalled, Folded.Question, Folded.Complaint
	objects := func(f Folded) bool { return f.Objection(false) }
	denies := func(f Folded) bool { return f.Objection(true) }
	for _, c := range []struct {
		name string
		ask  say
		text string
		want bool
	}{
		{"police", police, "已报警", true},
		{"police", police, "我已经报过警了", true},
		{"police", police, "打过110了", true},
		{"police", police, "还没报警", false},
		{"police", police, "报警了吗", false},
		{"police", police, "怎么报警", false},
		{"police", police, "打了110没打通", false},
		{"question", question, "这是真的吗", true},
		{"question", question, "这是不是骗局？", true},
		{"question", question, "這個靠譜嗎", true},
		{"question", question, "想赚钱吗？加我", false},
		{"complaint", complaint, "派出所一直不立案", true},
		{"complaint", complaint, "城管打人没人管", true},
		{"complaint", complaint, "我们学校食堂太差，投诉也没回应", true},
		{"complaint", complaint, "有人冒充公安局，态度恶劣", false},
		{"complaint", complaint, "我被贷款公司骗了，投诉没人管", false},
		{"complaint", complaint, "医院几点上班", false},
		{"objects", objects, "我有异议", true},
		{"objects", objects, "凭什么警告我", true},
		{"objects", objects, "我没有转账", false},
		{"objects", objects, "没有异议", false},
		{"denies", denies, "我没有，这是正规公司", true},
		{"denies", denies, "好的，已经删了", false},
	} {
		if got := c.ask(f.Fold(c.text)); got != c.want {
			t.Errorf("%s %q: %v, want %v", c.name, c.text, got, c.want)
		}
	}
}

func FuzzIndicators(f *testing.F) {
	for _, s := range []string{"转了3万5到13800138000", "hxxp://a点com", "1.5w多元", "十二万零五", "昨晚8点半", "9999999999999999万亿", "\xff1万", "一二三万k5"} {
		f.Add(s)
	}
	folder := NewFolder()
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, i := range folder.Fold(text).Indicators() {
			if i.At.Start < last || i.At.End <= i.At.Start || i.At.End > len(text) || i.Value == "" {
				t.Fatalf("%q: bad indicator %+v", text, i)
			}
			last = i.At.End
		}
	})
}
