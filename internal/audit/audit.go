// Package audit chains the audit entries, so that nobody can change, drop or add
// one afterwards without it showing.
//
// Entries commit with the deeds they tell of and are numbered without gaps by the
// store. A sealer gathers what is new every second into a [record.AuditBatch], whose
// hash covers the entries and the hash of the batch before. The newest hash, the
// [Anchor], is worth as much as where it is kept: printed, mailed or copied to
// another machine every day. There is no way to rebuild a chain.
//
// # Failure model
//
// Entries of the last second or of a sealer that cannot write are not sealed yet;
// [Verify] names them. A sealer that finds a gap stops sealing with an error rather
// than chain over it. Whoever may write the whole store can make a new chain over
// other entries, and whoever may restore an old copy can cut the end off: both show
// against an anchor from before, and against nothing else.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Reader is what verifying needs of a store.
type Reader interface {
	List(ctx context.Context, q record.Query) ([]bots.Record, error)
	AuditAfter(ctx context.Context, seq uint64, limit int) ([]record.AuditEntry, error)
}

// Store is what sealing needs of a store.
type Store interface {
	Reader
	Update(ctx context.Context, change func(record.Tx) error) error
}

// batchSize bounds the entries of one batch.
const batchSize = 1000

// lastWords is how long Run may take for its last batch after its context has ended.
const lastWords = 5 * time.Second

// Run seals what is new at every interval until ctx ends, and once more then. An error
// is logged and tried again at the next interval; what Run returns is nil.
func Run(ctx context.Context, s Store, every time.Duration, log *slog.Logger) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			sealAndLog(ctx, s, log)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
			defer cancel()
			sealAndLog(last, s, log)
			return nil
		}
	}
}

func sealAndLog(ctx context.Context, s Store, log *slog.Logger) {
	if _, err := Seal(ctx, s, time.Now()); err != nil && ctx.Err() == nil {
		log.Error("audit entries stay unsealed", "error", err)
	}
}

// Seal chains all entries that are not sealed yet and says how many there were. Two
// sealers at once do no harm: one of them gets [record.ErrConflict].
func Seal(ctx context.Context, s Store, now time.Time) (sealed int, err error) {
	last, err := lastBatch(ctx, s)
	if err != nil {
		return 0, err
	}
	for {
		entries, err := s.AuditAfter(ctx, last.To, batchSize)
		if err != nil {
			return sealed, fmt.Errorf("read audit entries after %d: %w", last.To, err)
		}
		if len(entries) == 0 {
			return sealed, nil
		}
		b, err := chain(last, entries, now)
		if err != nil {
			return sealed, err
		}
		if err := appendBatch(ctx, s, last, b); err != nil {
			return sealed, fmt.Errorf("seal audit entries %d to %d: %w", b.From, b.To, err)
		}
		sealed += len(entries)
		last = b
	}
}

// appendBatch stores a batch if the chain still ends where it did.
func appendBatch(ctx context.Context, s Store, last, b *record.AuditBatch) error {
	return s.Update(ctx, func(tx record.Tx) error {
		page, err := tx.List(newest)
		if err != nil {
			return err
		}
		if end := batchIn(page); end.To != last.To || end.Hash != last.Hash {
			return record.ErrConflict
		}
		fresh := *b
		return tx.Put(&fresh)
	})
}

var newest = record.Query{Kind: record.KindAuditBatch, Newest: true, Limit: 1}

func lastBatch(ctx context.Context, s Reader) (*record.AuditBatch, error) {
	page, err := s.List(ctx, newest)
	if err != nil {
		return nil, fmt.Errorf("read the last audit batch: %w", err)
	}
	return batchIn(page), nil
}

// batchIn returns the batch on a page of one; an empty one when there is none.
func batchIn(page []bots.Record) *record.AuditBatch {
	if len(page) == 0 {
		return &record.AuditBatch{}
	}
	return page[0].(*record.AuditBatch)
}

// chain makes the batch that follows last.
func chain(last *record.AuditBatch, entries []record.AuditEntry, now time.Time) (*record.AuditBatch, error) {
	for i, e := range entries {
		want := last.To + 1 + uint64(i)
		if e.Seq != want { // promise 14
			return nil, fmt.Errorf("audit entry %d is missing: the next one is %d: nothing is sealed over a gap", want, e.Seq)
		}
	}
	b := &record.AuditBatch{From: last.To + 1, To: last.To + uint64(len(entries)), At: now.UTC().Round(0), Prev: last.Hash}
	b.Head = bots.Head{ID: batchID(b.From), Created: b.At, Updated: b.At}
	digests, err := digestAll(entries)
	if err != nil {
		return nil, err
	}
	for _, d := range digests {
		b.Digests = append(b.Digests, d[:shortDigest]...)
	}
	b.Hash = hashOf(b, digests)
	return b, nil
}

func batchID(from uint64) string { return fmt.Sprintf("%020d", from) }

type digest = [sha256.Size]byte

const shortDigest = 8

func digestAll(entries []record.AuditEntry) ([]digest, error) {
	digests := make([]digest, len(entries))
	for i, e := range entries {
		text, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("audit entry %d: %w", e.Seq, err)
		}
		digests[i] = sha256.Sum256(text)
	}
	return digests, nil
}

// hashOf is the hash of a batch: every field with its length before it, then the full
// digests of the entries.
func hashOf(b *record.AuditBatch, digests []digest) string {
	h := sha256.New()
	field := func(f []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write(f)
	}
	field([]byte("netpatrol audit 1"))
	field(binary.BigEndian.AppendUint64(nil, b.From))
	field(binary.BigEndian.AppendUint64(nil, b.To))
	field([]byte(b.At.UTC().Format(time.RFC3339Nano)))
	field([]byte(b.Prev))
	field(b.Digests)
	for _, d := range digests {
		field(d[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// errNoChain: nothing has been sealed yet.
var errNoChain = errors.New("no audit batch has been sealed yet")
