package boltstore

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
)

// resum gives a value the checksum that belongs to its place.
func resum(place string, value []byte) []byte {
	rest := value[:len(value)-4]
	sum := crc32.Update(crc32.Checksum([]byte(place), crcTable), crcTable, rest)
	return binary.BigEndian.AppendUint32(append([]byte(nil), rest...), sum)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// noKeys is a key file that holds nothing.
type noKeys struct{}

func (noKeys) Load(string) ([]byte, bool, error) { return nil, false, nil }
func (noKeys) Save(map[string][]byte) error      { return nil }
func (noKeys) Destroy(string) error              { return nil }

// rawValue is what stands in the file.
func rawValue(t *testing.T, s *Store, kind bots.RecordKind, id string) (value []byte) {
	t.Helper()
	raw(t, s, func(tx *bolt.Tx) error { value = bytes.Clone(lookup(tx, kind, id)); return nil })
	return value
}
