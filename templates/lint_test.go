package templates

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var escape = regexp.MustCompile(`\\u[0-9a-f]{4}`)

// lines reads a file of texts, one a line.
func lines(t testing.TB, file string) (all []string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		all = append(all, escape.ReplaceAllStringFunc(line, func(e string) string {
			n, _ := strconv.ParseUint(e[2:], 16, 32)
			return string(rune(n))
		}))
	}
	return all
}

// asks returns the findings that say a text asks for money or a code.
func asks(text string, p Policy) (all []Finding) {
	for _, f := range Lint(text, p) {
		if f.Rule == AsksMoney || f.Rule == AsksCode {
			all = append(all, f)
		}
	}
	return all
}

// shown marks the spans in a text.
func shown(text string, found []Finding) string {
	for i := len(found) - 1; i >= 0; i-- {
		f := found[i]
		text = text[:f.Start] + "⟦" + text[f.Start:f.End] + "⟧" + text[f.End:]
	}
	return text
}

func TestPromise11_RequestIsRefused(t *testing.T) {
	requests, p := lines(t, "testdata/requests.txt"), policy(t)
	if len(requests) < 200 {
		t.Errorf("only %d requests", len(requests))
	}
	for _, text := range requests {
		found := asks(text, p)
		if len(found) == 0 {
			t.Errorf("passed: %s", text)
			continue
		}
		t.Log(shown(text, found))
	}
}

func TestMentionPasses(t *testing.T) {
	mentions, p := lines(t, "testdata/mentions.txt"), policy(t)
	if len(mentions) < 200 {
		t.Errorf("only %d mentions", len(mentions))
	}
	for _, text := range mentions {
		if found := asks(text, p); len(found) > 0 {
			t.Errorf("refused: %s", shown(text, found))
		}
	}
}

func TestPromise11_LinkOutsideAllowListIsRefused(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ text, span string }{
		{"详情见 https://www.12377.cn/report?id=1 。", ""},
		{"写信到 jubao@12377.cn", ""},
		{"见 www.mps.gov.cn", ""},
		{"见https://police.haibin.gov.cn/a。", ""},
		{"版本 1.2.3，时间 12:30，共3.5万元。", ""},
		{"Please wait. To check, call 110. In doubt, ask.", ""},
		{"详情见 https://evil.example/x 。", "https://evil.example/x"},
		{"点击evil.top/abc领取", "evil.top/abc"},
		{"见 t.cn/A6xYz", "t.cn/A6xYz"},
		{"打开 ｗｗｗ．ｅｖｉｌ．ｃｏｍ", "ｗｗｗ．ｅｖｉｌ．ｃｏｍ"},
		{"打开 evil点com", "evil点com"},
		{"打开 evil 点 com", "evil 点 com"},
		{"打开 evil。com", "evil。com"},
		{"打开 ev\u200bil.com", "ev\u200bil.com"},
		{"见 hxxps://evil.example/x", "hxxps://evil.example/x"},
		{"https://www.12377.cn@evil.example/", "https://www.12377.cn@evil.example/"},
		{"https://www.12377.cn.evil.example/", "https://www.12377.cn.evil.example/"},
		{`https:\\evil.example\x`, `https:\\evil.example\x`},
		{"http://192.0.2.7/x", "http://192.0.2.7/x"},
		{"打开 192.0.2.7/x", "192.0.2.7/x"},
		{"打开 反诈.中国", "反诈.中国"},
		{"https://www.12377.cn.", ""},
		{"HTTPS://WWW.12377.CN/A", ""},
		{"javascript://www.evil.com/%0aalert(1)", "javascript://www.evil.com/%0aalert(1)"},
		{"写信到 help@evil.com", "help@evil.com"},
		{"https://xn--fiqs8s.evil.com", "https://xn--fiqs8s.evil.com"},
		{"https://notgov.cn/", "https://notgov.cn/"},
	} {
		want(t, tt.text, p, Link, tt.span)
	}
}

// want checks that a rule refuses exactly one span of a text, or none.
func want(t *testing.T, text string, p Policy, rule Rule, span string) {
	t.Helper()
	var got []string
	for _, f := range Lint(text, p) {
		if f.Rule == rule {
			got = append(got, text[f.Start:f.End])
		}
	}
	if strings.Join(got, " | ") != span {
		t.Errorf("%s in %q: %q, want %q", rule, text, got, span)
	}
}

func TestPromise11_PhoneOutsideHotlinesIsRefused(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ text, span string }{
		{"拨打110或96110，投诉拨打12345。", ""},
		{"发短信到12110。", ""},
		{"火警119，急救120。", ""},
		{"垃圾短信请向12321举报，外地加拨010-12321。", ""},
		{"举报编号 HB-20261125-0017-K，核对码 K7FQ-2M9X。", ""},
		{"共计12345元，涉及10086人。", ""},
		{"2026年11月25日12:30，第96条。", ""},
		{"￥12500，$10010。", ""},
		{"请拨打13800138000。", "13800138000"},
		{"联系138 0013 8000", "138 0013 8000"},
		{"联系138-0013-8000", "138-0013-8000"},
		{"联系１３８００１３８０００", "１３８００１３８０００"},
		{"联系13\u200b800138000", "13\u200b800138000"},
		{"联系一三八零零一三八零零零", "一三八零零一三八零零零"},
		{"联系幺三八零零幺三八零零零", "幺三八零零幺三八零零零"},
		{"+86 13800138000", "+86 13800138000"},
		{"座机0898-65391234", "0898-65391234"},
		{"座机（0898）65391234", "0898）65391234"},
		{"拨打65391234咨询", "65391234"},
		{"客服400-123-4567", "400-123-4567"},
		{"银行客服95588", "95588"},
		{"拨打114", "114"},
		{"客服热线：10086", "10086"},
		{"Call 911 now", "911"},
		{"Call 110 or 96110.", ""},
		{"海外请拨 +44 20 7946 0000", "+44 20 7946 0000"},
	} {
		want(t, tt.text, p, Phone, tt.span)
	}
	p.Now = time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	want(t, "心理援助拨打12356。", p, Phone, "12356")
}

func TestPromise11_BlameIsRefused(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ text, span string }{
		{"谁让你贪心", "谁让你贪心"[:len("谁让你")]},
		{"谁叫您不听劝。", "谁叫您"},
		{"你太贪了。", "你太贪"},
		{"您怎么这么傻？", "您怎么这么傻"},
		{"这是你自己的责任。", "是你自己的责任"},
		{"活该被骗。", "活该"},
		{"早就提醒过您。", "早就提醒过您"[:len("早就提醒")] + "过您"},
		{"就当交了学费。", "交了学费"},
		{"怪不得别人。", "怪不得别人"},
		{"这么明显的骗局您也信？", "这么明显的骗局您"},
		{"这不是您的错。", ""},
		{"不要觉得是您的错。", ""},
		{"不怪您。", ""},
		{"骗子利用的是人的信任，责任在骗子。", ""},
		{"不要贪小便宜。", ""},
		{"It is your own fault.", "your own fault"},
		{"You should have known better.", "you should have known"},
		{"You were so greedy.", "you were so greedy"},
		{"This is not your fault.", ""},
	} {
		got := ""
		for _, f := range Lint(tt.text, p) {
			if f.Rule == Blame {
				got = tt.text[f.Start:f.End]
			}
		}
		if (got == "") != (tt.span == "") {
			t.Errorf("blame in %q: %q, want %q", tt.text, got, tt.span)
		}
	}
}

func TestPromise11_UnfilledIsRefused(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ text, span string }{
		{"您好，{{.Name}}。", "{{ | }}"},
		{"您好，<no value>。", "<no value>"},
		{"××市公安局", "××"},
		{"XX派出所", "XX"},
		{"请于____前答复", "____"},
		{"编号：【待填】", "【待填】"},
		{"[姓名]您好", "[姓名]"},
		{"费用%!s(MISSING)", "%!s("},
		{"TBD", "TBD"},
		{"核对码 KXXQ-2M9X", ""},
		{"张某某，尾号**88", ""},
		{"尺寸3×4", ""},
	} {
		want(t, tt.text, p, Unfilled, tt.span)
	}
}

func TestPromise11_ExpiredLawIsRefused(t *testing.T) {
	p := policy(t)
	const rumour = "根据《治安管理处罚法》第二十五条，散布谣言的处拘留。"
	want(t, rumour, p, Law, "治安管理处罚法》第二十五条")
	want(t, "根据《治安管理处罚法》第 25 条，谎报警情……", p, Law, "治安管理处罚法》第 25 条")
	want(t, "根据《治安管理處罰法》（2012年修正）处理。", p, Law, "治安管理處罰法》（2012年修正")
	want(t, "根据《合同法》第五十二条……", p, Law, "《合同法")
	want(t, "《治安管理处罚法》第二十九条：散布谣言的……", p, Law, "")
	want(t, "《劳动合同法》第十条", p, Law, "")
	want(t, "《反电信网络诈骗法》第三条", p, Law, "")
	p.Now = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	want(t, rumour, p, Law, "")
}

// FuzzLint checks that no text panics and that every span is a piece of the text.
func FuzzLint(f *testing.F) {
	for _, s := range []string{"请转账", "请轉\u200b賬", "\xff\xfe请", "ﷺ", "“‘「", "１３８００１３８０００", "evil。com", "((((", "不不不不转账就", "㍿", strings.Repeat("请", 99), "a.b.c.d.e/f", "https://[::1]/x", "{{", "5 000 元费"} {
		f.Add(s)
	}
	p := policy(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		for _, x := range Lint(text, p) {
			if x.Start < 0 || x.End > len(text) || x.Start >= x.End || x.Message == "" {
				t.Errorf("finding %+v in %q", x, text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[x.Start:x.End]) {
				t.Errorf("span %d-%d cuts a character of %q", x.Start, x.End, text)
			}
		}
	})
}

func BenchmarkLint(b *testing.B) {
	p := policy(b)
	text := strings.Repeat("王女士进群刷单，先收到小额返现，之后被要求连做三单，共被骗走五万元。凡是要先垫钱的兼职都是诈骗，请勿转账。", 3)
	for b.Loop() {
		Lint(text, p)
	}
}

// TestHeldOut scores the linter on four sets, and prints the scores: what it misses in those it was not
// tuned on is what reviewers must expect. The floors only keep it from getting worse unnoticed. Whoever tunes
// the linter with lines of heldout.txt, unseen.txt or last.txt in view must move them to seen.txt and write new ones.
func TestHeldOut(t *testing.T) {
	for _, set := range []struct {
		file            string
		refused, passed int
	}{{"heldout.txt", 35, 35}, {"seen.txt", 37, 36}, {"unseen.txt", 32, 31}, {"last.txt", 24, 27}} {
		t.Run(set.file, func(t *testing.T) {
			p, right, total := policy(t), map[byte]int{}, map[byte]int{}
			for _, line := range lines(t, "testdata/"+set.file) {
				kind, text := line[0], line[2:]
				found := asks(text, p)
				total[kind]++
				if (len(found) > 0) == (kind == '-') {
					right[kind]++
				} else if set.file == "seen.txt" {
					t.Logf("wrong: %c %s", kind, shown(text, found))
				}
			}
			t.Logf("requests refused: %d of %d; mentions passed: %d of %d", right['-'], total['-'], right['+'], total['+'])
			if right['-'] < set.refused || right['+'] < set.passed {
				t.Errorf("there were %d and %d", set.refused, set.passed)
			}
		})
	}
}
