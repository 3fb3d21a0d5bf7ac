package view

import (
	"errors"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestALetterIsExactForEveryCopy(t *testing.T) {
	for _, c := range []struct{ name, text, code, unit string }{
		{"code and unit", "提醒。三亚网警，核对码 AB12。", "AB12", "三亚网警"},
		{"twice", "AB12 三亚网警 AB12三亚网警", "AB12", "三亚网警"},
		{"the code in the unit", "单位AB12处 AB12", "AB12", "单位AB12处"},
		{"nothing of its own", "提醒", "AB12", "三亚网警"},
		{"no code", "提醒", "", ""},
		{"empty", "", "AB12", ""},
	} {
		l := Letter{Pieces: pieces(c.text, c.code, c.unit)}
		if got := l.Exact(Copy{Code: c.code, Unit: c.unit}); got != c.text {
			t.Errorf("%s: %q, want %q", c.name, got, c.text)
		}
	}
}

func TestOnlyTheSameTextsStandTogether(t *testing.T) {
	draft := func(account, text, code string) Copy {
		return Copy{Code: code, Unit: account + "网警", Draft: &bots.Draft{Head: bots.Head{State: bots.DraftAwaiting}, Account: account, Text: text}}
	}
	var s Sheaf
	s.sort([]Copy{
		draft("a", "提醒 a网警 C1", "C1"), draft("b", "提醒 b网警 C2", "C2"), draft("c", "提醒！ c网警 C3", "C3"),
		draft("d", "提醒 a网警 C4", "C4"), // it names another unit: that is another text
	})
	if len(s.Letters) != 3 || len(s.Letters[0].Copies) != 2 {
		t.Fatalf("%d letters: %+v", len(s.Letters), s.Letters)
	}
	for _, l := range s.Letters {
		for _, c := range l.Copies {
			if l.Exact(c) != c.Draft.Text {
				t.Errorf("%s: %q", c.Draft.Account, l.Exact(c))
			}
		}
	}
}

func TestPromise1_WhatDoesNotStandThereIsNotApproved(t *testing.T) {
	s := Sheaf{Bulletin: &bots.Bulletin{Drafts: []string{"b.a", "b.b"}, Withdrawals: []string{"w.a"}}}
	for _, c := range []struct {
		name   string
		ticked Ticked
		code   string
	}{
		{"as shown", Ticked{"b.a", 1, "s"}, ""},
		{"of another bulletin", Ticked{"x.a", 1, "s"}, "not-on-page"},
		{"of what takes it back", Ticked{"w.a", 1, "s"}, "not-on-page"},
		{"no version", Ticked{"b.a", 0, "s"}, "not-on-page"},
		{"no seal", Ticked{"b.a", 1, ""}, "not-on-page"},
	} {
		all, err := s.Approvals([]Ticked{{"b.b", 2, "t"}, c.ticked})
		code := ""
		if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
			code = refused.Code
		}
		if code != c.code || c.code == "" && (len(all) != 2 || all[1].Seen != 1 || all[1].Fields["seal"] != "s") || c.code != "" && all != nil {
			t.Errorf("%s: %q, %+v", c.name, code, all)
		}
	}
}
