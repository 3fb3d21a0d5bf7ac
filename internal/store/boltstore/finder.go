package boltstore

import (
	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
)

// finder finds records by id within one transaction. It uses its cursors again, which is most of
// what finding a record costs.
type finder struct {
	tx      *bolt.Tx
	events  *bolt.Cursor
	records *bolt.Cursor
	dedupe  *bolt.Cursor
	key     []byte
}

// value returns what is stored under an id, for as long as the transaction lasts; nil: nothing.
func (f *finder) value(kind bots.RecordKind, id string) []byte {
	if id == "" {
		return nil
	}
	f.key = append(appendRecordPrefix(f.key[:0], kind), id...)
	k, v := f.cursor(kind).Seek(f.key)
	if string(k) != string(f.key) {
		return nil
	}
	return v
}

// first returns the id of the first event with a key; nil: there is none.
func (f *finder) first(key string) []byte {
	if f.dedupe == nil {
		f.dedupe = f.tx.Bucket(bucketDedupe).Cursor()
	}
	f.key = append(f.key[:0], key...)
	k, v := f.dedupe.Seek(f.key)
	if string(k) != key {
		return nil
	}
	return v
}

func (f *finder) cursor(kind bots.RecordKind) *bolt.Cursor {
	c := &f.records
	if kind == bots.KindEvent {
		c = &f.events
	}
	if *c == nil {
		*c = f.tx.Bucket(recordsOf(kind)).Cursor()
	}
	return *c
}
