package record

import (
	"errors"
	"testing"

	"netpatrol/bots"
)

func TestPromise7_AnAccountInDoubtKeepsItsMenu(t *testing.T) {
	lin := &Officer{Head: bots.Head{ID: "lin", State: OfficerActive}, Roles: []Role{Approver}}
	menuRefused(t, MaySetMenu(&bots.Account{Suspect: "平台认证主体不符"}, lin, &Halt{}), "account")
	if err := MaySetMenu(&bots.Account{}, lin, &Halt{}); err != nil {
		t.Error(err)
	}
}

func TestPromise13_WhileEverythingIsHaltedTheMenuStays(t *testing.T) {
	lin := &Officer{Head: bots.Head{ID: "lin", State: OfficerActive}, Roles: []Role{Approver}}
	menuRefused(t, MaySetMenu(&bots.Account{}, lin, &Halt{Level: HaltEverything}), "halted")
	if err := MaySetMenu(&bots.Account{}, lin, &Halt{Level: HaltUnsolicited}); err != nil {
		t.Error(err)
	}
}

func TestMenuAndSurveyNeedAnApproverOrAdmin(t *testing.T) {
	chen := &Officer{Head: bots.Head{ID: "chen", State: OfficerActive}, Roles: []Role{Duty, Editor}}
	menuRefused(t, MaySetMenu(&bots.Account{}, chen, &Halt{}), "role")
	menuRefused(t, MaySurvey(chen), "role")
}

func menuRefused(t *testing.T, err error, code string) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Errorf("%v, want it refused as %s", err, code)
	}
}
