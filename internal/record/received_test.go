package record

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"netpatrol/bots"
)

// TestAPackageIsTakenSoOftenAndAWithdrawalBesides sends corrections until no more are taken: the withdrawal still arrives, and only once.
func TestAPackageIsTakenSoOftenAndAWithdrawalBesides(t *testing.T) {
	r, now := &Received{}, time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	take := func(revision int, withdrawn bool) (bool, error) {
		return TakePackage(r, &bots.Package{Key: fmt.Sprint("K", revision, withdrawn), Revision: revision, Withdrawn: withdrawn, Note: "误移", Lines: []bots.PackageLine{{Value: "x"}}}, nil, now)
	}
	for n := 1; n <= mostSends; n++ {
		if changed, err := take(n, false); err != nil || !changed {
			t.Fatalf("revision %d: %v, %v", n, changed, err)
		}
	}
	var refused *Refusal
	if _, err := take(mostSends+1, false); !errors.As(err, &refused) || refused.Code != "package-sends" {
		t.Errorf("one correction too many: %v", err)
	}
	if changed, err := take(mostSends+1, true); err != nil || !changed || r.State != PackageWithdrawn || len(r.Lines) != 0 {
		t.Errorf("the withdrawal: %v, %v, %+v", changed, err, r)
	}
	if changed, err := take(mostSends+2, true); changed || !errors.As(err, &refused) {
		t.Errorf("withdrawn twice: %v, %v", changed, err)
	}
}
