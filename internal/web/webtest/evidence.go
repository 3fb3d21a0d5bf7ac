package webtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/blob"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

// Files is the place for evidence beside the station's store.
func (d *Desk) Files() Files { return d.files }

func (d *Desk) openFiles() Files {
	d.t.Helper()
	dir := filepath.Join(d.t.TempDir(), "evidence")
	files, err := blob.Open(blob.Options{Dir: dir, Vault: d.Store.Vault(), Flush: d.Store.FlushKeys})
	if err != nil {
		d.t.Fatal(err)
	}
	return Files{files, d.Store, dir}
}

// Files are the bytes of evidence, as the console asks for them.
type Files struct {
	*blob.Store
	store *boltstore.Store
	dir   string
}

// Dir is where the files lie.
func (f Files) Dir() string { return f.dir }

// Keep implements [engine.Evidence].
func (f Files) Keep(ctx context.Context, subject string, from io.Reader) (engine.Kept, error) {
	k, err := f.Put(ctx, subject, from)
	if errors.Is(err, blob.ErrType) || errors.Is(err, blob.ErrTooLarge) {
		return engine.Kept{}, &engine.Unfit{Why: err.Error()}
	}
	return engine.Kept(k), err
}

// Drop implements [engine.Evidence].
func (f Files) Drop(subject, digest string) error { return f.Remove(subject, digest) }

// Picture implements the port.
func (f Files) Picture(ctx context.Context, v *record.Evidence, side int) ([]byte, error) {
	return f.Preview(ctx, v.Subject, v.SHA256, side)
}

// Original implements the port.
func (f Files) Original(v *record.Evidence) (io.ReadCloser, error) {
	return f.Open(v.Subject, v.SHA256)
}

// Looked implements the port.
func (f Files) Looked(ctx context.Context, officer, did string, v *record.Evidence) error {
	return f.store.Update(ctx, func(tx record.Tx) error { return record.Look(tx, officer, did, v, time.Now()) })
}

// Sent stores evidence that belongs to the first report: of a state, with bytes if it is kept.
func (d *Desk) Sent(f Files, id, state, reason string, data []byte) *record.Evidence {
	d.t.Helper()
	r := d.All(bots.KindReport, "")[0].(*bots.Report)
	now := time.Now()
	v := &record.Evidence{
		Head: bots.Head{ID: id, Subject: r.Conversation, Stream: r.Conversation, State: state, Created: now, Updated: now}, Account: r.Account,
		Conversation: r.Conversation, Report: r.ID, Event: r.Lines[0].Event, Sent: now, Reason: reason, Media: adapters.Media{Ref: "m", Type: "image/jpeg"},
	}
	if data != nil {
		k, err := f.Put(context.Background(), v.Subject, bytes.NewReader(data))
		if err != nil {
			d.t.Fatal(fmt.Errorf("evidence %s: %w", id, err))
		}
		v.Type, v.Size, v.SHA256 = k.Type, k.Size, k.SHA256
	}
	d.Put(v)
	return v
}
