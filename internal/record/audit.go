package record

import (
	"errors"
	"time"

	"netpatrol/bots"
)

// ErrTooLarge: a record is larger than the store takes. Nothing was stored.
var ErrTooLarge = errors.New("the record is too large")

// ErrDamaged: stored bytes are not what was written. Find out who or what changed them,
// and bring back a backup.
var ErrDamaged = errors.New("the stored bytes are damaged")

// KindAuditBatch is the kind of [AuditBatch].
const KindAuditBatch bots.RecordKind = "audit-batch"

// AuditBatch seals a run of audit entries into the chain. Its ID is From in 20 digits,
// so that batches list in chain order and no run is sealed twice. It is never changed.
type AuditBatch struct {
	bots.Head
	From uint64    `json:"from"` // Seq of its first entry
	To   uint64    `json:"to"`   // Seq of its last entry
	At   time.Time `json:"at"`
	Prev string    `json:"prev"` // Hash of the batch before; empty for the first
	// Digests holds the first 8 bytes of the SHA-256 of each entry, so that a verifier can
	// name the very entry that was changed.
	Digests []byte `json:"digests"`
	Hash    string `json:"hash"` // hex SHA-256 over everything above and the entries
}

// RecordKind implements [bots.Record].
func (*AuditBatch) RecordKind() bots.RecordKind { return KindAuditBatch }
