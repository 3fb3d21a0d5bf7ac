package record

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func newLookup() string {
	var secret [LookupBytes]byte
	rand.Read(secret[:])
	return NewLookup(secret)
}

func known(string) bool   { return true }
func unknown(string) bool { return false }

func TestALookupCodeIsReadAsPeopleTypeIt(t *testing.T) {
	code := newLookup()
	if len(code) != 21 || strings.Count(code, "-") != 4 {
		t.Fatalf("%q is not in groups of four and a check character", code)
	}
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, code)
	for name, typed := range map[string]string{
		"as printed": code, "in small letters": strings.ToLower(code), "with spaces": " " + strings.ReplaceAll(code, "-", " ") + "\n",
		"in one piece": strings.ReplaceAll(code, "-", ""), "full width": wide, "other dashes": strings.ReplaceAll(code, "-", "—"),
		"O for 0, l for 1": strings.NewReplacer("0", "O", "1", "l").Replace(code),
	} {
		if got, ok := ParseLookup(typed); !ok || got != code {
			t.Errorf("%s: %q is read as %q, %v", name, typed, got, ok)
		}
	}
	for _, typed := range []string{"", code[:20], code + "0", "查询码", strings.Repeat("U", 17)} {
		if _, ok := ParseLookup(typed); ok {
			t.Errorf("%q passes for a code", typed)
		}
	}
}

func TestASlipOfTheFingerShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		symbols := []byte(strings.ReplaceAll(newLookup(), "-", ""))
		i, j := rapid.IntRange(0, 16).Draw(t, "i"), rapid.IntRange(0, 16).Draw(t, "j")
		wrong := append([]byte(nil), symbols...)
		wrong[i] = crockford[rapid.IntRange(0, 31).Draw(t, "s")]
		if _, ok := ParseLookup(string(wrong)); ok != (wrong[i] == symbols[i]) {
			t.Fatalf("%s for %s: %v", wrong, symbols, ok)
		}
		swapped := append([]byte(nil), symbols...)
		swapped[i], swapped[j] = swapped[j], swapped[i]
		if _, ok := ParseLookup(string(swapped)); ok != (symbols[i] == symbols[j]) {
			t.Fatalf("%s for %s: %v", swapped, symbols, ok)
		}
	})
}

func TestALookupCodeIsTakenOutOfAMessage(t *testing.T) {
	code := "7H2K-9QWX-0M4T-B6RD-5"
	plain := strings.ReplaceAll(newLookup(), "-", "")
	for !strings.ContainsAny(plain, "ABCDEFGHJKMNPQRSTVWXYZ") {
		plain = strings.ReplaceAll(newLookup(), "-", "")
	}
	for text, want := range map[string]string{
		"我的查询码是" + code + "，请查一下":                          "我的查询码是" + Masked + "，请查一下",
		"查 " + strings.ToLower(code):                       "查 " + Masked,
		strings.ReplaceAll(code, "-", " ") + " 还有 " + code: Masked + " 还有 " + Masked,
		"7H2K—9QWX—0M4T—B6RD—5":                            Masked,
		"a" + code:                                         "a" + code, // longer than a group: not ours
		"卡号 6222 0212 3456 7890 1":                         "卡号 6222 0212 3456 7890 1",
		"460100-20261125-004217-X":                         "460100-20261125-004217-X",
		"订单 1234-5678, 2026-11-25 at 8:30":                 "订单 1234-5678, 2026-11-25 at 8:30",
		"":                                                 "",
	} {
		if got, found := MaskLookups(text, unknown); got != want || found != (got != text) {
			t.Errorf("%q becomes %q, %v", text, got, found)
		}
	}
	if got, _ := MaskLookups("查"+plain+"。", known); got != "查"+Masked+"。" {
		t.Errorf("a known code in one piece stays: %q", got)
	}
	if got, found := MaskLookups("车架号"+plain, unknown); found || got != "车架号"+plain {
		t.Errorf("seventeen characters that are no code of ours are lost: %q", got)
	}
}

func TestALookupCodeLeadsWhileItIsOpen(t *testing.T) {
	tag := func(scope, value string) string { return scope + "!" + value }
	l := OpenLookup(tag, "C", "conv/kiosk/1", now)
	if l.ID != LookupID(tag, "C") || l.ID == "C" || l.Subject != "conv/kiosk/1" {
		t.Errorf("%+v", l.Head)
	}
	erased := *l
	erased.Erased = true
	for name, c := range map[string]struct {
		l    Lookup
		at   time.Time
		want bool
	}{"open": {*l, now, true}, "ended": {*l, now.Add(LookupLife), false}, "erased": {erased, now, false}} {
		if got := c.l.Leads(c.at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzMaskLookups(f *testing.F) {
	f.Add("查 7H2K-9QWX-0M4T-B6RD-5 ")
	f.Add("\xff7H2K 9QWX")
	f.Fuzz(func(t *testing.T, text string) {
		masked, found := MaskLookups(text, known)
		if again, more := MaskLookups(masked, known); more || again != masked || found && masked == text {
			t.Errorf("%q: %q, then %q", text, masked, again)
		}
	})
}
