package engine

import (
	"slices"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/templates"
)

func TestNumber_FindsTheLineOfEachChoice(t *testing.T) {
	for text, want := range map[string]string{
		"钱转出去了吗？\n1 已经转出\n2 没有\n核对码 X": "1 已经转出|2 没有",
		"1 已经转出\n2 没有":                 "1 已经转出|2 没有",
		"钱转出去了吗？\n1 已经转出\n或者\n2 没有":    "",
		"钱转出去了吗？\n1 已经转出":              "",
		"钱转出去了吗？":                      "",
	} {
		d := &bots.Draft{Text: text, Choices: offered([]string{"paid", "unpaid"})}
		var got []string
		if err := number(d); err == nil {
			for _, c := range d.Choices {
				got = append(got, c.Text)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The shipped question has a line for each of the three answers, in every language.
func TestNumber_TheShippedQuestionHasItsLines(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"zh-Hans", "en"} {
		out, err := set.Render(lang, "menu-report", map[string]string{"Unit": "某市公安局", "Code": "A1B2C3", "Automatic": "true"})
		if err != nil {
			t.Fatal(err)
		}
		d := &bots.Draft{Text: out.Text, Choices: offered([]string{"paid", "unpaid", "other"})}
		if err := number(d); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		if slices.ContainsFunc(d.Choices, func(c adapters.Choice) bool { return !strings.Contains(out.Text, c.Text+"\n") }) {
			t.Errorf("%s: %+v", lang, d.Choices)
		}
	}
}
