package webtest

import (
	"crypto/sha256"

	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// newInvite makes the invitation that an officer's form gives.
func newInvite(officer, formKey string) (address, link string) {
	code := signin.HashCode(officer + "|" + formKey)
	return "https://gangting.example/partner/enter?code=" + code, signin.HashCode(code)
}

// newLookup makes the code that an officer's form gives.
func (d *Desk) newLookup(officer, formKey string) (code, id string, err error) {
	sum := sha256.Sum256([]byte(officer + "|" + formKey))
	code = record.NewLookup([record.LookupBytes]byte(sum[:record.LookupBytes]))
	return code, record.LookupID(d.Store.Vault().Tag, code), nil
}
