package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// seenMark keeps when an officer was last present, because sessions are swept when they end.
const seenMark = "officer-seen"

// seenEvery bounds how often presence is written down.
const seenEvery = 10 * time.Minute

// Seen returns when an officer was last signed in and active, to within ten minutes; zero
// when nobody ever was.
func (d *Door) Seen(ctx context.Context) (time.Time, error) {
	m, err := record.Fetch[record.Mark](ctx, d.store, seenMark)
	if errors.Is(err, record.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("when an officer was last seen: %w", err)
	}
	return time.Parse(time.RFC3339, m.Value)
}

// present notes that an officer is there, and passes them on.
func (d *Door) present(ctx context.Context, o *record.Officer) (*record.Officer, error) {
	if d.outside { // that they are there lets nothing leave
		return o, nil
	}
	now := time.Now()
	last := d.seen.Load()
	if now.Sub(time.Unix(last, 0)) < seenEvery || !d.seen.CompareAndSwap(last, now.Unix()) {
		return o, nil
	}
	err := d.store.Update(ctx, func(tx record.Tx) error {
		m, err := record.Load[record.Mark](tx, seenMark)
		if errors.Is(err, record.ErrNotFound) {
			m, err = &record.Mark{Head: bots.Head{ID: seenMark, State: "at", Created: now}}, nil
		}
		if err != nil {
			return err
		}
		m.Value, m.Updated = now.UTC().Format(time.RFC3339), now
		return tx.Put(m)
	})
	if err != nil {
		d.seen.Store(last)
		return nil, fmt.Errorf("note that %s is present: %w", o.ID, err)
	}
	return o, nil
}
