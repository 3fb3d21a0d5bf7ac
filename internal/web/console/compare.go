package console

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// answers are what an officer says of each line of a text beside its screenshot.
type answers struct {
	Said  []string // same, differs, or nothing yet
	Shows string
}

// compared is one line to hold against a screenshot.
type compared struct {
	N        int // from 1
	Segments []segment
	More     bool // it is no line: nothing else may stand there
	Said     string
}

// Compare lists the approved text line by line, with what must be right to the letter made to stand
// out: the code, and who speaks.
func (t task) Compare() []compared {
	lines := t.Compared()
	all := make([]compared, len(lines))
	for n, l := range lines {
		all[n] = compared{N: n + 1, Segments: segments(l, spansIn(l, t.Code, t.Unit)), More: n == len(lines)-1}
		if n < len(t.Answers.Said) {
			all[n].Said = t.Answers.Said[n]
		}
	}
	return all
}

// spansIn is where words stand in a text.
func spansIn(text string, words ...string) (all []bots.Span) {
	for _, w := range words {
		for from := 0; w != ""; {
			at := strings.Index(text[from:], w)
			if at < 0 {
				break
			}
			all = append(all, bots.Span{Start: from + at, End: from + at + len(w)})
			from += at + len(w)
		}
	}
	return all
}

// Differs is the text that was posted in place of the approved one, with where it differs made to
// stand out: from the first character that is another to the last.
func (t task) Differs() []segment {
	approved, posted := []rune(t.Text), []rune(t.Hand.Altered)
	from, to := 0, 0
	for from < min(len(approved), len(posted)) && approved[from] == posted[from] {
		from++
	}
	for to < min(len(approved), len(posted))-from && approved[len(approved)-1-to] == posted[len(posted)-1-to] {
		to++
	}
	span := bots.Span{Start: len(string(posted[:from])), End: len(string(posted[:len(posted)-to]))}
	return segments(t.Hand.Altered, []bots.Span{span})
}

// Compares says whether the officer is the one to hold the screenshot against the text.
func (t task) Compares(by *record.Officer, alone bool) bool {
	return t.Hand.Unproven && (t.Hand.By != by.ID || alone) && by.Is(record.Duty, record.Approver)
}

// speaker is the unit that an account's texts name.
func (c *Console) speaker(v *visit, account string) (string, error) {
	a, err := record.Fetch[bots.Account](v.ctx(), c.desk, account)
	if errors.Is(err, record.ErrNotFound) {
		return c.station.Unit, nil
	}
	if err != nil {
		return "", err
	}
	return a.Unit, nil
}

// compareTask keeps what was answered when a guard refuses it.
func (c *Console) compareTask(v *visit) error {
	i, err := record.Fetch[record.Item](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	given := answers{Shows: v.value("shows")}
	for n := range i.Compared() {
		given.Said = append(given.Said, v.value(fmt.Sprintf("line%d", n+1)))
	}
	d := bots.Decision{
		Verb: bots.CompareHand, On: on(record.KindItem, v.id()), Seen: v.seen(),
		Fields: map[string]string{"lines": strings.Join(given.Said, ","), "shows": given.Shows},
	}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showTask(v, http.StatusUnprocessableEntity, &notice{Text: a.refused, Bad: true}, task{Answers: given})
	}
	done := "已逐行对照，与审批一致，记为送达。"
	if strings.Contains(d.Fields["lines"], "differs") {
		done = "已登记为不符，按“文字有改动”处理，并提醒同事。"
	}
	return c.done(v, a, taskPath(v), notice{Text: done})
}
