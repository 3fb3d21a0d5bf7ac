package frontdoor

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"html/template"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"netpatrol/adapters"
)

// Bounds of one form.
const (
	maxFields  = 64 << 10  // bytes of all fields
	maxBrought = 128 << 20 // bytes of the whole form
	maxFiles   = 6
	// writeWithin is how long a phone on a bad line may take to send its pictures.
	writeWithin = 10 * time.Minute
	// fileWithin is how long a reporter waits for the reference before the page comes without it.
	fileWithin = 8 * time.Second
)

// kioskFields are the fields of the form, and how many characters each may have. The table never changes.
var kioskFields = map[string]int{
	"key": 200, "work": 20, "moved": 10, "oncall": 10, "amount": 100, "when": 100, "other": 500, "story": 4000, "contact": 100,
	"homepage": 200, // people do not see it
}

// kioskForm is what somebody filled in.
type kioskForm struct {
	fields map[string]string
	Kept   []adapters.Media

	slow bool          // it goes into the slow lane
	room int64         // bytes of files that may still come with it
	fair *rate.Limiter // that these bytes count against, with everybody's; nil: they were counted before
	Left int           // files that were left out for want of room
}

// Of is what stands in a field.
func (f kioskForm) Of(name string) string { return f.fields[name] }

// Most is how many characters a field may have.
func (kioskForm) Most(name string) int { return kioskFields[name] }

func (f *kioskForm) set(name, value string) {
	most, known := kioskFields[name]
	if !known {
		return
	}
	if f.fields == nil {
		f.fields = map[string]string{}
	}
	f.fields[name] = clipRunes(value, most)
}

// Urgent says that money moves or is about to.
func (f kioskForm) Urgent() bool { return f.Of("moved") == "now" || f.Of("oncall") != "" }

// problem is the sentence that says what is missing.
func (f *kioskForm) problem() string {
	switch {
	case f.Of("moved") == "":
		return "请选一下：钱转出去了吗？"
	case strings.TrimSpace(f.Of("story")) == "":
		return "请写几句发生了什么，一句话也可以。"
	}
	return ""
}

// screen takes lookup codes out of what was typed, and says whether there was one.
func (f *kioskForm) screen(clean func(string) (string, bool)) (held bool) {
	for _, name := range []string{"story", "other", "amount", "when", "contact"} {
		if text, found := clean(f.Of(name)); found {
			f.set(name, text)
			held = true
		}
	}
	return held
}

// moved are the answers to the first question, as the person would write them.
var movedWords = map[string]string{
	"now": "我刚刚把钱转给对方了。", "before": "钱是一天以前转出的。", "no": "还没有转钱。",
}

// text is the message that officers and bots read: the most pressing first.
func (f *kioskForm) text(p purpose, site string) string {
	lines := []string{"【报警岗亭 · " + p.Name + "】", movedWords[f.Of("moved")]}
	if f.Of("oncall") != "" {
		lines = append(lines, "对方还在跟我通话，或者在共享屏幕。")
	}
	lines = append(lines, strings.TrimSpace(f.Of("story")))
	for _, l := range []struct{ name, value string }{{"金额：", f.Of("amount")}, {"时间：", f.Of("when")}, {"对方：", f.Of("other")}, {"联系我：", f.Of("contact")}, {"来自合作网站：", site}} {
		if v := strings.TrimSpace(l.value); v != "" {
			lines = append(lines, l.name+v)
		}
	}
	return strings.Join(lines, "\n")
}

// submit files what somebody wrote. Whatever is wrong with it leads back to the form with all
// that was typed, and files that came are not asked for again.
func (k *kiosk) submit(w http.ResponseWriter, r *http.Request) {
	kind, ok := purposeOf(r.PathValue("kind"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(writeWithin)) // a server that cannot keeps its own
	_ = rc.SetWriteDeadline(time.Now().Add(writeWithin))
	p := kioskPage{Purpose: kind}
	err := k.read(w, r, &p)
	switch {
	case err != nil:
		k.log.WarnContext(r.Context(), "kiosk form", "err", err)
		p.Problem = cmp.Or(p.Problem, "没有收全，可能是网络断了一下。请再提交一次；文字都还在，还没有收到的文件请重新选。")
		k.showForm(w, r, http.StatusBadRequest, p)
	case p.Problem != "":
		k.showForm(w, r, http.StatusUnprocessableEntity, p)
	default:
		k.file(w, r, p)
	}
}

// file makes the form durable and shows what the reporter takes away.
func (k *kiosk) file(w http.ResponseWriter, r *http.Request, p kioskPage) {
	key, err := readKey(k.desk.Tag, p.Form.Of("key"), time.Now())
	if err != nil { // read has said so before
		k.showForm(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), fileWithin) // who closes the page has reported
	defer cancel()
	name, _ := k.desk.Site(ctx, p.Site)
	p.Filed, err = k.desk.File(ctx, Visit{Key: key.String(), Kind: p.Purpose.Kind, Site: p.Site, Text: p.Form.text(p.Purpose, name), Media: p.Form.Kept, Slow: p.Form.slow})
	if err != nil { // promise 5
		k.log.ErrorContext(ctx, "kiosk form not stored", "err", err)
		p.Problem = "系统暂时收不下，您写的内容还没有保存。请稍后再点一次“提交”；紧急情况请直接拨打110。"
		w.Header().Set("Retry-After", "10")
		k.showForm(w, r, http.StatusServiceUnavailable, p)
		return
	}
	p.Title = "已收到 · 报警岗亭"
	if len(p.Filed.Proof) > 0 {
		p.ProofURL = template.URL("data:application/octet-stream;base64," + base64.StdEncoding.EncodeToString(p.Filed.Proof)) //nolint:gosec // our own bytes
	}
	k.show(w, r, http.StatusOK, "done", p)
}

// read takes in the form as it comes: nothing of it touches the disk in clear.
func (k *kiosk) read(w http.ResponseWriter, r *http.Request, p *kioskPage) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBrought)
	parts, err := r.MultipartReader()
	if err != nil {
		return err
	}
	left := int64(maxFields)
	admitted := false
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if part.FormName() == "file" {
			if !admitted {
				if k.admit(p); p.Problem != "" {
					return nil
				}
				admitted = true
			}
			if err := k.keep(r.Context(), part, p); err != nil {
				return err
			}
			continue
		}
		n, err := readField(part, left, p)
		if left -= n; err != nil {
			return err
		}
	}
	if !admitted {
		k.admit(p)
	}
	return nil
}

// keptDigest is how Keep names a file: whatever else comes back is nobody's.
var keptDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// readField reads one field and returns its length in bytes.
func readField(part *multipart.Part, left int64, p *kioskPage) (int64, error) {
	value, n, err := fieldValue(part, left)
	if err != nil {
		return n, err
	}
	switch name := part.FormName(); name {
	case "site":
		p.Site = clipSite(value)
	case "kept":
		if len(p.Form.Kept) < maxFiles && keptDigest.MatchString(value) {
			p.Form.Kept = append(p.Form.Kept, adapters.Media{Ref: adapters.Ref(value)})
		}
	default:
		p.Form.set(name, value)
	}
	return n, nil
}

// fieldValue reads one field, of at most left bytes, and says how many it has.
func fieldValue(part *multipart.Part, left int64) (value string, n int64, err error) {
	b, err := io.ReadAll(io.LimitReader(part, left+1))
	if n = int64(len(b)); err != nil || n > left {
		return "", n, errors.Join(err, errors.New("the fields of the form are longer than it allows"))
	}
	return strings.ToValidUTF8(string(b), ""), n, nil
}

func clipRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// admit looks at the fields once they are all there; files come after them. What is urgent is
// never put off.
func (k *kiosk) admit(p *kioskPage) {
	f, now := &p.Form, time.Now()
	key, err := readKey(k.desk.Tag, f.Of("key"), now)
	if err != nil || f.Of("homepage") != "" {
		f.set("key", "")
	}
	switch held := f.screen(k.desk.Screen); {
	case held:
		p.Problem = codeProblem
	case f.Of("key") == "":
		p.Problem = "这一页打开得太久了，已换成新的一页。文字都还在，请再点一次“提交”。"
	case f.problem() != "":
		p.Problem = f.problem()
	case now.Before(key.ready) && !f.Urgent() && !worked(f.Of("key"), f.Of("work")): // it is not their first
		p.Problem = "现在写的人很多，您刚交过一份，请稍等几秒再点一次“提交”。您写的内容都还在。"
	default:
		f.room, f.fair = maxBrought, k.gate.brought
		if k.gate.slow(now) {
			k.admitSlow(p, now)
		}
	}
}

// admitSlow takes a form beyond the pace while there is room for its words, and in any case when it is urgent: anybody may say
// that it is, so that its files have no more room than others'.
func (k *kiosk) admitSlow(p *kioskPage, now time.Time) {
	f, text := &p.Form, p.Form.text(p.Purpose, "")
	urgent := f.Urgent() || k.desk.Urgency(text) != NoUrgency
	if !k.gate.takes(now, len(text)) && !urgent {
		p.Problem = "现在写的人特别多，这一份还没有收。您写的内容都还在这一页上，请过一两分钟再点一次“提交”；选过的文件请重新选。急事请直接拨打110。"
		return
	}
	f.slow, f.room, f.fair = !f.Urgent(), k.gate.room(now), nil
}

// bounded fails once more was read than there is room for, or than all together may bring.
type bounded struct {
	from io.Reader
	left int64
	all  *rate.Limiter // may be nil
	over bool
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.over = true
		return 0, ErrSize
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.all != nil && !b.all.AllowN(time.Now(), n) {
		b.over = true
		return 0, ErrSize
	}
	return n, err
}

// What is wrong with the words, or with a file.
const (
	codeProblem = "内容里有查询码，这一份没有收，也没有保存。查询码只在“查进度”的页面里用，不要写给任何人，包括民警；它已从下面隐去，其他的都还在。请看一遍，再点一次“提交”；选过的文件请重新选。"
	kindProblem = "有一个文件不是照片、录音或视频，没有收。其他的都已收到，请再提交一次。"
	manyProblem = "现在交文件的人很多，有一个文件没有收。文字还在，请先只交文字，过一会儿再补文件。"
	sizeProblem = "有一个文件太大，没有收：照片和录音每个不超过16MB，视频不超过64MB。其他的都已收到，请再提交一次。"
)

// keep takes in one file.
func (k *kiosk) keep(ctx context.Context, part *multipart.Part, p *kioskPage) error {
	if part.FileName() == "" { // no file was chosen
		return nil
	}
	if len(p.Form.Kept) >= maxFiles {
		p.Problem = "文件最多六个，多出来的没有收。要补充的话，提交后可以在进展页里再说。"
		return nil
	}
	key, err := readKey(k.desk.Tag, p.Form.Of("key"), time.Now())
	if err != nil {
		return err
	}
	from := &bounded{from: part, left: p.Form.room, all: p.Form.fair}
	m, err := k.desk.Keep(ctx, key.String(), from)
	if p.Form.room = from.left; from.over {
		p.Form.Left++
		return nil
	}
	switch {
	case errors.Is(err, ErrKind):
		p.Problem = kindProblem
	case errors.Is(err, ErrSize):
		p.Problem = sizeProblem
	case err != nil:
		return err
	default:
		p.Form.Kept = append(p.Form.Kept, m)
	}
	return nil
}
