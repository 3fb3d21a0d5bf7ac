package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// marked writes what a reader found as "mention:x hashtag:y link:z".
func marked(segments []segment) string {
	var out []string
	for _, s := range segments {
		switch s.kind {
		case mention:
			out = append(out, "mention:"+s.who.handle)
		case hashtag:
			out = append(out, "hashtag:"+s.tag)
		case link:
			out = append(out, "link:"+s.text)
		}
	}
	return strings.Join(out, " ")
}

func testReader(f Flavour, generous bool) reader {
	accounts := []*account{{handle: "海口网警"}, {handle: "海口"}, {handle: "xiaolin"}, {handle: "lin_2"}}
	return reader{accounts: accounts, domain: "weibo.example", flavour: f, generous: generous}
}

// TestReading lists what people write, what it means to them, and what the server
// makes of the same text when a client sends it.
func TestReading(t *testing.T) {
	cases := []struct{ text, people, mastodon, gotosocial string }{
		{"@xiaolin 你好", "mention:xiaolin", "mention:xiaolin", "mention:xiaolin"},
		{"你好@xiaolin，在吗", "mention:xiaolin", "", "mention:xiaolin"},
		{"你好，@xiaolin在吗", "mention:xiaolin", "mention:xiaolin", "mention:xiaolin"},
		{"@海口网警这是骗局吗", "mention:海口网警", "mention:海口网警", "mention:海口网警"},
		{"@海口的人", "mention:海口", "mention:海口", "mention:海口"},
		{"@XiaoLin", "mention:xiaolin", "mention:xiaolin", "mention:xiaolin"},
		{"@xiaolin2", "", "", ""},
		{"@lin_2、@xiaolin", "mention:lin_2 mention:xiaolin", "mention:lin_2 mention:xiaolin", "mention:lin_2 mention:xiaolin"},
		{"写信给me@xiaolin.example", "", "", ""},
		{"@xiaolin@weibo.example 好", "mention:xiaolin", "mention:xiaolin", "mention:xiaolin"},
		{"@xiaolin@other.example 好", "", "", ""},
		{"@nobody", "", "", ""},
		{"路径/@xiaolin 和 名字=@xiaolin", "", "", ""},
		{"#兼职# 日结", "hashtag:兼职", "hashtag:兼职", "hashtag:兼职"},
		{"#兼职#日结#返利#", "hashtag:兼职 hashtag:返利", "hashtag:兼职", "hashtag:兼职 hashtag:返利"},
		{"今天#Ad好", "hashtag:ad好", "", "hashtag:ad好"},
		{"（#提醒）", "hashtag:提醒", "hashtag:提醒", "hashtag:提醒"},
		{"＃提醒", "hashtag:提醒", "hashtag:提醒", "hashtag:提醒"},
		{"第 #1 名 #2026", "", "", ""},
		{"# 标题", "", "", ""},
		{"看https://a.example/x?y=1#z，快", "link:https://a.example/x?y=1#z", "link:https://a.example/x?y=1#z", "link:https://a.example/x?y=1#z"},
		{"(http://a.example/x).", "link:http://a.example/x", "link:http://a.example/x", "link:http://a.example/x"},
		{"https://", "", "", ""},
		{"https://weibo.example/@xiaolin", "link:https://weibo.example/@xiaolin", "link:https://weibo.example/@xiaolin", "link:https://weibo.example/@xiaolin"},
	}
	for _, c := range cases {
		got := []string{
			marked(testReader(Mastodon, true).split(c.text)), marked(testReader(Mastodon, false).split(c.text)),
			marked(testReader(GoToSocial, false).split(c.text)),
		}
		if d := cmp.Diff([]string{c.people, c.mastodon, c.gotosocial}, got); d != "" {
			t.Errorf("%s: people, Mastodon, GoToSocial: %s", c.text, d)
		}
	}
}

func TestWithoutAddress(t *testing.T) {
	cases := []struct{ text, want string }{
		{"@xiaolin 您好", "您好"},
		{"@xiaolin @lin_2\n您好 @xiaolin", "您好 @xiaolin"},
		{"您好 @xiaolin", "您好 @xiaolin"},
		{" 您好", " 您好"},
		{"@xiaolin", ""},
		{"", ""},
	}
	for _, c := range cases {
		if got := withoutAddress(testReader(Mastodon, false).split(c.text)); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzSplitLosesNothing(f *testing.F) {
	for _, seed := range []string{"@xiaolin#兼职#https://a.example/.", "#", "@", "＃a", "\xff@海口\xe6", "httphttps://x#@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range []reader{testReader(Mastodon, true), testReader(Mastodon, false), testReader(GoToSocial, false)} {
			var b strings.Builder
			for _, s := range r.split(text) {
				if s.text == "" {
					t.Fatalf("an empty segment in %q", text)
				}
				b.WriteString(s.text)
			}
			if b.String() != text {
				t.Fatalf("%q became %q", text, b.String())
			}
		}
	})
}
