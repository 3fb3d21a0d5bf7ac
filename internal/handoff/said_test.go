package handoff

import (
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// What a reporter said of what was read decides what is passed on of it, and how sure it is.
func TestWhatTheReporterSaidGoesAlong(t *testing.T) {
	const text = "骗子微信shuadan888，骗子电话13912345678和13955556666，网址hongque.top，先转了5000元，后来转了8000元"
	said := []bots.Check{
		{Slot: "contact", Value: "微信shuadan888", As: bots.CheckConfirmed}, {Slot: "phone", Value: "+8613912345678", As: bots.CheckOwn},
		{Slot: "phone", Value: "+8613955556666", As: bots.CheckWrong}, {Slot: "link", Value: "hongque.top", As: bots.CheckDisputed},
		{Slot: "amount", Value: "5000", As: bots.CheckWrong}, {Slot: "amount", Value: "8000"},
	}
	found, masked := NewReader().Read(text, false, said...)
	got := map[string]record.HandoffIndicator{}
	for _, i := range found {
		got[i.Value] = i
	}
	if i := got["shuadan888"]; i.Role != "suspect" || i.Confidence < confirmed || i.Said != bots.CheckConfirmed {
		t.Errorf("confirmed: %+v", i)
	}
	if i := got["hongque.top"]; i.Role != "" || i.Confidence > disputed || i.Said != bots.CheckDisputed {
		t.Errorf("disputed: %+v", i)
	}
	if i := got["8000"]; i.Said != "" || i.Confidence == 0 {
		t.Errorf("not answered: %+v", i)
	}
	for _, gone := range []string{"+8613912345678", "+8613955556666", "5000"} {
		if i, ok := got[gone]; ok {
			t.Errorf("%s is passed on: %+v", gone, i)
		}
	}
	if strings.Contains(masked, "13912345678") || strings.Contains(masked, "13955556666") || !strings.Contains(masked, "shuadan888") {
		t.Errorf("the words are %s", masked)
	}
	whole, _ := NewReader().Read(text, true, said...)
	for _, i := range whole {
		if i.Value == "+8613912345678" && i.Role != "victim" {
			t.Errorf("their own number is passed on as %+v", i)
		}
	}
}

func TestEveryFileSaysWhetherTheReporterConfirmed(t *testing.T) {
	h := sample()
	h.About = bots.Target{Kind: bots.KindReport, ID: "r"}
	h.Package.Indicators = []record.HandoffIndicator{
		{Kind: "phone", Value: "+8613900000000", Role: "suspect", Confidence: 95, Said: bots.CheckConfirmed}, {Kind: "qq", Value: "123456", Role: "suspect", Confidence: 70},
	}
	files, err := Build(h, key, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		for _, w := range map[string][]string{
			"clue.csv": {"本人已确认", "本人未确认"}, "clue.html": {"<td>本人已确认</td>", "<td>本人未确认</td>"},
			"clue.stix.json": {`"reporter-confirmed"`, `"reporter-unconfirmed"`, `"confidence": 95`, `"confidence": 70`},
		}[f.Name] {
			if !strings.Contains(string(f.Data), w) {
				t.Errorf("%s does not say %s:\n%s", f.Name, w, f.Data)
			}
		}
	}
	h.About.Kind = bots.KindClue
	clue, err := table(h)
	if err != nil || strings.Contains(string(clue.Data), "本人") {
		t.Errorf("nobody reported a clue: %s, %v", clue.Data, err)
	}
}
