package intake

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"netpatrol/bots"
)

// informing are the texts with room for the three lines that say who reads what people write, how long it is kept
// and to whom it goes.
var informing = []string{
	"greeting", "privacy", "receipt", "ask", "scam-card", "unlawful-card", "is-it-a-scam", "fake-police", "refuted", "complaint", "human",
	"menu-report", "menu-ask", "menu-progress", "menu-progress-none", "everyday", "stay",
}

// kioskPlatform has the three lines above its form.
const kioskPlatform = "kiosk"

// uninformed says whether the person has yet to be told, once for as long as what they write is kept. Somebody in
// danger is not bothered with it before they were told that somebody is there, and what was read.
func (t *turn) uninformed() bool {
	a, _ := t.f.Account(t.e.Account)
	told := t.talk.Informed
	return a.Platform != kioskPlatform && (!t.inDanger() || t.bears) && (told.IsZero() || t.b.local.Keep > 0 && t.f.Now().Sub(told) >= t.b.local.Keep)
}

// inform adds the three lines to the first answer that is no emergency card.
func (t *turn) inform(r bots.Reply) bots.Reply {
	if r.Purpose == bots.ForEmergency || !slices.Contains(informing, r.Template) || !t.uninformed() {
		return r
	}
	return t.informs(r)
}

func (t *turn) informs(r bots.Reply) bots.Reply {
	r.Informs = true
	if days := int(t.b.local.Keep / (24 * time.Hour)); days > 0 {
		r.Vars = maps.Clone(r.Vars)
		if r.Vars == nil {
			r.Vars = map[string]string{}
		}
		r.Vars["Days"] = strconv.Itoa(days)
	}
	return r
}

// privacyWords are the whole of a message that asks about it.
var privacyWords = regexp.MustCompile(`^(查?看?)?(你们的?)?(隐私|隐私(政策|保护|说明|条款|声明)|个人信息(保护)?)(吗|呢)?$|^(privacy|privacypolicy)$`)

// asksPrivacy says whether the message asks about it, and nothing else.
func (t *turn) asksPrivacy() bool { return privacyWords.MatchString(t.bare()) && !t.taken() }

// privacy says it, whether they were told before or not.
func (t *turn) privacy() {
	if !t.recent("privacy") {
		t.do(t.informs(bots.Reply{Template: "privacy", Purpose: bots.ForReply, Report: t.report.ID}))
		t.stamp("privacy")
	}
}

// greet greets a new follower, unless they were told lately.
func (t *turn) greet() []bots.Effect {
	if a, _ := t.f.Account(t.e.Account); a.Private && !t.taken() && t.uninformed() {
		t.do(t.informs(bots.Reply{Template: "greeting", Purpose: bots.ForReply}))
	}
	return t.effects
}
