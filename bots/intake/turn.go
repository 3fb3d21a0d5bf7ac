package intake

import (
	"strings"
	"time"
	"unicode"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// turn is one message and what the bot makes of it.
type turn struct {
	e       bots.Event
	f       bots.Facts
	text    match.Folded
	talk    bots.Conversation
	report  bots.Report // the open one; without ID: none yet
	fresh   bool        // this message opens a report
	chosen  option      // what the person chose, if we asked
	effects []bots.Effect
}

func newTurn(e bots.Event, f bots.Facts, text match.Folded) *turn {
	t := &turn{e: e, f: f, text: text}
	t.talk, _ = bots.Get[bots.Conversation](f, e.Stream)
	if t.talk.Report != "" {
		t.report, _ = bots.Get[bots.Report](f, t.talk.Report)
	}
	if t.report.State == "closed" || t.report.Erased {
		t.report = bots.Report{}
	}
	t.fresh = t.report.ID == ""
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
	if t.objects() { // promise 10
		t.appeal()
		return
	}
	if t.complains() {
		t.complaint()
		return
	}
	t.write(false)
	t.answer()
}

// urgency is what still needs a card. "已报警" ends the hurry over money, until somebody
// again talks the person into paying; it never ends danger to life.
func (t *turn) urgency() match.Urgency {
	u := t.text.Urgency()
	if u == match.NoUrgency {
		u = t.chosen.urgency
	}
	reported := t.report.Slots[slotPolice] != "" && !t.text.OnTheCall()
	if u == match.MoneyMoving && (reported || t.text.PoliceCalled()) {
		return match.NoUrgency
	}
	return u
}

// emergency sends the card at once, unless the same or a graver one left a moment ago.
// Under an officer's hands the bot only raises the alarm.
func (t *turn) emergency(u match.Urgency) {
	t.write(true)
	if !t.fresh && t.report.Slots[slotEmergency] != string(u) {
		t.do(bots.FillSlot{Report: t.id(), Slot: slotEmergency, Value: string(u)})
	}
	card := cardOf(u)
	if t.recent(card) || u == match.MoneyMoving && t.recent(cardOf(match.LifeDanger)) {
		return
	}
	t.do(bots.Escalate{Why: alarms[u], About: bots.Target{Kind: bots.KindReport, ID: t.id()}})
	if t.taken() {
		t.stamp(card)
		return
	}
	t.do(bots.Reply{Template: card, Purpose: bots.ForEmergency, Report: t.id()})
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

// appealWithin is how long another officer has to review a warning; then it is withdrawn.
const appealWithin = 72 * time.Hour

func (t *turn) appeal() {
	t.write(false)
	if t.talk.Warning == "" {
		t.do(bots.Escalate{
			Why:   "有人提出异议，可能与发出的警示有关，请核对并由另一位同志复核",
			About: bots.Target{Kind: bots.KindConversation, ID: t.e.Stream},
		})
	} else if w, _ := bots.Get[bots.Warning](t.f, t.talk.Warning); w.State != bots.WarningAppealed { // who insists does not wait longer for it
		t.do(bots.Appeal{Warning: t.talk.Warning})
		t.do(bots.Remind{Key: appealKey + t.talk.Warning, At: t.f.Now().Add(appealWithin)})
	}
	t.answer()
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
	slots := t.slots()
	if t.fresh {
		if emergency {
			slots[slotEmergency] = string(t.urgency())
		}
		t.do(bots.OpenReport{ID: t.id(), Slots: slots, Emergency: emergency})
		return
	}
	t.do(bots.AddLine{Report: t.id()})
	for _, name := range slotOrder {
		if v := slots[name]; v != "" && t.report.Slots[name] == "" {
			t.do(bots.FillSlot{Report: t.id(), Slot: name, Value: v})
		}
	}
}

// answer confirms: the first message with a receipt, or with "not verified yet" when it
// asked whether something is true; later ones briefly, and not more often than quiet allows.
func (t *turn) answer() {
	if t.taken() {
		return
	}
	switch {
	case (t.text.Question() || t.asking()) && !t.recent("is-it-a-scam"):
		t.do(bots.Reply{Template: "is-it-a-scam", Purpose: bots.ForReply, Report: t.id()})
		t.stamp("is-it-a-scam")
	case t.fresh:
		t.do(bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: t.id()})
	case !t.recent(said):
		t.do(bots.Reply{Template: "added", Purpose: bots.ForReply, Report: t.id()})
	default:
		return
	}
	t.stamp(said)
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

// The slots filled from free text, in the order they are proposed.
const (
	slotEmergency = "emergency"
	slotPolice    = "police" // the police know already: no more stop-payment cards
	slotAmount    = "amount"
	slotTime      = "time"
	slotPhone     = "phone"
	slotLink      = "link"
	slotPaid      = "paid" // what they chose when asked whether money has left
)

var (
	slotOrder = []string{slotPaid, slotPolice, slotAmount, slotTime, slotPhone, slotLink}
	slotKinds = map[match.Kind]string{match.Amount: slotAmount, match.Time: slotTime, match.Phone: slotPhone, match.URL: slotLink}
)

// slots reads what the message answers without having been asked.
func (t *turn) slots() map[string]string {
	slots := map[string]string{}
	if t.chosen.slot != "" {
		slots[slotPaid] = t.chosen.slot
	}
	if t.text.PoliceCalled() {
		slots[slotPolice] = "已报警"
	}
	for _, i := range t.text.Indicators() {
		name := slotKinds[i.Kind]
		if name == "" || slots[name] != "" {
			continue
		}
		slots[name] = i.Value
		if i.Approx {
			slots[name] = "约" + i.Value
		}
	}
	if !readable(t.text.Text) {
		slots["unreadable"] = "只有图片、语音或表情，请打开原件查看"
	}
	return slots
}

// readable says whether there is a letter or digit to go by.
func readable(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
