package audit

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"netpatrol/internal/record"
)

// Report is what Verify found.
type Report struct {
	Batches  int
	Entries  uint64   // read and found in order, sealed or not
	Sealed   uint64   // of these, under the chain: the Seq of the last one
	Unsealed int      // behind it: of the last second, or since the sealer stopped
	Head     string   // hash of the newest batch; empty: nothing is sealed
	Anchor   string   // the line to keep elsewhere; empty likewise
	Met      []uint64 // the anchors that were found again, by their number
	Broken   uint64   // Seq of the first entry that is not as it was written; 0: none
	Faults   []string // why, for people; empty: everything is as it was written
}

// OK says whether everything is as it was written.
func (r Report) OK() bool { return len(r.Faults) == 0 }

// fault is the first thing that is not as it was written.
type fault struct {
	seq uint64
	why string
}

func (f *fault) Error() string { return fmt.Sprintf("audit entry %d: %s", f.seq, f.why) }

func broken(seq uint64, format string, args ...any) error {
	return &fault{seq, fmt.Sprintf(format, args...)}
}

// Verify recomputes the whole chain and reports the first break. Known may hold anchors
// noted earlier, one a line; they are looked up in the chain. The error is about reading
// the store or the anchors, never about what was found.
func Verify(ctx context.Context, s Reader, known string) (Report, error) {
	anchors, err := parseAnchors(known)
	if err != nil {
		return Report{}, err
	}
	v := &verifier{s: s, anchors: anchors}
	err = v.walk(ctx)
	if err == nil {
		err = v.anchorsLeft()
	}
	if err == nil {
		err = v.tail(ctx)
	}
	var f *fault
	if errors.As(err, &f) {
		v.report.Broken, v.report.Faults, err = f.seq, []string{f.Error()}, nil
	}
	v.report.Entries = v.report.Sealed + uint64(v.report.Unsealed)
	if v.end.To > 0 {
		v.report.Head, v.report.Anchor = v.end.Hash, v.end.String()
	}
	return v.report, err
}

func parseAnchors(lines string) ([]Anchor, error) {
	var anchors []Anchor
	for line := range strings.Lines(lines) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		a, err := ParseAnchor(line)
		if err != nil {
			return nil, err
		}
		anchors = append(anchors, a)
	}
	slices.SortStableFunc(anchors, func(a, b Anchor) int { return cmp.Compare(a.To, b.To) })
	return anchors, nil
}

type verifier struct {
	s       Reader
	anchors []Anchor // not met yet, in order
	end     Anchor   // of the chain so far
	report  Report
}

// walk checks batch after batch.
func (v *verifier) walk(ctx context.Context) error {
	q := record.Query{Kind: record.KindAuditBatch, Limit: 100}
	for {
		page, err := v.s.List(ctx, q)
		if errors.Is(err, record.ErrDamaged) {
			return broken(v.report.Sealed+1, "a batch at or behind it is damaged: %v", err)
		}
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			b := r.(*record.AuditBatch)
			if err := v.batch(ctx, b); err != nil {
				return err
			}
			q.After = b.ID
		}
	}
}

func (v *verifier) batch(ctx context.Context, b *record.AuditBatch) error {
	from := v.report.Sealed + 1
	if b.From != from || b.To < from || b.To-from >= batchSize || b.ID != batchID(b.From) {
		return broken(from, "the next batch is %s and covers %d to %d", b.ID, b.From, b.To)
	}
	if b.Prev != v.end.Hash { // promise 14
		return broken(from, "its batch does not follow the one before: one of the two was rewritten")
	}
	entries, err := v.entries(ctx, from, int(b.To-from+1))
	if err != nil {
		return err
	}
	if uint64(len(entries)) != b.To-from+1 { // promise 14
		return broken(from+uint64(len(entries)), "it is missing; its batch goes to %d", b.To)
	}
	if err := sameEntries(b, entries); err != nil {
		return err
	}
	v.report.Batches++
	v.report.Sealed, v.end = b.To, Anchor{To: b.To, At: b.At, Hash: b.Hash}
	return v.meetAnchors(b)
}

// entries reads entries and checks that none is missing between them.
func (v *verifier) entries(ctx context.Context, from uint64, n int) ([]record.AuditEntry, error) {
	entries, err := v.s.AuditAfter(ctx, from-1, n)
	for i, e := range entries {
		want := from + uint64(i)
		if e.Seq != want { // promise 14
			return nil, broken(want, "it is missing; the next one is %d", e.Seq)
		}
	}
	if errors.Is(err, record.ErrDamaged) {
		return nil, broken(from+uint64(len(entries)), "it was changed: %v", err)
	}
	return entries, err
}

// sameEntries compares a batch with its entries, naming the entry when it can.
func sameEntries(b *record.AuditBatch, entries []record.AuditEntry) error {
	digests, err := digestAll(entries)
	if err != nil {
		return err
	}
	if len(b.Digests) != shortDigest*len(entries) {
		return broken(b.From, "its batch was changed: it has %d bytes of digests for %d entries", len(b.Digests), len(entries))
	}
	for i, d := range digests {
		if !bytes.Equal(d[:shortDigest], b.Digests[i*shortDigest:][:shortDigest]) {
			return broken(entries[i].Seq, "it is not what was sealed")
		}
	}
	if hashOf(b, digests) != b.Hash { // promise 14
		return broken(b.From, "its batch is not what was sealed")
	}
	return nil
}

// meetAnchors looks for the anchors that a batch passes.
func (v *verifier) meetAnchors(b *record.AuditBatch) error {
	for len(v.anchors) > 0 && v.anchors[0].To <= b.To {
		a := v.anchors[0]
		if a.To != b.To || a.Hash != b.Hash || !a.At.Equal(b.At) { // promise 14
			return broken(b.From, "the chain was rewritten: it does not pass through the anchor %s", a)
		}
		v.report.Met = append(v.report.Met, a.To)
		v.anchors = v.anchors[1:]
	}
	return nil
}

// anchorsLeft are beyond the end of the chain.
func (v *verifier) anchorsLeft() error {
	if len(v.anchors) > 0 { // promise 14
		return broken(v.report.Sealed+1, "the end was cut off: the anchor %s covers more", v.anchors[0])
	}
	return nil
}

// tail counts what is not sealed yet and checks that it has no gap.
func (v *verifier) tail(ctx context.Context) error {
	for {
		entries, err := v.entries(ctx, v.report.Sealed+uint64(v.report.Unsealed)+1, batchSize)
		if err != nil || len(entries) == 0 {
			return err
		}
		v.report.Unsealed += len(entries)
	}
}
