package vault

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// memory keeps wrapped keys in a map; onLoad runs between reading and returning one.
type memory struct {
	mu     sync.Mutex
	keys   map[string][]byte
	onLoad func()
	full   error
}

func (m *memory) Load(subject string) ([]byte, bool, error) {
	m.mu.Lock()
	k, ok := m.keys[subject]
	m.mu.Unlock()
	if m.onLoad != nil {
		m.onLoad()
	}
	return k, ok, nil
}

func (m *memory) Save(wrapped map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full != nil {
		return m.full
	}
	maps.Copy(m.keys, wrapped)
	return nil
}

func (m *memory) Destroy(subject string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, subject)
	return nil
}

func master(t *testing.T) *Master {
	t.Helper()
	m, err := Create(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t *testing.T, m *Master, keys Keys) *Vault {
	t.Helper()
	v, err := New(m, keys)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t *testing.T, v *Vault, subject, bound, plain string) []byte {
	t.Helper()
	sealed, err := v.Seal(nil, subject, []byte(bound), []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func flush(t *testing.T, v *Vault) {
	t.Helper()
	if err := v.Flush(); err != nil {
		t.Fatal(err)
	}
}

func TestSealedOpensWhereItBelongs(t *testing.T) {
	m, keys := master(t), &memory{keys: map[string][]byte{}}
	v := open(t, m, keys)
	sealed := seal(t, v, "person", "report/1", "我被骗了")
	flush(t, v)
	if bytes.Contains(sealed, []byte("我被骗了")) || len(sealed) != len("我被骗了")+Overhead {
		t.Errorf("sealed: %q", sealed)
	}
	fresh := open(t, m, keys) // another process
	for _, c := range []struct {
		name, subject, bound string
		want                 error
	}{
		{"at home", "person", "report/1", nil},
		{"another record", "person", "report/2", ErrTampered},
		{"another subject without a key", "nobody", "report/1", ErrDestroyed},
	} {
		plain, err := fresh.Open(c.subject, []byte(c.bound), sealed)
		if !errors.Is(err, c.want) || c.want == nil && string(plain) != "我被骗了" {
			t.Errorf("%s: %q, %v, want %v", c.name, plain, err, c.want)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if plain, err := fresh.Open("person", []byte("report/1"), bad); err == nil {
			t.Errorf("byte %d changed, opened as %q", i, plain)
		}
	}
	if _, err := fresh.Open("person", nil, sealed[:Overhead-1]); !errors.Is(err, ErrTampered) {
		t.Errorf("cut short: %v", err)
	}
}

func TestSealAppends(t *testing.T) {
	v := open(t, master(t), &memory{keys: map[string][]byte{}})
	dst := append(make([]byte, 0, 100), "head"...)
	out, err := v.Seal(dst, "person", dst, []byte("body"))
	if err != nil || !bytes.HasPrefix(out, []byte("head")) {
		t.Fatalf("%q, %v", out, err)
	}
	if plain, err := v.Open("person", []byte("head"), out[4:]); err != nil || string(plain) != "body" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestPromise15_DestroyedStaysDestroyed(t *testing.T) {
	m, keys := master(t), &memory{keys: map[string][]byte{}}
	v := open(t, m, keys)
	old := seal(t, v, "person", "1", "old")
	flush(t, v)
	if err := v.Destroy("person"); err != nil {
		t.Fatal(err)
	}
	again := seal(t, v, "person", "2", "new")
	flush(t, v)
	for name, v := range map[string]*Vault{"same": v, "another process": open(t, m, keys)} {
		if _, err := v.Open("person", []byte("1"), old); !errors.Is(err, ErrDestroyed) {
			t.Errorf("%s: the old body: %v, want ErrDestroyed", name, err)
		}
		if plain, err := v.Open("person", []byte("2"), again); err != nil || string(plain) != "new" {
			t.Errorf("%s: the new body: %q, %v", name, plain, err)
		}
	}
}

// TestPromise15_KeyLoadedDuringDestroyIsNotKept destroys a key between its loading and
// its way into the cache.
func TestPromise15_KeyLoadedDuringDestroyIsNotKept(t *testing.T) {
	m, keys := master(t), &memory{keys: map[string][]byte{}}
	v := open(t, m, keys)
	sealed := seal(t, v, "person", "1", "text")
	flush(t, v)
	v = open(t, m, keys) // with an empty cache
	var once sync.Once
	keys.onLoad = func() {
		once.Do(func() {
			if err := v.Destroy("person"); err != nil {
				t.Error(err)
			}
		})
	}
	for range 2 {
		if plain, err := v.Open("person", []byte("1"), sealed); !errors.Is(err, ErrDestroyed) {
			t.Errorf("opened after the destroy: %q, %v", plain, err)
		}
	}
}

func TestKeysAreNotLostWhenTheyCannotBeSaved(t *testing.T) {
	keys := &memory{keys: map[string][]byte{}, full: errors.New("disk full")}
	v := open(t, master(t), keys)
	sealed := seal(t, v, "person", "1", "text")
	if err := v.Flush(); !errors.Is(err, keys.full) {
		t.Errorf("flush to a full disk: %v", err)
	}
	keys.full = nil
	flush(t, v)
	if len(keys.keys) != 1 {
		t.Errorf("%d keys saved after space returned", len(keys.keys))
	}
	if _, err := v.Open("person", []byte("1"), sealed); err != nil {
		t.Error(err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	v := open(t, master(t), &memory{keys: map[string][]byte{}})
	sealed := seal(t, v, "first", "1", "text")
	for n := range 2 * cached {
		seal(t, v, fmt.Sprint(n), "1", "text")
		flush(t, v)
	}
	if n := len(v.young) + len(v.old); n > cached {
		t.Errorf("%d keys in memory, the bound is %d", n, cached)
	}
	if _, err := v.Open("first", []byte("1"), sealed); err != nil {
		t.Errorf("a key that left the cache: %v", err)
	}
}

func TestAnotherMasterKeyOpensNothing(t *testing.T) {
	keys := &memory{keys: map[string][]byte{}}
	v := open(t, master(t), keys)
	sealed := seal(t, v, "person", "1", "text")
	flush(t, v)
	other := open(t, master(t), keys)
	if _, err := other.Open("person", []byte("1"), sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("another master key: %v", err)
	}
	keys.keys["person"] = []byte("short")
	if _, err := other.Open("person", []byte("1"), sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("a damaged key: %v", err)
	}
}

func TestParallelUseOfOneNewSubject(t *testing.T) {
	v := open(t, master(t), &memory{keys: map[string][]byte{}})
	sealed := make([][]byte, 16)
	var wg sync.WaitGroup
	for n := range sealed {
		wg.Go(func() {
			var err error
			if sealed[n], err = v.Seal(nil, "person", nil, []byte("text")); err != nil {
				t.Error(err)
			}
			if err := v.Flush(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for n, s := range sealed {
		if _, err := v.Open("person", nil, s); err != nil {
			t.Errorf("body %d: %v", n, err)
		}
	}
}

func TestTag(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	m, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	tag := m.Tag("wechat", "openid-1")
	if tag != again.Tag("wechat", "openid-1") || len(tag) != 26 || strings.Trim(tag, "0123456789abcdefghjkmnpqrstvwxyz") != "" {
		t.Errorf("tag %q", tag)
	}
	for name, other := range map[string]string{
		"value": m.Tag("wechat", "openid-2"), "scope": m.Tag("weibo", "openid-1"),
		"split": m.Tag("wechato", "penid-1"), "master": master(t).Tag("wechat", "openid-1"),
	} {
		if other == tag {
			t.Errorf("another %s gives the same tag", name)
		}
	}
}

func TestPromise15_MasterKeyOthersCanReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := Create(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("created with %v, %v", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestMasterKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	if _, err := Load(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "netpatrol init") {
		t.Errorf("missing: %v", err)
	}
	m, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second Create: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(m), fmt.Sprintf("%+v", m), fmt.Sprintf("%#v", m)} {
		if shown != "[master key]" {
			t.Errorf("shown as %q", shown)
		}
	}
	for name, bad := range map[string]string{
		"empty": "", "other head": "x" + string(text), "cut": string(text[:len(text)-5]), "not base64": masterHead + "\n***\n",
	} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
