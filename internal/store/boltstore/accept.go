package boltstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// arrival is one event on its way in: encoded by its caller, stamped by the writer.
type arrival struct {
	event *bots.Event
	body  []byte
	id    string
	at    time.Time
	fresh bool
}

// Accept implements [record.Store]. An event without a state is pending. The events
// given are stamped only when Accept returns nil.
func (s *Store) Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) ([]bool, error) {
	arrivals, err := prepare(events)
	if err != nil {
		return nil, err
	}
	heads := make([]bots.Head, len(marks))
	err = s.submit(ctx, func(b *batch) error {
		if err := b.acceptAll(arrivals); err != nil {
			return err
		}
		return b.putMarks(marks, heads)
	})
	if err != nil {
		return nil, fmt.Errorf("accept %d events: %w", len(events), err)
	}
	for i, m := range marks {
		m.Head = heads[i]
	}
	return stamp(arrivals), nil
}

func prepare(events []*bots.Event) ([]arrival, error) {
	arrivals := make([]arrival, len(events))
	for i, e := range events {
		if e.Key == "" || len(e.Key) > maxID {
			return nil, fmt.Errorf("accept: event %d has a key of %d bytes; it must have 1 to %d", i, len(e.Key), maxID)
		}
		if e.State == "" {
			e.State = bots.EventPending
		}
		body, err := e.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("encode event %q: %w", e.Key, err)
		}
		arrivals[i] = arrival{event: e, body: body}
	}
	return arrivals, nil
}

func stamp(arrivals []arrival) []bool {
	fresh := make([]bool, len(arrivals))
	for i, a := range arrivals {
		a.event.ID, fresh[i] = a.id, a.fresh
		if a.fresh {
			a.event.Accepted, a.event.Version = a.at, 1
			a.event.Created, a.event.Updated = orElse(a.event.Created, a.at), orElse(a.event.Updated, a.at)
		}
	}
	return fresh
}

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

func (b *batch) acceptAll(arrivals []arrival) error {
	for i := range arrivals {
		if err := b.accept(&arrivals[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) accept(a *arrival) error {
	first := b.find.first(a.event.Key)
	if first != nil { // promise 5
		a.id = string(first)
		return nil
	}
	a.at = b.meta.tick(time.Now())
	id, err := eventID(a.at)
	if err != nil {
		return err
	}
	h := headOf(a.event)
	h.ID, h.Version, h.accepted = id, 1, a.at
	h.Created, h.Updated = orElse(h.Created, a.at), orElse(h.Updated, a.at)
	if err := checkNames(bots.KindEvent, &h.Head); err != nil {
		return err
	}
	value, err := encode(b.s.vault, bots.KindEvent, h, a.body)
	if err != nil {
		return err
	}
	stored := []byte(id) // the key of one pair and the value of the other
	if err := b.placeAt(stored, bots.KindEvent, h, nil, value, b.moves(bots.KindEvent, h, nil)); err != nil {
		return err
	}
	a.id, a.fresh = id, true
	return b.insert(b.tx.Bucket(bucketDedupe), []byte(a.event.Key), stored)
}

// eventID is a ULID whose entropy begins with the nanoseconds within the millisecond,
// so that ids sort exactly as Accepted, across restarts too.
func eventID(at time.Time) (string, error) {
	var id ulid.ULID
	if err := id.SetTime(uint64(at.UnixMilli())); err != nil {
		return "", fmt.Errorf("the clock shows %s: %w", at, err)
	}
	rand.Read(id[6:])
	below := uint32(at.UnixNano() % int64(time.Millisecond)) // 20 bits
	id[6], id[7], id[8] = byte(below>>12), byte(below>>4), byte(below<<4)|id[8]&0x0f
	return id.String(), nil
}

// putMarks writes marks whatever their version; heads receives what they became.
func (b *batch) putMarks(marks []*record.Mark, heads []bots.Head) error {
	for i, m := range marks {
		if m == nil {
			return errors.New("accept: a mark is nil")
		}
		old, err := b.headOf(record.KindMark, m.ID)
		if err != nil {
			return err
		}
		now := *m
		now.Version = versionOf(old)
		if err := b.putRecord(&now); err != nil {
			return err
		}
		heads[i] = now.Head
	}
	return nil
}
