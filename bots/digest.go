package bots

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// digest is the hex SHA-256 over length-prefixed fields, so that no two different
// lists of fields give the same bytes.
func digest(fields ...string) string {
	h := sha256.New()
	for _, f := range fields {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	return hex.EncodeToString(h.Sum(nil))
}
