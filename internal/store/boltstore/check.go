package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Checked is what Check found. A store is sound when Problems is empty.
type Checked struct {
	Records  int // of all kinds, events too
	Erased   int // of these, records whose subject's key was destroyed
	Index    int // index entries
	Keys     int // dedupe keys
	Audits   int
	Problems []string // at most maxProblems; each names the record or entry
}

const maxProblems = 100

func (c *Checked) problem(format string, args ...any) {
	if len(c.Problems) < maxProblems {
		c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
	}
}

// Check reads the whole store and reports whatever does not fit: pages of the file,
// records that do not open, records missing from an index, index entries without a
// record, dedupe keys and audit entries that lead nowhere. It changes nothing and may
// run while the store is used; it takes seconds for a million records. Where the pages
// do not fit together, the records are not read: they would lead astray.
func (s *Store) Check(ctx context.Context) (*Checked, error) {
	c := &Checked{}
	if err := s.checkFile(ctx, c); err != nil {
		return c, err
	}
	if len(c.Problems) > 0 {
		c.problem("no record was read, because the pages of the file do not fit together")
		return c, nil
	}
	for _, each := range []struct {
		bucket []byte
		look   func(tx *bolt.Tx, k, v []byte)
		then   func(k, v []byte) // outside the transaction
	}{
		{bucketEvents, c.eventIndexed, func(k, v []byte) { c.opens(s, bots.KindEvent, k, v) }},
		{bucketRecords, c.recordIndexed, func(k, v []byte) { kind, id := splitKey(k); c.opens(s, kind, id, v) }},
		{bucketIndex, c.indexLeads, nil},
		{bucketDedupe, c.keyLeads, nil},
		{bucketAudit, c.auditIndexed, nil},
		{bucketAuditOn, c.auditOnLeads, nil},
	} {
		if err := s.eachRow(ctx, each.bucket, each.look, each.then); err != nil {
			return c, err
		}
	}
	return c, s.checkMeta(ctx, c)
}

// checkFile finds what is wrong with pages. Bolt panics at some damage.
func (s *Store) checkFile(ctx context.Context, c *Checked) error {
	err := s.view(ctx, func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			c.problem("file: %v", err)
		}
		return whole(func() {
			for _, name := range buckets {
				leafThrough(tx.Bucket(name))
			}
		})
	})
	if errors.Is(err, record.ErrDamaged) {
		c.problem("file: %v", err)
		return nil
	}
	return err
}

// leafThrough goes through every page of a bucket. A bucket whose keys are out of order would
// keep whoever seeks in it going round in a circle.
func leafThrough(b *bolt.Bucket) {
	var before []byte
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if before != nil && bytes.Compare(before, k) >= 0 {
			panic(fmt.Sprintf("key %q stands behind %q", k, before))
		}
		before = k
	}
}

// checkMeta compares what every commit carries on with what is there: a number of the
// last audit entry that were too small would have the next ones overwrite others.
func (s *Store) checkMeta(ctx context.Context, c *Checked) error {
	return s.view(ctx, func(tx *bolt.Tx) error {
		if last, _ := tx.Bucket(bucketAudit).Cursor().Last(); number(last) != readMeta(tx).seq {
			c.problem("the last audit entry is %d, but the next would be number %d", number(last), readMeta(tx).seq+1)
		}
		return nil
	})
}

// eachRow goes through a bucket a page at a time, so that no transaction is long.
func (s *Store) eachRow(ctx context.Context, bucket []byte, look func(*bolt.Tx, []byte, []byte), then func(k, v []byte)) error {
	type pair struct{ k, v []byte }
	var after []byte
	for {
		var page []pair
		err := s.view(ctx, func(tx *bolt.Tx) error {
			c := tx.Bucket(bucket).Cursor()
			k, v := c.Seek(after)
			if len(after) > 0 && bytes.Equal(k, after) {
				k, v = c.Next()
			}
			for ; k != nil && len(page) < largePage; k, v = c.Next() {
				look(tx, k, v)
				page = append(page, pair{bytes.Clone(k), bytes.Clone(v)})
			}
			return nil
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if after = p.k; then != nil {
				then(p.k, p.v)
			}
		}
	}
}

func splitKey(k []byte) (bots.RecordKind, []byte) {
	kind := upTo(k)
	return bots.RecordKind(kind), bytes.TrimPrefix(k[len(kind):], []byte{sep})
}

func (c *Checked) opens(s *Store, kind bots.RecordKind, id, value []byte) {
	c.Records++
	r, err := decode(s.vault, kind, string(id), value)
	if err != nil {
		c.problem("%v", err)
		return
	}
	if r.Meta().Erased {
		c.Erased++
	}
}

func (c *Checked) eventIndexed(tx *bolt.Tx, k, v []byte) { c.indexed(tx, bots.KindEvent, k, v) }

func (c *Checked) recordIndexed(tx *bolt.Tx, k, v []byte) {
	kind, id := splitKey(k)
	c.indexed(tx, kind, id, v)
}

// indexed checks that a record is in each index it belongs to.
func (c *Checked) indexed(tx *bolt.Tx, kind bots.RecordKind, id, value []byte) {
	h, _, err := decodeHead(string(id), value)
	if err != nil {
		return // opens says so
	}
	now := entriesNow(tx, kind, h)
	for e := range now.each {
		if v := tx.Bucket(bucketIndex).Get(e.key); v == nil || !bytes.Equal(v, e.value) {
			c.problem("%s %s is missing from index %q", kind, id, e.key[:1])
		}
	}
}

// entriesNow is what entriesOf says within a change.
func entriesNow(tx *bolt.Tx, kind bots.RecordKind, h *head) entries {
	if kind == bots.KindEvent && h.ID > string(indexedUpTo(tx)) {
		return dueEntries(kind, h)
	}
	return indexEntries(kind, h)
}

// indexLeads checks that an index entry has the record that would make it.
func (c *Checked) indexLeads(tx *bolt.Tx, k, _ []byte) {
	c.Index++
	kind, id, ok := indexedRecord(k)
	value := lookup(tx, kind, id)
	if !ok || value == nil {
		c.problem("index entry %q leads to no record", k)
		return
	}
	h, _, err := decodeHead(id, value)
	if err != nil {
		return
	}
	now := entriesNow(tx, kind, h)
	for e := range now.each {
		if bytes.Equal(e.key, k) {
			return
		}
	}
	c.problem("index entry %q is stale: %s %s is elsewhere now", k, kind, id)
}

// indexedRecord reads the record an index key is about.
func indexedRecord(k []byte) (kind bots.RecordKind, id string, ok bool) {
	parts := map[byte]int{stateIndex: 1, streamIndex: 2, dueIndex: 1}
	if len(k) == 0 || parts[k[0]] == 0 {
		return "", "", false
	}
	kind, rest := splitKey(k[1:])
	for range parts[k[0]] {
		_, rest = splitKey(rest)
	}
	if k[0] == dueIndex {
		if len(rest) < dueSize {
			return "", "", false
		}
		rest = rest[dueSize:]
	}
	_, err := record.New(kind)
	return kind, string(rest), err == nil
}

func (c *Checked) keyLeads(tx *bolt.Tx, k, v []byte) {
	c.Keys++
	value := lookup(tx, bots.KindEvent, string(v))
	if value == nil {
		c.problem("dedupe key %q leads to no event", k)
		return
	}
	if h, _, err := decodeHead(string(v), value); err == nil && h.key != string(k) {
		c.problem("dedupe key %q leads to event %s, which has another key", k, v)
	}
}

func (c *Checked) auditIndexed(tx *bolt.Tx, k, v []byte) {
	c.Audits++
	e, err := decodeAudit(k, v)
	if err != nil {
		c.problem("%v", err)
		return
	}
	if e.Seq != uint64(c.Audits) {
		c.problem("audit entry %d is the %d. in the store: entries are missing before it", e.Seq, c.Audits)
	}
	if tx.Bucket(bucketAuditOn).Get(append(targetPrefix(e.On), k...)) == nil {
		c.problem("audit entry %d is missing from the index by record", e.Seq)
	}
}

func (c *Checked) auditOnLeads(tx *bolt.Tx, k, _ []byte) {
	if len(k) < 8 || tx.Bucket(bucketAudit).Get(k[len(k)-8:]) == nil {
		c.problem("audit index entry %q leads to no audit entry", k)
	}
}
