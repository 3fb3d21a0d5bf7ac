package intake

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"netpatrol/bots"
	"netpatrol/templates"
)

// checked are the slots whose values are read back, in the order in which the line names them.
var checked = []string{slotAmount, slotTime, slotPayee, slotAccount, slotPhone, slotContact, slotLink, slotApp}

// aLine is how many characters of values one message reads back; what is left goes with the next.
const aLine = 44

// reading is one value as the line shows it: the variable and what it says.
type reading struct{ name, shown string }

// readBack adds to a reply the line that says what was read from their words, as far as that was not said
// before: amounts, times, names and sites as they are, of numbers only the kind and the end.
func (t *turn) readBack(r *bots.Reply) {
	if t.inDanger() && !t.bears || t.taken() {
		return
	}
	vars, length := map[string]string{}, 0
	for _, v := range t.unread(r.Vars["Struck"] != "" || r.Vars["Edited"] != "") {
		x, ok := t.b.show(v)
		if !ok {
			continue
		}
		if length += utf8.RuneCountInString(x.shown) + 5; length > aLine && len(r.Told) > 0 {
			break
		}
		if vars[x.name] != "" {
			x.shown = vars[x.name] + listMark + x.shown
		}
		vars[x.name] = x.shown
		r.Told = append(r.Told, v)
	}
	if len(r.Told) == 0 {
		return
	}
	if r.Vars == nil {
		r.Vars = map[string]string{}
	}
	for name, shown := range vars {
		r.Vars[name] = shown
	}
	if about, ok := strings.CutPrefix(vars["ReadAmount"], "约"); ok {
		r.Vars["ReadAmount"], r.Vars["ReadAbout"] = about, yes
	}
}

// unread is what stands in the slots and was not read back yet; again, after a correction, also what was and has no answer.
func (t *turn) unread(again bool) (all []bots.Told) {
	for _, v := range values(t.known()) {
		c, _ := t.check(v)
		if !c.Denied() && (c.Told.IsZero() || again && c.As == "") {
			all = append(all, v)
		}
	}
	return all
}

// values are the values of the slots that are read back.
func values(slots map[string]string) (all []bots.Told) {
	for _, slot := range checked {
		one := []string{slots[slot]}
		if slices.Contains(lists, slot) {
			one = strings.Split(slots[slot], listMark)
		}
		for _, v := range one {
			if v != "" && v != untold {
				all = append(all, bots.Told{Slot: slot, Value: v})
			}
		}
	}
	return all
}

// check is what was said of a value, with what this message says of it.
func (t *turn) check(v bots.Told) (bots.Check, bool) {
	c, ok := t.report.CheckOf(v.Slot, v.Value)
	for _, n := range t.noted {
		if n.Slot == v.Slot && n.Value == v.Value {
			c.Slot, c.Value, c.As, ok = n.Slot, n.Value, n.As, true
		}
	}
	return c, ok
}

var (
	yuan     = regexp.MustCompile(`^约?\d{1,9}(\.\d{1,2})?$`)
	coins    = regexp.MustCompile(`^\d{1,9}(\.\d{1,6})? ?[A-Za-z]{2,6}$`)
	spoken   = regexp.MustCompile(`^[\p{Han}\p{Latin}\d:. -]{1,14}$`)
	personal = regexp.MustCompile(`^[\p{Han}·]{2,14}$`)
	// vouching is in a name that somebody gives, to have us say it: a picture of our message would vouch for a swindler.
	vouching = regexp.MustCompile(`(?i)安全|放心|可信|可靠|靠谱|合法|正规|官方|认证|核实|核查|属实|保证|担保|备案|无诈|(?:不是|非|没有?)(?:骗|诈)|真实|真的|正品|诚信|警|公安|反诈|政府|法院|检察|safe|legit|trust|verif|genuine|official|police|notascam`)
	host     = regexp.MustCompile(`^(?:https?://)?([a-z0-9.-]{3,32})(?::\d+)?(?:[/?#].*)?$`)
)

// show says how a value stands in the line; false when it is not to be repeated in a message of ours: a value
// of another form, one that the linter refuses, or one that vouches for somebody.
func (b *Bot) show(v bots.Told) (x reading, ok bool) {
	switch v.Slot {
	case slotAmount:
		x, ok = reading{"ReadAmount", v.Value}, yuan.MatchString(v.Value)
		if coins.MatchString(v.Value) {
			x, ok = reading{"ReadCoins", v.Value}, true
		}
	case slotTime:
		x, ok = reading{"ReadTime", v.Value}, spoken.MatchString(v.Value)
	case slotPayee:
		x, ok = reading{"ReadPayee", v.Value}, personal.MatchString(v.Value)
	case slotLink:
		if m := host.FindStringSubmatch(v.Value); m != nil {
			x, ok = reading{"ReadSite", strings.ReplaceAll(m[1], ".", "[.]")}, true
		}
	case slotApp:
		x, ok = reading{"ReadApp", v.Value}, spoken.MatchString(v.Value)
	default:
		x = reading{reachName(v), ending(bots.Check{Value: v.Value}.Plain())}
		ok = x.shown != ""
	}
	said := x.shown
	if x.name == "ReadAmount" {
		said += "元" // as the line has it: without, some sums look like the number of a service
	}
	return x, ok && !vouching.MatchString(x.shown) && len(templates.Lint(said, templates.Policy{Hotlines: b.hotlines})) == 0
}

// reachName is the variable of a number or account name, by what it looks like.
func reachName(v bots.Told) string {
	has := func(lead string) bool { return strings.HasPrefix(v.Value, lead) }
	switch {
	case v.Slot == slotPhone:
		return "ReadPhone"
	case v.Slot == slotContact && has("微信"):
		return "ReadWeChat"
	case v.Slot == slotContact && has("QQ"):
		return "ReadQQ"
	case v.Slot == slotContact:
		return "ReadContact"
	case has("尾号"):
		return "ReadCard"
	case has("+") || strings.Contains(v.Value, "@"):
		return "ReadAlipay"
	case strings.Trim(v.Value, "0123456789") != "" && !has("订单号"):
		return "ReadWallet"
	}
	return "ReadAccount"
}

var endOf = regexp.MustCompile(`[\p{L}\d_-]{3,4}$`)

// ending is the end of a number or name: its last four characters, fewer of a short one. Of a mail address it is the
// end of the name.
func ending(s string) string {
	s, _, _ = strings.Cut(s, "@")
	if n := utf8.RuneCountInString(s); n < 8 && n > 4 {
		return endOf.FindString(string([]rune(s)[n-3:]))
	}
	return endOf.FindString(s)
}
