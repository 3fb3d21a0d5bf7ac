package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

var t0 = time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC)

func open(t *testing.T, dir string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// deeds commits n audit entries.
func deeds(t *testing.T, s Store, n int) {
	t.Helper()
	err := s.Update(t.Context(), func(tx record.Tx) error {
		for i := range n {
			tx.Audit(record.AuditEntry{At: t0, Who: "officer-1", Did: "approved", On: bots.Target{Kind: bots.KindDraft, ID: fmt.Sprint(i)}, Code: "C1", Detail: "详情"})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func seal(t *testing.T, s Store, want int) {
	t.Helper()
	if n, err := Seal(t.Context(), s, t0); err != nil || n != want {
		t.Fatalf("sealed %d, %v, want %d", n, err, want)
	}
}

func verify(t *testing.T, s Reader, anchors string) Report {
	t.Helper()
	r, err := Verify(t.Context(), s, anchors)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantBroken checks which entry is named first.
func wantBroken(t *testing.T, what string, r Report, seq uint64, why string) {
	t.Helper()
	if r.Broken != seq || r.OK() || !strings.Contains(strings.Join(r.Faults, ""), why) {
		t.Errorf("%s: broken at %d: %q, want %d: %q", what, r.Broken, r.Faults, seq, why)
	}
}

func head(t *testing.T, s Reader) string {
	t.Helper()
	a, err := Head(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return a.String()
}

func TestAWholeChainVerifies(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if r := verify(t, s, ""); !r.OK() || r.Entries != 0 || r.Anchor != "" {
		t.Errorf("an empty store: %+v", r)
	}
	if _, err := Head(t.Context(), s); !errors.Is(err, errNoChain) {
		t.Errorf("head of nothing: %v", err)
	}
	deeds(t, s, 3)
	seal(t, s, 3)
	seal(t, s, 0)
	first := head(t, s)
	deeds(t, s, batchSize+5)
	seal(t, s, batchSize+5)
	deeds(t, s, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	r := verify(t, s, first+"\n\n"+head(t, s)+"\n")
	if !r.OK() || r.Batches != 3 || r.Sealed != batchSize+8 || r.Unsealed != 2 || r.Entries != batchSize+10 || len(r.Met) != 2 || r.Anchor != head(t, s) {
		t.Errorf("a whole chain: %+v", r)
	}
}

func TestAnchorLine(t *testing.T) {
	a := Anchor{To: 12, At: t0, Hash: strings.Repeat("0a", 32)}
	for _, line := range []string{a.String(), "  " + a.String() + "\r\n"} {
		if got, err := ParseAnchor(line); err != nil || got != a {
			t.Errorf("%q: %+v, %v", line, got, err)
		}
	}
	for _, bad := range []string{"", "12", strings.Replace(a.String(), "12", "0", 1), strings.Replace(a.String(), "12", "x", 1),
		strings.Replace(a.String(), "0a", "0A", 1), a.String() + "0", a.String() + " x", strings.Replace(a.String(), "T", "_", 1)} {
		if got, err := ParseAnchor(bad); err == nil || !strings.Contains(err.Error(), anchorWord) {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
	s := open(t, t.TempDir())
	if _, err := Verify(t.Context(), s, "nonsense"); err == nil {
		t.Error("verified against an anchor that is none")
	}
}

// FuzzParseAnchor: whatever is taken for an anchor says exactly what its line says.
func FuzzParseAnchor(f *testing.F) {
	a := Anchor{To: 12, At: t0, Hash: strings.Repeat("0a", 32)}
	for _, line := range []string{a.String(), " " + a.String() + "\r\n", "", anchorWord, a.String() + " x", strings.Replace(a.String(), "12", "18446744073709551616", 1),
		anchorWord + " 1 9999-12-31T23:59:59-01:00 " + a.Hash} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		a, err := ParseAnchor(line)
		if err != nil {
			return
		}
		if again, err := ParseAnchor(a.String()); err != nil || again != a {
			t.Errorf("%q is %+v, and its own line is %+v, %v", line, a, again, err)
		}
		if a.To == 0 || len(a.Hash) != 64 {
			t.Errorf("%q was taken for %+v", line, a)
		}
	})
}

// TestPromise14_EveryByteOfEveryEntryCounts changes the database file itself, one byte of
// each entry after the other.
func TestPromise14_EveryByteOfEveryEntryCounts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	deeds(t, s, 3)
	seal(t, s, 3)
	entries, err := s.AuditAfter(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, boltstore.DataFile))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(entries[1])
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 0x20 // turns case, so that JSON mostly stays JSON
		r := verifyFile(t, dir, bytes.ReplaceAll(good, text, changed))
		wantBroken(t, fmt.Sprintf("byte %d, %q", i, text[i]), r, 2, "")
	}
	for _, c := range [][2]string{{"officer-1", "officer-2"}, {"approved", "rejected"}, {`"seq":2`, `"seq":3`}} {
		changed := bytes.Replace(text, []byte(c[0]), []byte(c[1]), 1)
		r := verifyFile(t, dir, bytes.ReplaceAll(good, text, changed))
		wantBroken(t, c[1], r, 2, "")
	}
	if r := verifyFile(t, dir, good); !r.OK() {
		t.Errorf("the file as it was: %+v", r)
	}
}

func verifyFile(t *testing.T, dir string, data []byte) Report {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, boltstore.DataFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	defer s.Close()
	return verify(t, s, "")
}

// change rewrites a batch through the store, as somebody with all its keys could.
func change(t *testing.T, s Store, from uint64, rewrite func(b *record.AuditBatch)) {
	t.Helper()
	err := s.Update(t.Context(), func(tx record.Tx) error {
		b, err := record.Load[record.AuditBatch](tx, batchID(from))
		if err != nil {
			return err
		}
		rewrite(b)
		return tx.Put(b)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPromise14_EveryFieldOfABatchCounts(t *testing.T) {
	for name, c := range map[string]struct {
		rewrite func(b *record.AuditBatch)
		seq     uint64
		why     string
	}{
		"nothing": {func(*record.AuditBatch) {}, 0, ""},
		"time":    {func(b *record.AuditBatch) { b.At = b.At.Add(1) }, 4, "its batch is not what was sealed"},
		"hash":    {func(b *record.AuditBatch) { b.Hash = strings.Repeat("00", 32) }, 4, "its batch is not what was sealed"},
		"prev":    {func(b *record.AuditBatch) { b.Prev = b.Hash }, 4, "does not follow"},
		"from":    {func(b *record.AuditBatch) { b.From = 5 }, 4, "covers 5 to 6"},
		"shorter": {func(b *record.AuditBatch) { b.To = 5 }, 4, "its batch was changed"},
		"longer":  {func(b *record.AuditBatch) { b.To = 7 }, 4, "its batch was changed"},
		"far":     {func(b *record.AuditBatch) { b.To = 1 << 40 }, 4, "covers 4 to"},
		"digest":  {func(b *record.AuditBatch) { b.Digests[shortDigest] ^= 1 }, 5, "it is not what was sealed"},
		"digests": {func(b *record.AuditBatch) { b.Digests = b.Digests[1:] }, 4, "its batch was changed"},
		"rewritten with its own hash": {func(b *record.AuditBatch) {
			b.At = b.At.Add(1)
			b.Hash = hashOf(b, make([]digest, 3))
		}, 4, "its batch is not what was sealed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := chainOfThree(t)
			change(t, s, 4, c.rewrite)
			r := verify(t, s, "")
			if c.seq == 0 {
				if !r.OK() {
					t.Errorf("untouched: %+v", r)
				}
				return
			}
			wantBroken(t, name, r, c.seq, c.why)
		})
	}
}

// chainOfThree has batches 1-3, 4-6 and 7-9.
func chainOfThree(t *testing.T) *boltstore.Store {
	s := open(t, t.TempDir())
	for range 3 {
		deeds(t, s, 3)
		seal(t, s, 3)
	}
	return s
}

// TestPromise14_ABatchRewrittenWholeBreaksTheNext makes a batch that is right in itself.
func TestPromise14_ABatchRewrittenWholeBreaksTheNext(t *testing.T) {
	s := chainOfThree(t)
	entries, err := s.AuditAfter(t.Context(), 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	digests, err := digestAll(entries)
	if err != nil {
		t.Fatal(err)
	}
	change(t, s, 4, func(b *record.AuditBatch) { b.At = b.At.Add(1); b.Hash = hashOf(b, digests) })
	wantBroken(t, "rewritten whole", verify(t, s, ""), 7, "does not follow")
}

func TestPromise14_MissingBatchShows(t *testing.T) {
	s := chainOfThree(t)
	err := s.Update(t.Context(), func(tx record.Tx) error { return tx.Delete(record.KindAuditBatch, batchID(4)) })
	if err != nil {
		t.Fatal(err)
	}
	wantBroken(t, "a batch deleted", verify(t, s, ""), 4, "the next batch is")
}

// without hides entries, as if they had been cut out of the store.
type without struct {
	*boltstore.Store
	from, to uint64
}

func (w without) AuditAfter(ctx context.Context, seq uint64, limit int) (left []record.AuditEntry, err error) {
	all, err := w.Store.AuditAfter(ctx, seq, limit)
	for _, e := range all {
		if e.Seq < w.from || e.Seq > w.to {
			left = append(left, e)
		}
	}
	return left, err
}

func TestPromise14_MissingEntryShows(t *testing.T) {
	s := chainOfThree(t)
	deeds(t, s, 3)
	for name, c := range map[string]struct {
		hidden without
		seq    uint64
	}{
		"within a batch":   {without{s, 5, 5}, 5},
		"a batch's first":  {without{s, 4, 4}, 4},
		"a batch's last":   {without{s, 6, 6}, 6},
		"a whole batch's":  {without{s, 4, 6}, 4},
		"the sealed end":   {without{s, 9, 99}, 9},
		"in the tail":      {without{s, 11, 11}, 11},
		"the tail's first": {without{s, 10, 10}, 10},
	} {
		wantBroken(t, name, verify(t, c.hidden, ""), c.seq, "it is missing")
	}
}

func TestPromise14_NothingIsSealedOverAGap(t *testing.T) {
	s := chainOfThree(t)
	deeds(t, s, 3)
	if n, err := Seal(t.Context(), without{s, 11, 11}, t0); err == nil || n != 0 {
		t.Errorf("sealed %d entries over a gap: %v", n, err)
	}
	if r := verify(t, s, ""); r.Sealed != 9 {
		t.Errorf("sealed up to %d", r.Sealed)
	}
}

// TestPromise14_AnOldCopyShowsAgainstAnAnchor brings back the file of an hour ago, which
// is a whole and correct chain.
func TestPromise14_AnOldCopyShowsAgainstAnAnchor(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	deeds(t, s, 3)
	seal(t, s, 3)
	early := head(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(filepath.Join(dir, boltstore.DataFile))
	if err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	deeds(t, s, 3)
	seal(t, s, 3)
	late := head(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verifyFile(t, dir, copied); !r.OK() || r.Sealed != 3 {
		t.Errorf("without an anchor: %+v", r)
	}
	s = open(t, dir)
	if r := verify(t, s, early); !r.OK() {
		t.Errorf("against an anchor from before the copy: %+v", r)
	}
	wantBroken(t, "cut off", verify(t, s, late), 4, "the end was cut off")
}

// TestPromise14_ARewrittenChainShowsAgainstAnAnchor holds another whole chain of the same
// length against the anchor of the true one.
func TestPromise14_ARewrittenChainShowsAgainstAnAnchor(t *testing.T) {
	truth, forged := chainOfThree(t), open(t, t.TempDir())
	deeds(t, forged, 1)
	deeds(t, forged, 2)
	seal(t, forged, 3)
	for range 2 {
		deeds(t, forged, 3)
		seal(t, forged, 3)
	}
	if r := verify(t, forged, ""); !r.OK() {
		t.Errorf("the forged chain by itself: %+v", r)
	}
	wantBroken(t, "rewritten", verify(t, forged, head(t, truth)), 7, "the chain was rewritten")
	deeds(t, forged, 3)
	seal(t, forged, 3)
	wantBroken(t, "rewritten and longer", verify(t, forged, head(t, truth)), 7, "the chain was rewritten")
}

func TestTwoSealersDoNoHarm(t *testing.T) {
	s := open(t, t.TempDir())
	deeds(t, s, 50)
	done := make(chan int)
	for range 2 {
		go func() {
			n, err := Seal(t.Context(), s, time.Now())
			if err != nil && !errors.Is(err, record.ErrConflict) {
				t.Error(err)
			}
			done <- n
		}()
	}
	if n := <-done + <-done; n != 50 {
		t.Errorf("two sealers sealed %d of 50 entries", n)
	}
	if r := verify(t, s, ""); !r.OK() || r.Sealed != 50 {
		t.Errorf("after two sealers: %+v", r)
	}
}

func TestRunSealsWithinItsIntervalAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- Run(ctx, s, time.Second, slog.New(slog.DiscardHandler)) }()
		deeds(t, s, 3)
		if r := verify(t, s, ""); r.Unsealed != 3 {
			t.Errorf("before the interval: %+v", r)
		}
		<-time.After(time.Second + time.Millisecond)
		synctest.Wait()
		if r := verify(t, s, ""); !r.OK() || r.Sealed != 3 || r.Unsealed != 0 {
			t.Errorf("after a second: %+v", r)
		}
		deeds(t, s, 2)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if r := verify(t, s, ""); !r.OK() || r.Sealed != 5 {
			t.Errorf("after the end: %+v", r)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
