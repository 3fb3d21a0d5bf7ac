package boltstore

import (
	"encoding/binary"
	"hash/crc32"
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
