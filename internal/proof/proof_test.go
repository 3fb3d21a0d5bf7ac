package proof_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netpatrol/internal/proof"
)

func key(t *testing.T) *proof.Key {
	t.Helper()
	k, err := proof.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func receipt() proof.Receipt {
	return proof.Receipt{
		Unit: "椰城市公安局网络警察支队", Reference: "460100-20261125-004217-X", Messages: 2,
		Received: time.Date(2026, 11, 25, 9, 30, 5, 0, time.UTC),
		Digest:   proof.Digest([]string{"我被骗了", "三万"}, []string{"ab12"}),
	}
}

func TestAProofSurvivesTheWayItIsPassedOn(t *testing.T) {
	k := key(t)
	text := k.Sign(receipt())
	if text != k.Sign(receipt()) {
		t.Error("the same receipt has two proofs")
	}
	for _, says := range []string{"460100-20261125-004217-X", "椰城市公安局网络警察支队", "2026-11-25 17:30:05 +08:00", "不是受案回执"} {
		if !strings.Contains(text, says) {
			t.Errorf("it does not say %q:\n%s", says, text)
		}
	}
	for name, passed := range map[string]string{
		"as it is": text, "in a message": "你的举报还在办理。\n" + text + "\n本消息由…自动发出", "from another system": strings.ReplaceAll(text, "\n", " \r\n  "),
		"after another title": "收件凭证（第1版）\n" + text,
	} {
		got, err := proof.Verify(passed, k.Public())
		if err != nil || !got.Received.Equal(receipt().Received) {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if got.Received = receipt().Received; got != receipt() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestPromise14_AChangedProofDoesNotVerify(t *testing.T) {
	k := key(t)
	text := k.Sign(receipt())
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"another number":    {strings.Replace(text, "004217", "004218", 1), proof.ErrForged},
		"another time":      {strings.Replace(text, "17:30:05", "17:29:05", 1), proof.ErrForged},
		"another unit":      {strings.Replace(text, "椰城市", "邻市", 1), proof.ErrForged},
		"another digest":    {strings.Replace(text, receipt().Digest[:4], "0000", 1), proof.ErrForged},
		"without the words": {strings.Replace(text, "它不是受案回执，", "", 1), proof.ErrForged},
		"signed by another": {key(t).Sign(receipt()), proof.ErrForged},
		"no signature":      {text[:strings.Index(text, "签名")], proof.ErrNone},
		"nothing":           {"", proof.ErrNone},
	} {
		if got, err := proof.Verify(c.text, k.Public()); !errors.Is(err, c.want) || got != (proof.Receipt{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestTheKeyIsMadeOnceAndHidden(t *testing.T) {
	dir := t.TempDir()
	first, err := proof.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, proof.FileName)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	again, err := proof.Open(dir)
	if err != nil || again.Public() != first.Public() {
		t.Errorf("opened again it is another key: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Split(string(text), "\n")[1]
	if shown := fmt.Sprintf("%v %+v %#v %s", first, first, first, first.Public()); strings.Contains(shown, secret) {
		t.Error("the key shows itself")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Open(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
}

func TestAPublicKeyIsReadAsItIsPublished(t *testing.T) {
	p := key(t).Public()
	bare := strings.Split(p.String(), "\n")[1]
	for _, text := range []string{p.String(), bare, " " + bare + "\r\n", strings.ReplaceAll(p.String(), "\n", "\r\n")} {
		if got, err := proof.ParsePublic(text); err != nil || got != p {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "netpatrol receipt key 1\n" + bare, bare[:20]} {
		if _, err := proof.ParsePublic(text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k, err := proof.Open(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	signed := k.Sign(receipt())
	f.Add(signed)
	f.Add("收件凭证（第1版）\n\n\n\n\n\n签名：00")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := proof.Verify(text, k.Public()); err == nil && r.Reference != receipt().Reference {
			t.Errorf("%q proves %+v", text, r)
		}
	})
}
