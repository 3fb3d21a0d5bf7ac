package intake

import (
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/bots/match"
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
		t.ask("menu-report", options()...)
	case MenuAsk:
		t.ask("menu-ask")
	case MenuProgress:
		t.progress()
	default:
		_, ours := optionOf(h.Choice)
		return !ours && strings.TrimSpace(h.Text) == ""
	}
	return true
}

// ask puts a question, unless it was put a moment ago.
func (t *turn) ask(question string, answers ...option) {
	if t.taken() || t.recent(question) {
		return
	}
	r := bots.Reply{Template: question, Purpose: bots.ForReply, Report: t.report.ID}
	for _, o := range answers {
		r.Choices = append(r.Choices, o.id)
	}
	t.do(r)
	t.stamp(question)
}

// progress names the open report, if there is one.
func (t *turn) progress() {
	name := "menu-progress"
	if t.fresh {
		name = "menu-progress-none"
	}
	t.ask(name)
}

// option is one answer to the question whether money has left.
type option struct {
	id, slot string
	urgency  match.Urgency
}

// options in the order in which the template menu-report numbers them.
func options() []option {
	return []option{
		{"paid", "钱已经转出", match.MoneyMoving},
		{"unpaid", "还没有转钱", match.NoUrgency},
		{"other", "只是可疑或替别人举报", match.NoUrgency},
	}
}

func optionOf(id string) (option, bool) {
	for _, o := range options() {
		if o.id == id {
			return o, true
		}
	}
	return option{}, false
}

// answerWithin is how long a bare number counts as the answer to our question, and a text
// as what somebody wants to know about.
const answerWithin = 30 * time.Minute

// choice is what a person chose: by a button, or by its number after we had asked.
func (t *turn) choice(h *bots.Heard) option {
	if t.e.Kind == bots.MenuPressed {
		o, _ := optionOf(h.Choice)
		return o
	}
	n, err := strconv.Atoi(strings.Trim(t.text.Text, " .,、。)("))
	if all := options(); err == nil && n >= 1 && n <= len(all) && t.within("menu-report", answerWithin) {
		return all[n-1]
	}
	return option{}
}

// asking says whether the person pressed "is this a scam?" and has not had an answer since.
func (t *turn) asking() bool {
	return t.within("menu-ask", answerWithin) && !t.within("is-it-a-scam", answerWithin)
}
