package patrol

import (
	"strings"
	"testing"
	"unicode/utf8"

	"netpatrol/bots"
	"netpatrol/templates"
)

// TestWarningsCanLeave renders the warning of every positive and lints it: a proposal that
// the linter refuses would only waste an officer's night.
func TestWarningsCanLeave(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	hotlines, err := templates.Hotlines()
	if err != nil {
		t.Fatal(err)
	}
	p := pack(t)
	b := New(p)
	for _, r := range p.Rules() {
		for _, text := range r.Positives {
			w := proposed(t, b, text)
			out := render(t, set, w)
			for _, f := range templates.Lint(out, templates.Policy{Hotlines: hotlines}) {
				t.Errorf("rule %s: %s at %q in\n%s", r.ID, f.Message, out[f.Start:f.End], out)
			}
			if !strings.Contains(out, w.Vars["Why"]) || utf8.RuneCountInString(out) > 300 {
				t.Errorf("rule %s: the warning lacks its reason, or is too long:\n%s", r.ID, out)
			}
		}
	}
}

func proposed(t *testing.T, b *Bot, text string) bots.ProposeWarning {
	t.Helper()
	for _, e := range seen(t, b, bots.PostSeen, text) {
		if w, ok := e.(bots.ProposeWarning); ok {
			return w
		}
	}
	t.Fatalf("%q is not proposed", text)
	return bots.ProposeWarning{}
}

func render(t *testing.T, set *templates.Set, w bots.ProposeWarning) string {
	t.Helper()
	vars := map[string]string{"Unit": "某市公安局网警支队", "Code": "A1B2C3", "Automatic": "true"}
	for k, v := range w.Vars {
		vars[k] = v
	}
	out, err := set.Render("zh-Hans", w.Template, vars)
	if err != nil {
		t.Fatal(err)
	}
	return out.Text
}

// TestEveryReplyHasATemplate keeps the bot from naming texts nobody wrote.
func TestEveryReplyHasATemplate(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, i := range set.Names() {
		known[i.Name] = true
	}
	for _, name := range []string{"answer-mention", "answer-mention-public", "is-it-a-scam", "offer-help", "complaint", "emergency", "emergency-life", "emergency-public", "warning-fraud", "warning-rumour", "warning-unlawful"} {
		if !known[name] {
			t.Errorf("no template %s", name)
		}
	}
}
