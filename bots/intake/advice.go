package intake

import (
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/templates"
)

// advise ends the questions: where to report, what to bring, by kind of fraud and amount.
func (t *turn) advise(how string) {
	t.g.Report, t.g.Ended, t.g.Asked, t.g.Answers, t.g.Edited, t.g.Sure, t.g.Struck = t.id(), how, "", nil, false, false, false
	r := bots.Reply{Template: "advice", Purpose: bots.ForReply, Report: t.id(), Vars: t.advice()}
	t.readBack(&r)
	t.say(r)
}

// spamKinds are the kinds that come by calls and short messages, contentKinds those that
// live on pages and in apps.
const (
	spamKinds    = " D1 D3 D4 E1 E3 E4 E5 J3 J6 "
	contentKinds = " A3 B4 G2 G3 H6 J5 "
)

func (t *turn) advice() map[string]string {
	known, vars := t.known(), map[string]string{}
	set := func(name string, is bool) {
		if is {
			vars[name] = yes
		}
	}
	set("Reported", known[slotPolice] != "")
	set("Money", paid(known))
	set("Young", known[slotYoung] != "")
	id, _, _ := strings.Cut(known[slotKind], " ")
	set("Spam", id != "" && strings.Contains(spamKinds, " "+id+" "))
	set("Content", id != "" && strings.Contains(contentKinds, " "+id+" "))
	if k, ok := t.b.kinds.byID(id); ok && k.Valid(t.f.Now()) {
		vars["Advice"] = k.Advice
	}
	if row, ok := t.b.filingAt(known[slotPlace], t.region(), t.f.Now()); ok && paid(known) {
		vars["Threshold"] = strconv.Itoa(row.Amount)
		lost, err := strconv.ParseFloat(strings.TrimPrefix(known[slotAmount], "约"), 64)
		set("Small", err == nil && lost < float64(row.Amount))
	}
	return vars
}

// region is where the account's unit is.
func (t *turn) region() string {
	a, _ := t.f.Account(t.e.Account)
	return a.Region
}

// filingAt is the figure of a place as people name it, else of the region whose unit they wrote to.
func (b *Bot) filingAt(place, region string, now time.Time) (templates.Filing, bool) {
	var regions []string
	if b.local.Regions != nil {
		regions = b.local.Regions(place)
	}
	if len(regions) == 0 && region != "" {
		regions = []string{region}
	}
	return templates.FilingAt(b.filings, place, regions, now)
}
