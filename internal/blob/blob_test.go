package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/internal/blob"
	"netpatrol/internal/vault"
)

// recording is an AMR file of so many bytes.
func recording(size int) []byte {
	b := []byte("#!AMR\n")
	for n := 0; len(b) < size; n++ {
		b = fmt.Appendf(b, "frame %d\n", n)
	}
	return b[:size]
}

func (s *station) put(t *testing.T, subject string, b []byte) blob.Kept {
	t.Helper()
	k, err := s.Put(t.Context(), subject, bytes.NewReader(b))
	if err != nil {
		t.Fatalf("put %d bytes: %v", len(b), err)
	}
	return k
}

func (s *station) read(subject, digest string) ([]byte, error) {
	r, err := s.Open(subject, digest)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

func TestWhatIsPutComesBack(t *testing.T) {
	s := newStation(t)
	for _, size := range []int{7, 31, 32, 33, 64<<10 - 1, 64 << 10, 64<<10 + 1, 300_000} {
		b := recording(size)
		k := s.put(t, "conv/a", b)
		sum := sha256.Sum256(b)
		if want := (blob.Kept{Type: "audio/amr", Size: int64(size), SHA256: hex.EncodeToString(sum[:])}); k != want {
			t.Errorf("%d bytes: kept %+v, want %+v", size, k, want)
		}
		if got, err := s.read("conv/a", k.SHA256); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes: read %d, %v", size, len(got), err)
		}
	}
	if _, half := s.files(t); len(half) > 0 {
		t.Errorf("left behind: %v", half)
	}
}

func TestTheSameBytesAreOneFileOfOneSubject(t *testing.T) {
	s := newStation(t)
	b := recording(1000)
	first, again := s.put(t, "conv/a", b), s.put(t, "conv/a", b)
	other := s.put(t, "conv/b", b)
	kept, _ := s.files(t)
	if first != again || first != other || len(kept) != 2 {
		t.Errorf("%+v %+v %+v lie in %d files, want one for each of two people", first, again, other, len(kept))
	}
	one, err1 := os.ReadFile(kept[0])
	two, err2 := os.ReadFile(kept[1])
	if err := errors.Join(err1, err2); err != nil || bytes.Equal(one, two) {
		t.Errorf("the files can be told to be equal: %v", err)
	}
}

func TestPromise15_EvidenceIsNotReadableOnDisk(t *testing.T) {
	s := newStation(t)
	k := s.put(t, "conv/a", append(recording(100_000), "我叫王小明"...))
	kept, _ := s.files(t)
	stored, err := os.ReadFile(kept[0])
	if err != nil || len(stored) < 100_000 {
		t.Fatalf("%d bytes stored, %v", len(stored), err)
	}
	for _, clear := range []string{"王小明", "frame 17", "#!AMR", k.SHA256} {
		if bytes.Contains(stored, []byte(clear)) || strings.Contains(kept[0], clear) {
			t.Errorf("%q lies in clear", clear)
		}
	}
}

func TestPromise15_EvidenceOfAForgottenPersonIsGone(t *testing.T) {
	s := newStation(t)
	k := s.put(t, "conv/a", recording(200_000))
	s.put(t, "conv/b", recording(200_000))
	kept, _ := s.files(t)
	left := map[string][]byte{}
	for _, f := range kept { // as a backup or a crash before the removal would leave them
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		left[f] = b
	}
	if err := s.vault.Destroy("conv/a"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.read("conv/a", k.SHA256); !errors.Is(err, blob.ErrGone) {
		t.Errorf("read after the key was destroyed: %v, want ErrGone", err)
	}
	if err := s.Erase("conv/a"); err != nil {
		t.Fatal(err)
	}
	if kept, _ := s.files(t); len(kept) != 1 {
		t.Errorf("%d files are left, want the other person's", len(kept))
	}
	for f, b := range left { // put back what was removed
		_ = os.MkdirAll(f[:strings.LastIndex(f, "/")], 0o700)
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.put(t, "conv/a", recording(50)) // they write again: a fresh key
	if _, err := s.read("conv/a", k.SHA256); !errors.Is(err, blob.ErrGone) {
		t.Errorf("a file that came back under a fresh key: %v, want ErrGone", err)
	}
	if n, err := s.Sweep(t.Context(), time.Time{}, nil); err != nil || n != 1 {
		t.Errorf("swept %d, %v; want the file nobody can read", n, err)
	}
	if _, err := s.read("conv/b", k.SHA256); err != nil {
		t.Errorf("another person's: %v", err)
	}
}

// TestPromise15_NothingIsPlacedUnderADestroyedKey forgets the person while their picture
// is on its way.
func TestPromise15_NothingIsPlacedUnderADestroyedKey(t *testing.T) {
	s := newStation(t)
	s.put(t, "conv/a", recording(10)) // the key is on disk
	forget := func() {
		if err := errors.Join(s.vault.Destroy("conv/a"), s.Erase("conv/a")); err != nil {
			t.Error(err)
		}
	}
	_, err := s.Put(t.Context(), "conv/a", io.MultiReader(bytes.NewReader(recording(200_000)), &then{forget}))
	if !errors.Is(err, blob.ErrGone) {
		t.Errorf("put: %v, want ErrGone", err)
	}
	if kept, half := s.files(t); len(kept)+len(half) > 0 {
		t.Errorf("left behind: %v %v", kept, half)
	}
}

// then does something when it is read, and is empty.
type then struct{ do func() }

func (t *then) Read([]byte) (int, error) {
	t.do()
	return 0, io.EOF
}

func TestEveryChangeOfAFileIsNoticed(t *testing.T) {
	s := newStation(t)
	k := s.put(t, "conv/a", recording(150_000))
	other := s.put(t, "conv/a", recording(150_001))
	kept, _ := s.files(t)
	good := map[string][]byte{}
	for _, f := range kept {
		good[f], _ = os.ReadFile(f)
	}
	file := kept[0]
	if _, err := s.read("conv/a", k.SHA256); err != nil {
		t.Fatal(err)
	}
	spoil := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err1 := s.read("conv/a", k.SHA256)
		_, err2 := s.read("conv/a", other.SHA256)
		if err1 == nil && err2 == nil {
			t.Errorf("%s: nobody notices", what)
		}
	}
	b := good[file]
	for i := 0; i < len(b); i += 997 {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		spoil(fmt.Sprintf("byte %d changed", i), bad)
	}
	for _, n := range []int{0, 1, 20, 40, 65<<10 + 100, len(b) - 1} {
		spoil(fmt.Sprintf("cut at %d", n), b[:n])
	}
	head, piece := len("netpatrol evidence 1\n")+2+len("conv/a")+16, 4+64<<10+vault.Overhead
	swapped := slices.Concat(b[:head], b[head+piece:head+2*piece], b[head:head+piece], b[head+2*piece:])
	spoil("two pieces swapped", swapped)
	spoil("a piece left out", slices.Concat(b[:head+piece], b[head+2*piece:]))
	spoil("the end left out", b[:head+2*piece])
	spoil("another file in its place", good[kept[1]])
}

func TestWhatIsNotKept(t *testing.T) {
	s := newStation(t)
	large := io.MultiReader(bytes.NewReader(recording(100)), bytes.NewReader(make([]byte, 16<<20)))
	for _, c := range []struct {
		name string
		from io.Reader
		want error
	}{
		{"a page", strings.NewReader("<html><script>alert(1)</script>" + strings.Repeat(" ", 100)), blob.ErrType},
		{"a drawing that can hold scripts", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg">`), blob.ErrType},
		{"a program", strings.NewReader("MZ\x90\x00" + strings.Repeat("x", 100)), blob.ErrType},
		{"an error in place of a picture", strings.NewReader(`{"errcode":40007,"errmsg":"invalid media_id"}`), blob.ErrType},
		{"nothing", strings.NewReader(""), blob.ErrType},
		{"too large", large, blob.ErrTooLarge},
		{"cut short", io.MultiReader(bytes.NewReader(recording(100)), broken{}), errBroken},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := s.Put(t.Context(), "conv/a", c.from); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if kept, half := s.files(t); len(kept)+len(half) > 0 {
				t.Errorf("left behind: %v %v", kept, half)
			}
		})
	}
}

var errBroken = errors.New("the connection broke")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func TestWhatNothingRefersToIsSwept(t *testing.T) {
	s := newStation(t)
	wanted, stray := s.put(t, "conv/a", recording(100)), s.put(t, "conv/a", recording(101))
	refers := func(subject string) map[string]bool { return map[string]bool{wanted.SHA256: subject == "conv/a"} }
	sweep := func(before time.Time) int {
		t.Helper()
		n, err := s.Sweep(t.Context(), before, func(_ context.Context, subject string) (map[string]bool, error) { return refers(subject), nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(time.Now().Add(-time.Hour)); n != 0 {
		t.Errorf("%d swept that may be on their way into the records", n)
	}
	if n := sweep(time.Now().Add(time.Hour)); n != 1 {
		t.Errorf("%d swept, want the one nothing refers to", n)
	}
	if _, err := s.read("conv/a", stray.SHA256); !errors.Is(err, blob.ErrGone) {
		t.Errorf("the stray: %v", err)
	}
	if _, err := s.read("conv/a", wanted.SHA256); err != nil {
		t.Errorf("the wanted: %v", err)
	}
	if err := errors.Join(s.Remove("conv/a", wanted.SHA256), s.Remove("conv/a", wanted.SHA256)); err != nil {
		t.Errorf("remove, twice: %v", err)
	}
}
