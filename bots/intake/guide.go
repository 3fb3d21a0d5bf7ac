package intake

import (
	"encoding/json"
	"maps"
	"time"

	"netpatrol/bots"
)

// guide is what the bot remembers of a guided intake. It is stored with the conversation, so
// that an intake goes on after days and after a restart.
type guide struct {
	Report  string         `json:"report,omitempty"`  // it is about; another one begins anew
	Asked   string         `json:"asked,omitempty"`   // slot whose question stands open
	At      time.Time      `json:"at,omitzero"`       // when it was put
	Times   map[string]int `json:"times,omitempty"`   // how often each was put
	Answers []string       `json:"answers,omitempty"` // what was asked in between and gets its answer with the next message
	Change  string         `json:"change,omitempty"`  // slot they want changed: the next value for it counts
	Edited  bool           `json:"edited,omitempty"`  // something was corrected since the last message
	Sure    bool           `json:"sure,omitempty"`    // they confirmed what was read back
	Struck  bool           `json:"struck,omitempty"`  // something was struck out, because it is theirs or was read wrong
	Stayed  bool           `json:"stayed,omitempty"`  // in danger, and told that somebody is there
	Ended   string         `json:"ended,omitempty"`   // endedStop, endedHuman, endedDone: no more questions
	Seen    []string       `json:"seen,omitempty"`    // digests of what was counted from here
}

const (
	endedStop  = "stop"
	endedHuman = "human"
	endedDone  = "done"
	// endedRumour: they passed a rumour on. Nothing is asked about it, unless they go on to tell of a fraud.
	endedRumour = "rumour"
)

const (
	guideKey = "guide"
	turnKey  = "turn" // reminder: the person has paused, it is our turn
	caseKey  = "case" // reminder: ask once more for the number 110 gave
)

// pause is how long a person must have been silent before a follow-up is answered: what they
// send in several short messages and pictures gets one answer.
const pause = 4 * time.Second

// Each question is put at most twice, digressions aside, and no more than enough altogether.
const (
	maxTimes = 2
	enough   = 10
	maxSeen  = 40
)

func (t *turn) loadGuide() {
	b, ok := t.f.Remembered(guideKey)
	var g guide
	if ok && json.Unmarshal(b, &g) == nil && g.Report == t.report.ID {
		t.g = g
	}
	t.was = string(b)
	if t.g.Times == nil {
		t.g.Times = map[string]int{}
	}
}

// keepGuide remembers what has changed.
func (t *turn) keepGuide() {
	if t.g.Report == "" && t.g.Asked == "" {
		return
	}
	b, _ := json.Marshal(t.g) // strings and numbers always encode
	if string(b) != t.was {
		t.do(bots.Remember{Key: guideKey, Value: b})
	}
}

// guided says whether questions may be asked: not of somebody in danger, not of somebody who was
// warned, not after they had enough of it, and not beside an officer.
func (t *turn) guided() bool {
	ended := t.g.Ended != "" && (t.g.Ended != endedRumour || !t.tellsOfFraud())
	return !t.taken() && !ended && t.talk.Warning == "" && !t.inDanger()
}

// tellsOfFraud says whether the report tells of money or of a kind of fraud.
func (t *turn) tellsOfFraud() bool {
	known := t.known()
	return paid(known) || known[slotKind] != "" || known[slotAmount] != ""
}

func (t *turn) inDanger() bool { return t.report.Slots[slotEmergency] == "life" }

// known is what the report tells with this message.
func (t *turn) known() map[string]string {
	all := map[string]string{}
	maps.Copy(all, t.stand)
	maps.Copy(all, t.filled)
	return all
}

// next is the question to put now.
func (t *turn) next() (question, bool) {
	known, put := t.known(), 0
	for _, n := range t.g.Times {
		put += n
	}
	if put >= enough {
		return question{}, false
	}
	for _, q := range questions {
		if known[q.slot] == "" && t.g.Times[q.slot] < maxTimes && (q.fits == nil || q.fits(known)) {
			return q, true
		}
	}
	return question{}, false
}

// put adds a question to the reply r. Somebody who asked something in between, or answered what was read
// back, is asked the same again, which does not count.
func (t *turn) put(r *bots.Reply, q question) {
	if len(t.g.Answers) > 0 && t.uninformed() { // their question, and who reads what they write: no room for ours
		t.g.Report, r.Vars["AskAny"] = t.id(), yes
		return
	}
	r.Vars[q.name], r.Vars["AskAny"] = yes, yes
	if _, late := t.e.Body.(*bots.Reminder); late { // an answer at once may leave as a passive reply, which has no buttons
		r.Choices = q.choices()
	}
	if t.g.Asked != q.slot || len(t.g.Answers) == 0 && !t.g.Sure && !t.g.Struck {
		t.g.Times[q.slot]++
	}
	t.g.Report, t.g.Asked, t.g.At = t.id(), q.slot, t.f.Now().UTC()
}

const yes = "yes"

// open is the question that was put not too long ago.
func (t *turn) open() (question, bool) {
	if t.g.Asked == "" || t.f.Now().Sub(t.g.At) >= answerWithin {
		return question{}, false
	}
	return questionOf(t.g.Asked)
}

// spill gives what was asked in between as variables, and forgets it.
func (t *turn) spill(vars map[string]string) {
	for _, a := range t.g.Answers {
		vars[a] = yes
	}
	t.g.Answers = nil
}

// wonder notes a question of theirs, to be answered with the next message.
func (t *turn) wonder() {
	for _, d := range digressions {
		if d.cue.In(t.words) && len(t.g.Answers) == 0 { // one a message: more does not fit everywhere
			t.g.Answers = []string{d.name}
		}
	}
}
