package intake

import (
	"maps"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// turn is one message and what the bot makes of it.
type turn struct {
	e       bots.Event
	f       bots.Facts
	text    match.Folded // what must not be overlooked is looked for in all of it
	words   match.Folded // what fills slots, in as much as a person writes
	talk    bots.Conversation
	report  bots.Report       // the open one; without ID: none yet
	stand   map[string]string // its slots, without what this message denies
	fresh   bool              // this message opens a report
	effects []bots.Effect

	b          *Bot
	chosen     option // what the person chose, if we asked, and the slot it fills
	chosenSlot string
	filled     map[string]string // what this message filled in
	g          guide
	was        string // the guide as it was stored
	again      bool   // they named a slot to be changed: ask for it
	found      []match.Indicator
	looked     bool
	swapped    bool             // they said of the sum what it is not, and what it is
	which      bool             // they want to change something and did not say what
	struck     map[string]bool  // slots from which this message took something
	noted      []bots.NoteCheck // what it said of our reading
	alike      *bots.Alike
	askedKnown bool
	bears      bool // somebody in danger, who was answered before and can bear more
}

func newTurn(b *Bot, e bots.Event, f bots.Facts, text match.Folded) *turn {
	t := &turn{b: b, e: e, f: f, text: text, words: text}
	t.talk, _ = bots.Get[bots.Conversation](f, e.Stream)
	if t.talk.Report != "" {
		t.report, _ = bots.Get[bots.Report](f, t.talk.Report)
	}
	if t.report.State == "closed" || t.report.Erased {
		t.report = bots.Report{}
	}
	t.fresh, t.stand = t.report.ID == "", maps.Clone(t.report.Slots)
	if t.stand == nil {
		t.stand = map[string]string{}
	}
	t.loadGuide()
	return t
}

func (t *turn) do(e bots.Effect) { t.effects = append(t.effects, e) }

// decide asks in the order of what must not wait.
func (t *turn) decide() {
	urgency := t.urgency()
	if urgency != match.NoUrgency { // promise 12
		t.emergency(urgency)
		return
	}
	if kind := t.everyday(); kind != "" {
		t.answerAside(kind)
		return
	}
	if t.objects() { // promise 10
		t.appeal()
		return
	}
	if t.complains() {
		t.complaint()
		return
	}
	if t.asksProgress() {
		t.progress()
		return
	}
	if t.asksPrivacy() {
		t.privacy()
		return
	}
	t.write(false)
	t.answer()
}

// urgency is what still needs a card. "已报警" ends the hurry over money, until somebody
// again talks the person into paying; it never ends danger to life.
func (t *turn) urgency() match.Urgency {
	u := urgencyOf(t.text)
	if u == match.NoUrgency {
		u = t.chosen.urgency
	}
	reported := t.report.Slots[slotPolice] != "" && !t.text.OnTheCall()
	if u == match.MoneyMoving && (reported || t.policeCalled()) {
		return match.NoUrgency
	}
	return u
}

// emergency sends the card at once, unless the same or a graver one left a moment ago.
// Under an officer's hands the bot only raises the alarm.
func (t *turn) emergency(u match.Urgency) {
	t.write(true)
	if !t.fresh && t.report.Slots[slotEmergency] != string(u) && !t.inDanger() { // danger to life stays what it is
		t.do(bots.FillSlot{Report: t.id(), Slot: slotEmergency, Value: string(u)})
	}
	card := cardOf(u)
	if t.recent(card) || u == match.MoneyMoving && t.recent(cardOf(match.LifeDanger)) {
		if t.guided() {
			t.gather()
		}
		return
	}
	t.do(bots.Escalate{Why: alarms[u], About: bots.Target{Kind: bots.KindReport, ID: t.id()}})
	if t.taken() {
		t.do(bots.Notify{Level: bots.LevelDuty, Urgent: true, Template: "alarm-urgent", Vars: map[string]string{"Account": t.e.Account}, About: bots.Target{Kind: bots.KindReport, ID: t.id()}})
		t.stamp(card)
		return
	}
	r := bots.Reply{Template: card, Purpose: bots.ForEmergency, Report: t.id()}
	if u == match.MoneyMoving && t.text.Minor() {
		r.Vars = map[string]string{"Young": yes}
	}
	t.do(r)
	t.stamp(card)
	t.stamp(said)
}

func cardOf(u match.Urgency) string {
	if u == match.LifeDanger {
		return "emergency-life"
	}
	return "emergency"
}

var alarms = map[match.Urgency]string{
	match.LifeDanger:  "来信人可能有生命危险，请立即联系",
	match.MoneyMoving: "来信人可能正在转账或刚转账，请立即联系并协助止付",
}

// objects says whether the person disagrees with something we sent. Whoever was warned need
// not use the proper word.
func (t *turn) objects() bool { return t.text.Objection(t.talk.Warning != "") }

func (t *turn) appeal() {
	t.write(false)
	if t.talk.Warning == "" {
		t.do(bots.Escalate{
			Why:   "有人提出异议，可能与发出的警示有关，请核对并由另一位同志复核",
			About: bots.Target{Kind: bots.KindConversation, ID: t.e.Stream},
		})
	} else if w, _ := bots.Get[bots.Warning](t.f, t.talk.Warning); w.State != bots.WarningAppealed { // who insists does not wait longer for it
		t.do(bots.Appeal{Warning: t.talk.Warning})
		t.do(bots.Remind{Key: appealKey + t.talk.Warning, At: t.f.Now().Add(bots.AppealWithin)})
	}
	t.plain()
}

// complains is narrow: whoever also tells of a fraud is a reporter first.
func (t *turn) complains() bool { return t.text.Complaint() }

// complaint tells where such things are heard. It opens no report, and adds to an open
// one; what is said to an officer is always written down.
func (t *turn) complaint() {
	if !t.fresh || t.taken() {
		t.write(false)
	}
	if t.taken() || t.recent("complaint") {
		return
	}
	t.do(bots.Reply{Template: "complaint", Purpose: bots.ForReply, Report: t.report.ID})
	t.stamp("complaint")
	t.stamp(said)
}

// write puts the message down: in a new report, or as a line of the open one.
func (t *turn) write(emergency bool) {
	t.filled = t.slots()
	edited := t.edit(t.filled)
	if t.fresh {
		if emergency {
			t.filled[slotEmergency] = string(t.urgency())
		}
		t.do(bots.OpenReport{ID: t.id(), Slots: t.filled, Emergency: emergency, Before: t.aside().Said})
		t.forgetAside()
	} else {
		t.do(bots.AddLine{Report: t.id()})
		t.judge()
		t.fill(edited)
	}
	t.join()
	t.expectCase()
}

// fill adds to the slots of the open report. What stands stays, unless it is corrected.
func (t *turn) fill(edited bool) {
	for _, slot := range slotOrder {
		value, old := t.filled[slot], t.stand[slot]
		if (!edited || t.struck[slot]) && slot != t.g.Change && slices.Contains(lists, slot) && value != untold && old != untold {
			for _, one := range strings.Split(value, listMark) {
				if one != "" {
					old = listed(old, one)
				}
			}
			value, old = old, t.stand[slot]
		}
		replaces := edited || slot == t.g.Change || old == "" || old == untold || slices.Contains(lists, slot) || slot == slotPaid && value == paidYes
		if value == "" || value == old || !replaces {
			delete(t.filled, slot)
			continue
		}
		if edited || slot == t.g.Change || t.struck[slot] {
			t.corrected(slot, old, value)
			t.g.Edited, t.g.Struck = t.g.Edited || t.struck[slot], false
		}
		if t.filled[slot] = value; slot == t.g.Change {
			t.g.Change, t.g.Edited = "", true
		}
		t.do(bots.FillSlot{Report: t.id(), Slot: slot, Value: value})
	}
}

// expectCase comes back for the number that 110 gave, once, or gives up waiting for it.
func (t *turn) expectCase() {
	switch {
	case t.filled[slotCase] != "" && t.filled[slotCase] != untold:
		t.do(bots.Cancel{Key: caseKey})
	case t.filled[slotPolice] != "" && t.report.Slots[slotCase] == "":
		t.do(bots.Remind{Key: caseKey, At: t.f.Now().Add(nudge)})
	}
}

// answer obeys, confirms, answers or asks: a first message at once, later ones when the person
// has paused.
func (t *turn) answer() {
	switch {
	case t.taken() || (!t.fresh || humanWords.MatchString(t.bare())) && t.command():
	case t.again || t.which:
		t.correct()
	case t.inDanger():
		t.stay()
	case fakePolice.In(t.words) && !t.recent("fake-police"):
		t.impostor()
	case !t.recent("refuted") && t.wasRefuted():
		t.refuted()
	case !t.recent("is-it-a-scam") && (t.doubts() || t.inCluster()):
		t.verify()
	case t.fresh:
		t.first()
	case courtesy.MatchString(t.bare()) || len(t.filled)+len(t.noted) == 0 && abuse.In(t.words): // written down, and that is all
	default:
		t.gather()
	}
}

// first confirms with a receipt and asks the first question.
func (t *turn) first() {
	r := bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: t.id()}
	if q, ok := t.next(); ok && t.guided() {
		r.Vars = map[string]string{}
		t.put(&r, q)
		t.spill(r.Vars)
	}
	t.readBack(&r)
	t.say(r)
}

// plain confirms without a question.
func (t *turn) plain() {
	switch {
	case t.taken():
	case t.fresh:
		t.say(bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: t.id()})
	case !t.recent(said):
		t.say(bots.Reply{Template: "added", Purpose: bots.ForReply, Report: t.id()})
	}
}

// correct asks for the slot they want changed, or which one it is.
func (t *turn) correct() {
	r := bots.Reply{Template: "ask", Purpose: bots.ForReply, Report: t.id(), Vars: map[string]string{}}
	if q, ok := questionOf(t.g.Change); ok && t.again {
		t.put(&r, q)
	} else {
		r.Vars["AskWhich"] = yes
	}
	t.spill(r.Vars)
	t.acknowledge(r.Vars)
	t.say(r)
}

// stay keeps in touch with somebody in danger, without questions and one thing at a time: first that somebody is there, next what
// was read of their words, then who reads them. What they say of our reading is answered at once.
func (t *turn) stay() {
	judged := t.g.Sure || t.g.Struck || t.g.Edited
	if t.recent(said) && !judged {
		return
	}
	r := bots.Reply{Template: "stay", Purpose: bots.ForReply, Report: t.id()}
	if judged {
		r.Vars = map[string]string{}
		t.acknowledge(r.Vars)
	}
	if t.bears = t.g.Stayed && !judged; t.bears {
		t.readBack(&r)
		t.bears = len(r.Told) == 0
	}
	t.g.Report, t.g.Stayed = t.id(), true
	t.say(r)
}

// impostor takes a report about somebody who poses as the police, and tells an officer.
func (t *turn) impostor() {
	t.do(bots.Escalate{Why: "有人举报冒充警察的账号或人员，请核查", About: bots.Target{Kind: bots.KindReport, ID: t.id()}})
	t.stamp("fake-police")
	if q, ok := questionOf(slotAccount); ok && t.guided() {
		t.g.Report, t.g.Asked, t.g.At = t.id(), q.slot, t.f.Now().UTC()
	}
	t.say(bots.Reply{Template: "fake-police", Purpose: bots.ForReceipt, Report: t.id()})
}

// id names the report this message belongs to.
func (t *turn) id() string {
	if t.fresh {
		return bots.NewID(t.e, "report")
	}
	return t.report.ID
}

// taken says whether an officer has the conversation.
func (t *turn) taken() bool { return t.talk.Officer != "" }

// said is the memory of when the bot last wrote anything here.
const said = "said"

func (t *turn) stamp(key string) {
	t.do(bots.Remember{Key: key, Value: []byte(t.f.Now().UTC().Format(time.RFC3339Nano))})
}

func (t *turn) recent(key string) bool { return t.within(key, quiet) }

// within says whether key was stamped at most so long ago.
func (t *turn) within(key string, span time.Duration) bool {
	b, ok := t.f.Remembered(key)
	if !ok {
		return false
	}
	at, err := time.Parse(time.RFC3339Nano, string(b))
	return err == nil && t.f.Now().Sub(at) < span
}
