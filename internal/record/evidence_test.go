package record

import (
	"testing"
	"time"

	"netpatrol/bots"
)

func TestEvidenceIsSettledOnce(t *testing.T) {
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	v := &Evidence{Head: bots.Head{State: EvidenceWaiting}}
	if !v.Settle(EvidenceKept, "", now) || v.State != EvidenceKept || !v.Settled.Equal(now) {
		t.Errorf("kept: %+v", v)
	}
	if v.Settle(EvidenceLost, "too late", now.Add(time.Hour)) || v.State != EvidenceKept || v.Reason != "" {
		t.Errorf("what was kept became %s: %s", v.State, v.Reason)
	}
	if gone := (&Evidence{Head: bots.Head{State: EvidenceWaiting, Erased: true}}); gone.Settle(EvidenceKept, "", now) {
		t.Error("evidence of somebody who was forgotten was settled")
	}
}
