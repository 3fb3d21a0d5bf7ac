package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netpatrol/internal/record"
)

// The chain passes through an anchor that was put outside; one that was made up does not.
func TestAnAnchorIsPutOutsideAndFoundAgain(t *testing.T) {
	o := newOffice(t)
	a := o.app
	if err := a.store.Update(t.Context(), func(tx record.Tx) error {
		tx.Audit(record.AuditEntry{At: time.Now(), Who: "test", Did: "sign-in"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	a.o.Config.Audit.Folder = folder
	eventually(t, "something is sealed", func() bool { _, err := a.anchor(t.Context()); return err == nil })
	files, err := filepath.Glob(filepath.Join(folder, "anchor-*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	kept, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	r, err := desk{a.store, a}.VerifyAudit(t.Context(), string(kept))
	if err != nil || !r.OK || len(r.Met) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	f := strings.Fields(string(kept))
	forged := strings.Join(append(f[:4:4], strings.Repeat("0", 128)), " ")
	if r, err = (desk{a.store, a}).VerifyAudit(t.Context(), forged); err != nil || r.OK || !strings.Contains(strings.Join(r.Faults, ""), "not signed by this station") {
		t.Errorf("forged: %+v, %v", r, err)
	}
	rewritten := strings.Join([]string{f[0], f[1], f[2], strings.Repeat("0", 64)}, " ")
	if r, err = (desk{a.store, a}).VerifyAudit(t.Context(), rewritten); err != nil || r.OK {
		t.Errorf("another head: %+v, %v", r, err)
	}
	if _, err := (desk{a.store, a}).VerifyAudit(t.Context(), "no anchor"); err == nil {
		t.Error("what is no anchor is taken")
	}
	a.o.Config.Audit.Folder = filepath.Join(folder, "gone")
	if _, err := a.anchor(t.Context()); err == nil {
		t.Error("a folder that is not there takes an anchor")
	}
}

// What stands in the audit of a station is anchored without anybody asking.
func TestAnchorsAreConfigured(t *testing.T) {
	a, _ := kioskStation(t)
	if a.anchoring() != nil {
		t.Error("anchored without a place")
	}
	if _, err := record.Fetch[record.Mark](t.Context(), a.store, "audit-anchor"); err == nil {
		t.Error("an anchor is planned without a place")
	}
	a.o.Config.Audit.Folder = t.TempDir()
	if a.anchoring() == nil {
		t.Error("not anchored into a folder")
	}
}
