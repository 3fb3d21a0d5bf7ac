package boltstore

import (
	"bytes"
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// How long events and their keys are kept.
const (
	KeepEvents = 180 * 24 * time.Hour
	KeepKeys   = 7 * 24 * time.Hour
)

// Swept says what a sweep dropped.
type Swept struct{ Events, Keys int }

const sweepStep = 500 // events looked at in one change, so that callers slip in between

// Sweep drops the dedupe keys of events accepted more than 7 days before now, and events
// accepted longer before now than events are kept, 180 days unless [Options] says otherwise. An event that still waits for its decision
// stays, whatever its age. Both go by key range: what is young is never looked at.
func (s *Store) Sweep(ctx context.Context, now time.Time) (Swept, error) {
	var total Swept
	for _, step := range []struct {
		until string
		sweep func(b *batch, until string) (looked int, err error)
	}{
		{record.FirstID(now.Add(-KeepKeys)), total.sweepKeys},
		{record.FirstID(now.Add(-s.keep)), total.sweepEvents},
	} {
		for looked := sweepStep; looked == sweepStep; {
			before := total
			err := s.submit(ctx, func(b *batch) (err error) {
				looked, err = step.sweep(b, step.until)
				return err
			})
			if err != nil {
				return before, fmt.Errorf("sweep: %w", err)
			}
		}
	}
	return total, nil
}

// sweepKeys goes on where the last sweep ended.
func (n *Swept) sweepKeys(b *batch, until string) (int, error) {
	meta, dedupe := b.tx.Bucket(bucketMeta), b.tx.Bucket(bucketDedupe)
	rows, err := oldEvents(b.tx, meta.Get(metaSwept), until)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	dropped := 0
	for _, h := range rows {
		if !bytes.Equal(dedupe.Get([]byte(h.key)), []byte(h.ID)) {
			continue
		}
		if err := b.drop(dedupe, []byte(h.key)); err != nil {
			return 0, err
		}
		dropped++
	}
	n.Keys += dropped
	return len(rows), b.put(meta, metaSwept, []byte(rows[len(rows)-1].ID))
}

// sweepEvents starts at the oldest event each time, except that waiting ones are passed.
func (n *Swept) sweepEvents(b *batch, until string) (int, error) {
	var after []byte
	for {
		rows, err := oldEvents(b.tx, after, until)
		if err != nil || len(rows) == 0 {
			return 0, err
		}
		dropped := 0
		for _, h := range rows {
			if after = []byte(h.ID); h.State == bots.EventPending {
				continue
			}
			if err := b.deleteRecord(bots.KindEvent, h.ID); err != nil {
				return 0, err
			}
			dropped++
		}
		if n.Events += dropped; dropped > 0 {
			return len(rows), nil
		}
	}
}

// oldEvents reads the clear parts of a step of events behind after and before until.
func oldEvents(tx *bolt.Tx, after []byte, until string) ([]*head, error) {
	var rows []*head
	c := tx.Bucket(bucketEvents).Cursor()
	k, v := c.Seek(after)
	if len(after) > 0 && bytes.Equal(k, after) {
		k, v = c.Next()
	}
	for ; k != nil && string(k) < until && len(rows) < sweepStep; k, v = c.Next() {
		h, _, err := decodeHead(string(k), v)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", k, err)
		}
		rows = append(rows, h)
	}
	return rows, nil
}
