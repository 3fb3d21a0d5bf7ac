package match

import "testing"

func TestACopyIsOfTheSamePlaceAndFigures(t *testing.T) {
	folder := NewFolder()
	const water, dam, phone = "海滨市明天起全城停水三天，请大家马上储水", "台风把水库大坝冲开了口子，下游三个乡镇今晚必须全部转移", "明天起全城停水，订水电话13812345678，请大家马上储水"
	for _, c := range []struct {
		text, claim string
		copies      bool
	}{
		{water, water, true},
		{"家里人转来的：“海滨市明天起全城停水三天，请大家马上储水！！” 是真的吗？", water, true},
		{"【緊急】海濱市明天起全城停水3天～～請大家馬上儲水，是真的嗎", water, true},
		{"海滨市明天起全城停水三天，是真的吗", water, true},
		{"明天起全城停水三天，请大家马上储水", water, true},
		{"大坝冲开了口子，下游三个乡镇今晚必须全部转移？", dam, true},
		{"明天起全城停水，订水电话13998765432，请大家马上储水", phone, true},
		{"滨江市明天起全城停水三天，请大家马上储水", water, false},
		{"河口市全城停水三天，请大家马上储水", water, false},
		{"海滨市明天起全城停水五天，请大家马上储水", water, false},
		{"海滨市明天起全城停水十三天，请大家马上储水", water, false},
		{"海滨市今天起全城停水三天，请大家马上储水", water, false},
		{"海滨市明天起全城不停水三天，请大家马上储水", water, false},
		{"海滨市明天起全城停气三天，请大家马上储水", water, false},
		{"台风把水库大坝冲开了口子，上游三个乡镇今晚必须全部转移", dam, false},
		{"明天起全城停水三天，请大家马上储水，河口市的朋友注意", water, false},
		{"停水三天", water, false},
	} {
		text, claim := folder.Fold(c.text), folder.Fold(c.claim)
		if text.Copies(claim) != c.copies {
			t.Errorf("%s: copies is %v", c.text, !c.copies)
		}
	}
}

// TestNoNearMissIsACopy holds the whole labelled set against the claims: what is not the same is never said to be.
func TestNoNearMissIsACopy(t *testing.T) {
	folder := NewFolder()
	all := retellings(t)
	near := 0
	for _, claim := range all {
		if claim.kind != "claim" {
			continue
		}
		known := folder.Fold(claim.text)
		if !known.Copies(known) {
			t.Errorf("no copy of itself: %s", claim.text)
		}
		for _, r := range all {
			text := folder.Fold(r.text)
			if r.kind != "other" || text.Likeness().Repeats(known.Likeness()) == 0 {
				continue
			}
			if near++; text.Copies(known) {
				t.Errorf("taken for a copy of %s: %s", claim.claim, r.text)
			}
		}
	}
	if near == 0 {
		t.Error("the set has no text that repeats a claim and is something else")
	}
}
