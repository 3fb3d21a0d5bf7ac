package record_test

import (
	"errors"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func volunteer() *record.Officer {
	return &record.Officer{Head: bots.Head{ID: "zhou", State: record.OfficerActive}, Roles: []record.Role{record.Volunteer}}
}

func tipFields() map[string]string {
	return map[string]string{"text": " 群里招刷单 ", "link": "https://forum.example/t/7", "category": "fraud", "source": "业主群", "grade": "B", "worth": "3"}
}

func refusal(err error) string {
	var r *record.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func TestPromise8_ATipIsAboutSomethingOnTheClosedList(t *testing.T) {
	for _, category := range []string{"", "complaint", "opinion"} {
		f := tipFields()
		f["category"] = category
		if _, err := record.NewTip(volunteer(), 0, f); refusal(err) != "category" {
			t.Errorf("%q: %v", category, err)
		}
	}
}

func TestATip(t *testing.T) {
	c, err := record.NewTip(volunteer(), record.TipsADay-1, tipFields())
	if err != nil || c.Text != "群里招刷单" || c.Stance == bots.Asserting || c.Author.ID != "" || c.Tip.By != "zhou" {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, x := range []struct{ name, field, value, code string }{
		{"no text", "text", " ", "tip-text"},
		{"a book", "text", strings.Repeat("长", 4001), "tip-text"},
		{"no link at all", "link", "forum.example", "link"},
		{"a script for a link", "link", "javascript:alert(1)", "link"},
		{"no source", "source", "", "tip-source"},
		{"no such grade", "grade", "G", "tip-grade"},
		{"no such worth", "worth", "7", "tip-grade"},
	} {
		f := tipFields()
		f[x.field] = x.value
		if _, err := record.NewTip(volunteer(), 0, f); refusal(err) != x.code {
			t.Errorf("%s: %v, want %s", x.name, err, x.code)
		}
	}
	if _, err := record.NewTip(volunteer(), record.TipsADay, tipFields()); refusal(err) != "tips-a-day" {
		t.Errorf("one too many: %v", err)
	}
	chen := &record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
	if _, err := record.NewTip(chen, 0, tipFields()); refusal(err) != "role" {
		t.Errorf("an officer: %v", err)
	}
}

func TestWhoIsOnlyAVolunteer(t *testing.T) {
	for _, x := range []struct {
		roles []record.Role
		want  bool
	}{
		{nil, false}, {[]record.Role{record.Volunteer}, true}, {[]record.Role{record.Volunteer, record.Editor}, false}, {[]record.Role{record.Duty}, false},
	} {
		if o := (&record.Officer{Roles: x.roles}); o.OnlyVolunteer() != x.want {
			t.Errorf("%v: %v", x.roles, !x.want)
		}
	}
}
