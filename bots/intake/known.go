package intake

import (
	"time"
	"unicode/utf8"

	"netpatrol/bots"
)

// aForward is from how many characters on a text may be something that somebody passes on.
const aForward = 20

// sameDays is for how long after a bulletin refuted it "tomorrow" is taken for the same tomorrow.
const sameDays = 7 * 24 * time.Hour

// matched is what we know that the message repeats, asked for once. Only what somebody asks about, or may be
// passing on, is looked for.
func (t *turn) matched() *bots.Alike {
	if t.askedKnown || !t.doubts() && utf8.RuneCountInString(t.words.Text) < aForward {
		return t.alike
	}
	t.askedKnown = true
	for _, a := range t.f.Alike(t.words.Raw(), 4) {
		if t.words.NamesDay() && t.f.Now().Sub(a.At) > sameDays && a.On.Kind == bots.KindBulletin {
			a.Retold = true
		}
		if a.Retold && t.tellsOfFraud() { // what happened to them is no rumour
			continue
		}
		if t.alike == nil || a.On.Kind == bots.KindBulletin && (t.alike.On.Kind != bots.KindBulletin || t.alike.Retold && !a.Retold) {
			t.alike = &a
		}
	}
	return t.alike
}

// wasRefuted says whether the message repeats what a bulletin of ours refutes.
func (t *turn) wasRefuted() bool {
	a := t.matched()
	return a != nil && a.On.Kind == bots.KindBulletin
}

// refuted says when, by whom and in what bulletin it was refuted. What is told in other words, or of another place or with
// other figures, is only near to that: an officer compares.
func (t *turn) refuted() {
	t.stamp("refuted")
	t.stamp("is-it-a-scam")
	vars := t.alike.Told()
	if t.alike.Retold {
		vars["Near"] = yes
		t.note("与已辟谣的相近：" + t.alike.Title)
		t.do(bots.JoinNear{Bulletin: t.alike.On.ID, Report: t.id()})
	} else {
		t.note("已辟谣：" + t.alike.Title)
	}
	t.spare()
	t.say(bots.Reply{Template: "refuted", Purpose: bots.ForReply, Report: t.id(), Vars: vars})
}

// spare asks nothing of somebody who only passed a rumour on.
func (t *turn) spare() {
	if t.g.Ended == "" && !t.tellsOfFraud() {
		t.g.Report, t.g.Ended, t.g.Asked = t.id(), endedRumour, ""
	}
}

// inCluster says whether the message repeats posts that were found.
func (t *turn) inCluster() bool {
	a := t.matched()
	return a != nil && a.On.Kind == bots.KindCluster
}

// joinCluster counts the report with the posts whose text it repeats.
func (t *turn) joinCluster() {
	if t.inCluster() {
		t.do(bots.JoinCluster{Cluster: t.alike.On.ID, Report: t.id()})
		t.note("与" + bots.Categories()[t.alike.Category] + "线索同源")
		if t.alike.Category.IsRumour() {
			t.spare()
		}
	}
}

// note writes what we know on the report, for officers.
func (t *turn) note(what string) {
	if t.report.Slots[slotKnown] != what {
		t.do(bots.FillSlot{Report: t.id(), Slot: slotKnown, Value: what})
	}
}

// card is the card of what the message looks like; false when nothing can be said.
func (t *turn) card() (bots.Reply, bool) {
	r := bots.Reply{Template: "scam-card", Purpose: bots.ForReply, Report: t.id()}
	if k, ok := t.b.kinds.of(t.words.Text); ok && k.Valid(t.f.Now()) {
		r.Vars = map[string]string{"Name": k.Name, "Signs": k.Signs, "Advice": k.Advice}
		return r, true
	}
	if !t.inCluster() || t.alike.Category.IsRumour() {
		return r, false
	}
	if t.alike.Category == bots.Fraud {
		r.Vars = map[string]string{"Name": "网络诈骗", "Signs": "说辞会变，最后都要你付钱或交出验证码", "Advice": "不要付款，不要告诉别人验证码，也不要点对方给的链接"}
		return r, true
	}
	r.Template, r.Vars = "unlawful-card", map[string]string{"Name": bots.Categories()[t.alike.Category]}
	return r, true
}
