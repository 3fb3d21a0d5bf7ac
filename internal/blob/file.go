package blob

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"netpatrol/internal/vault"
)

// A file is a head and pieces. The head names the subject, which is no personal id, and
// holds 16 random bytes. Each piece is sealed and bound to those bytes, its number and
// whether it is the last, so that none can be moved, swapped, left out or cut off.
const (
	magic     = "netpatrol evidence 1\n"
	piece     = 64 << 10 // bytes of plain text
	lastPiece = 1 << 31  // set in the length of the last piece
	maxHead   = 1 << 10
)

type fileID [16]byte

func bound(subject string, id fileID, n uint64, last bool) []byte {
	b := append([]byte(magic), id[:]...)
	b = binary.BigEndian.AppendUint64(b, n)
	if last {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return append(b, subject...)
}

// writer seals what it is given, piece by piece.
type writer struct {
	to      *os.File
	vault   *vault.Vault
	subject string
	id      fileID
	n       uint64
	plain   []byte
	sealed  []byte
}

func newWriter(to *os.File, v *vault.Vault, subject string) (*writer, error) {
	if len(subject) > maxHead {
		return nil, fmt.Errorf("the subject's name has %d bytes, at most %d", len(subject), maxHead)
	}
	w := &writer{to: to, vault: v, subject: subject, plain: make([]byte, 0, piece)}
	rand.Read(w.id[:])
	head := binary.BigEndian.AppendUint16([]byte(magic), uint16(len(subject)))
	_, err := to.Write(append(append(head, subject...), w.id[:]...))
	return w, err
}

func (w *writer) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		if len(w.plain) == piece {
			if err := w.seal(false); err != nil {
				return written, err
			}
		}
		n := min(piece-len(w.plain), len(p))
		w.plain = append(w.plain, p[:n]...)
		written += n
		p = p[n:]
	}
	return written, nil
}

// Close writes the last piece; it leaves the file open.
func (w *writer) Close() error { return w.seal(true) }

func (w *writer) seal(last bool) (err error) {
	if w.sealed, err = w.vault.Seal(append(w.sealed[:0], 0, 0, 0, 0), w.subject, bound(w.subject, w.id, w.n, last), w.plain); err != nil {
		return err
	}
	length := uint32(len(w.sealed) - 4)
	if last {
		length |= lastPiece
	}
	binary.BigEndian.PutUint32(w.sealed, length)
	w.n++
	w.plain = w.plain[:0]
	_, err = w.to.Write(w.sealed)
	return err
}

// reader opens what a writer wrote.
type reader struct {
	file    io.Closer
	from    *bufio.Reader
	vault   *vault.Vault
	subject string
	id      fileID
	n       uint64
	plain   []byte // not given yet
	last    bool
	sum     hash.Hash
	want    string // digest of the whole; empty: not checked
}

func newReader(f *os.File, v *vault.Vault) (*reader, error) {
	r := &reader{file: f, from: bufio.NewReaderSize(f, piece+vault.Overhead+4), vault: v, sum: sha256.New()}
	head := make([]byte, len(magic)+2)
	if _, err := io.ReadFull(r.from, head); err != nil || string(head[:len(magic)]) != magic {
		return nil, ErrTampered
	}
	rest := make([]byte, int(binary.BigEndian.Uint16(head[len(magic):]))+len(r.id))
	if _, err := io.ReadFull(r.from, rest); err != nil {
		return nil, ErrTampered
	}
	r.subject, r.id = string(rest[:len(rest)-len(r.id)]), fileID(rest[len(rest)-len(r.id):])
	return r, nil
}

// next opens the next piece.
func (r *reader) next() error {
	var head [4]byte
	if _, err := io.ReadFull(r.from, head[:]); err != nil {
		return ErrTampered
	}
	length := binary.BigEndian.Uint32(head[:])
	r.last = length&lastPiece != 0
	if length &^= lastPiece; int(length) > piece+vault.Overhead {
		return ErrTampered
	}
	sealed := make([]byte, length)
	if _, err := io.ReadFull(r.from, sealed); err != nil {
		return ErrTampered
	}
	plain, err := r.vault.Open(r.subject, bound(r.subject, r.id, r.n, r.last), sealed)
	switch {
	case errors.Is(err, vault.ErrDestroyed):
		return ErrGone
	case errors.Is(err, vault.ErrTampered):
		return ErrTampered
	case err != nil:
		return err
	}
	r.plain, r.n = plain, r.n+1
	r.sum.Write(plain)
	return nil
}

func (r *reader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 {
		if r.last {
			return 0, r.end()
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

func (r *reader) end() error {
	if r.want != "" && hex.EncodeToString(r.sum.Sum(nil)) != r.want {
		return ErrTampered
	}
	return io.EOF
}

// Close implements [io.Closer].
func (r *reader) Close() error { return r.file.Close() }
