package console

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Evidence gives the bytes of what people sent.
type Evidence interface {
	// Picture draws a picture anew, without whatever else its file carries, as a JPEG whose
	// longer side has at most side pixels.
	Picture(ctx context.Context, v *record.Evidence, side int) ([]byte, error)
	// Original opens the bytes as they came. They are proven only once they are read to the end.
	Original(v *record.Evidence) (io.ReadCloser, error)
	view.Lookbook
}

// The longer sides of pictures, in pixels: in a list, and opened.
const (
	smallSide = 360
	largeSide = 1600
)

// exhibit is one piece of evidence on a page.
type exhibit struct {
	*record.Evidence
	Name string // 图片 1
}

// exhibits names them in the order in which they came.
func exhibits(all []*record.Evidence) []exhibit {
	count := map[string]int{}
	out := make([]exhibit, len(all))
	for i, v := range all {
		word := mediaWord(cmp.Or(v.Type, v.Media.Type))
		count[word]++
		out[i] = exhibit{v, fmt.Sprintf("%s %d", word, count[word])}
	}
	return out
}

// Picture says whether the page shows it.
func (x exhibit) Picture() bool { return x.Kept() && strings.HasPrefix(x.Type, "image/") }

// Kept says whether its bytes can be had.
func (x exhibit) Kept() bool { return x.State == record.EvidenceKept && !x.Erased }

// Playable says with what a browser plays it: "audio", "video" or nothing. No browser
// plays AMR.
func (x exhibit) Playable() string {
	top, _, _ := strings.Cut(x.Type, "/")
	if x.Kept() && !x.Infected() && (top == "audio" || top == "video") && !strings.HasPrefix(x.Type, "audio/amr") && x.Type != "video/3gpp" {
		return top
	}
	return ""
}

// Weight is the size in words.
func (x exhibit) Weight() string {
	switch {
	case x.Size >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(x.Size)/(1<<20))
	case x.Size >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(x.Size)/(1<<10))
	}
	return fmt.Sprintf("%d 字节", x.Size)
}

// Stands says what an officer should know of it beside its picture; empty when it is kept.
func (x exhibit) Stands() string {
	switch {
	case x.Erased:
		return "当事人的资料已按规定删除。"
	case x.State == record.EvidenceWaiting:
		return "正在从平台取回，通常几秒内完成；平台出错时会一直重试到保留期结束。"
	case x.State == record.EvidenceRefused:
		return "没有留存：" + x.Reason + "。必要时请当事人换一种方式提交。"
	case x.State == record.EvidenceLost:
		return "没有取到：" + x.Reason + "。必要时请当事人再发一次。"
	case x.Kept() && x.Infected():
		return "扫描发现恶意程序（" + x.Scan.Name + "），原件已封存，不提供播放和下载。"
	case x.Kept() && !x.Picture() && x.Playable() == "":
		return "浏览器不能直接播放这种格式，请下载后用播放器打开。"
	}
	return ""
}

// Looked is in one word whether the original was scanned for malware, and what came of it; empty when there is none.
func (x exhibit) Looked() string {
	switch {
	case !x.Kept():
		return ""
	case x.Infected():
		return "有毒"
	case x.Scan.Verdict == "":
		return "未扫描"
	}
	return "已扫描"
}

// LookedClass is how that word is painted.
func (x exhibit) LookedClass() string {
	return map[string]string{"有毒": "rejected", "未扫描": "awaiting", "已扫描": "released"}[x.Looked()]
}

// Scanned says more of it than the word; empty of what is infected: that stands beside the file.
func (x exhibit) Scanned(scans bool) string {
	switch s := x.Scan; {
	case !x.Kept() || x.Infected():
		return ""
	case !scans && s.Verdict == "":
		return "本站没有配置恶意程序扫描器，下载前请注意。"
	case s.Verdict == "" && s.Problem == "":
		return "还没有扫描恶意程序，正在等扫描器。"
	case s.Verdict == "":
		return "没有扫描恶意程序：扫描器没有给出结果，会自动再试。下载前请注意。"
	}
	return "未发现恶意程序（" + scannerWord(x.Scan) + "）。"
}

// scannerWord names a scanner and the day of its signatures.
func scannerWord(s record.Scan) string {
	if s.Base.IsZero() {
		return s.Engine
	}
	return s.Engine + "，病毒库 " + s.Base.In(beijing).Format(time.DateOnly)
}

// errInfected keeps malware where it lies.
var errInfected = errors.New("the original holds malware")

// evidence finds a kept piece of evidence that the officer may see.
func (c *Console) evidence(v *visit) (exhibit, error) {
	if err := may(v, record.KindEvidence); err != nil {
		return exhibit{}, err
	}
	e, err := record.Fetch[record.Evidence](v.ctx(), c.desk, v.id())
	if err != nil {
		return exhibit{}, err
	}
	switch r, err := record.Fetch[record.Received](v.ctx(), c.desk, e.Subject); {
	case errors.Is(err, record.ErrNotFound): // no file of a package
	case err != nil:
		return exhibit{}, err
	case !r.Shows(e.ID):
		return exhibit{}, record.ErrNotFound
	}
	x := exhibit{Evidence: e}
	if !x.Kept() || c.files == nil {
		return exhibit{}, record.ErrNotFound
	}
	return x, nil
}

// looked writes the look down before anything is shown: once an hour for each officer.
func (c *Console) looked(v *visit, did string, e *record.Evidence) error {
	return view.Look(v.ctx(), c.desk, c.files, v.officer.ID, did, e, v.now)
}

func (c *Console) evidenceSmall(v *visit) error { return c.picture(v, smallSide) }

func (c *Console) evidenceLarge(v *visit) error { return c.picture(v, largeSide) }

func (c *Console) picture(v *visit, side int) error {
	x, err := c.evidence(v)
	if err != nil {
		return err
	}
	if !x.Picture() {
		return record.ErrNotFound
	}
	err = c.looked(v, record.DidView, x.Evidence)
	if err != nil { // promise 14
		return err
	}
	drawn, err := c.files.Picture(v.ctx(), x.Evidence, side)
	if err != nil {
		return err
	}
	sealOff(v.w, "image/jpeg")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(drawn))
	return nil
}

// evidencePlay gives a player the whole of a voice or video, once it is proven to be what
// was kept.
func (c *Console) evidencePlay(v *visit) error {
	x, err := c.evidence(v)
	if err != nil {
		return err
	}
	if x.Infected() {
		return errInfected
	}
	if x.Playable() == "" {
		return record.ErrNotFound
	}
	err = c.looked(v, record.DidView, x.Evidence)
	if err != nil { // promise 14
		return err
	}
	r, err := c.files.Original(x.Evidence)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	sealOff(v.w, x.Type)
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(b))
	return nil
}

// evidenceOriginal is the file as it came, for the case file: never shown by the browser.
func (c *Console) evidenceOriginal(v *visit) error {
	x, err := c.evidence(v)
	if err != nil {
		return err
	}
	if x.Infected() {
		return errInfected
	}
	err = c.looked(v, record.DidDownload, x.Evidence)
	if err != nil { // promise 14
		return err
	}
	r, err := c.files.Original(x.Evidence)
	if err != nil {
		return err
	}
	defer r.Close()
	sealOff(v.w, "application/octet-stream")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+x.fileName()+`"`)
	v.w.Header().Set("Content-Length", fmt.Sprint(x.Size))
	if _, err := io.Copy(v.w, r); err != nil {
		c.log.Error("evidence", "id", x.ID, "err", err)
		panic(http.ErrAbortHandler) // so that the browser does not take the half for the whole
	}
	return nil
}

// fileName is the name under which the original is saved: its own, of a file of a package, which was checked when it came.
func (x exhibit) fileName() string {
	return cmp.Or(x.Evidence.Name, x.SHA256[:min(16, len(x.SHA256))]+suffix(x.Type))
}

// sealOff gives what strangers made a type of our choosing and no rights.
func sealOff(w http.ResponseWriter, mime string) {
	h := w.Header()
	h.Set("Content-Type", mime)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

var suffixes = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "audio/amr": ".amr", "audio/amr-wb": ".amr", "audio/mpeg": ".mp3",
	"audio/ogg": ".ogg", "audio/wav": ".wav", "audio/mp4": ".m4a", "video/mp4": ".mp4", "video/quicktime": ".mov", "video/3gpp": ".3gp",
}

func suffix(mime string) string { return cmp.Or(suffixes[mime], ".bin") }

func mediaWord(mime string) string {
	top, _, _ := strings.Cut(mime, "/")
	return cmp.Or(map[string]string{"image": "图片", "audio": "语音", "video": "视频"}[top], "文件")
}

func evidencePath(v *record.Evidence) string { return "/evidence/" + url.PathEscape(v.ID) }

// Path is where its bytes are.
func (x exhibit) Path() string { return evidencePath(x.Evidence) }

// shownEvidence reads what a page shows.
func (c *Console) shownEvidence(v *visit, conversation, report string) ([]exhibit, error) {
	all, err := view.EvidenceOf(v.ctx(), c.desk, conversation, report)
	return exhibits(all), err
}
