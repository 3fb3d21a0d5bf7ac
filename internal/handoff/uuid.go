package handoff

import (
	"crypto/sha1" //nolint:gosec // version 5 of a UUID is defined by it; nothing is protected by it
	"fmt"
)

// uuid is 16 bytes of a UUID.
type uuid [16]byte

// The name spaces of ids: that of STIX 2.1 (section 2.9) for observables, which gives any two producers
// one id for one value, and one of our own for everything else.
var (
	observables = uuid{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}
	ours        = uuid{0x6f, 0x0c, 0x1e, 0x52, 0x3d, 0x8a, 0x5b, 0x74, 0x9e, 0x21, 0x47, 0xb0, 0xd9, 0x13, 0xc6, 0x58}
)

// named5 is the UUID of version 5 for a name (RFC 9562, section 5.5).
func named5(space uuid, name string) string {
	h := sha1.New() //nolint:gosec // see above
	h.Write(space[:])
	h.Write([]byte(name))
	var u uuid
	copy(u[:], h.Sum(nil))
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
