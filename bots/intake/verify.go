package intake

import (
	"netpatrol/bots"
	"netpatrol/bots/match"
)

// doubts says whether the person wants to know if something is a scam.
func (t *turn) doubts() bool { return t.words.Question() || t.asking() || consults.In(t.words) }

// consults begins what the kiosk's form for questions says: whoever takes it wants to know.
var consults = match.NewCue(`^【报警岗亭.{0,3}咨询】`, "")

// verify answers a doubt, and whoever sends us what was found already: with the card of what it looks
// like, else that nothing is verified yet. It never says "safe", and nothing about a number or a link,
// known or not: otherwise those who run the scam would ask, too. Whoever has yet to be told who reads what
// they write is told, and not asked anything: there is no room for both.
func (t *turn) verify() {
	t.stamp("is-it-a-scam")
	t.joinCluster()
	r, ok := t.card()
	if !ok {
		t.say(bots.Reply{Template: "is-it-a-scam", Purpose: bots.ForReply, Report: t.id()})
		return
	}
	if q, more := t.next(); r.Template == "scam-card" && more && q.slot == slotPaid && t.guided() && !t.uninformed() {
		t.put(&r, q)
	}
	t.say(r)
}

// fakePolice are reports about an account or a person that poses as the police.
var fakePolice = match.NewCue(
	`(冒充|假冒|自称|伪装成|假的?|山寨|冒牌)(是)?.{0,8}(网警|警察|警官|公安|民警|反诈中心|反诈|派出所|警方|police)|(网警|警察|公安|民警|反诈中心)(的人)?.{0,4}(叫|让|要|催)我.{0,6}(转|交|付|汇)|(网警|警察|公安|民警|反诈中心).{0,10}(是不是假|是假的|真的假的|收.{0,4}(费|保证金)|要.{0,4}(交|收)?(费|保证金)|加(了)?我(的)?(微信|qq|好友))`,
	`你们.{0,6}(是假|真的假的)`)
