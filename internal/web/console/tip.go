package console

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// forVolunteers is all that somebody can open who only sends tips: the form, their own password
// and the way out. It never changes.
var forVolunteers = []string{"GET /tip", "POST /tip", "GET /me", "POST /me/password", "POST /sign-out"}

// admits refuses a volunteer every other page.
func admits(pattern string, o *record.Officer) error {
	if o.OnlyVolunteer() && !slices.Contains(forVolunteers, pattern) { // promise 2
		return errNotYours
	}
	return nil
}

// admitted lets a page be opened by whom it is for. A volunteer who comes to the front page is
// led to theirs.
func admitted(pattern string, h handler) handler {
	return func(v *visit) error {
		err := admits(pattern, v.officer)
		switch {
		case err == nil:
			return h(v)
		case pattern == "GET /{$}":
			return v.to("/tip")
		}
		return err
	}
}

// choice is one of a list in a form.
type choice struct{ ID, Words string }

// tipPage keeps what a volunteer had typed.
type tipPage struct {
	Fields     map[string]string
	Categories []choice
	Grades     []choice
	Worths     []choice
	Most       int
}

var gradeWords = map[string]string{"A": "完全可靠", "B": "通常可靠", "C": "比较可靠", "D": "通常不可靠", "E": "不可靠", "F": "无法判断"}

var worthWords = map[string]string{"1": "已由其他来源证实", "2": "很可能属实", "3": "可能属实", "4": "真实性存疑", "5": "不大可能属实", "6": "无法判断"}

func choices(ids []string, words map[string]string) (all []choice) {
	for _, id := range ids {
		all = append(all, choice{id, words[id]})
	}
	return all
}

// tipCategories lists what tips may be about, in a settled order.
func tipCategories() (all []choice) {
	words := bots.Categories()
	for _, c := range slices.Sorted(maps.Keys(words)) {
		all = append(all, choice{string(c), words[c]})
	}
	return all
}

func (c *Console) tipForm(v *visit) error {
	return c.showTip(v, http.StatusOK, nil, map[string]string{"grade": "F", "worth": "6", "category": string(bots.Fraud)})
}

func (c *Console) showTip(v *visit, status int, n *notice, fields map[string]string) error {
	if !v.officer.Is(record.Volunteer) {
		return errNotYours
	}
	p := tipPage{
		Fields: fields, Categories: tipCategories(), Most: record.TipsADay,
		Grades: choices(record.Grades(), gradeWords), Worths: choices(record.Worths(), worthWords),
	}
	return c.showAs(v, status, "tip", "提供线索", "tip", n, p)
}

// sendTip keeps the picture, then sends the tip. What a guard refuses stays in the form.
func (c *Console) sendTip(v *visit) error {
	fields := map[string]string{}
	for _, name := range []string{"text", "link", "category", "source", "grade", "worth"} {
		fields[name] = v.value(name)
	}
	refused, err := c.tipPicture(v, fields)
	if err != nil {
		return err
	}
	a := answer{refused: refused}
	if refused == "" {
		a, err = c.submit(v, bots.Decision{Verb: bots.SendTip, On: on(bots.KindAccount, record.TipAccount), Fields: fields})
	}
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showTip(v, http.StatusUnprocessableEntity, &notice{Text: a.refused, Bad: true}, fields)
	}
	return c.done(v, a, "/tip", notice{Text: "已收到，民警会看。为保护当事人，处理情况不在这里显示。"})
}

// tipPicture keeps the picture, if one was chosen, and adds the fields that name it.
func (c *Console) tipPicture(v *visit, fields map[string]string) (refused string, err error) {
	file, head, err := v.r.FormFile("picture")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && head.Size == 0 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the picture of a tip: %w", err)
	}
	defer file.Close()
	if c.station.KeepTip == nil {
		return sentence(bots.SendTip, "no-evidence", ""), nil
	}
	kept, err := c.station.KeepTip(v.ctx(), v.officer.ID, formKey(v), file)
	var refusal *record.Refusal
	if errors.As(err, &refusal) {
		return sentence(bots.SendTip, refusal.Code, refusal.Message), nil
	}
	maps.Copy(fields, kept)
	return "", err
}

func gradeWord(g string) string { return word(gradeWords, g) }

func worthWord(w string) string { return word(worthWords, w) }
