package vault

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The two reasons for which a file is refused, whatever it holds.
const (
	refusedHead   = `its first line must be "netpatrol master key 1"`
	refusedSecret = "its second line must be 32 bytes in base64: bring back a good copy"
)

// Whatever the bytes of a master key file, it holds a whole secret or it is refused, in
// words that show nothing of it. What is accepted is written again to the same secret.
func FuzzMasterKeyFile(f *testing.F) {
	good := masterHead + "\n" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, secretSize)) + "\n"
	for _, s := range []string{
		"", "\n", good, strings.TrimSpace(good), strings.ReplaceAll(good, "\n", "\r\n"), good + "\n", good[:len(good)-5], good + "AAAA", "\ufeff" + good, masterHead,
		masterHead + "\n", masterHead + "\n====", "netpatrol master key 2\n" + good[len(masterHead)+1:], strings.Repeat("A", 1<<10),
	} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "master.key")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Load(path)
		if err != nil {
			why, _ := strings.CutPrefix(err.Error(), "master key "+path+": ")
			if m != nil || why != refusedHead && why != refusedSecret {
				t.Errorf("%q: %v, %v", text, m, err)
			}
			return
		}
		secret, err := parseMaster(text)
		if err != nil || len(secret) != secretSize || !bytes.HasPrefix(bytes.TrimSpace(text), []byte(masterHead)) {
			t.Fatalf("%q was loaded: %d bytes, %v", text, len(secret), err)
		}
		again, err := parseMaster([]byte(masterHead + "\n" + base64.StdEncoding.EncodeToString(secret) + "\n"))
		if err != nil || !bytes.Equal(again, secret) {
			t.Errorf("%q is not read again: %v", text, err)
		}
		if same, err := newMaster(secret); err != nil || same.Tag("s", "v") != m.Tag("s", "v") {
			t.Errorf("%q gives another key: %v", text, err)
		}
	})
}
