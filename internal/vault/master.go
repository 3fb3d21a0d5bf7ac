package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

const (
	secretSize = 32
	masterHead = "netpatrol master key 1"
)

// Master is the secret everything else hangs on. Whoever has it and the key file can
// read the store; without it nothing can be read by anybody, ever. It shows itself in
// no log.
type Master struct {
	wrap, tag []byte
	macs      sync.Pool // of hash.Hash, keyed with tag
}

// Create makes a new master key file with mode 0600. It refuses to replace one.
func Create(path string) (*Master, error) {
	secret := make([]byte, secretSize)
	rand.Read(secret)
	text := masterHead + "\n" + base64.StdEncoding.EncodeToString(secret) + "\n"
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create master key: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("write master key %s: %w", path, err)
	}
	return newMaster(secret)
}

// Load reads a master key file. It refuses one that others may read.
func Load(path string) (*Master, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("master key %s: %w: create one with netpatrol init, or bring back the copy that belongs to this store", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 { // promise 15
		return nil, fmt.Errorf("master key %s can be read by others (mode %04o): run chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	secret, err := parseMaster(text)
	if err != nil {
		return nil, fmt.Errorf("master key %s: %w", path, err)
	}
	return newMaster(secret)
}

func parseMaster(text []byte) ([]byte, error) {
	head, rest, _ := bytes.Cut(text, []byte("\n"))
	if strings.TrimSpace(string(head)) != masterHead {
		return nil, fmt.Errorf("its first line must be %q", masterHead)
	}
	secret, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(rest)))
	if err != nil || len(secret) != secretSize {
		return nil, fmt.Errorf("its second line must be %d bytes in base64: bring back a good copy", secretSize)
	}
	return secret, nil
}

// newMaster derives one key per use, so that no two uses share a key.
func newMaster(secret []byte) (*Master, error) {
	wrap, err := hkdf.Key(sha256.New, secret, nil, "netpatrol wrap subject keys 1", secretSize)
	if err != nil {
		return nil, err
	}
	tag, err := hkdf.Key(sha256.New, secret, nil, "netpatrol tag personal ids 1", secretSize)
	if err != nil {
		return nil, err
	}
	return &Master{wrap: wrap, tag: tag}, nil
}

var tagEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Tag stands for a personal id in keys and names: the same scope and value always give
// the same 26 characters, which tell nothing without the master key. A scope keeps a
// person on one platform apart from the same person on another.
func (m *Master) Tag(scope, value string) string {
	h, ok := m.macs.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, m.tag)
	}
	defer m.macs.Put(h)
	h.Reset()
	var space [160]byte
	text := append(strconv.AppendInt(space[:0], int64(len(scope)), 10), ':')
	h.Write(append(append(text, scope...), value...))
	return tagEncoding.EncodeToString(h.Sum(space[:0])[:16])
}

// String hides the key.
func (*Master) String() string { return "[master key]" }

// GoString hides the key from %#v.
func (*Master) GoString() string { return "[master key]" }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
