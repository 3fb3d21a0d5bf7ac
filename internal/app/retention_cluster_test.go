package app

import (
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// A cluster goes with its last decided clue, and everything by which it was found with it; a tie goes
// with the key of whom it is about.
func TestPromise15_WhatAClusterWasFoundByGoesWithIt(t *testing.T) {
	a, _ := kioskStation(t)
	const old = 800 * 24 * time.Hour
	tie := func(stream, who, subject string, on bots.Target) *bots.Tie {
		h := since(record.TieID(stream, who), subject, "kept", old)
		h.Stream = stream
		return &bots.Tie{Head: h, On: on}
	}
	cluster := func(id string) bots.Target { return bots.Target{Kind: bots.KindCluster, ID: id} }
	put(t, a,
		&bots.Cluster{Head: since("k-done", "", bots.ClusterDone, old), Keys: []string{"alike/x"}},
		tie("alike/x", record.AlikeWho(cluster("k-done")), "", cluster("k-done")), tie(record.ClusterStream("k-done"), "c1", "", bots.Target{Kind: bots.KindClue, ID: "c1"}),
		&bots.Cluster{Head: since("k-open", "", bots.ClusterOpen, old), Keys: []string{"alike/x"}},
		tie("alike/x", record.AlikeWho(cluster("k-open")), "", cluster("k-open")),
		tie("shared/n", "conv/gone", "conv/gone", bots.Target{Kind: bots.KindReport, ID: "r1"}), tie("shared/n", "conv/stays", "conv/stays", bots.Target{Kind: bots.KindReport, ID: "r2"}),
	)
	if err := a.store.Erase(t.Context(), "conv/gone"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.sweepRetained(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	all := &sim{t: t, app: a}
	if left := all.all(bots.KindCluster); len(left) != 1 || left[0].Meta().ID != "k-open" {
		t.Errorf("%d clusters are left", len(left))
	}
	for _, r := range all.all(bots.KindTie) {
		if id := r.Meta().ID; id != "alike/x|cluster|k-open" && id != "shared/n|conv/stays" {
			t.Errorf("tie %s is left", id)
		}
	}
	if n := len(all.all(bots.KindTie)); n != 2 {
		t.Errorf("%d ties are left, want two", n)
	}
}
