package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/audit"
	"netpatrol/internal/engine"
)

// anchor signs the end of the audit chain and puts it into the configured folder: a file of its own each time, never
// over another, so that a medium that can be written once will do.
func (a *App) anchor(ctx context.Context) (string, error) {
	head, err := audit.Head(ctx, a.store)
	if err != nil {
		return "", err
	}
	if head, err = head.Signed(a.key.Files()); err != nil {
		return "", err
	}
	if folder := a.o.Config.Audit.Folder; folder != "" {
		err = newFile(filepath.Join(folder, "anchor-"+time.Now().UTC().Format("20060102T150405.000Z")+".txt"), head.String()+"\n")
	}
	return head.String(), err
}

// newFile writes a file that was not there, down to the disk.
func newFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write anchor: %w", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write anchor %s: %w", path, err)
	}
	return nil
}

// anchoring is the daily anchor; nil when none is configured.
func (a *App) anchoring() func(context.Context) (string, error) {
	if !a.o.Config.Audit.Anchors() {
		return nil
	}
	return a.anchor
}

func (a *App) anchorsTo() (all []engine.Contact) {
	for _, s := range a.o.Config.Audit.Send {
		all = append(all, engine.Contact{Officer: s.To, Account: s.Account, To: adapters.Person{ID: s.To}})
	}
	return all
}

// anchorFaults says what is wrong with anchors somebody brings: they were not signed by this station.
func (a *App) anchorFaults(known string) (faults []string, err error) {
	key := a.key.Public()
	foreign, err := audit.Foreign(known, ed25519.PublicKey(key[:]))
	for _, x := range foreign {
		faults = append(faults, fmt.Sprintf("the anchor of entry %d was not signed by this station", x.To))
	}
	return faults, err
}
