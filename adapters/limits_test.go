package adapters_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"netpatrol/adapters"
)

func TestUnit_Count(t *testing.T) {
	for _, c := range []struct {
		text                                       string
		runes, bytes, utf16, halfWidths, fullWidth int
	}{
		{"", 0, 0, 0, 0, 0},
		{"abc", 3, 3, 3, 3, 2},
		{"abcd", 4, 4, 4, 4, 2},
		{"反诈", 2, 6, 2, 4, 2},
		{"反诈a", 3, 7, 3, 5, 3},
		{"，", 1, 3, 1, 2, 1},
		{"😀", 1, 4, 2, 2, 1},                      // outside the basic plane
		{"é", 1, 2, 1, 2, 1},                      // precomposed
		{"e\u0301", 2, 3, 2, 3, 2},                // combining
		{"👮🏽", 2, 8, 4, 4, 2},                     // with a skin tone
		{"line\nbreak", 10, 10, 10, 10, 5},        // a line break is one
		{"\u200b", 1, 3, 1, 2, 1},                 // what is not seen is counted
		{"96110", 5, 5, 5, 5, 3},                  // an odd number is rounded up
		{"拨打96110", 7, 11, 7, 9, 5},               //
		{string([]byte{0xff}), 1, 1, 1, 3 - 1, 1}, // invalid UTF-8 is one character
	} {
		for unit, want := range map[adapters.Unit]int{
			adapters.Runes: c.runes, adapters.Bytes: c.bytes, adapters.UTF16: c.utf16,
			adapters.HalfWidths: c.halfWidths, adapters.FullWidths: c.fullWidth,
		} {
			if got := unit.Count(c.text); got != want {
				t.Errorf("%q has %d %s, want %d", c.text, got, unit, want)
			}
		}
	}
}

func TestUnit_CountPanicsOnAnUnknownUnit(t *testing.T) {
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "furlongs") {
			t.Errorf("recovered %v", r)
		}
	}()
	adapters.Unit("furlongs").Count("x")
}

func TestTextLimit_MeasureWeighsURLs(t *testing.T) {
	const bank = "https://bank.example/a/very/long/path?with=query&and=more#fragment"
	for _, c := range []struct {
		name, text string
		perURL     int
		unit       adapters.Unit
		want       int
	}{
		{"as written", "见 " + bank, 0, adapters.Runes, 2 + len(bank)},
		{"weighed", "见 " + bank, 23, adapters.Runes, 2 + 23},
		{"a short one is made longer", "http://a.b", 23, adapters.Runes, 23},
		{"two", bank + " " + bank, 23, adapters.Runes, 47},
		{"Chinese follows at once", "见" + bank + "核实", 23, adapters.Runes, 3 + 23},
		{"a full stop ends it", "见" + bank + "。", 23, adapters.Runes, 2 + 23},
		{"a bracket ends it", "（" + bank + "）", 23, adapters.Runes, 2 + 23},
		{"no scheme is no URL", "bank.example", 23, adapters.Runes, 12},
		{"another scheme is none", "ftp://bank.example", 23, adapters.Runes, 18},
		{"in bytes", "见" + bank, 23, adapters.Bytes, 3 + 23},
		{"in half-widths", "见" + bank, 20, adapters.HalfWidths, 2 + 20},
	} {
		l := adapters.TextLimit{Max: 1000, Unit: c.unit, PerURL: c.perURL}
		if got := l.Measure(c.text); got != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, got, c.unit, c.want)
		}
	}
}

func TestTextLimit_Check(t *testing.T) {
	l := adapters.TextLimit{Max: 4, Unit: adapters.FullWidths}
	if err := l.Check("反诈中心"); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	err := l.Check("反诈中心a")
	var long *adapters.TooLong
	if !errors.As(err, &long) || *long != (adapters.TooLong{Length: 5, Max: 4, Unit: adapters.FullWidths}) {
		t.Errorf("over the limit: %v", err)
	}
	if want := "text is 5 full-widths, the platform allows 4: shorten it by 1"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if err := (adapters.TextLimit{Unit: adapters.Runes}).Check(strings.Repeat("x", 1e6)); err != nil {
		t.Errorf("no limit: %v", err)
	}
}

func TestLimits_For(t *testing.T) {
	l := adapters.Limits{Text: []adapters.TextLimit{{Channel: adapters.Public, Max: 1}, {Channel: adapters.Private, Max: 2}}}
	if got, ok := l.For(adapters.Private); !ok || got.Max != 2 {
		t.Errorf("%+v %v", got, ok)
	}
	if got, ok := l.For(adapters.InReply); ok || got.Max != 0 {
		t.Errorf("a channel without a limit: %+v %v", got, ok)
	}
}

// FuzzMeasure compares the units with the standard library's encoders.
func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"", "反诈 96110", "😀 https://a.example/x 。", "\xff\xfe", "http://", "https://反"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := adapters.Runes.Count(s); got != utf8.RuneCountInString(s) {
			t.Errorf("%q: %d characters", s, got)
		}
		if got := adapters.UTF16.Count(s); got != len(utf16.Encode([]rune(s))) {
			t.Errorf("%q: %d UTF-16 units", s, got)
		}
		half, full := adapters.HalfWidths.Count(s), adapters.FullWidths.Count(s)
		if full != half-half/2 || half < adapters.Runes.Count(s) || half > 2*adapters.Runes.Count(s) {
			t.Errorf("%q: %d half-widths, %d full-widths", s, half, full)
		}
		l := adapters.TextLimit{Unit: adapters.Bytes, PerURL: 23}
		if !strings.Contains(s, "://") && l.Measure(s) != len(s) {
			t.Errorf("%q without a URL measures %d", s, l.Measure(s))
		}
	})
}
