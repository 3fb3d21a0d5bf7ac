package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/bridge/bridgetest"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/handoff"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
)

// twoOffices are a netpatrol that hands packages over, and the one of the unit that gets them, over real HTTP.
func twoOffices(t *testing.T) (from, to *office, account string) {
	t.Helper()
	var door atomic.Pointer[http.Handler]
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := door.Load(); h != nil {
			(*h).ServeHTTP(w, r)
			return
		}
		http.Error(w, "not yet", http.StatusServiceUnavailable)
	}))
	t.Cleanup(srv.Close)
	system := config.Account{
		ID: "qiongshan-system", Platform: "bridge", BaseURL: srv.URL + "/bridge/yecheng", Language: "zh-Hans", Watch: []string{adapters.SourceHandovers},
		Poll: 20 * time.Millisecond, Secrets: map[string]adapters.Secret{"secret": demoBridgeSecret},
	}
	from = newOffice(t, system)
	to = receiver(t, handoff.PublicKey(from.app.key.Files()))
	h := to.app.frontdoor()
	door.Store(&h)
	from.vouched(system.ID)
	return from, to, system.ID
}

// receiver is an office to which the unit with a key hands packages over.
func receiver(t *testing.T, key string) *office {
	t.Helper()
	return officeWith(t, func(c *config.Config) {
		c.Unit.Name = "琼山分局"
		c.Units = []config.OtherUnit{{ID: "yecheng", Name: "椰城市公安局网络警察支队", Sends: config.Sends{Key: key, Secrets: map[string]adapters.Secret{"secret": demoBridgeSecret}}}}
	})
}

// received is the one package that came.
func (o *office) received() *record.Received {
	o.t.Helper()
	page, err := o.app.store.List(o.t.Context(), record.Query{Kind: record.KindReceived, Limit: 10})
	if err != nil || len(page) > 1 {
		o.t.Fatalf("%d packages, %v", len(page), err)
	}
	if len(page) == 0 {
		return nil
	}
	return page[0].(*record.Received)
}

// From one netpatrol to another and back: a package, each answer to it, a correction that is answered again, a withdrawal.
func TestAPackageGoesFromOneNetpatrolToAnother(t *testing.T) {
	from, to, account := twoOffices(t)
	h := from.approved("qiongshan", account)
	eventually(t, "it is there", func() bool { return to.received() != nil })
	r := to.received()
	if r.Code != h.Code || r.State != record.PackageReceived || r.Revision != 1 || len(r.Files) != 6 || len(r.Lines) == 0 || r.Lines[0].Value != "zhuanqian888" {
		t.Fatalf("%+v", r)
	}
	for _, id := range r.Files {
		e, err := record.Fetch[record.Evidence](t.Context(), to.app.store, id)
		if err != nil || e.Name == "" || e.State != record.EvidenceKept {
			t.Fatalf("%+v, %v", e, err)
		}
		f, err := to.app.files.Open(e.Subject, e.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	eventually(t, "the sender knows that it is there", func() bool { return from.again(h.ID).State == record.HandoffSent })
	for _, as := range []string{bots.HandoffAccepted, bots.HandoffResult} {
		to.does("lin", bots.AnswerPackage, to.received(), map[string]string{"as": as, "number": "琼公2026-7", "note": "已立案"})
		eventually(t, "the sender reads that it is "+as, func() bool { return from.again(h.ID).State == as })
	}
	if a := from.again(h.ID).Answers; len(a) != 2 || a[1].Note != "已立案" || a[1].Number != "琼公2026-7" {
		t.Errorf("%+v", a)
	}
	from.does("chen", bots.CorrectHandoff, from.again(h.ID), map[string]string{"reason": "号码有误"})
	eventually(t, "the correction is there", func() bool { return to.received().Revision == 2 })
	if r = to.received(); r.State != record.PackageReceived || len(r.Notes) != 1 || r.Notes[0].Text != "号码有误" {
		t.Errorf("%+v", r)
	}
	eventually(t, "the sender knows", func() bool { return from.again(h.ID).State == record.HandoffSent })
	to.does("lin", bots.AnswerPackage, to.received(), map[string]string{"as": bots.HandoffNotOurs})
	eventually(t, "the sender reads that it is not theirs", func() bool { return from.again(h.ID).State == bots.HandoffNotOurs })
	from.does("chen", bots.WithdrawHandoff, from.again(h.ID), map[string]string{"reason": "误移"})
	eventually(t, "the withdrawal is there", func() bool { return to.received().State == record.PackageWithdrawn })
	if r = to.received(); len(r.Lines) != 0 || len(r.Notes) != 2 || !r.Notes[1].Withdrawn || r.Notes[1].Text != "误移" || len(r.Files) != 3 {
		t.Errorf("%+v", r)
	}
	alarms, err := to.app.store.List(t.Context(), record.Query{Kind: record.KindAlarm, Limit: 10})
	if err != nil || len(alarms) != 3 {
		t.Errorf("%d alarms, %v", len(alarms), err)
	}
}

// incoming is a package as it comes to a receiver who knows the key it was signed with.
func incoming(t *testing.T) (to *office, in frontdoor.IncomingPackage) {
	t.Helper()
	from := newOffice(t)
	h := from.sent("qiongshan", record.ByBridge)
	files, err := clerk{from.app}.build(h)
	if err != nil {
		t.Fatal(err)
	}
	return receiver(t, handoff.PublicKey(from.app.key.Files())), frontdoor.IncomingPackage{Package: asPackage(h, files), Key: "K1", Digest: "d"}
}

func wantUnfit(t *testing.T, why string, to *office, in frontdoor.IncomingPackage) {
	t.Helper()
	var unfit *frontdoor.Unfit
	if err := (mailroom{to.app}).Take(t.Context(), "yecheng", in); !errors.As(err, &unfit) {
		t.Errorf("%s: %v", why, err)
	}
	if r := to.received(); r != nil {
		t.Errorf("%s: it was taken: %+v", why, r)
	}
}

func TestPromise14_OnlyAPackageThatItsUnitSignedIsTaken(t *testing.T) {
	to, in := incoming(t)
	changed := in
	changed.Files = append([]adapters.PackageFile{}, in.Files...)
	changed.Files[0].Data = []byte("{}")
	wantUnfit(t, "a changed file", to, changed)
	more := in
	more.Files = append(append([]adapters.PackageFile{}, in.Files...), adapters.PackageFile{Name: "more.exe", Data: []byte("x")})
	wantUnfit(t, "a file nobody signed", to, more)
	if err := (mailroom{to.app}).Take(t.Context(), "yecheng", in); err != nil || to.received() == nil {
		t.Errorf("as it was signed: %v", err)
	}
}

func TestPromise14_APackageIsTheOneItsManifestNames(t *testing.T) {
	to, in := incoming(t)
	for why, change := range map[string]func(*frontdoor.IncomingPackage){
		"another code": func(p *frontdoor.IncomingPackage) { p.Code = "OTHER234" }, "another revision": func(p *frontdoor.IncomingPackage) { p.Revision = 7 },
		"a withdrawal": func(p *frontdoor.IncomingPackage) { p.Withdrawn = true },
	} {
		other := in
		change(&other)
		wantUnfit(t, why, to, other)
	}
}

// loose takes what is signed by nobody: the kit that holds sites to the contract cannot sign.
type loose struct{ mailroom }

func (l loose) Take(ctx context.Context, unit string, in frontdoor.IncomingPackage) error {
	_, err := l.a.engine.TakePackage(ctx, &bots.Package{Unit: unit, Key: in.Key, Digest: in.Digest, Code: in.Code, Revision: in.Revision, Withdrawn: in.Withdrawn, Note: in.Note})
	return err
}

func TestTheWayInForOtherUnitsKeepsTheContract(t *testing.T) {
	to := receiver(t, strings.Repeat("A", 43)+"=")
	srv := httptest.NewServer(frontdoor.New(frontdoor.Options{Packages: loose{mailroom{to.app}}, Receiver: func(string) adapters.Receiver { return nil }, Log: to.app.o.Log}))
	t.Cleanup(srv.Close)
	bridgetest.Run(t, bridgetest.Site{BaseURL: srv.URL + "/bridge/yecheng", Secret: demoBridgeSecret, To: "u1001"})
	for _, path := range []string{"/bridge/nobody/v1/about", "/bridge/yecheng/v1/about"} {
		res, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s unsigned: HTTP %d", path, res.StatusCode)
		}
	}
}
