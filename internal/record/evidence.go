package record

import (
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// Evidence is a picture, voice or video that a person sent us in private. Its bytes lie
// outside the store, under its subject's key and named by their digest. Due is when a scanner looks at them next.
// States: waiting, kept, refused, lost.
type Evidence struct {
	bots.Head
	Account      string          `json:"account"`
	Conversation string          `json:"conversation"`
	Report       string          `json:"report,omitempty"` // the one that was open when it came
	Event        string          `json:"event"`            // the message it came with
	From         adapters.Person `json:"from"`
	By           string          `json:"by,omitempty"` // the officer whose screenshot it is, of what they posted by hand
	Sent         time.Time       `json:"sent"`         // as the platform says
	Media        adapters.Media  `json:"media"`
	Name         string          `json:"name,omitempty"`   // of a file of a package that another unit sent
	Type         string          `json:"type,omitempty"`   // MIME type by its bytes, once kept
	Size         int64           `json:"size,omitempty"`   // in bytes
	SHA256       string          `json:"sha256,omitempty"` // of its bytes, hex
	Settled      time.Time       `json:"settled,omitzero"` // when its state became final
	Reason       string          `json:"reason,omitempty"` // why it was refused or lost
	Scan         Scan            `json:"scan,omitzero"`    // what a scanner for malware says of it
}

// RecordKind implements [bots.Record].
func (*Evidence) RecordKind() bots.RecordKind { return KindEvidence }

// The states of evidence.
const (
	EvidenceWaiting = "waiting" // to be fetched from the platform
	EvidenceKept    = "kept"
	EvidenceRefused = "refused" // by us: not a kind of file we take, or too large
	EvidenceLost    = "lost"    // the platform deleted it, or never gave it, before we had it
)

// Settle ends the wait for evidence and says whether it did. What is settled stays as it is.
func (v *Evidence) Settle(state, reason string, now time.Time) bool {
	if v.State != EvidenceWaiting || v.Erased {
		return false
	}
	v.State, v.Reason, v.Settled, v.Updated = state, reason, now, now
	return true
}

// LookInterval is how long one look at evidence counts: an officer who opens the same
// evidence again within it is not written down again.
const LookInterval = time.Hour

// Look writes down that an officer looks at evidence, or takes its original away. It must
// have been committed before any of the bytes are shown.
func Look(tx Tx, officer, did string, v *Evidence, now time.Time) error {
	by, err := Load[Officer](tx, officer)
	if err != nil {
		return err
	}
	if by.State != OfficerActive || !by.Is(Duty, Approver, Auditor, Admin) {
		return refuse("role", "%s may not look at evidence", officer)
	}
	tx.Audit(AuditEntry{At: now, Who: by.ID, Did: did, On: bots.Target{Kind: KindEvidence, ID: v.ID}, Event: v.Event})
	return nil
}

// The deeds of Look.
const (
	DidView     = "view-evidence"
	DidDownload = "download-evidence"
)

// FilesOf are the hex SHA-256 of what was kept with a report, in the order of their records.
func FilesOf(r *bots.Report, kept []bots.Record) (digests []string) {
	for _, k := range kept {
		if v, ok := k.(*Evidence); ok && v.Report == r.ID && v.By == "" && v.SHA256 != "" {
			digests = append(digests, v.SHA256)
		}
	}
	return digests
}
