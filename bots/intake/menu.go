package intake

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
)

// What an entry of an account's menu can mean: the key it is given on the platform.
const (
	MenuReport   = "report"   // I want to report something
	MenuAsk      = "ask"      // is this a scam?
	MenuProgress = "progress" // what has become of my report?
)

// pressed answers an entry of the menu. It says false for what is none of ours: an option
// of a message, or an entry that somebody else's program made.
func (t *turn) pressed(h *bots.Heard) bool {
	switch h.Choice {
	case MenuReport:
		q, _ := questionOf(slotPaid)
		t.ask("menu-report", q)
	case MenuAsk:
		t.ask("menu-ask")
	case MenuProgress:
		t.progress()
	default:
		_, _, ours := optionOf(h.Choice)
		return !ours && strings.TrimSpace(h.Text) == ""
	}
	return true
}

// ask answers an entry, with a question if there is one, unless that was done a moment ago.
func (t *turn) ask(name string, q ...question) {
	if t.taken() || t.recent(name) {
		return
	}
	r := bots.Reply{Template: name, Purpose: bots.ForReply, Report: t.report.ID}
	for _, one := range q {
		r.Choices = one.choices()
	}
	t.do(t.inform(r))
	t.stamp(name)
}

// progressWords are the whole of a message that asks what the menu's entry asks.
var progressWords = regexp.MustCompile(`^(我(要|想))?(查(询|看)?|看)?(一下)?(我的)?(举报|报案)?(的)?(进度|进展)(吧|啊|呢|吗|怎么样)?$|^(办|处理)(得|的|到)?(怎么样|怎样|如何|哪一步)(了|啦)?$|^有(没有)?新?(进展|进度|结果)(了|吗)?$|^(progress|status)$`)

// asksProgress says whether the message asks how the matter stands, and nothing else.
func (t *turn) asksProgress() bool { return progressWords.MatchString(t.bare()) && !t.taken() }

// progress names the open report, if there is one.
func (t *turn) progress() {
	name := "menu-progress"
	if t.fresh {
		name = "menu-progress-none"
	}
	t.ask(name)
}

// answerWithin is how long a bare number counts as the answer to our question, and a text
// as what somebody wants to know about.
const answerWithin = 30 * time.Minute

// choice is what a person chose, and the slot it fills: by a button, or by its number after we had asked.
func (t *turn) choice(h *bots.Heard) (option, string) {
	if t.e.Kind == bots.MenuPressed {
		o, slot, _ := optionOf(h.Choice)
		return o, slot
	}
	q, ok := t.open()
	if !ok && t.within("menu-report", answerWithin) {
		q, _ = questionOf(slotPaid)
	}
	n, err := strconv.Atoi(strings.Trim(t.words.Text, " .,、。)("))
	if err != nil || n < 1 || n > len(q.options) {
		return option{}, ""
	}
	return q.options[n-1], q.slot
}

// asking says whether the person pressed "is this a scam?" and has not had an answer since.
func (t *turn) asking() bool {
	return t.within("menu-ask", answerWithin) && !t.within("is-it-a-scam", answerWithin)
}
