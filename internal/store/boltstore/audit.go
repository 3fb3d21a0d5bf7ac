package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// auditLine is an audit entry that waits for its number.
type auditLine struct {
	on   []byte // where its target's entries are found, with room for the number
	json []byte // with room for the number at seqRoom
}

// seqRoom is as long as the longest number.
const seqRoom = len("18446744073709551615")

// numbered puts the number into the JSON.
func (l *auditLine) numbered(seq uint64) []byte {
	var digits [seqRoom]byte
	number := strconv.AppendUint(digits[:0], seq, 10)
	end := len(auditStart) + seqRoom
	start := end - len(number)
	copy(l.json[start:], number)
	start -= len(auditStart)
	copy(l.json[start:], auditStart)
	return l.json[start:]
}

const auditStart = `{"seq":`

// encodeAudit encodes an entry without its number, which stands first.
func encodeAudit(e record.AuditEntry) (auditLine, error) {
	e.Seq = 0
	value, err := json.Marshal(e)
	if err != nil {
		return auditLine{}, fmt.Errorf("audit entry %q: %w", e.Did, err)
	}
	if len(value) > maxValue-seqRoom {
		return auditLine{}, fmt.Errorf("audit entry %q is %d bytes: %w", e.Did, len(value), record.ErrTooLarge)
	}
	room := make([]byte, len(auditStart)+seqRoom, len(value)+seqRoom)
	return auditLine{on: targetPrefix(e.On), json: append(room, value[len(auditStart+"0"):]...)}, nil
}

// appendAudits gives the entries of a change that succeeded their numbers. A change
// that failed used none, so that the numbers have no gaps.
func (b *batch) appendAudits() error {
	entries, on := b.tx.Bucket(bucketAudit), b.tx.Bucket(bucketAuditOn)
	for _, l := range b.audits {
		b.meta.seq++
		seq := seqKey(b.meta.seq)
		if err := b.insert(entries, seq, l.numbered(b.meta.seq)); err != nil {
			return err
		}
		if err := b.insert(on, append(l.on, seq...), []byte{}); err != nil {
			return err
		}
	}
	return nil
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

func targetPrefix(t bots.Target) []byte {
	b := make([]byte, 0, len(t.Kind)+len(t.ID)+2+8)
	return append(append(append(append(b, t.Kind...), sep), t.ID...), sep)
}

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
