package partner

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// findingPage is one rectification as its site sees it.
type findingPage struct {
	*record.Rectification
	Answers []*record.SiteAnswer
	Text    string
	Closed  bool
}

// find reads a rectification of the visitor's own site that was released. Whatever else the id names is not there.
func (p *pages) find(v *visit) (*record.Rectification, error) {
	r, err := record.Fetch[record.Rectification](v.r.Context(), p.desk, v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if !r.ShownTo(v.who) { // promise 2
		return nil, record.ErrNotFound
	}
	return r, nil
}

func (p *pages) finding(v *visit) error {
	r, err := p.find(v)
	if err != nil {
		return err
	}
	return p.showFinding(v, r, http.StatusOK, view{})
}

func (p *pages) showFinding(v *visit, r *record.Rectification, status int, page view) error {
	all, err := p.desk.List(v.r.Context(), record.Query{Kind: record.KindSiteAnswer, Stream: record.AnswersOf(r.ID), Limit: record.AnswersAtAll})
	if err != nil {
		return err
	}
	f := findingPage{Rectification: r, Closed: r.State == record.RectificationFixed}
	f.Text, _ = page.Data.(string)
	for _, x := range all {
		f.Answers = append(f.Answers, x.(*record.SiteAnswer))
	}
	page.Title, page.Who, page.Data = "整改要求 · "+v.site.Name, v.who, f
	p.show(v.w, v.r, status, "finding", page)
	return nil
}

// Bounds of an answer.
const (
	maxAnswer    = 52 << 20 // bytes of the whole form: three pictures and its fields
	maxField     = 16 << 10
	mostPictures = 3
	// writeWithin is how long a bad line may take to send pictures.
	writeWithin = 10 * time.Minute
)

// answer takes what the site's security officer writes. What a guard refuses stays in the form.
func (p *pages) answer(v *visit) error {
	r, err := p.find(v)
	if err != nil {
		return err
	}
	rc := http.NewResponseController(v.w)
	_ = rc.SetReadDeadline(time.Now().Add(writeWithin)) // a server that cannot keeps its own
	_ = rc.SetWriteDeadline(time.Now().Add(writeWithin))
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxAnswer)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return p.showFinding(v, r, http.StatusUnprocessableEntity, view{Problem: "没有收全，请再提交一次。"})
	}
	a, err := p.read(v, parts)
	if err != nil && a.problem == "" {
		p.log.WarnContext(v.r.Context(), "answer of a partner site", "err", err)
		a.problem = "没有收全，可能是网络断了一下。请再提交一次；图片请重新选。"
	}
	if a.problem != "" {
		return p.showFinding(v, r, http.StatusUnprocessableEntity, view{Problem: a.problem, Data: a.text})
	}
	res, err := p.desk.Submit(v.r.Context(), bots.Decision{
		Officer: v.who.ID, Verb: bots.AnswerFindings, On: bots.Target{Kind: record.KindRectification, ID: r.ID}, Fields: map[string]string{"text": a.text, "files": a.files},
	}, "partner/"+a.nonce)
	switch {
	case err != nil:
		return err
	case res.Status == bots.Refused:
		return p.showFinding(v, r, http.StatusConflict, view{Problem: refusal(res.Code), Data: a.text})
	}
	return p.showFinding(v, r, http.StatusOK, view{Done: "答复已收到，民警会核查。"})
}

// written is an answer as it comes: the key first, then the text, then pictures.
type written struct{ nonce, text, files, problem string }

func (p *pages) read(v *visit, parts *multipart.Reader) (a written, err error) {
	pictures := 0
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return a, err
		}
		switch part.FormName() {
		case "key", "text":
			err = p.field(v, part, &a)
		case "picture":
			err = p.picture(v, part, &a, &pictures)
		}
		if err != nil || a.problem != "" {
			return a, err
		}
	}
	if a.nonce == "" {
		a.problem = "这一页打开得太久了，已换成新的一页。文字还在，请再提交一次。"
	}
	return a, nil
}

func (p *pages) field(v *visit, part *multipart.Part, a *written) error {
	b, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil || len(b) > maxField {
		return errors.Join(err, errors.New("a field is longer than the form allows"))
	}
	value := strings.ToValidUTF8(string(b), "")
	if part.FormName() == "text" {
		a.text = value
		return nil
	}
	if nonce, ok := p.door.FormNonce(v.r.Context(), value); ok {
		a.nonce = nonce
	}
	return nil
}

func (p *pages) picture(v *visit, part *multipart.Part, a *written, n *int) error {
	if part.FileName() == "" || a.nonce == "" { // none was chosen, or the form is not this session's: nothing is kept
		return nil
	}
	if *n++; *n > mostPictures {
		a.problem = fmt.Sprintf("一次最多%d张图片。", mostPictures)
		return nil
	}
	if !p.mayPicture(v.who.ID) {
		a.problem = "图片交得太多了，请过一小时再交，或只写文字。"
		return nil
	}
	line, err := p.desk.KeepAnswerPicture(v.r.Context(), v.who.ID, v.r.PathValue("id"), part)
	var refused *record.Refusal
	if errors.As(err, &refused) {
		a.problem = refusal(refused.Code)
		return nil
	}
	a.files += line
	return err
}

// refusal says in words why an answer was not taken.
func refusal(code string) string {
	if w := map[string]string{
		"answer-text":   "请写明整改情况，最多2000字。",
		"answer-files":  "一次最多三张图片。",
		"answers-a-day": "今天的答复已经很多，急事请直接打电话给负责民警。",
		"answers":       "这项整改的答复已达上限，请直接打电话给负责民警。",
		"no-picture":    "有一张图片不能收：请用 JPEG、PNG 或 WebP 格式，每张不超过16MB。文字还在，请重新选图再提交。",
		"lookup-code":   "文中有别人的查询码，没有收。查询码只有本人能用，请删掉后再提交。",
		"no-evidence":   "这里暂时不收图片，请只写文字，或当面提交。",
		"settled":       "这项整改已经完成，不用再答复。",
	}[code]; w != "" {
		return w
	}
	return "这次答复没有被接受，请刷新后再试，或直接打电话给负责民警。"
}
