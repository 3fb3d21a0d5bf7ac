package templates

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "stamp the embedded texts with their digests and note the released revisions")

var digestLine = regexp.MustCompile(`(?m)^digest: .*$`)

// TestReleasedRevisions keeps a shipped text from changing under the same revision. With
// -update it stamps digests, but never a changed text whose rev was not raised.
func TestReleasedRevisions(t *testing.T) {
	const golden = "testdata/released.txt"
	released := map[string]string{} // "zh-Hans/receipt.tmpl 1" to digest
	note, err := os.ReadFile(golden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(note)) {
		f := strings.Fields(line)
		released[f[0]+" "+f[1]] = f[2]
	}
	for _, file := range textFiles(t) {
		raw := read(t, file)
		lines := strings.Split(raw, "\n")
		end := slices.Index(lines[1:], fence)
		digest := digestOf(lines[1:end+1], strings.Join(lines[end+2:], "\n"))
		if *update {
			write(t, file, digestLine.ReplaceAllString(raw, "digest: "+digest))
		}
		name, _ := filepath.Rel("text", file)
		s, err := parseSource(name, digestLine.ReplaceAllString(raw, "digest: "+digest))
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("%s %d", name, s.rev)
		switch old, known := released[key]; {
		case known && old != digest:
			t.Errorf("%s was changed but is still rev %d: write rev: %d and run go test -run Released -update", file, s.rev, s.rev+1)
		case !known && *update:
			released[key] = digest
			note = fmt.Appendf(note, "%s %s\n", key, digest)
		case !known:
			t.Errorf("%s is not noted in %s: run go test -run Released -update", key, golden)
		}
	}
	if *update {
		write(t, golden, string(note))
	}
}

func textFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("text/*/*.tmpl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func standard(t testing.TB) *Set {
	t.Helper()
	s, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func policy(t testing.TB) Policy {
	t.Helper()
	lines, err := Hotlines()
	if err != nil {
		t.Fatal(err)
	}
	return Policy{Hotlines: lines, Links: []string{"www.12377.cn", ".gov.cn", "12377.cn"}, Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}
}

// real gives every variable of every shipped template a lifelike value.
func real(lang string) map[string]string {
	vars := map[string]string{
		"Unit": "海滨市公安局网安支队", "Code": "K7FQ-2M9X", "Automatic": "true", "Reference": "HB-20261125-0017-K",
		"Post": "在家点赞一天赚三百，先交99元保证金，加V信 abc12345 或 13800138000", "Why": "文中要求先交钱再派单，与刷单诈骗的手法一致。",
		"Title": "刷单返利典型案例", "Text": "王女士进群刷单，先收到小额返现，之后被要求连做三单，共被骗走五万元。凡是要先垫钱的兼职都是诈骗。", "Earlier": "A2BC-3DEF", "Minutes": "15", "Account": "haikou",
		"Name": "刷单返利", "Signs": "前几单小额返现，之后要连做几单才让提现", "Advice": "要先垫钱的兼职一律停手", "Place": "龙华区", "Threshold": "3000",
		"Category": "诈骗", "Note": "同一账号一天发了二十多个同样的帖子。",
		"Anchor": "netpatrol-audit-1 4711 2026-11-25T03:36:29.1Z " + strings.Repeat("0a1b2c3d", 8) + " " + strings.Repeat("13800138", 16), "Site": "椰风社区", "Points": "一、交流区有招募刷单的广告，首页可以直接点到。\n二、注册用户没有核验手机号码。", "By": "海滨市公安局", "Notice": "B4N7-Q2RS", "Date": "2026年3月1日", "Day": "2026-03-01", "Deadline": "2026年12月10日", "Sent": "2026年11月25日", "Overdue": "true",
	}
	if lang == "en" {
		vars["Unit"] = "Haibin Cyber Police"
		vars["Post"] = "Earn 300 a day from home, pay a 99 yuan deposit first, text 13800138000"
		vars["Category"], vars["Note"] = "fraud", "The same account posted it twenty times today."
		vars["Site"], vars["Points"] = "Coconut Forum", "1. The exchange carries recruiting for fake orders, one click from the front page."
		vars["Deadline"], vars["Sent"] = "10 December 2026", "25 November 2026"
		vars["Why"] = "it asks people to pay before they get work, as task scams do."
		vars["Title"], vars["Text"] = "A task scam", "Ms Wang joined a group, was paid small sums at first, and was then told to pay for three tasks in a row. Any job that asks you to pay first is a scam."
	}
	return vars
}

var shipped = []string{
	"added", "advice", "alarm-anchor", "alarm-handover", "alarm-urgent", "alarm-waiting", "answer-mention", "answer-mention-public", "ask", "bulletin-case", "complaint", "correction", "emergency", "emergency-life", "emergency-public",
	"everyday", "fake-police", "flag", "greeting", "handoff-news", "human", "is-it-a-scam", "letter-rectification", "letter-reminder", "lookup-secret", "menu-ask", "menu-progress", "menu-progress-none", "menu-report", "notice-withdrawn", "offer-help", "officer", "privacy", "receipt", "refuted", "scam-card", "stay",
	"suggest-advice", "suggest-ask", "suggest-careful", "suggest-close", "suggest-first", "suggest-progress", "suggest-stay", "suggest-urgent", "unlawful-card", "warning-fraud", "warning-rumour", "warning-unlawful",
}

func TestShippedTemplates(t *testing.T) {
	set := standard(t)
	var names []string
	for _, info := range set.Names() {
		names = append(names, info.Name)
	}
	if !slices.Equal(names, shipped) {
		t.Fatalf("names %v\nwant  %v", names, shipped)
	}
	limit := map[string]int{"emergency": 200, "emergency-life": 220, "warning-fraud": 300, "warning-rumour": 300, "warning-unlawful": 300}
	for _, lang := range []string{"zh-Hans", "en"} {
		for _, name := range shipped {
			t.Run(lang+"/"+name, func(t *testing.T) {
				vars := real(lang)
				got, err := set.Render(lang, name, vars)
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%d characters:\n%s", utf8.RuneCountInString(got.Text), got.Text)
				if got.Language != lang || got.Rev < revUnit {
					t.Errorf("language %q, rev %d", got.Language, got.Rev)
				}
				if max := limit[name]; max > 0 && lang == "zh-Hans" && utf8.RuneCountInString(got.Text) >= max {
					t.Errorf("%d characters, want fewer than %d", utf8.RuneCountInString(got.Text), max)
				}
				for _, f := range Lint(got.Text, policy(t)) {
					t.Errorf("linter: %s %q: %s", f.Rule, got.Text[f.Start:f.End], f.Message)
				}
				if !strings.Contains(got.Text, vars["Unit"]) || !strings.Contains(got.Text, vars["Code"]) {
					t.Error("unit or code is missing")
				}
			})
		}
	}
}

// TestOptionalVariablesMayBeMissing renders every template with nothing but what it requires.
func TestOptionalVariablesMayBeMissing(t *testing.T) {
	set := standard(t)
	for _, info := range set.Names() {
		for _, lang := range info.Languages {
			vars := real(lang)
			for _, o := range info.Optional {
				delete(vars, o)
			}
			got, err := set.Render(lang, info.Name, vars)
			if err != nil {
				t.Errorf("%s/%s: %v", lang, info.Name, err)
			}
			for _, f := range Lint(got.Text, policy(t)) {
				t.Errorf("%s/%s: %s %q", lang, info.Name, f.Rule, got.Text[f.Start:f.End])
			}
		}
	}
}

func TestRenderSaysWhatIsMissing(t *testing.T) {
	set := standard(t)
	for _, tt := range []struct {
		name, drop, says string
	}{
		{"warning-fraud", "Why", "Why"},
		{"officer", "Text", "Text"},
		{"no-such", "", "receipt"},
	} {
		vars := real("zh-Hans")
		delete(vars, tt.drop)
		if _, err := set.Render("zh-Hans", tt.name, vars); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Render %s without %q: %v, want an error naming %q", tt.name, tt.drop, err, tt.says)
		}
	}
}

func TestPromise7_BlankUnitOrCodeIsRefused(t *testing.T) {
	for _, drop := range []string{"Unit", "Code"} {
		vars := real("zh-Hans")
		vars[drop] = " "
		if got, err := standard(t).Render("zh-Hans", "receipt", vars); err == nil {
			t.Errorf("without %s it rendered %q", drop, got.Text)
		}
	}
}

func TestLanguageFallback(t *testing.T) {
	zh := standard(t)
	en, err := zh.In("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		set        *Set
		asks, gets string
	}{
		{zh, "zh-Hans", "zh-Hans"}, {zh, "zh", "zh-Hans"}, {zh, "zh-CN", "zh-Hans"}, {zh, "zh-Hant", "zh-Hans"}, {zh, "zh_TW", "zh-Hans"}, {en, "zh-Hant-HK", "zh-Hans"},
		{zh, "en", "en"}, {zh, "en-GB", "en"}, {zh, "EN-us", "en"}, {zh, "fr", "zh-Hans"}, {en, "fr", "en"}, {zh, "", "zh-Hans"}, {en, "", "en"}, {en, "english", "en"},
	} {
		got, err := tt.set.Render(tt.asks, "added", real("en"))
		if err != nil || got.Language != tt.gets {
			t.Errorf("asked for %q: %q (%v), want %q", tt.asks, got.Language, err, tt.gets)
		}
	}
	if _, err := zh.In("tlh"); err == nil {
		t.Error("a language without any text was accepted as the default")
	}
}

// file makes a template file with the digest its text needs.
func file(head, body string) *fstest.MapFile {
	lines := strings.Split(strings.TrimSpace(head), "\n")
	text := "---\n" + strings.Join(lines, "\n") + "\ndigest: " + digestOf(lines, body) + "\n---\n" + body
	return &fstest.MapFile{Data: []byte(text)}
}

const sign = `{{template "identity" .}}`

func TestOverrides(t *testing.T) {
	base := standard(t)
	over, err := Load(fstest.MapFS{
		"zh-Hans/added.tmpl": file("purpose: receipt\nrev: 2\noptional: Reference", "收到，谢谢。\n"+sign),
		"zh-Hans/extra.tmpl": file("purpose: reply\nrev: 1\nvars: Topic", "关于{{.Topic}}，民警会答复。\n"+sign),
	})
	if err != nil {
		t.Fatal(err)
	}
	vars := real("zh-Hans")
	vars["Topic"] = "租房"
	got, err := over.Render("zh-Hans", "added", vars)
	if err != nil || !strings.HasPrefix(got.Text, "收到，谢谢。\n本消息由") {
		t.Errorf("override rendered %q, %v", got.Text, err)
	}
	if got, err := over.Render("en-GB", "extra", vars); err != nil || got.Language != "zh-Hans" {
		t.Errorf("a text in one language only: %+v, %v", got, err)
	}
	if was, _ := base.Render("zh-Hans", "added", vars); was.Rev == got.Rev || got.Rev/revUnit != 2 {
		t.Errorf("rev %d after rev %d, want a new one declared as 2", got.Rev, was.Rev)
	}
	if a, b := revOf(base, "receipt"), revOf(over, "receipt"); a != b {
		t.Errorf("receipt was not touched, but its rev went from %d to %d", a, b)
	}
}

func revOf(s *Set, name string) int {
	for _, i := range s.Names() {
		if i.Name == name {
			return i.Rev
		}
	}
	return 0
}

// TestRevFollowsSharedParts: the identity line is part of every text, so a change of it is
// a new revision of all.
// Load does not rehearse the embedded texts each time: what it would find is found here.
func TestEmbeddedTextsPassTheirRehearsal(t *testing.T) {
	for name, languages := range standard(t).texts {
		for language, text := range languages {
			for _, fault := range text.rehearse() {
				t.Errorf("%s in %s: %v", name, language, fault)
			}
		}
	}
}

func TestRevFollowsSharedParts(t *testing.T) {
	own, _ := fs.Sub(embedded, "text")
	raw, err := fs.ReadFile(own, "en/identity.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(raw)[3:], "\n---\n")
	over, err := Load(fstest.MapFS{"en/identity.tmpl": file("purpose: part\nrev: 2", body+" Thank you.")})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range shipped {
		if revOf(over, name) == revOf(standard(t), name) {
			t.Errorf("%s kept its revision though its identity line changed", name)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	const reply = "purpose: reply\nrev: 1"
	for _, tt := range []struct {
		name string
		path string
		file *fstest.MapFile
		says []string
	}{
		{"no front matter", "en/x.tmpl", &fstest.MapFile{Data: []byte("hello")}, []string{"en/x.tmpl:1", "front matter"}},
		{"empty file", "en/x.tmpl", &fstest.MapFile{}, []string{"en/x.tmpl:1", "front matter"}},
		{"unknown field", "en/x.tmpl", file(reply+"\ncolour: red", "x"), []string{"en/x.tmpl:4", "colour"}},
		{"no rev", "en/x.tmpl", file("purpose: reply", "x"), []string{"rev: 1"}},
		{"odd rev", "en/x.tmpl", file("purpose: reply\nrev: two", "x"), []string{"en/x.tmpl:3", "count from 1"}},
		{"odd purpose", "en/x.tmpl", file("purpose: advert\nrev: 1", "x"), []string{"advert"}},
		{"quotes a stranger", "en/x.tmpl", file(reply+"\nquotes: Post", sign), []string{"Post"}},
		{"text changed under the digest", "en/x.tmpl", &fstest.MapFile{Data: []byte("---\npurpose: reply\nrev: 1\ndigest: 00\n---\nHi. " + sign)}, []string{"en/x.tmpl:3", "raise rev and write digest: "}},
		{"same rev as the embedded text", "en/added.tmpl", file("purpose: receipt\nrev: 1", "Noted.\n"+sign), []string{"en/added.tmpl:3", "rev: 2"}},
		{"variable no bot gives", "en/added.tmpl", file("purpose: receipt\nrev: 2\nvars: Nickname", "Hi {{.Nickname}}\n"+sign), []string{"Nickname", "Reference"}},
		{"undeclared variable in a branch", "en/x.tmpl", file(reply, "Hello\n{{if .Automatic}}a\n{{else}}{{.Missing}}{{end}}\n"+sign), []string{"en/x.tmpl:8", "Missing"}},
		{"index hides a variable", "en/x.tmpl", file(reply, `{{index . "Foo"}}`+sign), []string{"en/x.tmpl:6", "plain variable"}},
		{"function call", "en/x.tmpl", file(reply, `{{printf "%s" .Unit}}`+sign), []string{"plain variable"}},
		{"range", "en/x.tmpl", file(reply, `{{range .Unit}}x{{end}}`+sign), []string{"not allowed"}},
		{"unknown part", "en/x.tmpl", file(reply, `{{template "footer" .}}`), []string{`"footer"`}},
		{"syntax", "en/x.tmpl", file(reply, "one\n{{.Unit"), []string{"en/x.tmpl:7"}},
		{"asks for money", "en/x.tmpl", file(reply, "Please pay the handling fee of 50 yuan first.\n"+sign), []string{"en/x.tmpl:6", "pay"}},
		{"asks for a code", "zh-Hans/x.tmpl", file(reply, "请把短信验证码发给我们。\n"+sign), []string{"验证码"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{tt.path: tt.file})
			var f *Fault
			if !errors.As(err, &f) {
				t.Fatalf("Load = %v, want a *Fault", err)
			}
			for _, say := range tt.says {
				if !strings.Contains(err.Error(), say) {
					t.Errorf("error %q should say %q", err, say)
				}
			}
		})
	}
}

func TestLoadReportsEveryFault(t *testing.T) {
	_, err := Load(fstest.MapFS{"en/a.tmpl": {Data: []byte("x")}, "en/b.tmpl": file("purpose: reply\nrev: 1", "{{.X}}{{.Y}}")})
	for _, say := range []string{"en/a.tmpl", "variable X", "variable Y"} {
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("error should say %q: %v", say, err)
		}
	}
}

func TestPromise7_TemplateWithoutIdentityIsRefused(t *testing.T) {
	const check = "核实：拨打110或96110，或在平台搜索本账号"
	for _, tt := range []struct{ name, body, says string }{
		{"nothing", "你好。", "unit"},
		{"no code", "本消息由{{.Unit}}{{if .Automatic}}自动{{end}}发出。" + check, "code"},
		{"code without its name", "本消息由{{.Unit}}{{if .Automatic}}自动{{end}}发出，{{.Code}}。" + check, "code"},
		{"no unit", "核对码 {{.Code}}{{if .Automatic}}自动{{end}}。" + check, "unit"},
		{"no way to check", "本消息由{{.Unit}}{{if .Automatic}}自动{{end}}发出，核对码 {{.Code}}。", "how to check"},
		{"silent about automation", "本消息由{{.Unit}}发出，核对码 {{.Code}}。" + check, "automatic"},
		{"always automatic", "本消息由{{.Unit}}自动发出，核对码 {{.Code}}。" + check, "when it is not"},
		{"a link to check", "本消息由{{.Unit}}{{if .Automatic}}自动{{end}}发出，核对码 {{.Code}}。" + check + "或打开 https://police.gov.cn/check", "link"},
		{"code only in one branch", "{{if .Automatic}}" + sign + "{{else}}本消息由{{.Unit}}发出{{end}}", "code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"zh-Hans/x.tmpl": file("purpose: reply\nrev: 1", tt.body)})
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Load = %v, want it refused for %q", err, tt.says)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	for _, tt := range []struct{ words, want string }{
		{"今晚有人在菜市场抢小孩", "今晚有人在菜市场抢小孩"},
		{"先交99元\n加V信abc12345", "先交99元 加V信…"},
		{"点这里 https://evil.example/x 领奖", "点这里 … 领奖"},
		{"看 evil.top/a 或 t.cn/x", "看 … 或 …"},
		{"打 138 0013 8000 联系", "打 … 联系"},
		{"卡号６２２２０２００", "卡号…"},
		{"他说“转账”", "他说‘转账’"},
		{"零\u200b宽\u202e字", "零宽字"},
		{"{{.Unit}}", "{.Unit}"},
		{"XX小学××路", "某小学某路"},
		{strings.Repeat("长", 50), strings.Repeat("长", 29) + "…"},
		{"", ""},
	} {
		if got := Quote(tt.words, QuoteRunes); got != tt.want {
			t.Errorf("Quote(%q) = %q, want %q", tt.words, got, tt.want)
		}
	}
}

// TestWarningMayQuoteWhatItWarnsOf: whatever a post asks for, the warning about it can leave.
func TestWarningMayQuoteWhatItWarnsOf(t *testing.T) {
	set, p := standard(t), policy(t)
	posts := append(lines(t, "testdata/requests.txt"), lines(t, "testdata/mentions.txt")...)
	posts = append(posts, "谁让你贪心，活该", "XX小学门口有人抢孩子", "加“老师”微信 abc123，", "他说‘先打钱", "看 http://evil.example/x 领红包！？。", "‘’“”「", "138 0013 8000 联系我")
	for _, name := range []string{"warning-fraud", "warning-rumour", "warning-unlawful", "offer-help", "notice-withdrawn"} {
		for _, lang := range []string{"zh-Hans", "en"} {
			for i, post := range posts {
				if every := map[bool]int{true: 2 * thinning, false: 12 * thinning}[name == "warning-fraud"]; i < len(posts)-7 && i%every != len(lang)%every {
					continue // a sample is enough: the frame differs little
				}
				vars := real(lang)
				vars["Post"] = post
				got, err := set.Render(lang, name, vars)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range Lint(got.Text, p) {
					t.Errorf("%s/%s: %s refuses %q in %q", lang, name, f.Rule, got.Text[f.Start:f.End], got.Text)
				}
			}
		}
	}
}

// FuzzRender checks that no value of a variable breaks out of its place.
func FuzzRender(f *testing.F) {
	set, err := Default()
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range []string{"你好", "{{.Unit}}", "\u202eabc", "“”\"", strings.Repeat("\n", 9), "\xff\xfe", "http://a.b/c"} {
		f.Add("zh-Hant", "warning-fraud", v)
		f.Add("en-GB", "officer", v)
	}
	f.Fuzz(func(t *testing.T, lang, name, value string) {
		vars := map[string]string{"Unit": "示例单位", "Code": "K7FQ-2M9X", "Automatic": "", "Post": value, "Why": value, "Title": value, "Text": value, "Reference": value}
		got, err := set.Render(lang, name, vars)
		if err != nil {
			return
		}
		if !strings.Contains(got.Text, "示例单位") || !strings.Contains(got.Text, "K7FQ-2M9X") || strings.ContainsRune(got.Text, '\u202e') {
			t.Errorf("%s/%s with %q gave %q", lang, name, value, got.Text)
		}
	})
}
