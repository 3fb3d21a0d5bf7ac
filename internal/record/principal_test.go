package record

import (
	"errors"
	"testing"
	"time"

	"netpatrol/bots"
)

func verified() *bots.Account {
	return &bots.Account{Head: bots.Head{ID: "wx", State: string(bots.Live)}, Unit: "示例市公安局网络警察支队", Confirmed: true, Attested: []string{"li", "wang"}}
}

func TestPromise7_AnotherPrincipalHoldsSends(t *testing.T) {
	for name, c := range map[string]struct {
		said, expected string
		held           bool
	}{
		"the very name":                {"示例市公安局", "示例市公安局", false},
		"the unit's agency":            {"示例市公安局", "", false},
		"the unit itself":              {"示例市公安局网络警察支队", "", false},
		"the platform says nothing":    {"", "示例市公安局", false},
		"another agency":               {"邻市公安局", "示例市公安局", true},
		"a firm":                       {"示例传媒有限公司", "", true},
		"the unit, but another is set": {"示例市公安局网络警察支队", "示例市公安局", true},
	} {
		a := verified()
		news := Principal(a, c.said, c.expected)
		if held := a.Suspect != ""; held != c.held || news != c.held || a.Confirmed == c.held || (len(a.Attested) == 0) != c.held {
			t.Errorf("%s: %+v, news %v", name, a, news)
		}
		if Principal(a, c.said, c.expected) {
			t.Errorf("%s: the same answer is news again", name)
		}
	}
}

func TestPromise7_NobodyAttestsAwayAnotherPrincipal(t *testing.T) {
	li := &Officer{Head: bots.Head{ID: "li", State: OfficerActive}, Roles: []Role{Approver}}
	wang := &Officer{Head: bots.Head{ID: "wang", State: OfficerActive}, Roles: []Role{Approver}}
	a := verified()
	Principal(a, "示例传媒有限公司", "")
	if err := RequestMode(a, li, bots.Live, "见过介绍信"); err != nil {
		t.Fatal(err)
	}
	var refused *Refusal
	if err := ConfirmMode(a, wang, "见过介绍信", Policy{}, time.Now()); !errors.As(err, &refused) || refused.Code != "principal" {
		t.Errorf("two people attest it: %v", err)
	}
	if err := RequestMode(a, li, bots.Observe, ""); err != nil {
		t.Fatal(err)
	}
	if err := ConfirmMode(a, wang, "", Policy{}, time.Now()); err != nil {
		t.Errorf("back to observe: %v", err)
	}
}

func TestPrincipal_ARightOneLetsSendsGoOn(t *testing.T) {
	a := verified()
	Principal(a, "邻市公安局", "示例市公安局")
	if !Principal(a, "示例市公安局", "示例市公安局") || a.Suspect != "" || a.Mismatch != "" {
		t.Errorf("%+v", a)
	}
	a.Suspect = "平台显示的账号名称或主体与此前不同"
	if Principal(a, "示例市公安局", "示例市公安局"); a.Suspect == "" {
		t.Error("another suspicion is lifted, too")
	}
}
