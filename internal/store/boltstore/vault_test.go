package boltstore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/vault"
)

func TestPromise15_NoPersonalTextReachesTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	const secret = "我叫王小明，电话13800138000"
	put(t, s, clue("a", "person", secret))
	if _, err := s.Accept(t.Context(), []*bots.Event{heard("k", secret)}); err != nil {
		t.Fatal(err)
	}
	if where := filesWith(t, dir, []byte(secret)); where != "" {
		t.Errorf("%s holds personal text in clear", where)
	}
}

func TestPromise15_ErasedKeyIsNowhere(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	put(t, s, clue("a", "person", "text"), clue("b", "other", "text"))
	wrapped, found, err := s.keys.Load("person")
	if err != nil || !found || filesWith(t, dir, wrapped) == "" {
		t.Fatalf("the key is not on disk: %v, %v", found, err)
	}
	if err := s.Erase(t.Context(), "person"); err != nil {
		t.Fatal(err)
	}
	if where := filesWith(t, dir, wrapped); where != "" {
		t.Errorf("%s still holds the wrapped key", where)
	}
	if c, err := record.Fetch[bots.Clue](t.Context(), s, "b"); err != nil || c.Erased {
		t.Errorf("another subject: %+v, %v", c, err)
	}
}

// filesWith names the files of a directory that contain what, anywhere.
func filesWith(t *testing.T, dir string, what []byte) (names string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files: %v, %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, what) {
			names += filepath.Base(f) + " "
		}
	}
	return names
}

// raw changes stored values behind the store's back.
func raw(t *testing.T, s *Store, change func(tx *bolt.Tx) error) {
	t.Helper()
	if err := s.db.Update(change); err != nil {
		t.Fatal(err)
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, clue("sealed", "person", "文字"), clue("clear", "", "文字"))
	for _, id := range []string{"sealed", "clear"} {
		k := recordKey(bots.KindClue, id)
		var good []byte
		raw(t, s, func(tx *bolt.Tx) error { good = bytes.Clone(tx.Bucket(bucketRecords).Get(k)); return nil })
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 0x20
			if r, err := decode(s.vault, bots.KindClue, id, bad); err == nil {
				t.Errorf("%s: byte %d changed, read as %+v", id, i, r)
			}
		}
	}
}

// TestBodiesCannotBeMoved puts one record's value under another's id, with a good checksum.
func TestBodiesCannotBeMoved(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := headOf(clue("a", "person", ""))
	value, err := encode(s.vault, bots.KindClue, h, []byte(`{"text":"a's"}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(s.vault, bots.KindClue, "b", resum("clue\x00b\x00", value)); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("under another id: %v", err)
	}
	if _, err := decode(s.vault, bots.KindReport, "a", resum("report\x00a\x00", value)); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("as another kind: %v", err)
	}
	moved := bytes.Replace(value, []byte("open"), []byte("shut"), 1)
	if _, err := decode(s.vault, bots.KindClue, "a", resum("clue\x00a\x00", moved)); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("with another state: %v", err)
	}
	if _, err := decode(s.vault, bots.KindClue, "a", resum("clue\x00a\x00", value)); err != nil {
		t.Errorf("where it belongs: %v", err)
	}
}

func TestALostKeyFileIsNotBegunAnew(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, clue("a", "person", "text"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path, aside := filepath.Join(dir, KeyFile), filepath.Join(dir, "aside")
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first try must not leave a file that the second takes for the right one
		if s, err := Open(Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "bring back the key file") {
			t.Fatalf("opened without its keys: %v, %v", s, err)
		}
	}
	if err := os.Rename(aside, path); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(Options{Dir: dir}); err != nil {
		t.Fatalf("with the right file again: %v", err)
	}
	if _, err := s.Get(t.Context(), bots.KindClue, "a"); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckFindsWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(tx *bolt.Tx) error
		want string
	}{
		"nothing": {func(*bolt.Tx) error { return nil }, ""},
		"lost record": {func(tx *bolt.Tx) error {
			return tx.Bucket(bucketRecords).Delete(recordKey(bots.KindClue, "a"))
		}, "leads to no record"},
		"lost index entry": {func(tx *bolt.Tx) error {
			return tx.Bucket(bucketIndex).Delete(append(prefix(stateIndex, bots.KindClue, "open"), 'a'))
		}, "clue a is missing from index"},
		"stale index entry": {func(tx *bolt.Tx) error {
			return tx.Bucket(bucketIndex).Put(append(prefix(stateIndex, bots.KindClue, "warned"), 'a'), nil)
		}, "is stale"},
		"damaged record": {func(tx *bolt.Tx) error {
			b, k := tx.Bucket(bucketRecords), recordKey(bots.KindClue, "a")
			v := bytes.Clone(b.Get(k))
			v[len(v)-5] ^= 1
			return b.Put(k, v)
		}, "damaged"},
		"lost event": {func(tx *bolt.Tx) error {
			k, _ := tx.Bucket(bucketEvents).Cursor().First()
			return tx.Bucket(bucketEvents).Delete(k)
		}, "dedupe key"},
		"lost audit entry": {func(tx *bolt.Tx) error { return tx.Bucket(bucketAudit).Delete(seqKey(1)) }, "missing before it"},
		"changed audit entry": {func(tx *bolt.Tx) error {
			b := tx.Bucket(bucketAudit)
			return b.Put(seqKey(1), bytes.Replace(b.Get(seqKey(1)), []byte(`"did"`), []byte(`"Did"`), 1))
		}, "audit entry 1"},
		"audit number set back": {func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Delete(metaSeq) }, "the next would be number 1"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(Options{Dir: t.TempDir(), Create: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			furnish(t, s)
			raw(t, s, c.harm)
			found, err := s.Check(t.Context())
			got := strings.Join(found.Problems, "; ")
			if err != nil || !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
				t.Errorf("found %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

// furnish stores a little of everything.
func furnish(t *testing.T, s *Store) {
	t.Helper()
	put(t, s, clue("a", "person", "text"), clue("b", "", "text"))
	if _, err := s.Accept(t.Context(), []*bots.Event{heard("k", "text")}); err != nil {
		t.Fatal(err)
	}
	err := s.Update(t.Context(), func(tx record.Tx) error {
		tx.Audit(record.AuditEntry{Who: "w", Did: "one", On: bots.Target{Kind: bots.KindClue, ID: "a"}})
		tx.Audit(record.AuditEntry{Who: "w", Did: "two", On: bots.Target{Kind: bots.KindClue, ID: "a"}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	v, err := vault.New(must(vault.Create(f.TempDir()+"/k")), noKeys{})
	if err != nil {
		f.Fatal(err)
	}
	value, err := encode(v, bots.KindClue, headOf(clue("a", "", "text")), []byte(`{"text":"x"}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(value)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		// With a good checksum, so that everything behind it is reached.
		r, err := decode(v, bots.KindClue, "a", resum("clue\x00a\x00", append(b, 0, 0, 0, 0)))
		if (r == nil) != (err != nil) {
			t.Errorf("%v, %v", r, err)
		}
	})
}
