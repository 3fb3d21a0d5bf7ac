package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// appendAudits gives the entries of a change that succeeded their numbers. A change
// that failed used none, so that the numbers have no gaps.
func (b *batch) appendAudits() error {
	entries, on := b.tx.Bucket(bucketAudit), b.tx.Bucket(bucketAuditOn)
	for _, e := range b.audits {
		b.meta.seq++
		e.Seq = b.meta.seq
		value, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("audit entry %q: %w", e.Did, err)
		}
		if len(value) > maxValue {
			return fmt.Errorf("audit entry %q is %d bytes: %w", e.Did, len(value), record.ErrTooLarge)
		}
		if err := b.put(entries, seqKey(e.Seq), value); err != nil {
			return err
		}
		if err := b.put(on, append(targetPrefix(e.On), seqKey(e.Seq)...), []byte{}); err != nil {
			return err
		}
	}
	return nil
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

func targetPrefix(t bots.Target) []byte { return append(key(string(t.Kind), t.ID), sep) }

const maxAudits = 1000

// AuditAfter implements [record.Store]. Limit is at most 1000; 0 means that. With
// [record.ErrDamaged] come the entries before the damaged one.
func (s *Store) AuditAfter(ctx context.Context, seq uint64, limit int) ([]record.AuditEntry, error) {
	if limit <= 0 || limit > maxAudits {
		limit = maxAudits
	}
	var entries []record.AuditEntry
	err := s.view(ctx, func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketAudit).Cursor()
		for k, v := c.Seek(seqKey(seq + 1)); k != nil && len(entries) < limit; k, v = c.Next() {
			e, err := decodeAudit(k, v)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	})
	return entries, err
}

// AuditOf implements [record.Store].
func (s *Store) AuditOf(ctx context.Context, on bots.Target) ([]record.AuditEntry, error) {
	var entries []record.AuditEntry
	err := s.view(ctx, func(tx *bolt.Tx) error {
		p := targetPrefix(on)
		c, all := tx.Bucket(bucketAuditOn).Cursor(), tx.Bucket(bucketAudit)
		for k, _ := c.Seek(p); bytes.HasPrefix(k, p) && len(entries) < maxAudits; k, _ = c.Next() {
			seq := k[len(p):]
			e, err := decodeAudit(seq, all.Get(seq))
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	})
	return entries, err
}

// decodeAudit accepts only the very bytes that encoding the entry gives, so that a
// change anywhere in them shows.
func decodeAudit(k, v []byte) (record.AuditEntry, error) {
	var e record.AuditEntry
	if err := json.Unmarshal(v, &e); err != nil {
		return e, fmt.Errorf("audit entry %d: %w: %w", number(k), record.ErrDamaged, err)
	}
	again, err := json.Marshal(e)
	if err != nil || !bytes.Equal(again, v) || e.Seq != number(k) {
		return e, fmt.Errorf("audit entry %d: %w", number(k), record.ErrDamaged)
	}
	return e, nil
}
