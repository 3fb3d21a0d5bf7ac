package app

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"netpatrol/adapters"
	bridgeadapter "netpatrol/adapters/bridge"
	"netpatrol/adapters/bridge/bridgetest"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/handoff"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox/bridge"
)

// otherUnit is the system of another unit: a site that keeps the contract and takes packages.
func otherUnit(t *testing.T) (*bridge.Site, config.Account) {
	t.Helper()
	site := bridge.New(bridge.Options{Secret: demoBridgeSecret, Name: "椰城市公安局网络警察支队", Abilities: []string{"handover", "watch"}})
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	t.Cleanup(site.Close)
	return site, config.Account{
		ID: "qiongshan-system", Platform: "bridge", BaseURL: srv.URL, Language: "zh-Hans", Watch: []string{adapters.SourceHandovers},
		Poll: 20 * time.Millisecond, Secrets: map[string]adapters.Secret{"secret": demoBridgeSecret},
	}
}

// vouched makes an account live, as two officers do who know whose system it is.
func (o *office) vouched(account string) {
	o.t.Helper()
	eventually(o.t, "the account is known", func() bool {
		a, err := record.Fetch[bots.Account](o.t.Context(), o.app.store, account)
		return err == nil && a.Identity != ""
	})
	a, err := record.Fetch[bots.Account](o.t.Context(), o.app.store, account)
	if err != nil {
		o.t.Fatal(err)
	}
	a.State = string(bots.Live)
	o.put(a)
}

// does is a deed of an officer on a hand-off, or on the clue that one is prepared of.
func (o *office) does(officer string, verb bots.Verb, on bots.Record, fields map[string]string) bots.Result {
	o.t.Helper()
	o.deeds++
	d := bots.Decision{Officer: officer, Verb: verb, On: bots.Target{Kind: on.RecordKind(), ID: on.Meta().ID}, Seen: on.Meta().Version, Fields: fields, Reason: fields["reason"]}
	r, err := o.app.engine.Submit(o.t.Context(), d, fmt.Sprint("deed ", o.deeds))
	if err != nil || r.Status != bots.Applied {
		o.t.Fatalf("%s %s: %+v, %v", officer, verb, r, err)
	}
	return r
}

// approved prepares a package about a post and approves it.
func (o *office) approved(unit, account string) *record.Handoff {
	o.t.Helper()
	clue := &bots.Clue{Head: bots.Head{ID: "clue", Stream: "post/x", State: bots.ClueOpen}, Account: account, Text: "加微信 zhuanqian888 返利", Seen: time.Now()}
	o.put(clue)
	r := o.does("chen", bots.PrepareHandoff, clue, map[string]string{"unit": unit})
	h := o.again(r.Made[0].ID)
	o.does("chen", bots.ApproveHandoff, h, nil)
	return o.again(h.ID)
}

// A package goes to another unit's system and what it answers comes back, over real HTTP; an answer that
// was lost on the way makes no second package, and corrections and withdrawals follow.
func TestAPackageGoesToAnotherUnitsSystemAndIsAnswered(t *testing.T) {
	site, account := otherUnit(t)
	site.Fault(bridge.Fault{Kind: bridge.ResetAfter, On: "POST /v1/handovers"})
	o := newOffice(t, account)
	o.vouched(account.ID)
	h := o.approved("qiongshan", account.ID)
	eventually(t, "one try that failed", func() bool { return o.again(h.ID).Tries == 1 })
	if h = o.again(h.ID); h.Reached() || time.Until(h.Due) < 4*time.Minute {
		t.Fatalf("after a try whose answer was lost: %+v", h)
	}
	o.does("chen", bots.ResendHandoff, h, nil)
	eventually(t, "the package is there", func() bool { return o.again(h.ID).State == record.HandoffSent })
	got := site.Packages()
	if len(got) != 1 || got[0].Code != h.Code || got[0].From != "椰城市公安局网络警察支队" || got[0].To != "琼山分局" {
		t.Fatalf("%+v", got)
	}
	var files []handoff.File
	for name, data := range got[0].Files {
		files = append(files, handoff.File{Name: name, Data: data})
	}
	if err := handoff.Verify(files, handoff.PublicKey(o.app.key.Files())); err != nil || len(files) != 6 {
		t.Errorf("%d files, %v", len(files), err)
	}
	for _, as := range []string{adapters.AnswerAccepted, adapters.AnswerResult} {
		if err := site.Reply(got[0], as, "琼公2026-7", "已立案"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is "+as, func() bool { return o.again(h.ID).State == as })
	}
	o.does("chen", bots.CorrectHandoff, o.again(h.ID), map[string]string{"reason": "号码有误"})
	eventually(t, "the correction is there", func() bool { return o.again(h.ID).State == record.HandoffSent })
	o.does("chen", bots.WithdrawHandoff, o.again(h.ID), map[string]string{"reason": "误移"})
	eventually(t, "the withdrawal is there", func() bool { return len(site.Packages()) == 3 })
	got = site.Packages()
	if got[1].Revision != 2 || got[1].Note != "号码有误" || got[1].Withdrawn || !got[2].Withdrawn || got[2].Note != "误移" || len(got[2].Files) != 3 {
		t.Errorf("%+v", got[1:])
	}
}

// Nothing goes to a system of which nobody knows whose it is.
func TestAPackageWaitsForAnAccountThatIsVouchedFor(t *testing.T) {
	site, account := otherUnit(t)
	o := newOffice(t, account)
	h := o.approved("qiongshan", account.ID)
	eventually(t, "a try that failed", func() bool { return o.again(h.ID).Tries == 1 })
	if len(site.Packages()) > 0 {
		t.Errorf("%+v", site.Packages())
	}
	if h = o.again(h.ID); h.Problem == "" {
		t.Error("nothing says why")
	}
}

var bridges = map[string]adapters.Platform{"bridge": bridgeadapter.Platform()}

// The pretend system of another unit keeps the contract that the reference site keeps.
func TestThePretendUnitKeepsTheContract(t *testing.T) {
	site, account := otherUnit(t)
	bridgetest.Run(t, bridgetest.Site{BaseURL: account.BaseURL, Secret: demoBridgeSecret, To: "u1001"})
	if n := len(site.Packages()); n < 3 {
		t.Errorf("%d packages arrived", n)
	}
}
