package engine

import (
	"context"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// An officer who stops waiting is told which event will hold what the decision came to.
func TestADecisionNobodyWaitsForNamesItsEvent(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.stop() // nothing is decided from here on
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	halt := bots.Decision{
		Officer: "chen", Verb: bots.HaltSends, On: bots.Target{Kind: record.KindHalt, ID: record.HaltID}, Reason: "误判太多",
		Fields: map[string]string{"level": string(record.HaltUnsolicited)},
	}
	r, err := d.Submit(ctx, halt, "k1")
	if err != nil || r.Status != StatusPending || len(r.Made) != 1 || r.Made[0].Kind != bots.KindEvent {
		t.Fatalf("%+v, %v", r, err)
	}
	e, err := record.Fetch[bots.Event](t.Context(), d.store, r.Made[0].ID)
	if err != nil || e.State != bots.EventPending || e.Result != nil {
		t.Fatalf("%+v, %v", e, err)
	}
	if d.Engine, err = New(t.Context(), d.options(deskOptions{})); err != nil {
		t.Fatal(err)
	}
	d.run() // the next life decides it
	if r, err = d.Submit(t.Context(), halt, "k1"); err != nil || r.Status != bots.Applied {
		t.Errorf("asked again: %+v, %v", r, err)
	}
	if e, err = record.Fetch[bots.Event](t.Context(), d.store, e.ID); err != nil || e.Result == nil || e.Result.Status != bots.Applied {
		t.Errorf("%+v, %v", e, err)
	}
}
