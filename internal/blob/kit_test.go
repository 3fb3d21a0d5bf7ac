package blob_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"netpatrol/internal/blob"
	"netpatrol/internal/vault"
)

// keyDir keeps wrapped keys as files, so that they outlive a process.
type keyDir string

var _ vault.Keys = keyDir("")

func (d keyDir) path(subject string) string {
	return filepath.Join(string(d), hex.EncodeToString([]byte(subject))+".key")
}

func (d keyDir) Load(subject string) ([]byte, bool, error) {
	b, err := os.ReadFile(d.path(subject))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return b, err == nil, err
}

func (d keyDir) Save(wrapped map[string][]byte) error {
	for subject, w := range wrapped {
		if err := os.WriteFile(d.path(subject), w, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (d keyDir) Destroy(subject string) error {
	err := os.Remove(d.path(subject))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// station is a state directory with its vault.
type station struct {
	*blob.Store
	vault *vault.Vault
	dir   string
}

func open(dir string, step func(string)) (*station, error) {
	path := filepath.Join(dir, "master.key")
	master, err := vault.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		master, err = vault.Create(path)
	}
	if err != nil {
		return nil, err
	}
	v, err := vault.New(master, keyDir(dir))
	if err != nil {
		return nil, err
	}
	s, err := blob.Open(blob.Options{
		Dir: filepath.Join(dir, "evidence"), Vault: v, Step: step, Flush: func(context.Context) error { return v.Flush() },
	})
	return &station{s, v, dir}, err
}

func newStation(t *testing.T) *station {
	t.Helper()
	s, err := open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files lists what lies in the directory of evidence.
func (s *station) files(t *testing.T) (kept, half []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(s.dir, "evidence", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if filepath.Base(filepath.Dir(f)) == "incoming" {
			half = append(half, f)
		} else {
			kept = append(kept, f)
		}
	}
	return kept, half
}
