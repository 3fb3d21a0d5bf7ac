package view

import (
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestWhoMayReadWhat(t *testing.T) {
	for _, c := range []struct {
		role record.Role
		kind bots.RecordKind
		may  bool
	}{
		{record.Volunteer, bots.KindReport, false},
		{record.Volunteer, bots.KindDraft, false},
		{record.Volunteer, bots.KindBulletin, true},
		{record.Editor, bots.KindReport, false},
		{record.Editor, bots.KindConversation, false},
		{record.Editor, bots.KindClue, false},
		{record.Editor, bots.KindDraft, true},
		{record.Editor, record.KindItem, true},
		{record.Duty, bots.KindReport, true},
		{record.Auditor, bots.KindConversation, true},
		{record.Admin, bots.KindClue, true},
		{record.Approver, bots.KindWarning, true},
	} {
		o := &record.Officer{Head: bots.Head{State: record.OfficerActive}, Roles: []record.Role{c.role}}
		if got := May(o, c.kind); got != c.may {
			t.Errorf("%s may read %s: %v, want %v", c.role, c.kind, got, c.may)
		}
		o.State = "suspended"
		if Personal(c.kind) && May(o, c.kind) {
			t.Errorf("a suspended %s may read %s", c.role, c.kind)
		}
	}
}

func TestACountSaysWhenItStopped(t *testing.T) {
	if got := (Count{N: 99, More: true}).String(); got != "99+" {
		t.Error(got)
	}
	if got := (Count{N: 3}).String(); got != "3" {
		t.Error(got)
	}
}
