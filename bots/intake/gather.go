package intake

import (
	"time"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// gather waits until the person pauses. What they send meanwhile moves the reminder.
func (t *turn) gather() {
	t.g.Report = t.id()
	t.do(bots.Remind{Key: turnKey, At: t.f.Now().Add(pause)})
}

// settle answers what a person has sent since our last message: one message, if none left
// since they last wrote, so that the strictest platform's window holds it.
func (b *Bot) settle(e bots.Event, f bots.Facts) []bots.Effect {
	t := newTurn(b, e, f, match.Folded{})
	if t.fresh || t.taken() || t.talk.Replies > 0 {
		return nil
	}
	if q, ok := t.next(); ok && t.guided() {
		t.follow(q)
	} else if t.guided() {
		t.advise(endedDone)
	} else {
		t.confirm()
	}
	t.keepGuide()
	return t.effects
}

// follow puts the next question.
func (t *turn) follow(q question) {
	r := bots.Reply{Template: "ask", Purpose: bots.ForReply, Report: t.report.ID, Vars: map[string]string{}}
	if t.report.Slots[slotEmergency] == string(match.MoneyMoving) && t.report.Slots[slotPolice] == "" {
		r.Vars["Call"] = yes
	}
	t.put(&r, q)
	t.spill(r.Vars)
	t.acknowledge(r.Vars)
	t.readBack(&r)
	t.say(r)
}

// acknowledge says what became of what they said of our reading, and forgets it.
func (t *turn) acknowledge(vars map[string]string) {
	for name, is := range map[string]bool{"Edited": t.g.Edited, "Sure": t.g.Sure, "Struck": t.g.Struck} {
		if is {
			vars[name] = yes
		}
	}
	t.g.Edited, t.g.Sure, t.g.Struck = false, false, false
}

// confirm says that the message was added, and answers what they asked.
func (t *turn) confirm() {
	r := bots.Reply{Template: "ask", Purpose: bots.ForReply, Report: t.report.ID, Vars: map[string]string{}}
	t.spill(r.Vars)
	t.acknowledge(r.Vars)
	if len(r.Vars) == 0 && t.recent(said) {
		return // what was read goes with a message that is sent anyway
	}
	if t.readBack(&r); len(r.Vars) == 0 {
		r = bots.Reply{Template: "added", Purpose: bots.ForReply, Report: t.report.ID}
	}
	t.say(r)
}

// say replies and notes when.
func (t *turn) say(r bots.Reply) {
	t.do(t.inform(r))
	t.stamp(said)
}

// nudge is how long after "已报警" the number 110 gave is asked for once more.
const nudge = 24 * time.Hour

// nudgeCase asks once more for the number 110 gave.
func (b *Bot) nudgeCase(e bots.Event, f bots.Facts) []bots.Effect {
	t := newTurn(b, e, f, match.Folded{})
	q, _ := questionOf(slotCase)
	given := t.report.Slots[slotCase]
	if t.fresh || t.taken() || t.g.Ended == endedHuman || given != "" && given != untold || t.talk.Replies > 1 {
		return nil
	}
	r := bots.Reply{Template: "ask", Purpose: bots.ForReply, Report: t.report.ID, Vars: map[string]string{}}
	t.put(&r, q)
	t.say(r)
	t.keepGuide()
	return t.effects
}
