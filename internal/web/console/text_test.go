package console

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"netpatrol/bots"
)

func TestTimesAreBeijingTimes(t *testing.T) {
	now := time.Date(2026, 3, 1, 16, 30, 0, 0, time.UTC) // half past midnight on the second, in Beijing
	for _, c := range []struct {
		at   time.Time
		when string
		ago  string
	}{
		{time.Time{}, "—", ""},
		{now, "今天 00:30", "刚刚"},
		{now.Add(-29 * time.Minute), "今天 00:01", "29分钟前"},
		{now.Add(-31 * time.Minute), "3月1日 23:59", "31分钟前"},
		{now.Add(-150 * time.Minute), "3月1日 22:00", "2小时30分前"},
		{now.Add(-24 * time.Hour), "3月1日 00:30", "24小时前"},
		{now.AddDate(0, 0, -3), "2月27日 00:30", "3天前"},
		{now.AddDate(-1, 0, 0), "2025年3月2日 00:30", "365天前"},
		{now.Add(20 * time.Minute), "今天 00:50", "20分钟后"},
	} {
		if got := when(c.at, now); got != c.when {
			t.Errorf("when(%v) = %q, want %q", c.at, got, c.when)
		}
		if got := ago(c.at, now); got != c.ago {
			t.Errorf("ago(%v) = %q, want %q", c.at, got, c.ago)
		}
	}
}

// Every platform that ships has a name officers read.
func TestEveryPlatformHasAName(t *testing.T) {
	manifests, err := filepath.Glob("../../../adapters/*/manifest.go")
	if err != nil || len(manifests) < 5 {
		t.Fatal(manifests, err)
	}
	for _, m := range append(manifests, "adapters/kiosk/manifest.go") {
		if p := filepath.Base(filepath.Dir(m)); p != "adaptertest" && platformWord(p) == p {
			t.Errorf("%s has no name", p)
		}
	}
}

func TestExcerptIsOneLine(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"挂断电话。\n报出姓名", 64, "挂断电话。报出姓名"},
		{"先不要\n付款", 64, "先不要付款"},
		{"call 110\n now", 64, "call 110 now"},
		{"加我微信 shuadan888\n\n#兼职#", 64, "加我微信 shuadan888 #兼职#"},
		{"  \n", 64, ""},
		{"一二三四五六七八九十", 8, "一二三四五六七八…"},
		{"一二三四五六七八", 8, "一二三四五六七八"},
		{"请立即拨打110，不要转账", 6, "请立即拨打…"},
		{"请立即拨打110，不要转账", 9, "请立即拨打110…"},
		{"打110，110", 5, "打110…"},
		{"13800138000", 4, "1380…"},
	} {
		if got := excerpt(c.text, c.most); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestHowLongATryTook(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{300 * time.Millisecond: "不到1秒", 15 * time.Second: "15秒", 2 * time.Minute: "2分钟"} {
		if got := took(at, at.Add(d)); got != want {
			t.Errorf("%v: %q", d, got)
		}
	}
}

func TestAuditDetailsAreInWords(t *testing.T) {
	p := &page{People: map[string]string{"lin": "林珊"}}
	for detail, want := range map[string]string{
		"emergency, awaiting": "紧急劝阻，待审批", "suggest": "建议", "unsolicited": "公开和主动发送", "fraud": "诈骗", "fraud-brush-orders rev 1": "规则 fraud-brush-orders 第 1 版",
		"approved by lin": "由林珊批准", "covered by receipt@1020146": "依据常设审批：举报回执（receipt）", "由lin人工认定": "由林珊人工认定", "": "",
		"level 1 to  by group": "第1级，整个群，由 group", "level 2 to lin by letters": "第2级，林珊，由 letters", "covered by officers-only": "依据常设审批：只发给本单位民警（officers-only）", "措辞要改": "措辞要改",
	} {
		if got := p.Detail(detail); got != want {
			t.Errorf("%q: %q, want %q", detail, got, want)
		}
	}
}

func TestSegments(t *testing.T) {
	const text = "先垫付后返利"
	for _, c := range []struct {
		what  string
		spans []bots.Span
		want  string
	}{
		{"none", nil, "先垫付后返利"},
		{"one", []bots.Span{{Start: 3, End: 9}}, "先[垫付]后返利"},
		{"overlapping and out of order", []bots.Span{{Start: 12, End: 18}, {Start: 3, End: 9}, {Start: 6, End: 12}}, "先[垫付后返利]"},
		{"inside a character", []bots.Span{{Start: 4, End: 5}}, "先[垫]付后返利"},
		{"out of bounds", []bots.Span{{Start: -5, End: 3}, {Start: 15, End: 400}}, "[先]垫付后返[利]"},
		{"backwards", []bots.Span{{Start: 9, End: 3}}, "先垫付后返利"},
	} {
		var b strings.Builder
		for _, s := range segments(text, c.spans) {
			if s.Hit {
				b.WriteString("[" + s.Text + "]")
			} else {
				b.WriteString(s.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%s: %s, want %s", c.what, b.String(), c.want)
		}
	}
}

func FuzzSegmentsShowTheWholeText(f *testing.F) {
	f.Add("先垫付后返利", 3, 9)
	f.Add("a\xff\xfeb", 1, 2)
	f.Add("", -1, 1)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		var b strings.Builder
		for _, s := range segments(text, []bots.Span{{Start: start, End: end}}) {
			b.WriteString(s.Text)
		}
		if utf8.ValidString(text) && b.String() != text {
			t.Errorf("%q became %q", text, b.String())
		}
	})
}

func FuzzNextStaysOnThisSite(f *testing.F) {
	for _, s := range []string{"/", "/drafts?state=awaiting", "//evil.example", `/\evil.example`, "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "/%2f/evil.example", "?x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := safeNext(next)
		base := &url.URL{Scheme: "http", Host: "desk.example"}
		u, err := base.Parse(got)
		if err != nil || u.Host != "desk.example" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\r\n") {
			t.Errorf("%q leads to %q (%v)", next, got, err)
		}
	})
}

// What an officer cannot run into: the machine's own transitions.
var machines = map[string]bool{
	"fenced": true, "inconclusive": true, "not-claimed": true, "not-accepted": true, "not-open": true, "mode": true, "not-passive": true, "standing-ended": true, "standing-other": true,
}

func TestEveryGuardsRefusalHasItsSentence(t *testing.T) {
	code, found := regexp.MustCompile(`refuse\("([a-z-]+)"`), map[string]bool{}
	for _, pattern := range []string{"../../record/*.go", "../../engine/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			source, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range code.FindAllStringSubmatch(string(source), -1) {
				found[m[1]] = true
			}
		}
	}
	if len(found) < 30 {
		t.Fatalf("only %d codes are found: this test proves nothing", len(found))
	}
	for c := range found {
		if sentence("", c, "") == "这一步没有被接受（"+c+"）。" && !machines[c] {
			t.Errorf("%s has no sentence", c)
		}
	}
}

func TestEveryRefusalIsASentence(t *testing.T) {
	for code := range refusals {
		verb, plain, found := strings.Cut(code, "/")
		if !found {
			verb, plain = "", code
		}
		if got := sentence(bots.Verb(verb), plain, ""); !strings.HasSuffix(got, "。") {
			t.Errorf("%s: %q", code, got)
		}
	}
	if got := sentence(bots.Approve, "brand-new", "the guard's own words"); got != "the guard's own words" {
		t.Errorf("an unknown code: %q", got)
	}
	if got := sentence(bots.Approve, "brand-new", ""); !strings.Contains(got, "brand-new") {
		t.Errorf("an unknown code without words: %q", got)
	}
}
