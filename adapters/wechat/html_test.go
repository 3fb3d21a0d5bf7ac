package wechat

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRender(t *testing.T) {
	r := newArticles()
	for _, c := range []struct{ name, in, want string }{
		{"lines stay lines", "第一行\n第二行\n\n第二段", "<p>第一行<br>\n第二行</p>\n<p>第二段</p>"},
		{"strong words, headings, bullets, quotations", "## 要点\n\n- **不转账**，\n- 报警\n\n> 引用", "<h2>要点</h2>\n<ul>\n<li><strong>不转账</strong>，</li>\n<li>报警</li>\n</ul>\n<blockquote>\n<p>引用</p>\n</blockquote>"},
		{"numbers stay what they are", "110. 请拨打\n3. 三\n5. 五", "<p>110. 请拨打<br>\n3. 三<br>\n5. 五</p>"},
		{"masked numbers and names", "6222****1234和138****5678，李*华、张*明，王**和李**，138***1**2", "<p>6222****1234和138****5678，李*华、张*明，王**和李**，138***1**2</p>"},
		{"HTML is text", `<script>alert(1)</script> <b onclick="x">a<b</b>`, `<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b onclick=&#34;x&#34;&gt;a&lt;b&lt;/b&gt;</p>`},
		{"links are shown, not linked", "见[公告](https://a.example/?a=1&b=2)", "<p>见公告 (https://a.example/?a=1&amp;b=2)</p>"},
		{"a script in a link is text", "[x](javascript:alert(1))", "<p>x (javascript:alert(1))</p>"},
		{"pictures by their description", "![现场](https://a.example/1.png)", "<p>现场</p>"},
		{"numbers and codes keep their characters", "编号NP-7Q4_A_b，电话0898-12345678，5*3*2", "<p>编号NP-7Q4_A_b，电话0898-12345678，5*3*2</p>"},
		{"indented lines are no code", "前\n\n    缩进<b>\n    第二行\n\n后", "<p>前</p>\n<p>缩进&lt;b&gt;<br>\n第二行</p>\n<p>后</p>"},
	} {
		got, err := r.render(c.in, nil)
		if err != nil || got != c.want {
			t.Errorf("%s:\n got %s\nwant %s (%v)", c.name, got, c.want, err)
		}
	}
}

// Whatever is written, no tag but the allowed ones comes out.
func FuzzRender(f *testing.F) {
	r := newArticles()
	f.Add("<img src=x onerror=alert(1)> [a](javascript:x) `code` &lt;script&gt;")
	f.Add("    110. 请\n\t\t- 1\n> # 2 #\n***\n**a** b** *c*")
	f.Add("[x]: http://a\n\n[x] ![i][x] <http://b> \n=== \n```\nx\n```")
	f.Fuzz(func(t *testing.T, in string) {
		out, err := r.render(in, nil)
		if err != nil {
			t.Skip("what cannot be rendered shows nothing")
		}
		if !strings.ContainsAny(in, "&\\[]\x00") && utf8.ValidString(in) && letters(words(out)) != letters(in) {
			t.Errorf("%q loses letters or digits: %q", in, out)
		}
		for _, tag := range tagPattern.FindAllString(out, -1) {
			name := strings.Trim(tag, "</> ")
			if !strings.Contains(" p br h1 h2 h3 h4 h5 h6 strong em ul ol li blockquote hr ", " "+name+" ") {
				t.Errorf("%q makes the tag %q", in, tag)
			}
		}
	})
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if wordRune(r) {
			return r
		}
		return -1
	}, s)
}

func TestFingerprint_IgnoresMarkupOnly(t *testing.T) {
	a := fingerprint("<p>警惕 &amp; 核实<br>\n第二行</p>")
	if b := fingerprint("<section><p style=\"x\">警惕&nbsp;&amp; 核实</p><p>第二行</p></section>"); a != b {
		t.Error("the platform's markup counts as a difference")
	}
	if b := fingerprint("<p>警惕 & 核对<br>第二行</p>"); a == b {
		t.Error("other words count as the same")
	}
}

func TestHoldsCode(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"编号NP-7Q4。", true}, {"NP-7Q4", true}, {"警情NP-7Q4警情", true}, {"NP-7Q45", false}, {"XNP-7Q4", false}, {"NP-7Q4-2", false}, {"NP-7Q45 NP-7Q4", true}, {"", false},
	} {
		if got := holdsCode(c.text, "NP-7Q4"); got != c.want {
			t.Errorf("%q: %v", c.text, got)
		}
	}
	if holdsCode("anything", "") {
		t.Error("no code is in nothing")
	}
}

func TestPlainCover(t *testing.T) {
	b := plainCover()
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds().Dx() != 900 || len(b) > 64<<10 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestNumberOf(t *testing.T) {
	for _, c := range []struct {
		link string
		want watched
		ok   bool
	}{
		{"http://mp.weixin.qq.com/s?__biz=x&mid=2247483650&idx=2&sn=y#rd", watched{Data: 2247483650, Index: 1}, true},
		{"https://mp.weixin.qq.com/s/AbCdEf", watched{}, false},
		{"http://mp.weixin.qq.com/s?mid=x&idx=1", watched{}, false},
		{"http://mp.weixin.qq.com/s?mid=1&idx=0", watched{}, false},
		{"%", watched{}, false},
	} {
		if got, ok := numberOf(c.link); ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %+v, %v", c.link, got, ok)
		}
	}
}
