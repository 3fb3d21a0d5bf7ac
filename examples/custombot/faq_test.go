package custombot

import (
	"io/fs"
	"testing"

	"netpatrol/bots/bottest"
	"netpatrol/templates"
)

func TestTranscripts(t *testing.T) {
	b, err := New()
	if err != nil {
		t.Fatal(err)
	}
	bottest.Transcripts(t, "testdata/*.txt", b)
}

// TestEveryTopicHasItsText renders each answer as it would be sent, and lints it.
func TestEveryTopicHasItsText(t *testing.T) {
	texts, err := fs.Sub(Texts, "text")
	if err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load(texts)
	if err != nil {
		t.Fatal(err)
	}
	hotlines, err := templates.Hotlines()
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range topics {
		out, err := set.Render("zh-Hans", topic.template, map[string]string{"Unit": "某市反诈中心", "Code": "A1B2C3", "Automatic": "true"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range templates.Lint(out.Text, templates.Policy{Hotlines: hotlines}) {
			t.Errorf("%s: %s", topic.template, f.Message)
		}
	}
}
