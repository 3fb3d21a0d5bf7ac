package frontdoor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"netpatrol/adapters"
)

// More takes what the holder of a lookup code adds to their matter. It is safe for concurrent use. For a
// code that does not lead anywhere any more its methods return ErrNowhere.
type More interface {
	// Tag is a keyed digest that survives a restart.
	Tag(scope, value string) string
	// Screen takes lookup codes out of a text, and says whether there was one.
	Screen(text string) (clean string, held bool)
	// Urgency is what hurry a text tells of.
	Urgency(text string) Urgency
	// KeepMore keeps a file that comes with an addition. It returns ErrKind or ErrSize for what is never kept.
	KeepMore(ctx context.Context, code string, from io.Reader) (adapters.Media, error)
	// Add makes an addition durable, and says whether it tells of danger or of money that is moving. Two with one key are one.
	Add(ctx context.Context, code string, a Addition) (Urgency, error)
	// End ends the code: when it returns, the code leads nowhere.
	End(ctx context.Context, code string) error
}

// ErrNowhere is what a code leads to that was ended meanwhile.
var ErrNowhere = errors.New("the lookup code leads nowhere")

// Addition is what somebody adds to a report.
type Addition struct {
	Key   string
	Text  string
	Media []adapters.Media
}

// Bounds of one addition.
const (
	maxMore      = 2000     // characters
	maxMoreBytes = 70 << 20 // of the whole form: one video and its fields
	moreFiles    = 3
)

// morePage is the form to add to a report.
type morePage struct {
	Key, Text, Problem string
	Kept               []adapters.Media
	Done               bool
	Urgent             Urgency
	Most               int
}

// moreOf completes the form; nil: nothing can be added.
func (p *public) moreOf(m *Matter, more *morePage) *morePage {
	if p.more == nil || m.State == StateClosed {
		return nil
	}
	more.Most = maxMore
	now := time.Now()
	if _, err := readKey(p.more.Tag, more.Key, now); err != nil || more.Done {
		more.Key = newKey(now).sign(p.more.Tag)
	}
	return more
}

// moreForm is an addition as it comes, field by field.
type moreForm struct {
	morePage
	code, ticket, work string
}

func (f *moreForm) field(name string) (to *string, most int) {
	switch name {
	case "code":
		return &f.code, maxTyped
	case "key":
		return &f.Key, 200
	case "ticket":
		return &f.ticket, 100
	case "work":
		return &f.work, 20
	case "text":
		return &f.Text, maxMore
	}
	return nil, 0
}

// addMore takes an addition. Whatever is wrong with it leads back to the form with all that was typed.
func (p *public) addMore(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(writeWithin)) // a server that cannot keeps its own
	_ = rc.SetWriteDeadline(time.Now().Add(writeWithin))
	r.Body = http.MaxBytesReader(w, r.Body, maxMoreBytes)
	parts, err := r.MultipartReader()
	if err != nil {
		p.always(w, http.StatusUnprocessableEntity, misread)
		return
	}
	var f moreForm
	file, err := readUntilFile(parts, &f) // the code stands before any file: nobody sends files without one
	if err != nil {
		p.log.WarnContext(r.Context(), "addition", "err", err)
		p.always(w, http.StatusUnprocessableEntity, misread)
		return
	}
	m, code := p.lookUp(w, r, f.code, f.ticket, f.work)
	if m == nil {
		return
	}
	if f.check(p.more); f.Problem == "" && !p.adds.found(code, time.Now()) { // before any file of it is kept
		f.Problem = "补充得太频繁，请过几分钟再交。急事请直接拨打110。"
	}
	for file != nil && err == nil && f.Problem == "" {
		if err = p.keepMore(r.Context(), file, code, &f); err == nil {
			file, err = nextFile(parts)
		}
	}
	if err == nil && f.Problem == "" {
		err = p.add(r, code, &f)
	}
	p.added(w, r, m, code, &f, err)
}

// added shows what became of an addition.
func (p *public) added(w http.ResponseWriter, r *http.Request, m *Matter, code string, f *moreForm, err error) {
	if errors.Is(err, ErrNowhere) {
		p.always(w, http.StatusNotFound, unknown)
		return
	}
	if err != nil { // promise 5
		p.log.ErrorContext(r.Context(), "addition not stored", "err", err)
		f.Problem = "没有收全，可能是网络断了一下。文字还在，请再点一次“补充”；没有收到的文件请重新选。"
		p.showMatter(w, r, http.StatusServiceUnavailable, m, code, &f.morePage)
		return
	}
	switch {
	case f.Problem != "":
		p.showMatter(w, r, http.StatusUnprocessableEntity, m, code, &f.morePage)
	default:
		p.showMatter(w, r, http.StatusOK, m, code, &morePage{Done: true, Urgent: f.Urgent})
	}
}

// check says what is wrong with the words of an addition. What is refused comes back without the code, and with what
// whoever is in danger must do now.
func (f *moreForm) check(more More) {
	_, err := readKey(more.Tag, f.Key, time.Now())
	if err != nil {
		f.Key, f.Problem = "", "这一页打开得太久了，已换成新的一页。文字还在，请再点一次“补充”。"
	}
	clean, held := more.Screen(f.Text)
	if held {
		f.Text, f.Problem = clean, "内容里有查询码，没有收，也没有保存。查询码不要写给任何人，包括民警；它已从下面隐去，其他文字都还在。请看一遍，再点一次“补充”；选过的文件请重新选。"
	}
	if f.Problem != "" {
		f.Urgent = more.Urgency(f.Text)
	}
}

func (p *public) add(r *http.Request, code string, f *moreForm) error {
	if strings.TrimSpace(f.Text) == "" && len(f.Kept) == 0 {
		f.Problem = "请写几个字，或选一张图片。"
		return nil
	}
	key, err := readKey(p.more.Tag, f.Key, time.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), fileWithin) // who closes the page has added
	defer cancel()
	f.Urgent, err = p.more.Add(ctx, code, Addition{Key: key.String(), Text: strings.TrimSpace(f.Text), Media: f.Kept})
	return err
}

func (p *public) keepMore(ctx context.Context, file *multipart.Part, code string, f *moreForm) error {
	if file.FileName() == "" { // no file was chosen
		return nil
	}
	if len(f.Kept) >= moreFiles {
		f.Problem = fmt.Sprintf("一次最多%d个文件，多出来的没有收。", moreFiles)
		return nil
	}
	from := &bounded{from: file, left: maxMoreBytes, all: p.brought}
	m, err := p.more.KeepMore(ctx, code, from)
	switch {
	case from.over:
		f.Problem = manyProblem
	case errors.Is(err, ErrKind):
		f.Problem = kindProblem
	case errors.Is(err, ErrSize):
		f.Problem = sizeProblem
	case err != nil:
		return err
	default:
		f.Kept = append(f.Kept, m)
	}
	return nil
}

// readUntilFile reads fields up to the first file, and returns that; nil: there is none.
func readUntilFile(parts *multipart.Reader, f *moreForm) (*multipart.Part, error) {
	left := int64(maxFields)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil || part.FormName() == "file" {
			return part, err
		}
		n, err := f.read(part, left)
		if left -= n; err != nil {
			return nil, err
		}
	}
}

func (f *moreForm) read(part *multipart.Part, left int64) (int64, error) {
	value, n, err := fieldValue(part, left)
	if err != nil {
		return n, err
	}
	if name := part.FormName(); name == "kept" && len(f.Kept) < moreFiles && keptDigest.MatchString(value) {
		f.Kept = append(f.Kept, adapters.Media{Ref: adapters.Ref(value)})
	} else if to, most := f.field(name); to != nil {
		*to = clipRunes(value, most)
	}
	return n, nil
}

// nextFile skips to the next file; nil: there is none.
func nextFile(parts *multipart.Reader) (*multipart.Part, error) {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil || part.FormName() == "file" {
			return part, err
		}
	}
}

// endCode ends a code that others may have seen. It asks once whether that is meant.
func (p *public) endCode(w http.ResponseWriter, r *http.Request) {
	m, code := p.looked(w, r)
	if m == nil {
		return
	}
	if r.PostFormValue("sure") != "yes" {
		p.showMatter(w, r, http.StatusUnprocessableEntity, m, code, &morePage{})
		return
	}
	if err := p.more.End(r.Context(), code); err != nil && !errors.Is(err, ErrNowhere) {
		p.broken(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, "status", "查进度", "status", statusPage{Ended: true})
}
