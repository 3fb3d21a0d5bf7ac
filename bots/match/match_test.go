package match

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFoldUndoesDisguises(t *testing.T) {
	f := NewFolder()
	for _, c := range []struct{ written, folded string }{
		{"刷单返利", "刷单返利"},
		{"刷單返利", "刷单返利"},
		{"ＱＱ：１２３", "qq:123"},
		{"加\u200b微\ufe0f信", "加微信"},
		{"1\ufe0f\u20e32\ufe0f\u20e3", "12"},
		{"①②❸", "123"},
		{"𝟭𝟮", "12"},
		{"㊙", "秘"},
		{"轉帳給對方", "转帐给对方"},
		{"a\xffb", "a\ufffdb"},
		{"㈱", "㈱"}, // several characters in NFKC: left alone
		{"", ""},
	} {
		if got := f.Fold(c.written).Text; got != c.folded {
			t.Errorf("Fold(%q) = %q, want %q", c.written, got, c.folded)
		}
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	f := NewFolder()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		once, ok := f.Rune(r)
		if !ok {
			continue
		}
		if twice, kept := f.Rune(once); !kept || twice != once {
			t.Fatalf("%U folds to %U, which folds to %U", r, once, twice)
		}
	}
}

func TestOriginPointsIntoTheTextAsWritten(t *testing.T) {
	text := "ａ加\u200b微信!"
	folded := NewFolder().Fold(text)
	i := strings.Index(folded.Text, "加微")
	if got := folded.Origin(i, i+len("加微")).Of(text); got != "加\u200b微" {
		t.Errorf("Origin covers %q", got)
	}
}

func scanAll(m *Matcher, text string) (found []string) {
	m.Scan(text, func(p int, at Span) { found = append(found, fmt.Sprintf("%d %s", p, at.Of(text))) })
	return found
}

func TestScanFindsEveryOccurrence(t *testing.T) {
	for _, c := range []struct {
		name     string
		patterns []string
		text     string
		want     []string
	}{
		{"nested and overlapping, longest first", []string{"刷单", "单返", "刷单返利", "返利"}, "刷单返利", []string{"0 刷单", "1 单返", "2 刷单返利", "3 返利"}},
		{"repeated", []string{"aa"}, "aaaa", []string{"0 aa", "0 aa", "0 aa"}},
		{"equal patterns both", []string{"兼职", "兼職"}, "兼職", []string{"0 兼職", "1 兼職"}},
		{"suffix of a dead end", []string{"abcd", "bc"}, "abce", []string{"1 bc"}},
		{"disguised", []string{"加微信"}, "加\u200b微\u2060信", []string{"0 加\u200b微\u2060信"}},
		{"full width", []string{"vx123"}, "ＶＸ１２３", []string{"0 ＶＸ１２３"}},
		{"a foreign letter breaks a phrase", []string{"加微信"}, "加X微信", nil},
		{"broken bytes break a phrase", []string{"加微信"}, "加\xff微信", nil},
		{"beyond the basic plane", []string{"𠀀a"}, "𠀀A", []string{"0 𠀀A"}},
		{"nothing", []string{"加微信"}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := NewMatcher(NewFolder(), c.patterns)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, scanAll(m, c.text)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMatcherRefusesPatternsThatAreNone(t *testing.T) {
	for _, p := range []string{"", "\u200b", "\xff", "\ufffd"} {
		if _, err := NewMatcher(NewFolder(), []string{"好", p}); err == nil || !strings.Contains(err.Error(), "pattern 1") {
			t.Errorf("pattern %q: %v", p, err)
		}
	}
}

// naive is the reference: fold everything, compare at every position.
func naive(f *Folder, patterns []string, text string) map[string]int {
	found := map[string]int{}
	folded := f.Fold(text)
	for p, pattern := range patterns {
		want := f.Fold(pattern).Text
		for i := 0; i+len(want) <= len(folded.Text); i++ {
			if folded.Text[i:i+len(want)] == want {
				found[fmt.Sprint(p, folded.Origin(i, i+len(want)))]++
			}
		}
	}
	return found
}

func FuzzScanAgreesWithReference(f *testing.F) {
	for _, s := range []string{"刷单返利加微信", "ＡaａＡ", "加\u200b微信\xff加微信", "𠀀𠀀", "\u0300加"} {
		f.Add(s, "加微信|aa|单返|a|𠀀")
	}
	folder := NewFolder()
	f.Fuzz(func(t *testing.T, text, list string) {
		var patterns []string
		for _, p := range strings.Split(list, "|") {
			if utf8.ValidString(p) && folder.Fold(p).Text != "" && !strings.ContainsRune(p, utf8.RuneError) {
				patterns = append(patterns, p)
			}
		}
		m, err := NewMatcher(folder, patterns)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		m.Scan(text, func(p int, at Span) {
			_ = at.Of(text)
			got[fmt.Sprint(p, at)]++
		})
		if d := cmp.Diff(naive(folder, patterns, text), got); d != "" {
			t.Errorf("%q in %q: %s", patterns, text, d)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "刷單", "1\ufe0f\u20e3", "\xff\xfe", "a\u200b"} {
		f.Add(s)
	}
	folder := NewFolder()
	f.Fuzz(func(t *testing.T, text string) {
		folded := folder.Fold(text)
		for i := range folded.Text {
			at := folded.Origin(i, i+1)
			if at.Start < 0 || at.End > len(text) || at.Start >= at.End {
				t.Fatalf("byte %d of %q comes from %v", i, folded.Text, at)
			}
		}
		if again := folder.Fold(folded.Text).Text; again != folded.Text {
			t.Errorf("folding %q twice: %q", folded.Text, again)
		}
	})
}
