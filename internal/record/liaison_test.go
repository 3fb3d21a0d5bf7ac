package record_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func liaison(site string) *record.Officer {
	return &record.Officer{Head: bots.Head{ID: "zhang@" + site, State: record.OfficerActive}, Roles: []record.Role{record.Liaison}, Site: site}
}

func refusedAs(t *testing.T, what, code string, err error) {
	t.Helper()
	var refused *record.Refusal
	if !errors.As(err, &refused) || refused.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestPromise2_ASiteIsShownWhatASecondPersonReleasedAndNothingElse(t *testing.T) {
	chen := &record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
	gone := liaison("coconut")
	gone.State = record.OfficerSuspended
	for _, c := range []struct {
		name string
		r    record.Rectification
		who  *record.Officer
		want bool
	}{
		{"their own", record.Rectification{Site: "coconut", Signed: "lin"}, liaison("coconut"), true},
		{"not released", record.Rectification{Site: "coconut"}, liaison("coconut"), false},
		{"another site's", record.Rectification{Site: "mango", Signed: "lin"}, liaison("coconut"), false},
		{"a revoked person", record.Rectification{Site: "coconut", Signed: "lin"}, gone, false},
		{"an officer", record.Rectification{Site: "coconut", Signed: "lin"}, chen, false},
	} {
		if got := c.r.ShownTo(c.who); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestInvitingAndRevokingASiteSecurityOfficer(t *testing.T) {
	now := time.Now()
	chen := &record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
	site := &record.Site{Head: bots.Head{ID: "coconut", Stream: "site/coconut", State: record.SiteActive}}
	o, err := record.InviteLiaison(site, nil, nil, chen, "zhang", "张安全", "digest", now)
	if err != nil || o.ID != "zhang@coconut" || o.Site != "coconut" || !o.Is(record.Liaison) || !o.Outside() || o.LinkEnds.Sub(now) != record.InviteLife {
		t.Fatalf("%+v, %v", o, err)
	}
	o.Password = "old"
	if again, err := record.InviteLiaison(site, o, []*record.Officer{o}, chen, "zhang", "张安全", "other", now); err != nil || again != o || o.Password != "" || o.Link != "other" {
		t.Errorf("invited again: %+v, %v", o, err)
	}
	full := make([]*record.Officer, record.LiaisonsASite)
	retired := &record.Site{Head: bots.Head{ID: "mango", State: record.SiteRetired}}
	for _, c := range []struct {
		what, code string
		err        func() (*record.Officer, error)
	}{
		{"by an outsider", "role", func() (*record.Officer, error) {
			return record.InviteLiaison(site, nil, nil, liaison("coconut"), "li", "李", "d", now)
		}},
		{"for no partner", "site-state", func() (*record.Officer, error) {
			return record.InviteLiaison(retired, nil, nil, chen, "li", "李", "d", now)
		}},
		{"a name of an officer", "liaison-name", func() (*record.Officer, error) {
			return record.InviteLiaison(site, nil, nil, chen, "li@mango", "李", "d", now)
		}},
		{"nobody", "liaison-called", func() (*record.Officer, error) {
			return record.InviteLiaison(site, nil, nil, chen, "li", " ", "d", now)
		}},
		{"the sixth", "liaisons", func() (*record.Officer, error) {
			return record.InviteLiaison(site, nil, full, chen, "li", "李", "d", now)
		}},
	} {
		_, err := c.err()
		refusedAs(t, c.what, c.code, err)
	}
	refusedAs(t, "revoking an officer", "not-found", record.RevokeLiaison(chen, chen, now))
	if err := record.RevokeLiaison(o, chen, now); err != nil || o.State == record.OfficerActive || o.Link != "" || o.Password != "" {
		t.Errorf("revoked: %+v, %v", o, err)
	}
	refusedAs(t, "revoking twice", "liaison-revoked", record.RevokeLiaison(o, chen, now))
}

// Nobody from outside is put on duty or stands in for an officer.
func TestNobodyFromOutsideIsOnDuty(t *testing.T) {
	admin := &record.Officer{Head: bots.Head{ID: "gu", State: record.OfficerActive}, Roles: []record.Role{record.Admin, record.Approver}}
	refusedAs(t, "a shift", "duty-officer", record.AddShift(&record.Shift{Level: record.Levels()[1]}, liaison("coconut"), admin))
}

func TestWhatASiteMayAnswer(t *testing.T) {
	site := &record.Site{Head: bots.Head{ID: "coconut", State: record.SiteActive}}
	open := &record.Rectification{Head: bots.Head{ID: "r", State: record.RectificationOverdue}, Site: "coconut", Signed: "lin"}
	if err := record.MayAnswer(open, site, liaison("coconut"), 0, 0); err != nil {
		t.Error(err)
	}
	fixed := *open
	fixed.State = record.RectificationFixed
	refusedAs(t, "another's", "not-found", record.MayAnswer(open, site, liaison("mango"), 0, 0))
	refusedAs(t, "no partner", "site-state", record.MayAnswer(open, &record.Site{Head: bots.Head{State: record.SiteRetired}}, liaison("coconut"), 0, 0))
	refusedAs(t, "put right", "settled", record.MayAnswer(&fixed, site, liaison("coconut"), 0, 0))
	refusedAs(t, "too often", "answers-a-day", record.MayAnswer(open, site, liaison("coconut"), record.AnswersADay, 0))
	refusedAs(t, "too many", "answers", record.MayAnswer(open, site, liaison("coconut"), 0, record.AnswersAtAll))
	if a, err := record.NewSiteAnswer(open, liaison("coconut"), " 已删除 ", []string{"e"}); err != nil || a.Text != "已删除" || a.Site != "coconut" || a.By != "zhang@coconut" {
		t.Errorf("%+v, %v", a, err)
	}
	for _, text := range []string{" ", strings.Repeat("长", 2001)} {
		_, err := record.NewSiteAnswer(open, liaison("coconut"), text, nil)
		refusedAs(t, "text", "answer-text", err)
	}
	_, err := record.NewSiteAnswer(open, liaison("coconut"), "x", make([]string, 4))
	refusedAs(t, "pictures", "answer-files", err)
}
