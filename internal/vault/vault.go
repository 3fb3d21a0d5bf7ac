// Package vault encrypts what is personal, under one key per subject, so that
// forgetting somebody is destroying one key.
//
// A subject is whatever is forgotten together: a conversation, a report, a clue.
// Its key is 32 random bytes, kept wrapped under the master key by a [Keys] port
// in a place of its own. Bodies are sealed with AES-256-GCM and bound to where
// they belong: moved to another record, or with its clear part changed, a body no
// longer opens.
//
// # Failure model
//
// A new key exists in memory until [Vault.Flush] has stored it; whoever stores a
// sealed body must flush first, or a crash leaves a body nobody can open. After
// [Vault.Destroy] old bodies give [ErrDestroyed] for good, also when the person
// writes again: new bodies get a fresh key. Destroying in place cannot reach
// copies: backups, and storage that writes elsewhere instead of over (file system
// snapshots, wear levelling) keep the wrapped key, which is worth nothing without
// the master key.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"sync"
)

var (
	// ErrDestroyed: the key of this body was destroyed. It is gone for good.
	ErrDestroyed = errors.New("the key was destroyed")
	// ErrTampered: the bytes are not what was sealed here.
	ErrTampered = errors.New("the sealed bytes were changed or belong elsewhere")
)

// Keys stores wrapped keys by subject. Save is durable when it returns. Destroy leaves
// no copy of the key in what Keys holds, and is no error for an unknown subject.
type Keys interface {
	Load(subject string) (wrapped []byte, found bool, err error)
	Save(wrapped map[string][]byte) error
	Destroy(subject string) error
}

// cached bounds the unwrapped keys kept in memory (about 1 KiB each), in two halves.
const cached = 4096

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	master *Master
	wrap   cipher.AEAD
	keys   Keys

	disk sync.Mutex // one Flush or Destroy at a time; taken before mu

	mu        sync.Mutex
	young     map[string]*subjectKey // used since the last turn
	old       map[string]*subjectKey
	unsaved   map[string]*subjectKey
	destroyed uint64 // raised by every Destroy, so that a load under way is not cached
}

// KeyID tells one key of a subject from the next. It leads every sealed body.
type KeyID [8]byte

type subjectKey struct {
	id      KeyID
	aead    cipher.AEAD
	wrapped []byte
}

// New returns a vault over a master key and a place for wrapped keys.
func New(m *Master, keys Keys) (*Vault, error) {
	wrap, err := newAEAD(m.wrap)
	if err != nil {
		return nil, err
	}
	return &Vault{master: m, wrap: wrap, keys: keys, young: map[string]*subjectKey{}, unsaved: map[string]*subjectKey{}}, nil
}

// Tag is [Master.Tag].
func (v *Vault) Tag(scope, value string) string { return v.master.Tag(scope, value) }

// Overhead is by how many bytes a sealed body is longer than its plain text.
const Overhead = len(KeyID{}) + 12 + 16

// Seal appends the sealed plain text to dst. The body opens only with the same bound
// bytes: name there what it belongs to. A subject without a key gets one, which must
// be made durable with Flush.
func (v *Vault) Seal(dst []byte, subject string, bound, plain []byte) ([]byte, error) {
	k, err := v.key(subject)
	if err != nil {
		return nil, fmt.Errorf("seal under %s: %w", subject, err)
	}
	if k == nil {
		if k, err = v.fresh(subject); err != nil {
			return nil, fmt.Errorf("new key for %s: %w", subject, err)
		}
	}
	return k.aead.Seal(append(dst, k.id[:]...), nil, plain, bound), nil
}

// Open returns the plain text of a sealed body, ErrDestroyed or ErrTampered.
func (v *Vault) Open(subject string, bound, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrTampered
	}
	k, err := v.key(subject)
	if err != nil {
		return nil, fmt.Errorf("open under %s: %w", subject, err)
	}
	if k == nil || k.id != KeyID(sealed) { // promise 15
		return nil, ErrDestroyed
	}
	plain, err := k.aead.Open(nil, nil, sealed[len(k.id):], bound)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// Holds says whether a subject's key is there and is the one of that id: whether what was
// sealed under it can still be opened.
func (v *Vault) Holds(subject string, id KeyID) (bool, error) {
	k, err := v.key(subject)
	if err != nil {
		return false, fmt.Errorf("look for the key of %s: %w", subject, err)
	}
	return k != nil && k.id == id, nil
}

// Cached says whether a subject's key is in memory, so that sealing and opening read nothing.
func (v *Vault) Cached(subject string) bool {
	k, _ := v.recall(subject)
	return k != nil
}

// Flush makes every new key durable. It does nothing when there is none.
func (v *Vault) Flush() error {
	v.disk.Lock()
	defer v.disk.Unlock()
	unsaved := v.pending()
	if len(unsaved) == 0 {
		return nil
	}
	wrapped := make(map[string][]byte, len(unsaved))
	for subject, k := range unsaved {
		wrapped[subject] = k.wrapped
	}
	if err := v.keys.Save(wrapped); err != nil {
		return fmt.Errorf("save %d keys: %w", len(wrapped), err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for subject, k := range unsaved {
		v.remember(subject, k)
		delete(v.unsaved, subject)
	}
	return nil
}

func (v *Vault) pending() map[string]*subjectKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.unsaved) == 0 {
		return nil
	}
	return maps.Clone(v.unsaved)
}

// Destroy destroys the key of a subject, on disk and in memory.
func (v *Vault) Destroy(subject string) error {
	v.disk.Lock()
	defer v.disk.Unlock()
	defer v.forget(subject) // again: somebody may have loaded it meanwhile
	v.forget(subject)
	if err := v.keys.Destroy(subject); err != nil {
		return fmt.Errorf("destroy the key of %s: %w", subject, err)
	}
	return nil
}

func (v *Vault) forget(subject string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.destroyed++
	delete(v.unsaved, subject)
	delete(v.young, subject)
	delete(v.old, subject)
}

// key returns the key of a subject; nil when it has none.
func (v *Vault) key(subject string) (*subjectKey, error) {
	for {
		k, turn := v.recall(subject)
		if k != nil {
			return k, nil
		}
		wrapped, found, err := v.keys.Load(subject)
		if err != nil || !found {
			return nil, err
		}
		k, err = v.unwrap(subject, wrapped)
		if err != nil || v.keep(subject, k, turn) {
			return k, err
		}
	}
}

func (v *Vault) recall(subject string) (*subjectKey, uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if k := v.young[subject]; k != nil {
		return k, v.destroyed
	}
	if k := v.unsaved[subject]; k != nil {
		return k, v.destroyed
	}
	if k := v.old[subject]; k != nil {
		v.remember(subject, k)
		return k, v.destroyed
	}
	return nil, v.destroyed
}

// keep caches a key that was loaded; false when a key was destroyed meanwhile.
func (v *Vault) keep(subject string, k *subjectKey, turn uint64) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if turn != v.destroyed { // promise 15
		return false
	}
	v.remember(subject, k)
	return true
}

func (v *Vault) remember(subject string, k *subjectKey) {
	if len(v.young) >= cached/2 {
		v.young, v.old = make(map[string]*subjectKey, cached/2), v.young
	}
	v.young[subject] = k
}

// fresh makes a key for a subject that has none. Two callers get the same one.
func (v *Vault) fresh(subject string) (*subjectKey, error) {
	secret := make([]byte, secretSize)
	rand.Read(secret)
	aead, err := newAEAD(secret)
	if err != nil {
		return nil, err
	}
	k := &subjectKey{aead: aead, wrapped: v.wrap.Seal(nil, nil, secret, wrapBound(subject))}
	k.id = KeyID(k.wrapped)
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range []map[string]*subjectKey{v.unsaved, v.young, v.old} {
		if first := m[subject]; first != nil {
			return first, nil
		}
	}
	v.unsaved[subject] = k
	return k, nil
}

func (v *Vault) unwrap(subject string, wrapped []byte) (*subjectKey, error) {
	if len(wrapped) < len(KeyID{}) {
		return nil, fmt.Errorf("the key of %s: %w", subject, ErrTampered)
	}
	secret, err := v.wrap.Open(nil, nil, wrapped, wrapBound(subject))
	if err != nil {
		return nil, fmt.Errorf("the key of %s does not open: the key file was changed, or this is not the master key it was made with: %w", subject, ErrTampered)
	}
	aead, err := newAEAD(secret)
	if err != nil {
		return nil, err
	}
	return &subjectKey{id: KeyID(wrapped), aead: aead}, nil
}

func wrapBound(subject string) []byte { return []byte("netpatrol subject key 1\x00" + subject) }

// newAEAD puts a random nonce before every text: one key seals far fewer than 2^32.
func newAEAD(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
