package console

import (
	"maps"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
)

// fact is one thing that a report tells, with what the person said of each value.
type fact struct {
	Slot   string
	Values []factValue
}

// factValue is one value. Mark is empty where nothing is read back.
type factValue struct {
	Text, Mark string
	At         time.Time // when they said so
}

// listed are the slots that hold several values, and checked those whose values are read back to the person. They
// never change.
var (
	listedSlots  = []string{"account", "phone", "link", "contact", "app"}
	checkedSlots = append([]string{"amount", "time", "payee"}, listedSlots...)
)

var checkWords = map[bots.CheckAs]string{
	"": "未确认", bots.CheckConfirmed: "本人已确认", bots.CheckCorrected: "本人更正", bots.CheckDisputed: "本人说有误，待更正", bots.CheckOwn: "本人说是自己的", bots.CheckWrong: "本人说不对",
}

// Facts are what the report tells, by slot.
func (w waiting) Facts() (all []fact) {
	for _, slot := range slices.Sorted(maps.Keys(w.Slots)) {
		values := []string{w.Slots[slot]}
		if slices.Contains(listedSlots, slot) {
			values = strings.Split(w.Slots[slot], "、")
		}
		f := fact{Slot: slot}
		for _, v := range values {
			f.Values = append(f.Values, w.marked(slot, v))
		}
		all = append(all, f)
	}
	return all
}

func (w waiting) marked(slot, value string) factValue {
	if !slices.Contains(checkedSlots, slot) || value == "未提供" {
		return factValue{Text: value}
	}
	c, _ := w.CheckOf(slot, value)
	return factValue{Text: value, Mark: checkWords[c.As], At: c.At}
}

// Denied is what the person said is theirs, or was read wrong.
func (w waiting) Denied() (all []fact) {
	for _, c := range w.Checks {
		if c.Denied() {
			all = append(all, fact{c.Slot, []factValue{{c.Value, checkWords[c.As], c.At}}})
		}
	}
	return all
}
