package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

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
	start := auditRoom - len(number)
	copy(l.json[start:], number)
	start -= len(auditStart)
	copy(l.json[start:], auditStart)
	return l.json[start:]
}

const (
	auditStart = `{"seq":`
	auditRoom  = len(auditStart) + seqRoom
)

// encodeAudit encodes an entry without its number, which stands first.
func encodeAudit(e record.AuditEntry) (auditLine, error) {
	line := make([]byte, auditRoom, 320)
	line, err := appendEntry(line, &e)
	if err != nil {
		return auditLine{}, fmt.Errorf("audit entry %q: %w", e.Did, err)
	}
	if len(line) > maxValue {
		return auditLine{}, fmt.Errorf("audit entry %q is %d bytes: %w", e.Did, len(line), record.ErrTooLarge)
	}
	return auditLine{on: targetPrefix(e.On), json: line}, nil
}

// appendEntry appends what encoding/json makes of an entry behind its number. Nearly every change has entries, of
// short plain texts; those are written as they stand, in a fifth of the time.
func appendEntry(b []byte, e *record.AuditEntry) ([]byte, error) {
	if !plain(e.Who) || !plain(e.Did) || !plain(string(e.On.Kind)) || !plain(e.On.ID) || !plain(e.Code) || !plain(e.Detail) || !plain(e.Event) {
		unnumbered := *e
		unnumbered.Seq = 0
		value, err := json.Marshal(unnumbered)
		if err != nil {
			return nil, err
		}
		return append(b, value[len(auditStart+"0"):]...), nil
	}
	b, err := e.At.AppendText(append(b, `,"at":"`...))
	if err != nil {
		return nil, err
	}
	b = append(append(b, `","who":"`...), e.Who...)
	b = append(append(b, `","did":"`...), e.Did...)
	b = append(append(b, `","on":{"kind":"`...), e.On.Kind...)
	b = append(append(append(b, `","id":"`...), e.On.ID...), `"}`...)
	for _, f := range [...]struct{ start, text string }{{`,"code":"`, e.Code}, {`,"detail":"`, e.Detail}, {`,"event":"`, e.Event}} {
		if f.text != "" {
			b = append(append(append(b, f.start...), f.text...), '"')
		}
	}
	return append(b, '}'), nil
}

// plain says whether a text stands in JSON as it is.
func plain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&', c == 0x7f:
			return false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
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
