// Package blob keeps the bytes of evidence: pictures, voices and videos that people sent
// us. Each is a file of its own, encrypted under the key of its subject (see internal/vault)
// and found by subject and digest; one subject's files are never shared with another's.
//
// # Failure model
//
// A file is written beside its place, synced, moved there and the move synced: after a
// crash at any moment it is there whole or not at all, and putting it again is always
// right. Whatever is changed, swapped or cut short in a file shows as [ErrTampered] when
// it is read to its end. Once a subject's key is destroyed its files cannot be read, also
// those that a crash left behind; [Store.Sweep] removes them. A full disk is [ErrFull] and
// leaves nothing behind.
//
// What arrives is judged by its bytes, never by what the sender says it is. Officers'
// browsers get pictures drawn anew ([Store.Preview]); the original is for downloading.
package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"netpatrol/internal/vault"
)

var (
	// ErrType: it is no kind of file we keep.
	ErrType = errors.New("not a kind of file that is kept")
	// ErrTooLarge: it is larger than files of its kind may be.
	ErrTooLarge = errors.New("too large")
	// ErrFull: the disk is full or failing. Nothing was kept; try again later.
	ErrFull = errors.New("the disk of the state directory is full: make room on it")
	// ErrGone: there is no such file, or the key of its subject was destroyed.
	ErrGone = errors.New("the evidence is gone")
	// ErrTampered: the file is not what was kept.
	ErrTampered = errors.New("the file was changed, swapped or cut short")
)

// Options say where a store lies.
type Options struct {
	Dir   string // made if missing; one process at a time
	Vault *vault.Vault
	// Flush makes keys durable that the vault has made since the last time.
	Flush func(ctx context.Context) error
	// Step is called at the numbered steps of the crash matrix; nil in service.
	Step func(name string)
}

// Store keeps files. It is safe for concurrent use.
type Store struct {
	o       Options
	drawing chan struct{} // one preview at a time: a large picture takes much memory

	// placing is held from the last look at a subject's key until its file is in place, so
	// that Erase removes every file whose key it found destroyed.
	placing sync.Mutex
}

// The steps of Put, in order.
const (
	StepBegun   = "begun"   // there is an empty file beside the place
	StepWritten = "written" // all bytes are in it
	StepSynced  = "synced"  // and on disk
	StepMoved   = "moved"   // it has its place
	StepKept    = "kept"    // for good
)

// incoming holds what is being written.
const incoming = "incoming"

// Open makes the directory if there is none and drops what an earlier process left half
// written.
func Open(o Options) (*Store, error) {
	half := filepath.Join(o.Dir, incoming)
	if err := os.RemoveAll(half); err != nil {
		return nil, fmt.Errorf("clear half-written evidence: %w", err)
	}
	if err := os.MkdirAll(half, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of evidence: %w", err)
	}
	if err := syncDirs(o.Dir, filepath.Dir(o.Dir)); err != nil {
		return nil, fmt.Errorf("make the directory of evidence: %w", err)
	}
	return &Store{o: o, drawing: make(chan struct{}, 1)}, nil
}

// Kept is what was kept.
type Kept struct {
	Type   string // MIME type, by its bytes
	Size   int64
	SHA256 string // hex
}

// Put keeps what from gives, up to its end, under the key of subject. Kept twice, the same
// bytes are one file. It returns ErrType, ErrTooLarge or ErrFull, or what from returned.
func (s *Store) Put(ctx context.Context, subject string, from io.Reader) (Kept, error) {
	k, err := s.put(ctx, subject, from)
	if err != nil {
		return Kept{}, fmt.Errorf("keep evidence: %w", full(err))
	}
	return k, nil
}

// PutAs keeps bytes of a type that is known otherwise, such as a file of a package that another unit signed. Nobody may ever
// give them to a browser as anything but a file to save.
func (s *Store) PutAs(ctx context.Context, subject, mime string, from io.Reader) (Kept, error) {
	k, err := s.keep(ctx, subject, mime, from)
	if err != nil {
		return Kept{}, fmt.Errorf("keep a file: %w", full(err))
	}
	return k, nil
}

func (s *Store) put(ctx context.Context, subject string, from io.Reader) (k Kept, err error) {
	lead := make([]byte, sniffed)
	n, err := io.ReadFull(from, lead)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return k, err
	}
	lead = lead[:n]
	mime := sniff(lead)
	if mime == "" {
		return k, ErrType
	}
	return s.keep(ctx, subject, mime, io.MultiReader(bytes.NewReader(lead), from))
}

func (s *Store) keep(ctx context.Context, subject, mime string, from io.Reader) (k Kept, err error) {
	k.Type = mime
	temp, err := os.OpenFile(filepath.Join(s.o.Dir, incoming, rand.Text()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return k, err
	}
	defer func() { err = errors.Join(err, temp.Close(), missing(os.Remove(temp.Name()))) }()
	s.step(StepBegun)
	if err := s.fill(temp, subject, from, &k); err != nil {
		return k, err
	}
	s.step(StepWritten)
	if err := errors.Join(temp.Sync(), s.o.Flush(ctx)); err != nil {
		return k, err
	}
	s.step(StepSynced)
	return k, s.place(temp, subject, k.SHA256)
}

// fill encrypts what from gives into a file.
func (s *Store) fill(to *os.File, subject string, from io.Reader, k *Kept) error {
	most := limit(k.Type)
	sum := sha256.New()
	w, err := newWriter(to, s.o.Vault, subject)
	if err != nil {
		return err
	}
	if k.Size, err = io.Copy(w, io.TeeReader(io.LimitReader(from, most+1), sum)); err != nil {
		return err
	}
	if k.Size > most {
		return fmt.Errorf("%w: a file of type %s may have %d MiB", ErrTooLarge, k.Type, most>>20)
	}
	k.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return w.Close()
}

// place moves a finished file where it belongs, unless its key was destroyed meanwhile.
func (s *Store) place(temp *os.File, subject, digest string) error {
	s.placing.Lock()
	defer s.placing.Unlock()
	err := s.opens(temp)
	if err != nil { // promise 15
		return err
	}
	dir := s.dirOf(subject)
	if err = os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(temp.Name(), s.pathOf(subject, digest)); err != nil {
		return err
	}
	s.step(StepMoved)
	if err := syncDirs(dir, s.o.Dir); err != nil {
		return err
	}
	s.step(StepKept)
	return nil
}

// opens says whether the key a file was written under still exists.
func (s *Store) opens(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, err := newReader(f, s.o.Vault)
	if err != nil {
		return err
	}
	return r.next()
}

func (s *Store) step(name string) {
	if s.o.Step != nil {
		s.o.Step(name)
	}
}

// The names of files tell nothing without the master key: not whose they are, and not
// which well-known picture somebody has sent.
func (s *Store) dirOf(subject string) string {
	return filepath.Join(s.o.Dir, s.o.Vault.Tag("evidence of", subject))
}

func (s *Store) pathOf(subject, digest string) string {
	return filepath.Join(s.dirOf(subject), s.nameOf(subject, digest))
}

func (s *Store) nameOf(subject, digest string) string {
	return s.o.Vault.Tag("evidence", subject+"\x00"+digest)
}

// Open returns the original bytes. The reader fails with ErrTampered, at the latest at
// its end, if they are not what was kept; nothing read before may be relied on until then.
func (s *Store) Open(subject, digest string) (io.ReadCloser, error) {
	f, err := os.Open(s.pathOf(subject, digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, fmt.Errorf("open evidence: %w", err)
	}
	r, err := newReader(f, s.o.Vault)
	if err == nil {
		r.want = digest
		err = r.next()
	}
	if err == nil && r.subject != subject {
		err = ErrTampered
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

// Remove removes one file. One that is not there is no error.
func (s *Store) Remove(subject, digest string) error {
	return missing(os.Remove(s.pathOf(subject, digest)))
}

// Erase removes the files of a subject. It is called after the subject's key was destroyed.
func (s *Store) Erase(subject string) error {
	s.placing.Lock()
	defer s.placing.Unlock()
	if err := os.RemoveAll(s.dirOf(subject)); err != nil {
		return fmt.Errorf("remove the evidence of somebody who is forgotten: %w", err)
	}
	return syncDirs(s.o.Dir)
}

// Sweep removes files whose key was destroyed and those, older than before, that nothing
// refers to: wanted names the digests still referred to. It returns how many it removed.
func (s *Store) Sweep(ctx context.Context, before time.Time, wanted func(ctx context.Context, subject string) (map[string]bool, error)) (removed int, err error) {
	files, err := filepath.Glob(filepath.Join(s.o.Dir, "*", "*"))
	if err != nil {
		return 0, err
	}
	for _, path := range files {
		if filepath.Base(filepath.Dir(path)) == incoming {
			continue
		}
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		gone, err := s.sweep(ctx, path, before, wanted)
		if err != nil {
			return removed, fmt.Errorf("sweep evidence: %w", err)
		}
		if gone {
			removed++
		}
	}
	return removed, nil
}

func (s *Store) sweep(ctx context.Context, path string, before time.Time, wanted func(context.Context, string) (map[string]bool, error)) (bool, error) {
	s.placing.Lock()
	defer s.placing.Unlock()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	r, err := newReader(f, s.o.Vault)
	if err == nil {
		err = r.next()
	}
	if errors.Is(err, ErrGone) {
		return true, missing(os.Remove(path))
	}
	if err != nil { // damaged: a person may still want to look at it
		return false, nil
	}
	info, err := f.Stat()
	if err != nil || !info.ModTime().Before(before) {
		return false, err
	}
	digests, err := wanted(ctx, r.subject)
	if err != nil {
		return false, err
	}
	for d := range digests {
		if s.pathOf(r.subject, d) == path {
			return false, nil
		}
	}
	return true, missing(os.Remove(path))
}

// full says of an error that it means there is no room.
func full(err error) error {
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EIO} {
		if errors.Is(err, no) {
			return fmt.Errorf("%w: %w", ErrFull, err)
		}
	}
	return err
}

// missing forgives that a file is not there.
func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncDirs(dirs ...string) error {
	for _, dir := range dirs {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}
