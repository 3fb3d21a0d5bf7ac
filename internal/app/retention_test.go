package app

import (
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/audit"
	"netpatrol/internal/record"
)

// since is the head of a record that was last touched so long ago.
func since(id, subject, state string, ago time.Duration) bots.Head {
	at := time.Now().Add(-ago)
	return bots.Head{ID: id, Subject: subject, Stream: subject, State: state, Created: at, Updated: at}
}

func TestPromise15_WhatHasOutlivedItsRetentionIsGone(t *testing.T) {
	a, _ := kioskStation(t)
	const old, young = 800 * 24 * time.Hour, 24 * time.Hour
	put(t, a,
		&bots.Conversation{Head: since("conv/old", "conv/old", "open", old), Report: "r-old"},
		&bots.Report{Head: since("r-old", "conv/old", "closed", old), Lines: []bots.Line{{Text: "我被骗了"}}},
		&bots.Conversation{Head: since("conv/young", "conv/young", "open", young)},
		&bots.Conversation{Head: since("conv/kept", "conv/kept", "open", old), Kept: "正在侦办"},
		&bots.Conversation{Head: since("conv/open", "conv/open", "open", old), Report: "r-open"},
		&bots.Report{Head: since("r-open", "conv/open", "open", old)},
		&bots.Clue{Head: since("c-old", "post/1", bots.ClueDismissed, old), Text: "招刷单"},
		&bots.Clue{Head: since("c-open", "post/2", bots.ClueOpen, old), Text: "招刷单"},
		&record.Tape{Head: since("t-old", "conv/x", "kept", old)}, &record.Tape{Head: since("t-young", "conv/x", "kept", young)},
		&bots.Tally{Head: since("n-old", "", "day", old), N: 1}, &bots.Tally{Head: since("n-young", "", "day", young), N: 1},
		&record.HandOver{Head: since("h-old", "", record.HandOverTaken, old), Notes: "请回电"}, &record.HandOver{Head: since("h-young", "", record.HandOverTaken, young)},
	)
	for range 2 { // the second finds nothing more to do
		if err := a.sweepRetained(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	all := &sim{t: t, app: a}
	for _, kind := range []bots.RecordKind{bots.KindConversation, bots.KindReport, bots.KindClue} {
		for _, r := range all.all(kind) {
			m := r.Meta()
			if want := m.ID == "conv/old" || m.ID == "r-old" || m.ID == "c-old"; m.Erased != want {
				t.Errorf("%s: erased is %v", m.ID, m.Erased)
			}
		}
	}
	for kind, want := range map[bots.RecordKind]string{record.KindTape: "t-young", bots.KindCount: "n-young", bots.KindHandOver: "h-young"} {
		if left := all.all(kind); len(left) != 1 || left[0].Meta().ID != want {
			t.Errorf("%s: %d are left", kind, len(left))
		}
	}
	deeds, err := a.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindConversation, ID: "conv/old"})
	if err != nil || len(deeds) != 1 || deeds[0].Did != "erase" || deeds[0].Detail != "retention" {
		t.Errorf("%+v, %v", deeds, err)
	}
	if r, err := audit.Verify(t.Context(), a.store, ""); err != nil || !r.OK() {
		t.Errorf("the chain: %+v, %v", r, err)
	}
}
