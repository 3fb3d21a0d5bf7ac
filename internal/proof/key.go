package proof

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FileName is the key's file in the state directory.
const FileName = "receipt.key"

const (
	keyHead    = "netpatrol receipt key 1"
	publicHead = "netpatrol receipt public key 1"
)

// Key signs proofs. It shows itself in no log. It is safe for concurrent use.
type Key struct{ private ed25519.PrivateKey }

// Public is the key by which anybody checks proofs.
type Public [ed25519.PublicKeySize]byte

// Open reads the key in a state directory, and makes it when there is none, with mode 0600. It
// refuses one that others may read.
func Open(dir string) (*Key, error) {
	path := filepath.Join(dir, FileName)
	k, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := create(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return read(path)
}

// Files signs the lists of files that are handed over to other units. Such a list is JSON and begins with a
// brace; a proof never does, so that neither signature stands for the other.
func (k *Key) Files() crypto.Signer { return k.private }

func create(path string) error {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	draft, err := os.CreateTemp(filepath.Dir(path), FileName+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("create receipt key: %w", err)
	}
	_, err = draft.WriteString(keyHead + "\n" + base64.StdEncoding.EncodeToString(seed) + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err == nil {
		err = os.Link(draft.Name(), path) // whole, or not at all; never over another
	}
	if err = errors.Join(err, os.Remove(draft.Name())); err != nil {
		return fmt.Errorf("write receipt key %s: %w", path, err)
	}
	return nil
}

func read(path string) (*Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("receipt key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("receipt key %s can be read by others (mode %04o): run chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("receipt key: %w", err)
	}
	seed, err := decode(string(text), keyHead, ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("receipt key %s: %w", path, err)
	}
	return &Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public is the half to publish.
func (k *Key) Public() Public { return Public(k.private.Public().(ed25519.PublicKey)) }

// String is the key as it is published: two lines.
func (p Public) String() string {
	return publicHead + "\n" + base64.StdEncoding.EncodeToString(p[:]) + "\n"
}

// ParsePublic reads a published key, with or without its first line.
func ParsePublic(text string) (Public, error) {
	if !strings.Contains(text, publicHead) {
		text = publicHead + "\n" + text
	}
	b, err := decode(text, publicHead, ed25519.PublicKeySize)
	if err != nil {
		return Public{}, fmt.Errorf("public key: %w", err)
	}
	return Public(b), nil
}

func decode(text, head string, size int) ([]byte, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if strings.TrimSpace(first) != head {
		return nil, fmt.Errorf("its first line must be %q", head)
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil || len(b) != size {
		return nil, fmt.Errorf("its second line must be %d bytes in base64: bring back a good copy", size)
	}
	return b, nil
}

// String hides the key.
func (*Key) String() string { return "[receipt key]" }

// GoString hides the key from %#v.
func (*Key) GoString() string { return "[receipt key]" }
