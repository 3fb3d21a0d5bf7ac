package record_test

import (
	"errors"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestGivingALookupCodeEndsTheOthers(t *testing.T) {
	now := time.Now()
	tag := func(scope, value string) string { return scope + "." + value }
	chen := &record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
	shen := &record.Officer{Head: bots.Head{ID: "shen", State: record.OfficerActive}, Roles: []record.Role{record.Auditor}}
	open := record.OpenLookup(tag, "a", "conv/1", now.Add(-time.Hour))
	gone := &record.Lookup{Head: bots.Head{Erased: true}}
	for _, c := range []struct {
		name   string
		by     *record.Officer
		all    []*record.Lookup
		id     string
		reason string
		code   string // of the refusal
	}{
		{"an auditor", shen, []*record.Lookup{open}, "x", "at the counter", "role"},
		{"nobody had one", chen, nil, "x", "at the counter", "no-lookup"},
		{"who is forgotten", chen, []*record.Lookup{gone}, "x", "at the counter", "no-lookup"},
		{"nobody knows how", chen, []*record.Lookup{open}, "x", " ", "reason"},
		{"not made at the desk", chen, []*record.Lookup{open}, "", "at the counter", "no-lookup"},
	} {
		_, err := record.GiveLookup(c.by, c.all, c.id, c.reason, now)
		var refused *record.Refusal
		if !errors.As(err, &refused) || refused.Code != c.code || !open.Leads(now) {
			t.Errorf("%s: %v, the old one leads: %v", c.name, err, open.Leads(now))
		}
	}
	fresh, err := record.GiveLookup(chen, []*record.Lookup{open}, "lookup.b", "at the counter", now)
	if err != nil || !fresh.Leads(now) || fresh.Conversation != "conv/1" || fresh.Subject != "conv/1" || fresh.By != "chen" {
		t.Fatalf("%+v, %v", fresh, err)
	}
	if open.Leads(now) || open.State != record.LookupEnded || open.EndedBy != "chen" || open.End(record.LookupHolder, now) {
		t.Errorf("the old one: %+v", open)
	}
}
