package discuz

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"netpatrol/adapters"
)

func TestPlain(t *testing.T) {
	edited := time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name, html, want string
		edited           time.Time
	}{
		{"lines", "一<br />\n二<br/><br/><br/>三", "一\n\n二\n\n三", time.Time{}},
		{"entities", "1 &lt; 2 &amp;&nbsp;3 &quot;x&quot;", `1 < 2 & 3 "x"`, time.Time{}},
		{"links", `看<a href="http://x.example" target="_blank">这里</a>吧`, "看这里吧", time.Time{}},
		{"no script", "前<script>alert(1)</script><style>b{}</style>后", "前后", time.Time{}},
		{"edited", `<i class="pstatus"> 本帖最后由 张三 于 2026-11-22 09:30 编辑 </i><br /><br />改过了`, "改过了", edited},
		{"edited today", `<i class="pstatus"> 本帖最后由 张三 于 <span title="2026-11-22 09:30">昨天 09:30</span> 编辑 </i><br />改过了`, "改过了", edited},
		{"italics are text", "<i>重要</i>通知", "重要通知", time.Time{}},
		{"quoted", `<div class="quote"><blockquote>甲说</blockquote></div>乙说`, "甲说\n\n乙说", time.Time{}},
	} {
		got, at := plain(text(c.html))
		if got != c.want || !at.Equal(c.edited) {
			t.Errorf("%s: %q at %v, want %q at %v", c.name, got, at, c.want, c.edited)
		}
	}
}

func TestUnicode(t *testing.T) {
	const said = `{"Charset":"GBK","Variables":{"x":"警惕誠信\\"}}`
	gbk, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(said))
	if got := string(unicode(gbk)); got != said {
		t.Errorf("GBK: %s", got)
	}
	const told = `{"Charset":"BIG5","Variables":{"x":"許功蓋"}}` // second bytes that are backslashes
	big5, _ := traditionalchinese.Big5.NewEncoder().Bytes([]byte(told))
	if got := string(unicode(big5)); got != told {
		t.Errorf("Big5: %s", got)
	}
	if got := string(unicode([]byte(said))); got != said {
		t.Errorf("UTF-8: %s", got)
	}
}

func TestForm(t *testing.T) {
	got, err := form("gbk", url.Values{"m": {"警"}})
	if err != nil || got != "m=%BE%AF" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := form("GBK", url.Values{"m": {"好😀"}}); err == nil || !strings.Contains(err.Error(), "😀") {
		t.Errorf("%v", err)
	}
	if _, err := form("EUC-KR", url.Values{"m": {"a"}}); err == nil {
		t.Error("a charset nobody supports is taken")
	}
}

func TestRows_AreWhateverPHPMakesOfAList(t *testing.T) {
	for body, want := range map[string]string{
		`[{"tid":"1"},{"tid":"2"}]`: "12", `{"9":{"tid":"1"},"10":{"tid":"2"}}`: "12", `""`: "", `null`: "", `[]`: "", `{}`: "",
	} {
		var v struct{ L rows[thread] }
		if err := json.Unmarshal([]byte(`{"L":`+body+`}`), &v); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		got := ""
		for _, r := range v.L.list {
			got += r.TID.String()
		}
		if got != want || !v.L.given && body != "null" {
			t.Errorf("%s: %q, given %v", body, got, v.L.given)
		}
	}
}

func TestWords_AreOfKnownClasses(t *testing.T) {
	for word, m := range words() {
		if m.class == adapters.Unknown || succeeded(word) || word != strings.ToLower(word) {
			t.Errorf("%s: %v", word, m)
		}
	}
}

// Whatever a post holds, its text is Unicode without tags of a script.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "<", "<i class=pstatus>", "</i></i>x", "<script>", "&#0;&lt;", "a<br>b", `<i class="pstatus">1-1-1 1:1</i>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("a page is decoded to Unicode before it is read")
		}
		if got, _ := plain(text(s)); !utf8.ValidString(got) || strings.TrimSpace(got) != got {
			t.Errorf("%q: %q", s, got)
		}
	})
}

// Whatever an answer is, it is read or refused with an error of ours; a send that is not
// understood is unknown or certainly not sent, never anything between.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `{"error":"module_not_exists"}`, `{"Charset":"GBK","Variables":{"member_uid":"1","formhash":"x","tid":"1","pid":"2"},"Message":{"messageval":"do_success"}}`,
		`{"Variables":{"formhash":"x"},"Message":{"messageval":"to_login//1"}}`, `{"Variables":[]}`, `{"Variables":{"formhash":7}}`, "{\"Charset\":\"GBK\",\"Variables\":{\"x\":\"\xbe\xaf\"}}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var env envelope
		if json.Unmarshal(unicode(body), &env) != nil {
			return
		}
		var h head
		_ = json.Unmarshal(env.Variables, &h)
		var list struct{ List rows[pm] }
		_ = json.Unmarshal(env.Variables, &list)
		var view view
		_ = json.Unmarshal(env.Variables, &view)
		if strings.ContainsAny(short(env.word()), " \n<>") {
			t.Errorf("code %q", short(env.word()))
		}
	})
}

func TestCursors_OfOthersAreRefused(t *testing.T) {
	for _, c := range []adapters.Cursor{"x", "7", "[]"} {
		if _, err := parseSeen("poll", c); err == nil {
			t.Errorf("%s is taken", c)
		}
	}
}

func TestNotUnknown(t *testing.T) {
	if adapters.ClassOf(notUnknown(&adapters.Error{})) != adapters.NotSent || notUnknown(nil) != nil {
		t.Error("a call that writes to nobody has an unknown outcome")
	}
	if other := errors.New("x"); notUnknown(other) != other {
		t.Error("another error is changed")
	}
}
