package mastodon

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"empty", "", ""},
		{"no markup", "刷单返利", "刷单返利"},
		{"paragraphs and breaks", "<p>第一行<br>第二行<br/>第三行</p><p>另一段</p>", "第一行\n第二行\n第三行\n\n另一段"},
		{"at most one empty line", "<p>a<br><br><br><br>b</p>", "a\n\nb"},
		{"entities", "<p>&lt;b&gt; &amp; &#20844;&#23433;</p>", "<b> & 公安"},
		{"a mention keeps its text", `<p><span class="h-card"><a href="https://s.example/@police" class="u-url mention">@<span>police</span></a></span> 我被骗了</p>`, "@police 我被骗了"},
		{"a hashtag keeps its text", `<a href="https://s.example/tags/x" class="mention hashtag" rel="tag">#<span>反诈</span></a>`, "#反诈"},
		{"a shortened link is whole", `<a href="https://bank.example/a/b"><span class="invisible">https://</span><span class="ellipsis">bank.example/a</span><span class="invisible">/b</span></a>`, "https://bank.example/a/b"},
		{"a disguised link shows where it leads", `点<a href="https://evil.example/x">官方网站</a>领取`, "点官方网站 (https://evil.example/x)领取"},
		{"the class of a link is not believed", `<a class="mention" href="https://evil.example/">官网</a>`, "官网 (https://evil.example/)"},
		{"another host in the words is a disguise", `<a href="https://evil.example/">bank.example</a>`, "bank.example (https://evil.example/)"},
		{"a link of a picture", `<a href="https://evil.example/"><img src="x"></a>`, "(https://evil.example/)"},
		{"scripts and styles are no text", `a<script>alert("</b>")</script><style>p{}</style>b`, "ab"},
		{"lists", "<ul><li>一</li><li>二</li></ul>完", "一\n二\n完"},
		{"broken markup", `<p>转账<b>到 <a href="`, "转账到"},
		{"a stray end tag", "</a></script></p>x", "x"},
		{"comments", "a<!-- b -->c", "ac"},
	} {
		if got := plainText(c.html); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"", "<p>a<br>b</p>", `<a href="https://evil.example/">官网</a>`, "<script>x", "</script>y", "&#0;&amp", "<a href='", "\x00<p>\xff", "<p>" + strings.Repeat("<br>", 50) + "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := plainText(s)
		if out != strings.TrimSpace(out) {
			t.Errorf("%q has blanks around it", out)
		}
		if utf8.ValidString(s) && !utf8.ValidString(out) {
			t.Errorf("%q became invalid: %q", s, out)
		}
		if strings.ContainsAny(s, "<&\x00\r") {
			return
		}
		if out != strings.TrimSpace(s) {
			t.Errorf("text without markup: %q became %q", s, out)
		}
		if again := plainText("<p>" + html.EscapeString(s) + "</p>"); again != out {
			t.Errorf("escaped: %q, plain: %q", again, out)
		}
	})
}

func FuzzStatus(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `[]`, `{"id":112233440000012345,"content":"<p>x</p>","created_at":"2026-11-22T08:00:00.123Z"}`,
		`{"id":"01HZ0000000000000000000001","edited_at":"2026-11-22T09:00:00Z","visibility":"direct","mentions":[{"id":"9001","acct":"police"}]}`,
		`{"id":"1","created_at":"yesterday","poll":{"options":[{"title":"a"},{"title":"b"}]},"spoiler_text":"cw","account":null,"media_attachments":[{"id":7,"url":"https://x/y.JPG?z=1"}]}`,
		`{"id":"1","mentions":null,"media_attachments":null,"poll":null,"in_reply_to_id":5,"in_reply_to_account_id":9001}`,
	} {
		f.Add([]byte(s))
	}
	a := &account{self: profile{ID: "9001", Acct: "police"}}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s status
		if json.Unmarshal(b, &s) != nil {
			return
		}
		in := a.inbound(s)
		if !strings.HasPrefix(in.Key, string(in.Ref)) || in.Kind == "" {
			t.Errorf("%s: key %q and kind %q for id %q", b, in.Key, in.Kind, in.Ref)
		}
		if in.Edited.IsZero() != (in.Key == string(in.Ref)) {
			t.Errorf("%s: key %q, edited %v", b, in.Key, in.Edited)
		}
	})
}
