package app

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"netpatrol/internal/record"
	"netpatrol/internal/sandbox/clamd"
	"netpatrol/internal/sandbox/wechat"
)

// A kiosk beside a scanner on a real socket: one visitor brings a screenshot, another malware that looks like one.
func TestFilesOfTheKioskAreScanned(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pretend := clamd.Serve(l, 1<<20)
	t.Cleanup(func() { _ = pretend.Close() })
	a, door := kioskStationWith(t, "tcp://"+l.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	opened(t, a, door)
	base := "http://" + door
	for _, file := range [][]byte{wechat.Screenshot(), append(wechat.Screenshot(), clamd.Eicar()...)} {
		if status, page := visit(t, base, formOf(t, base), map[string]string{"moved": "no", "story": "有人冒充客服"}, file); status != 200 {
			t.Fatalf("%d\n%s", status, page)
		}
	}
	verdicts := func() map[string]*record.Evidence {
		all := map[string]*record.Evidence{}
		for _, v := range evidenceOf(t, a)[record.EvidenceKept] {
			if v.Scan.Verdict != "" {
				all[v.Scan.Verdict] = v
			}
		}
		return all
	}
	eventually(t, "both are scanned", func() bool { return len(verdicts()) == 2 })
	bad := verdicts()[record.ScanInfected]
	if bad.Scan.Name != "Win.Test.EICAR_HDB-1" || bad.Scan.Engine != "ClamAV 1.4.3/27832" || bad.Scan.Base.IsZero() {
		t.Errorf("malware: %+v", bad.Scan)
	}
	if b, err := (evidenceDesk{a.files, a.store}).Picture(t.Context(), bad, 100); err != nil || len(b) == 0 {
		t.Errorf("the picture drawn anew: %v", err)
	}
	if says, err := AskScanner(t.Context(), a.o.Config.Evidence.Clamd); err != nil || !strings.Contains(says, "signatures of 2026-11-25") {
		t.Errorf("asked, it says %q, %v", says, err)
	}
}
