package intake

import (
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

// readings is one value of each kind that is read back, long ones.
var readings = map[string]string{
	"ReadAmount": "123456789", "ReadAbout": yes, "ReadCoins": "2000 USDT", "ReadTime": "前天晚上8点半左右", "ReadPayee": "海滨市某某商贸有限公司", "ReadCard": "1210", "ReadAccount": "9611",
	"ReadAlipay": "0110", "ReadWallet": "a9Zk", "ReadPhone": "1234、1100", "ReadWeChat": "hi88", "ReadQQ": "6789", "ReadContact": "9527", "ReadSite": "www[.]hong-que-licai[.]top", "ReadApp": "红雀理财",
}

// TestWhatIsToldFitsAndMayLeave holds the three lines, and one line of what was read, against the linter and the
// narrowest platform.
func TestWhatIsToldFitsAndMayLeave(t *testing.T) {
	k := newKit(t)
	told := map[string]string{"Privacy": yes, "Days": "3650", "AskAny": yes}
	for _, q := range questions {
		for _, name := range []string{"receipt", "ask"} {
			k.check(name, with(told, q.name, "Call"))
		}
	}
	for _, d := range digressions {
		k.check("receipt", with(told, d.name))
		k.check("ask", with(told, d.name, "Call"))
	}
	for _, name := range informing {
		if name != "scam-card" && name != "unlawful-card" && name != "refuted" {
			k.check(name, map[string]string{"Privacy": yes, "Days": "3650"})
		}
	}
	for _, row := range k.b.kinds.rows {
		k.check("scam-card", map[string]string{"Name": row.Name, "Signs": row.Signs, "Advice": row.Advice, "Privacy": yes, "Days": "3650"})
	}
	for _, name := range bots.Categories() {
		k.check("unlawful-card", map[string]string{"Name": name, "Privacy": yes, "Days": "3650"})
	}
	vars := bots.Alike{Title: "关于网传本市明天起全城停水三天消息的情况通报", Unit: "海滨市公安局网安支队", Code: "B4N7Q2RS", At: at}.Told()
	vars["Privacy"], vars["Days"] = yes, "3650"
	k.check("refuted", vars)
	for name, value := range readings {
		for _, text := range []string{"receipt", "ask", "advice", "stay"} {
			k.check(text, map[string]string{"Read": yes, name: value, "AskAny": yes})
		}
	}
}

func with(vars map[string]string, names ...string) map[string]string {
	all := map[string]string{}
	for k, v := range vars {
		all[k] = v
	}
	for _, n := range names {
		all[n] = yes
	}
	return all
}

// A whole number never stands in what we say, whatever was read.
func TestNoWholeNumberIsReadBack(t *testing.T) {
	b := New()
	for value, want := range map[bots.Told]string{
		{Slot: slotPhone, Value: "+8613912345678"}:                              "ReadPhone 5678",
		{Slot: slotPhone, Value: "4008123123"}:                                  "ReadPhone 3123",
		{Slot: slotAccount, Value: "6222021234567890128"}:                       "ReadAccount 0128",
		{Slot: slotAccount, Value: "尾号5678"}:                                    "ReadCard 5678",
		{Slot: slotAccount, Value: "+8613912345678"}:                            "ReadAlipay 5678",
		{Slot: slotAccount, Value: "zhangsan@example.com"}:                      "ReadAlipay gsan",
		{Slot: slotAccount, Value: "TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE"}:        "ReadWallet bLSE",
		{Slot: slotContact, Value: "微信abc_laoshi88"}:                            "ReadWeChat hi88",
		{Slot: slotContact, Value: "QQ12345"}:                                   "ReadQQ 345",
		{Slot: slotLink, Value: "https://www.a-b.top:8080/x?phone=13912345678"}: "ReadSite www[.]a-b[.]top",
		{Slot: slotLink, Value: "13912345678.com"}:                              "",
		{Slot: slotApp, Value: "红雀"}:                                            "ReadApp 红雀",
		{Slot: slotApp, Value: "13912345678"}:                                   "",
		{Slot: slotApp, Value: "请先转账到安全账户"}:                                     "",
		{Slot: slotAmount, Value: "12800"}:                                      "ReadAmount 12800",
		{Slot: slotAmount, Value: "一万多{{.Unit}}"}:                               "",
		{Slot: slotAmount, Value: "2000 USDT"}:                                  "ReadCoins 2000 USDT",
		{Slot: slotPayee, Value: "张小三"}:                                         "ReadPayee 张小三",
		{Slot: slotPayee, Value: "海滨顺达商贸有限公司"}:                                  "ReadPayee 海滨顺达商贸有限公司",
		{Slot: slotPayee, Value: "网警已核实安全"}:                                     "",
		{Slot: slotPayee, Value: "此人合法可信"}:                                      "",
		{Slot: slotApp, Value: "官方认证放心用"}:                                       "",
		{Slot: slotContact, Value: "微信abcd-safe"}:                               "",
		{Slot: slotLink, Value: "https://verified-by-police.top"}:               "",
		{Slot: slotTime, Value: "昨晚8点"}:                                         "ReadTime 昨晚8点",
	} {
		x, ok := b.show(value)
		if got := strings.TrimSpace(x.name + " " + x.shown); ok != (want != "") || ok && got != want {
			t.Errorf("%v is shown as %q (%v), want %q", value, got, ok, want)
		}
	}
}

// Whoever answers something else than what was read back is not taken to have confirmed or denied it.
func TestOnlyAnAnswerConfirmsOrDenies(t *testing.T) {
	report := func() *bots.Report {
		return &bots.Report{
			Head: bots.Head{ID: "r1", State: "open"}, Slots: map[string]string{slotAmount: "5000", slotPhone: "+8613912345678"},
			Lines:  []bots.Line{{Text: "被骗5000元，骗子电话13912345678"}},
			Checks: []bots.Check{{Slot: slotAmount, Value: "5000", Told: at.Add(-time.Minute)}, {Slot: slotPhone, Value: "+8613912345678", Told: at.Add(-time.Minute)}},
		}
	}
	for text, want := range map[string]string{
		"对":       "amount confirmed, phone confirmed",
		"对的，没错":   "amount confirmed, phone confirmed",
		"都对":      "amount confirmed, phone confirmed",
		"right":   "amount confirmed, phone confirmed",
		"是的":      "amount confirmed, phone confirmed",
		"不对":      "amount disputed, phone disputed",
		"有错":      "amount disputed, phone disputed",
		"电话不对":    "phone wrong",
		"金额读错了":   "amount wrong",
		"那个电话是我的": "phone own", "13912345678是我自己的号码": "phone own", "骗子电话不是13912345678": "phone wrong",
		"对方又打电话来了": "", "对不起，我不会用": "", "是骗子的号码": "", "不是我的号码": "", "我的天": "", "感觉不对劲": "", "好的": "", "嗯": "",
		"转的钱都是我的": "", "转账用的是我的银行卡": "", "对方电话打不通，声音不对": "", "他骗的是我的同学": "", "链接我点错了": "",
		"这是我自己的": "phone own", "是我": "", "是我自己": "", "不对，那是我妈的号码": "phone own", "the phone is mine": "phone own", "the amount is wrong": "amount wrong",
		"尾号9999是我的": "", "13800138000是我自己的号码": "", "13912345678": "",
	} {
		w := world(report(), &bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a", Report: "r1"})
		var got []string
		for _, x := range remarks(t, w, text) {
			got = append(got, x.Slot+" "+string(x.As))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q says %q, want %q", text, s, want)
		}
	}
}

func remarks(t *testing.T, w *bottest.World, text string) (all []bots.NoteCheck) {
	for _, x := range told(t, w, text) {
		if n, ok := x.(bots.NoteCheck); ok {
			all = append(all, n)
		}
	}
	return all
}

// The kiosk has the three lines above its form.
func TestTheKioskDoesNotSayItTwice(t *testing.T) {
	for platform, informed := range map[string]bool{"weibo": true, kioskPlatform: false} {
		w := world(&bots.Account{Head: bots.Head{ID: "a"}, Private: true, Platform: platform})
		if got := replies(told(t, w, "我要举报一个网店")); len(got) != 1 || got[0].Informs != informed {
			t.Errorf("%s: %+v", platform, got)
		}
	}
}
