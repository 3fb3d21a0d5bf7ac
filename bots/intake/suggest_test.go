package intake

import (
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/templates"
)

var evening = time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)

// names are the templates of what is suggested; a question carries what it asks for.
func suggestedNames(all []bots.Suggestion) (names []string) {
	for _, s := range all {
		name := strings.TrimPrefix(s.Template, "suggest-")
		for v := range s.Vars {
			if strings.HasPrefix(v, "Ask") {
				name += " " + v
			}
		}
		names = append(names, name)
	}
	return names
}

func TestSuggestions_FollowTheStageOfTheConversation(t *testing.T) {
	answered := evening.Add(-time.Hour)
	for name, c := range map[string]struct {
		slots    map[string]string
		answered time.Time
		last     string
		want     string
	}{
		"nothing known, first answer":         {last: "你好", want: "first, careful, ask AskPaid, ask AskCallback, close"},
		"money moves, nobody called 110":      {slots: map[string]string{slotEmergency: "money", slotPaid: paidYes}, last: "刚转了，怎么办", want: "urgent, first, ask AskCallback, advice, ask AskKind"},
		"money moved, the police know":        {slots: map[string]string{slotEmergency: "money", slotPaid: paidYes, slotPolice: reported, slotCallback: "13912345678"}, want: "first, ask AskCase, advice, ask AskKind, close"},
		"life in danger":                      {slots: map[string]string{slotEmergency: "life"}, last: "我不想活了", want: "stay, first, close"},
		"asks how it stands":                  {slots: map[string]string{slotPaid: paidNo}, answered: answered, last: "有进展了吗？", want: "progress, careful, ask AskCallback, ask AskKind, close"},
		"asks in other words":                 {slots: map[string]string{slotPaid: paidNo}, answered: answered, last: "查进度", want: "progress, careful, ask AskCallback, ask AskKind, close"},
		"only suspicious":                     {slots: map[string]string{slotPaid: paidOther, slotKind: "A1 刷单返利", slotCallback: untold}, answered: answered, last: "是真的吗", want: "careful, ask AskAccount, advice, ask AskPlatform, close"},
		"all is told, nothing is left to ask": {slots: full(), answered: answered, last: "就这些", want: "advice, close"},
	} {
		s := bots.Situation{Report: bots.Report{Slots: c.slots, Answered: c.answered}, Last: c.last, Now: evening}
		if got := strings.Join(suggestedNames(New().Suggest(s)), ", "); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

// full is a report that tells everything.
func full() map[string]string {
	return map[string]string{
		slotPaid: paidYes, slotPolice: reported, slotCase: "A4601002026001234", slotCallback: "13912345678", slotKind: "A1 刷单返利", slotAmount: "2600", slotTime: "昨晚8点",
		slotHow: "微信", slotAccount: "6222020200011112222", slotPhone: "17012345678", slotContact: "微信shuadan888", slotPlatform: "抖音", slotPlace: "海口市龙华区", slotWhom: "本人",
		slotLink: "https://shuadan.example/a", slotApp: "速返宝",
	}
}

func TestSuggestions_ToWhoWasWarnedNothingIsSaidAsToAVictim(t *testing.T) {
	s := bots.Situation{Report: bots.Report{Slots: map[string]string{}}, Last: "异议！我只是转发", Warned: true, Now: evening}
	if got := suggestedNames(New().Suggest(s)); !slices.Equal(got, []string{"close"}) {
		t.Errorf("%v", got)
	}
	s.Report.Slots[slotEmergency] = "life"
	if got := suggestedNames(New().Suggest(s)); got[0] != "stay" {
		t.Errorf("in danger: %v", got)
	}
}

func TestSuggestions_AdviceGoesByKindAndAmount(t *testing.T) {
	advice := func(edit func(map[string]string)) map[string]string {
		slots := full()
		edit(slots)
		for _, s := range New().Suggest(bots.Situation{Report: bots.Report{Slots: slots}, Now: evening}) {
			if s.Template == "suggest-advice" {
				return s.Vars
			}
		}
		t.Fatal("no advice")
		return nil
	}
	small := advice(func(map[string]string) {})
	if small["Small"] != yes || small["Reported"] != yes || small["Money"] != yes || !strings.Contains(small["Advice"], "先垫钱") {
		t.Errorf("%v", small)
	}
	large := advice(func(m map[string]string) {
		m[slotAmount], m[slotKind], m[slotPolice] = "约83000", "E1 冒充公检法", ""
	})
	if large["Small"] != "" || large["Reported"] != "" || !strings.Contains(large["Advice"], "安全账户") {
		t.Errorf("%v", large)
	}
}

func TestSuggestions_AreNeverMoreThanFiveAndPure(t *testing.T) {
	b := New()
	for i := range 1 << 6 {
		slots := map[string]string{}
		for n, s := range []struct{ slot, value string }{{slotEmergency, "money"}, {slotPaid, paidYes}, {slotPolice, reported}, {slotKind, "A1 刷单返利"}, {slotCallback, "1"}, {slotYoung, "可能未满18岁"}} {
			if i>>n&1 == 1 {
				slots[s.slot] = s.value
			}
		}
		s := bots.Situation{Report: bots.Report{Slots: slots}, Last: "进度", Now: evening}
		got := b.Suggest(s)
		if len(got) == 0 || len(got) > maxSuggested {
			t.Errorf("%v: %d suggestions", slots, len(got))
		}
		if again := b.Suggest(s); !slices.Equal(suggestedNames(got), suggestedNames(again)) {
			t.Errorf("%v: %v, then %v", slots, got, again)
		}
	}
}

// Whatever people wrote stands in no suggestion: no sum, name, number, account or address.
func TestSuggestions_RepeatNothingThatAPersonWrote(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	slots := full()
	for open := range slots {
		one := full()
		delete(one, open)
		for _, last := range []string{"我叫王小明，转给了李大强 6222020200011112222 两千六", "查进度"} {
			for _, s := range New().Suggest(bots.Situation{Report: bots.Report{Slots: one}, Last: last, Now: evening}) {
				for _, lang := range []string{"zh-Hans", "en"} {
					vars := map[string]string{"Unit": "海口网警", "Code": "ABCD2345", "Automatic": "", "Reference": "460100-20261125-004217-X"}
					for k, v := range s.Vars {
						vars[k] = v
					}
					r, err := set.Render(lang, s.Template, vars)
					if err != nil {
						t.Fatal(err)
					}
					for slot, v := range slots {
						if strings.Contains(r.Text, v) && !slices.Contains([]string{slotHow, slotPolice, slotPaid, slotWhom}, slot) {
							t.Errorf("%s in %s repeats %s %q:\n%s", s.Template, lang, slot, v, r.Text)
						}
					}
					for _, personal := range []string{"王小明", "李大强", "两千六", "2600"} {
						if strings.Contains(r.Text, personal) {
							t.Errorf("%s in %s says %q", s.Template, lang, personal)
						}
					}
				}
			}
		}
	}
}
