package api

import (
	"context"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Received is a clue package that another unit handed over to us.
type Received struct {
	Envelope
	*record.Received
}

func newReceived(r *record.Received) Received { return Received{envelope(&r.Head), r} }

func (a *API) receivedRoutes() {
	a.get("GET /api/v1/received", list(a, "", newReceived))
	a.get("GET /api/v1/received/{id}", show(a, newReceived))
	a.decide("POST /api/v1/received/{id}/answer", bots.AnswerPackage, record.KindReceived, seen, packageAnswer)
}

// packageAnswer is what an officer says to a package.
func packageAnswer(in *Decision, d *bots.Decision) error {
	if !slices.Contains(record.HandoffResults(), in.As) {
		return invalid("as", "one of %s", strings.Join(record.HandoffResults(), ", "))
	}
	d.Fields["as"] = in.As
	if h := in.Handing; h != nil {
		if len(h.Note)+len(h.Number) > maxReason {
			return invalid("handing", "at most %d bytes", maxReason)
		}
		d.Fields["note"], d.Fields["number"] = h.Note, h.Number
	}
	return nil
}

// ReceivedPackages lists packages that other units handed over to us; without a state, all.
func (c *Client) ReceivedPackages(ctx context.Context, p Paging) (Page[Received], error) {
	return read[Page[Received]](ctx, c, p.path("/received"))
}

// ReceivedPackage returns one.
func (c *Client) ReceivedPackage(ctx context.Context, id string) (Received, error) {
	return read[Received](ctx, c, at("/received", id))
}

// AnswerPackage answers a package as it was at the version seen: accepted, duplicate, not-ours, or result with a note.
func (c *Client) AnswerPackage(ctx context.Context, id string, seen uint64, as, number, note string) (bots.Result, error) {
	return c.decide(ctx, at("/received", id, "answer"), Decision{Seen: seen, As: as, Handing: &Handing{Number: number, Note: note}})
}
