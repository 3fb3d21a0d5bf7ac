package console_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/console"
)

// screenshot is a PNG like one of a chat, with words behind the picture as some apps leave them.
func screenshot(t interface{ Fatal(...any) }, w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 237, G: 237, B: 237, A: 255}
			if y/60%2 == 1 && x > w/10 && x < w*9/10 {
				c = [2]color.RGBA{{R: 149, G: 236, B: 105, A: 255}, {R: 255, G: 255, B: 255, A: 255}}[y/120%2]
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), "<script>alert(document.domain)</script>"...)
}

// evidence is one piece of every kind and state, of the first report.
func (s *site) evidence() {
	s.Sent(s.files, "evidence-1-picture", record.EvidenceKept, "", screenshot(s.t, 720, 1280))
	s.Sent(s.files, "evidence-2-voice", record.EvidenceKept, "", append([]byte("#!AMR\n"), make([]byte, 3000)...))
	s.Sent(s.files, "evidence-3-song", record.EvidenceKept, "", append([]byte("ID3\x04"), make([]byte, 40000)...))
	s.Sent(s.files, "evidence-4-video", record.EvidenceKept, "", append([]byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 2<<20)...))
	s.Sent(s.files, "evidence-5-waiting", record.EvidenceWaiting, "", nil)
	s.Sent(s.files, "evidence-6-lost", record.EvidenceLost, "平台上已经没有这个文件，可能已过保留期", nil)
	s.Sent(s.files, "evidence-7-refused", record.EvidenceRefused, "文件过大", nil)
}

func (s *site) withReport() {
	s.Says("weibo", "xiaoli", "2001", "我刚才被人骗了")
	s.evidence()
}

func (s *site) reportPage() string { return "/reports/" + s.All(bots.KindReport, "")[0].Meta().ID }

// What a scanner calls malware is never given out: the picture drawn anew stays, the original does not leave.
func TestMalwareIsNeverServed(t *testing.T) {
	s := newSite(t)
	s.withReport()
	for id, scan := range map[string]record.Scan{
		"evidence-1-picture": {Verdict: record.ScanInfected, Name: "Win.Test.EICAR_HDB-1", Engine: "ClamAV 1.4.3/27832"},
		"evidence-3-song":    {Verdict: record.ScanInfected, Name: "Win.Test.EICAR_HDB-1", Engine: "ClamAV 1.4.3/27832"},
		"evidence-2-voice":   {Problem: "reach clamd: connection refused", Tries: 3},
		"evidence-4-video":   {Verdict: record.ScanClean, Engine: "ClamAV 1.4.3/27832"},
	} {
		s.Update(func(tx record.Tx) error {
			v, err := record.Load[record.Evidence](tx, id)
			v.Scan = scan
			return errors.Join(err, tx.Put(v))
		})
	}
	b := s.as("chen")
	p := b.get(s.reportPage())
	for _, want := range []string{"扫描发现恶意程序（Win.Test.EICAR_HDB-1）", `src="/evidence/evidence-1-picture/small"`, "没有扫描恶意程序：扫描器没有给出结果", "未发现恶意程序（ClamAV 1.4.3/27832）", "evidence-2-voice/original", ">有毒</span>", ">未扫描</span>", ">已扫描</span>"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, never := range []string{"evidence-1-picture/original", "evidence-3-song/original", "evidence-3-song/play"} {
		if strings.Contains(p.body, never) {
			t.Errorf("the page leads to %s", never)
		}
		if q := b.get("/evidence/" + never); q.status != http.StatusForbidden || !strings.Contains(q.body, "原件里有恶意程序") {
			t.Errorf("%s answers %d", never, q.status)
		}
	}
	for _, still := range []string{"evidence-1-picture/small", "evidence-4-video/play", "evidence-4-video/original"} {
		if q := b.get("/evidence/" + still); q.status != http.StatusOK {
			t.Errorf("%s answers %d", still, q.status)
		}
	}
}

func TestAReportShowsWhatWasSent(t *testing.T) {
	s := newSite(t)
	s.withReport()
	p := s.as("chen").get(s.reportPage())
	for _, want := range []string{
		"图片 1", `src="/evidence/evidence-1-picture/small"`, `href="/evidence/evidence-1-picture/original" download`, "SHA-256", "2.0 MB",
		"请下载后用播放器打开", `<audio controls preload="none" src="/evidence/evidence-3-song/play"`, `<video controls preload="none" src="/evidence/evidence-4-video/play"`,
		"正在从平台取回", "没有取到：平台上已经没有这个文件", "没有留存：文件过大",
	} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, raw := range []string{"evidence-5-waiting/", "evidence-2-voice/play"} {
		if strings.Contains(p.body, raw) {
			t.Errorf("the page leads to %s", raw)
		}
	}
	s.Says("weibo", "nobody", "3001", "我也想问一下")
	other := s.All(bots.KindReport, "")[1].Meta().ID
	if p := s.as("chen").get("/reports/" + other); !strings.Contains(p.body, "还没有发来图片") || strings.Contains(p.body, "evidence-1") {
		t.Error("a report without evidence shows another's, or nothing that helps")
	}
}

func TestOfficersBrowsersGetPicturesDrawnAnew(t *testing.T) {
	s := newSite(t)
	s.withReport()
	o := s.as("chen")
	for path, long := range map[string]int{"small": 360, "large": 1280} {
		p := o.get("/evidence/evidence-1-picture/" + path)
		m, err := jpeg.DecodeConfig(strings.NewReader(p.body))
		if p.status != http.StatusOK || err != nil || max(m.Width, m.Height) != long || strings.Contains(p.body, "script") {
			t.Errorf("%s: status %d, %v, %v", path, p.status, m, err)
		}
		strict(t, p, "image/jpeg")
	}
	strict(t, o.get("/evidence/evidence-3-song/play"), "audio/mpeg")
	strict(t, o.get("/evidence/evidence-4-video/play"), "video/mp4")
	for _, no := range []string{"evidence-2-voice/small", "evidence-2-voice/play", "evidence-1-picture/play", "evidence-5-waiting/small", "evidence-6-lost/original", "nothing/small"} {
		if p := o.get("/evidence/" + no); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", no, p.status)
		}
	}
}

// strict holds an answer with strangers' bytes to headers that let a browser do nothing with them.
func strict(t *testing.T, p *seen, mime string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": mime, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := p.header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s is %q, want %q", p.path, name, got, want)
		}
	}
}

func TestTheOriginalIsOnlyForDownload(t *testing.T) {
	s := newSite(t)
	s.withReport()
	p := s.as("chen").get("/evidence/evidence-1-picture/original")
	sum := sha256.Sum256([]byte(p.body))
	v, err := record.Fetch[record.Evidence](t.Context(), s.Store, "evidence-1-picture")
	if err != nil || hex.EncodeToString(sum[:]) != v.SHA256 {
		t.Errorf("%d bytes that are not the original, %v", len(p.body), err)
	}
	strict(t, p, "application/octet-stream")
	if d := p.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || !strings.HasSuffix(d, `.png"`) {
		t.Errorf("Content-Disposition %q", d)
	}
}

func TestAChangedFileIsNotTakenForTheOriginal(t *testing.T) {
	s := newSite(t)
	s.withReport()
	v, _ := record.Fetch[record.Evidence](t.Context(), s.Store, "evidence-4-video")
	r, err := s.files.Open(v.Subject, v.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	spoilLargest(t, s.files.Dir())
	o := s.as("chen")
	if res, err := o.http.Get(s.url + "/evidence/evidence-4-video/original"); err == nil {
		var b bytes.Buffer
		if _, err := b.ReadFrom(res.Body); err == nil {
			t.Error("a changed file was delivered whole")
		}
		_ = res.Body.Close()
	}
	if p := o.get("/evidence/evidence-4-video/play"); p.status != http.StatusInternalServerError {
		t.Errorf("a changed video plays: %d", p.status)
	}
}

// spoilLargest changes a byte near the end of the largest file.
func spoilLargest(t *testing.T, dir string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	var largest string
	var size int64
	for _, f := range files {
		if i, err := os.Stat(f); err == nil && i.Size() > size {
			largest, size = f, i.Size()
		}
	}
	b, err := os.ReadFile(largest)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-100] ^= 1
	if err := os.WriteFile(largest, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEvidenceIsForThoseWhoMaySeeReports(t *testing.T) {
	s := newSite(t)
	s.withReport()
	for _, path := range []string{"small", "large", "original"} {
		if p := s.as("zhou").get("/evidence/evidence-1-picture/" + path); p.status != http.StatusForbidden {
			t.Errorf("a volunteer gets %s: %d", path, p.status)
		}
		if p := s.guest().get("/evidence/evidence-1-picture/" + path); p.path != "/sign-in" {
			t.Errorf("a guest gets %s at %s", path, p.path)
		}
	}
}

func (s *site) looks(id string) (deeds []string) {
	s.t.Helper()
	all, err := s.Store.AuditOf(s.t.Context(), bots.Target{Kind: record.KindEvidence, ID: id})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range all {
		deeds = append(deeds, d.Who+" "+d.Did)
	}
	return deeds
}

func TestEveryLookIsWrittenDown(t *testing.T) {
	s := newSite(t)
	s.withReport()
	o := s.as("chen")
	for _, path := range []string{"small", "large", "small", "original", "original"} {
		o.get("/evidence/evidence-1-picture/" + path)
	}
	s.as("lin").get("/evidence/evidence-1-picture/small")
	got := strings.Join(s.looks("evidence-1-picture"), ", ")
	if want := "chen view-evidence, chen download-evidence, chen download-evidence, lin view-evidence"; got != want {
		t.Errorf("written down: %s; want %s", got, want)
	}
}

// unwritten cannot write looks down.
type unwritten struct{ console.Evidence }

func (unwritten) Looked(context.Context, string, string, *record.Evidence) error {
	return errors.New("the disk is full")
}

func TestPromise14_EvidenceIsNotShownUnrecorded(t *testing.T) {
	s := newSiteWith(t, func(f console.Evidence) console.Evidence { return unwritten{f} })
	s.withReport()
	o := s.as("chen")
	for _, path := range []string{"evidence-1-picture/small", "evidence-1-picture/original", "evidence-3-song/play"} {
		if p := o.get("/evidence/" + path); p.status != http.StatusInternalServerError {
			t.Errorf("%s is shown although nobody wrote it down: %d", path, p.status)
		}
	}
}
