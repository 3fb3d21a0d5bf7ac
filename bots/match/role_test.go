package match

import "testing"

func TestRoleIsByTheNearestWords(t *testing.T) {
	f := NewFolder()
	for text, want := range map[string]Role{
		"对方电话13800138000":            Suspect,
		"骗子用13800138000给我打的":         Suspect,
		"我的电话是13800138000":           Victim,
		"请联系我13800138000":            Victim,
		"13800138000打来说我涉嫌洗钱":        Suspect,
		"13800138000是我的":             Victim,
		"13800138000":                Unclear,
		"对方让我打钱，我电话13800138000":      Victim,
		"我的手机被骗子拿了，他电话13800138000":   Suspect,
		"我的卡被刷了，那个人微信abc12345":       Suspect,
		"我转给他的卡6222021234567890128":  Suspect,
		"我的卡6222021234567890128被转走了": Victim,
		"身份证46010019900307123X":      Unclear, // the check fails: it is no such number
		"他知道我的身份证110101199003070134": Victim,
		"骗子微信号abc12345":              Suspect,
		"链接http://a.top/x是他们发的":      Suspect,
	} {
		got := Unclear
		for _, i := range f.Fold(text).Indicators() {
			if i.Kind.Reaches() {
				got = i.Role
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestAnIdentityNumberIsNeverShownWhole(t *testing.T) {
	const whole = "11010519491231002X"
	got := NewFolder().Fold("身份证" + whole).Indicators()
	if len(got) != 1 || got[0].Kind != IDNumber || got[0].Value != "110105********002X" {
		t.Errorf("%+v", got)
	}
}
