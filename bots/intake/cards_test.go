package intake

import (
	"strings"
	"testing"
	"unicode/utf8"

	"netpatrol/templates"
)

// What each card must say, and how short it must be.
func TestCardsSayWhatHelps(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		says     []string
		atMost   int
		optional map[string]string
	}{
		"emergency-life": {[]string{"110", "12110", "12356", "12355"}, 220, nil},
		"emergency": {[]string{
			"现在就打110", "紧急止付", "挂断电话", "停止共享屏幕", "电话里报出", "姓名", "身份证号", "付款账户", "银行", "时间", "金额", "对方户名", "账号", "交易单号", "凭证", "12110",
		}, 220, map[string]string{"Young": yes}},
		"advice": {[]string{
			"110", "派出所", "报案助手", "公安部网络违法犯罪举报网站", "96110", "12321", "12377", "身份证", "聊天和转账记录", "不要删改", "不是受案回执", "5000元", "金额不大也能报", "合并查",
		}, 299, map[string]string{"Money": yes, "Small": yes, "Threshold": "5000", "Spam": yes, "Content": yes}},
		"receipt": {[]string{"不是受案回执", "110"}, 299, nil},
		"refuted": {[]string{"2026年3月1日", "海滨市公安局", "B4N7Q2RS", "不要再转发", "110"}, 299, nil},
	} {
		vars := map[string]string{"Unit": "某市公安局网警支队", "Code": "A1B2C3D4", "Automatic": yes, "Reference": "R1", "Title": "情况通报", "By": "海滨市公安局", "Notice": "B4N7Q2RS", "Date": "2026年3月1日", "Day": "2026-03-01"}
		for k, v := range c.optional {
			vars[k] = v
		}
		out, err := set.Render("zh-Hans", name, vars)
		if err != nil {
			t.Fatal(err)
		}
		own, _, _ := strings.Cut(out.Text, "本消息由")
		for _, s := range c.says {
			if !strings.Contains(own, s) {
				t.Errorf("%s does not say %s:\n%s", name, s, out.Text)
			}
		}
		if n := utf8.RuneCountInString(out.Text); n > c.atMost {
			t.Errorf("%s has %d characters, at most %d", name, n, c.atMost)
		}
	}
}

// Nothing that is said in a chat asks for the identity number or the whole card number of whoever writes.
func TestNoQuestionAsksForTheWritersOwnNumbers(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range questions {
		out, err := set.Render("zh-Hans", "ask", map[string]string{"Unit": "某市网警", "Code": "A1B2C3D4", "Automatic": yes, q.name: yes})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(out.Text, "不要发你自己的身份证号和完整卡号", "")
		for _, own := range []string{"身份证", "卡号", "密码", "验证码"} {
			if strings.Contains(text, own) {
				t.Errorf("%s asks for %s:\n%s", q.name, own, out.Text)
			}
		}
	}
}
