package intake

import (
	"strings"
	"testing"

	"netpatrol/templates"
)

// TestEveryAnswerNames110 renders what the bot may say to a first message it cannot judge, and
// its cards: each has the number that helps.
func TestEveryAnswerNames110(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"Unit": "某市公安局网警支队", "Code": "A1B2C3", "Automatic": "true", "Reference": "R1", "Name": "刷单返利", "Signs": "先小额返现", "Advice": "不要垫钱"}
	for _, name := range []string{"receipt", "is-it-a-scam", "emergency", "emergency-life", "added", "complaint", "menu-report", "menu-ask", "menu-progress", "menu-progress-none", "ask", "advice", "scam-card", "fake-police", "human", "stay", "everyday"} {
		out, err := set.Render("zh-Hans", name, vars)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		own, _, _ := strings.Cut(out.Text, "核对码") // every message ends with how to check it by 110
		if first := name == "receipt" || strings.HasPrefix(name, "emergency") || name == "is-it-a-scam" || name == "scam-card" || name == "fake-police" || name == "human" || name == "everyday" || name == "stay"; first && !strings.Contains(own, "110") {
			t.Errorf("%s does not tell to call 110:\n%s", name, out.Text)
		}
	}
}
