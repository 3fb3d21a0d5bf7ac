package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Attach keeps the screenshot of what an officer posted by hand, beside what they paste as
// proof. It is kept like what people send: under the key of whom it shows, so that it is
// forgotten with them. The bytes are kept before the record that names them: after a crash in
// between a sweep removes them.
func (e *Engine) Attach(ctx context.Context, officer, item string, from io.Reader) error {
	it, err := record.Fetch[record.Item](ctx, e.o.Store, item)
	if err != nil {
		return err
	}
	if err := it.MayAttach(officer); err != nil {
		return err
	}
	if e.o.Evidence == nil {
		return refuse("no-evidence", "this station keeps no evidence")
	}
	subject := cmp.Or(it.Subject, "item/"+it.ID)
	kept, err := e.o.Evidence.Keep(ctx, subject, from)
	var unfit *Unfit
	if errors.As(err, &unfit) || err == nil && !strings.HasPrefix(kept.Type, "image/") {
		return refuse("no-picture", "the screenshot is no picture that can be kept")
	}
	if err != nil {
		return fmt.Errorf("keep the screenshot of %s: %w", item, err)
	}
	return e.o.Store.Update(ctx, func(tx record.Tx) error { return attach(tx, item, officer, subject, kept, time.Now()) })
}

func attach(tx record.Tx, item, officer, subject string, kept Kept, now time.Time) error {
	it, err := record.Load[record.Item](tx, item)
	if err != nil {
		return err
	}
	if err := it.MayAttach(officer); err != nil {
		return err
	}
	v := &record.Evidence{
		Head: bots.Head{ID: it.ID + record.ShotSuffix, Subject: subject, Stream: subject, State: record.EvidenceKept, Created: now, Updated: now}, Account: it.Account,
		Conversation: it.Conversation, Event: it.Draft, By: officer, Sent: now, Settled: now, Type: kept.Type, Size: kept.Size, SHA256: kept.SHA256,
	}
	it.Hand.Shot, it.Updated = v.ID, now
	tx.Audit(record.AuditEntry{At: now, Who: officer, Did: "attach", On: bots.Target{Kind: record.KindItem, ID: it.ID}, Code: it.Code})
	return errors.Join(tx.Put(v), tx.Put(it))
}
