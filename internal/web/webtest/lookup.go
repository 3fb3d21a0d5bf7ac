package webtest

import (
	"crypto/sha256"

	"netpatrol/internal/record"
)

// newLookup makes the code that an officer's form gives.
func (d *Desk) newLookup(officer, formKey string) (code, id string, err error) {
	sum := sha256.Sum256([]byte(officer + "|" + formKey))
	code = record.NewLookup([record.LookupBytes]byte(sum[:record.LookupBytes]))
	return code, record.LookupID(d.Store.Vault().Tag, code), nil
}
