package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"netpatrol/internal/blob"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/console"
)

// openEvidence opens the files beside the store.
func openEvidence(dir string, store *boltstore.Store) (*blob.Store, error) {
	return blob.Open(blob.Options{Dir: filepath.Join(dir, "evidence"), Vault: store.Vault(), Flush: store.FlushKeys})
}

// keeper lets the engine keep evidence.
type keeper struct{ files *blob.Store }

// Keep implements [engine.Evidence].
func (k keeper) Keep(ctx context.Context, subject string, from io.Reader) (engine.Kept, error) {
	kept, err := k.files.Put(ctx, subject, from)
	switch {
	case errors.Is(err, blob.ErrType):
		return engine.Kept{}, &engine.Unfit{Why: "不是可以留存的图片、语音或视频"}
	case errors.Is(err, blob.ErrTooLarge):
		return engine.Kept{}, &engine.Unfit{Why: "文件过大"}
	}
	return engine.Kept(kept), err
}

// Drop implements [engine.Evidence].
func (k keeper) Drop(subject, digest string) error { return k.files.Remove(subject, digest) }

// evidenceDesk shows evidence to officers.
type evidenceDesk struct {
	files *blob.Store
	store *boltstore.Store
}

// Picture implements [console.Evidence].
func (d evidenceDesk) Picture(ctx context.Context, v *record.Evidence, side int) ([]byte, error) {
	b, err := d.files.Preview(ctx, v.Subject, v.SHA256, side)
	return b, unseen(err)
}

// Original implements [console.Evidence].
func (d evidenceDesk) Original(v *record.Evidence) (io.ReadCloser, error) {
	r, err := d.files.Open(v.Subject, v.SHA256)
	return r, unseen(err)
}

// unseen turns what is gone, or cannot be drawn, into what a page has a word for.
func unseen(err error) error {
	if errors.Is(err, blob.ErrGone) || errors.Is(err, blob.ErrNoPicture) {
		return fmt.Errorf("%w: %w", record.ErrNotFound, err)
	}
	return err
}

// Looked implements [console.Evidence].
func (d evidenceDesk) Looked(ctx context.Context, officer, did string, v *record.Evidence) error {
	return d.store.Update(ctx, func(tx record.Tx) error { return record.Look(tx, officer, did, v, time.Now()) })
}

// forgetting is the store for the engine: with a person's key go the files under it.
type forgetting struct {
	*boltstore.Store
	files *blob.Store
}

// Erase implements [engine.Store]. The files cannot be read once the key is destroyed, so
// that a crash before they are removed gives nothing away.
func (s forgetting) Erase(ctx context.Context, subject string) error {
	if err := s.Store.Erase(ctx, subject); err != nil {
		return err
	}
	return s.files.Erase(subject)
}

// strayAfter is how old a file is that no record may refer to any more.
const strayAfter = 24 * time.Hour

// sweepEvidence removes files that nobody can read or that nothing refers to.
func (a *App) sweepEvidence(ctx context.Context) error {
	_, err := a.files.Sweep(ctx, time.Now().Add(-strayAfter), a.referred)
	return err
}

// referred names the digests that the records of a conversation refer to.
func (a *App) referred(ctx context.Context, subject string) (map[string]bool, error) {
	digests := map[string]bool{}
	q := record.Query{Kind: record.KindEvidence, Stream: subject, Limit: 1000}
	for {
		page, err := a.store.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			digests[r.(*record.Evidence).SHA256] = true
		}
		if len(page) < q.Limit {
			return digests, nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

var (
	_ engine.Evidence = keeper{}
	_ engine.Store    = forgetting{}

	_ console.Evidence = evidenceDesk{}
)
