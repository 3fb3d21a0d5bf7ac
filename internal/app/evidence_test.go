package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"netpatrol/internal/record"
	pretend "netpatrol/internal/sandbox/wechat"
)

// evidenceOf lists all evidence of a netpatrol by state.
func evidenceOf(t *testing.T, a *App) map[string][]*record.Evidence {
	t.Helper()
	all := map[string][]*record.Evidence{}
	for _, r := range (&sim{t: t, app: a}).all(record.KindEvidence) {
		v := r.(*record.Evidence)
		all[v.State] = append(all[v.State], v)
	}
	return all
}

// evidenceFiles lists the files of evidence in the state directory, half-written ones among them.
func evidenceFiles(t *testing.T, a *App) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(a.o.Config.State, "evidence", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A follower sends a picture, a voice, a video and something that only says it is a picture;
// then they leave.
func TestWhatFollowersSendIsKeptAndForgottenWithThem(t *testing.T) {
	a, p := officeOf(t, nil, nil)
	follower(t, p, "小林")
	follower(t, p, "老符")
	sent := map[string][]byte{
		"image/png": pretend.Screenshot(), "audio/amr": []byte("#!AMR\n\x3c\x91\x17\x16\xbe\x66"), "video/mp4": append([]byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 200_000)...),
	}
	for mime, kind := range map[string]string{"image/png": "image", "audio/amr": "voice", "video/mp4": "video"} {
		if _, err := p.Send("小林", pretend.Message{Kind: kind, Data: sent[mime]}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Send("小林", pretend.Message{Kind: "image", Data: []byte("<html><script>alert(1)</script></html>")}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Send("老符", pretend.Message{Kind: "image", Data: sent["image/png"]}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "everything is settled", func() bool {
		all := evidenceOf(t, a)
		return len(all[record.EvidenceKept]) == 4 && len(all[record.EvidenceRefused]) == 1
	})
	desk := evidenceDesk{a.files, a.store}
	for _, v := range evidenceOf(t, a)[record.EvidenceKept] {
		sum := sha256.Sum256(sent[v.Type])
		r, err := desk.Original(v)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(b, sent[v.Type]) || v.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: %d bytes, %v; %d were sent", v.Type, len(b), err, len(sent[v.Type]))
		}
		if left := time.Until(v.Media.Until); left < 71*time.Hour || left > 73*time.Hour {
			t.Errorf("the platform keeps it for %s, want three days", left)
		}
		_, err = desk.Picture(t.Context(), v, 100)
		if drawn := err == nil; drawn != (v.Type == "image/png") || !drawn && !errors.Is(err, record.ErrNotFound) {
			t.Errorf("drawing a %s: %v", v.Type, err)
		}
	}
	if n := len(evidenceFiles(t, a)); n != 4 {
		t.Errorf("%d files, want one for each that was kept", n)
	}
	if err := p.Unfollow("小林"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "their files are gone", func() bool { return len(evidenceFiles(t, a)) == 1 })
	eventually(t, "their records are empty", func() bool {
		erased := 0
		for _, list := range evidenceOf(t, a) {
			for _, v := range list {
				if v.Erased {
					erased++
				} else if _, err := desk.Picture(t.Context(), v, 100); err != nil {
					t.Errorf("the other person's: %v", err)
				}
			}
		}
		return erased == 4
	})
}

// A file that no record refers to, as a crash between file and record leaves it, goes with
// the sweep, once it is old enough.
func TestStrayEvidenceIsSwept(t *testing.T) {
	a, p := officeOf(t, nil, nil)
	follower(t, p, "小林")
	if _, err := p.Send("小林", pretend.Message{Kind: "image", Data: pretend.Screenshot()}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is kept", func() bool { return len(evidenceOf(t, a)[record.EvidenceKept]) == 1 })
	v := evidenceOf(t, a)[record.EvidenceKept][0]
	if _, err := a.files.Put(t.Context(), v.Subject, bytes.NewReader([]byte("#!AMR\nnobody refers to this"))); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * strayAfter)
	for _, f := range evidenceFiles(t, a) {
		if err := os.Chtimes(f, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.sweepEvidence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(evidenceFiles(t, a)); n != 1 {
		t.Errorf("%d files are left, want the one a record refers to", n)
	}
	if _, err := (evidenceDesk{a.files, a.store}).Original(v); err != nil {
		t.Errorf("what is referred to: %v", err)
	}
}
