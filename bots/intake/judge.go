package intake

import (
	"regexp"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// What people call theirs, and how they call themselves.
const (
	things = `(金额|数额|时间|户名|收款人|软件|app|号码?|电话(号码)?|手机(号码?)?|微信号?|qq号?|账号|帐号|账户|帐户|卡号?|银行卡|支付宝|邮箱|网站|网址|链接)`
	theirs = `(我|俺|咱)(们)?(自己|本人|家里?|家人|妈妈?|爸爸?|老公|老婆)?`
)

// How people answer what was read back to them.
var (
	rightWords = regexp.MustCompile(`^(都|全都?|全部)?(对|正确|没错|无误|没问题|属实|确认|confirmed?|correct|right)(的|了|啊|呢|哦)*($|[,.!;，。！；\s])`)
	agreeWords = regexp.MustCompile(`^(是|是的|yes|yeah)+$`)
	wrongWords = regexp.MustCompile(`^(都|全都?|有|有的)?(不对|不正确|不是|错了|错|有误|读错了?|看错了?|搞错了?|弄错了?|no|wrong|notright|incorrect)(的|了|啊|呢)*$`)
	// ownWords call what the message names their own; ownBare is the whole of a message that calls so what was read back.
	ownWords = match.NewCue(`(是|就是)`+theirs+`的?(这个|那个)?`+things+`|(是|就是)`+theirs+`的$|(is|that's|it's) (mine|my own)`, `不是(我|俺|咱)|(钱|款|积蓄|工资)[^,.，。]{0,4}是(我|俺|咱)`)
	ownBare  = regexp.MustCompile(`^(不对|不是|错了|等等|那|这|它|其实)*(个|些|串)?` + things + `?(都|就|其实|也)*是` + theirs + `(的` + things + `?|` + things + `)(啊|呀|哦|了)?(不是(他|她|骗子|对方).*)?$|` +
		`^(no)?(that|it|thephone|thenumber|theaccount|thecard|thephonenumber)?(is|'s)(mine|myown|my(own)?(phone|number|phonenumber|card|account))$`)
	misread     = match.NewCue(`不对|有误|(读|看|认|识别|记|听)错|错了|不是这个|(is|was) (wrong|not right)`, "")
	misreadBare = regexp.MustCompile(`^(不对)?(那个?|这个?|对方的?|他的?|她的?|骗子的?)?` + things + `(都|全|是|也)?(不对|错了|有误|不正确|不是这个|(读|看|认|识别|记|听|写)错了?)(的|了|啊)?$|` +
		`^the(amount|time|phone|number|account|site|app|payee)(is|was)(wrong|notright)$`)
	notThis  = regexp.MustCompile(`(?:不是|并非|不要|not) ?[^\d,.，。;；!！?？]{0,6}$`)
	tailSaid = regexp.MustCompile(`(?:尾号|末尾|后四位)(?:是|为)?\s*([a-z\d_-]{3,6})`)
)

// judge hears what the person says of what was read from their words: that it is right, that something is theirs, that
// something was read wrong. What a correction puts in place of another value, [turn.fill] notes.
func (t *turn) judge() {
	t.struck = map[string]bool{}
	told := t.lastTold()
	own := ownWords.In(t.words) && short(t.words.Text)
	for _, v := range values(t.stand) {
		if as := t.deniedHere(v, own); as != "" {
			t.strike(v, as)
		}
	}
	switch {
	case len(t.struck) > 0:
		t.settleDoubt(told)
	case ownBare.MatchString(t.bare()):
		t.strikeNamed(told, bots.CheckOwn)
	case t.taken() || len(told) == 0:
	case rightWords.MatchString(strings.TrimSpace(t.words.Text)) || agreeWords.MatchString(t.bare()) && !t.asks(slotPaid):
		t.confirmAll(told)
		t.g.Report, t.g.Sure = t.id(), true
	case len(t.filled) == 0 && wrongWords.MatchString(t.bare()) || misreadBare.MatchString(t.bare()):
		t.strikeNamed(told, bots.CheckWrong)
	}
	t.sparing()
}

// sparing takes out of what this message fills in what it denies.
func (t *turn) sparing() {
	for _, slot := range lists {
		kept := ""
		for _, v := range ofSlot(values(t.filled), slot) {
			if c, _ := t.check(v); !t.struck[slot] || !c.Denied() {
				kept = listed(kept, v.Value)
			}
		}
		if t.filled[slot] != "" && t.filled[slot] != untold {
			t.filled[slot] = kept
		}
	}
}

func (t *turn) confirmAll(told []bots.Told) {
	for _, v := range told {
		if c, _ := t.check(v); c.As != bots.CheckCorrected {
			t.remark(v, bots.CheckConfirmed)
		}
	}
}

// lastTold is what the last line that was read back said and still stands.
func (t *turn) lastTold() (all []bots.Told) {
	var last bots.Check
	for _, c := range t.report.Checks {
		if c.Told.After(last.Told) {
			last = c
		}
	}
	for _, v := range values(t.stand) {
		if c, ok := t.check(v); ok && !c.Told.IsZero() && c.Told.Equal(last.Told) && !c.Denied() {
			all = append(all, v)
		}
	}
	return all
}

// deniedHere says what the message says of a value by naming it: that it is theirs, or that it is not it.
func (t *turn) deniedHere(v bots.Told, own bool) bots.CheckAs {
	c := bots.Check{Slot: v.Slot, Value: v.Value}
	for _, i := range t.indicators() {
		if !c.Names(string(i.Kind), i.Value) {
			continue
		}
		switch {
		case t.denies(i):
			return bots.CheckWrong
		case i.Kind.Reaches() && (i.Role == match.Victim || own && i.Role != match.Suspect):
			return bots.CheckOwn
		}
	}
	if m := tailSaid.FindStringSubmatch(t.words.Text); m != nil && slices.Contains(reaching, v.Slot) && strings.HasSuffix(strings.ToLower(v.Value), m[1]) {
		switch {
		case own:
			return bots.CheckOwn
		case misread.In(t.words):
			return bots.CheckWrong
		}
	}
	return ""
}

// denies says whether the words before an indicator deny it: "不是5000，是8000".
func (t *turn) denies(i match.Indicator) bool {
	raw := t.words.Raw()
	return i.At.Start <= len(raw) && notThis.MatchString(strings.ToLower(raw[:i.At.Start]))
}

// reaching are the slots of what leads to somebody.
var reaching = []string{slotPhone, slotAccount, slotContact, slotLink}

// strikeNamed strikes out what the words name, or the only thing there is to mean. When that is not clear they
// are asked, and until they say it what was read back is disputed.
func (t *turn) strikeNamed(told []bots.Told, as bots.CheckAs) {
	meant := told
	if slot := t.meant(); slot != "" {
		meant = ofSlot(told, slot)
		if len(meant) == 0 {
			meant = ofSlot(values(t.stand), slot)
		}
	} else if as == bots.CheckOwn {
		meant = slices.DeleteFunc(values(t.stand), func(v bots.Told) bool { return !slices.Contains(reaching, v.Slot) })
	}
	if len(meant) == 1 {
		t.strike(meant[0], as)
		t.settleDoubt(told)
		if as == bots.CheckWrong && !slices.Contains(lists, meant[0].Slot) {
			t.g.Report, t.g.Change, t.again, t.which = t.id(), meant[0].Slot, true, false
		}
		return
	}
	if len(meant) == 0 {
		return
	}
	for _, v := range meant {
		t.remark(v, bots.CheckDisputed)
	}
	t.which = !t.taken()
}

func ofSlot(all []bots.Told, slot string) (of []bots.Told) {
	for _, v := range all {
		if v.Slot == slot {
			of = append(of, v)
		}
	}
	return of
}

// meant is the slot that a denial names.
func (t *turn) meant() string {
	if slot, _ := named(t.words.Text); slices.Contains(checked, slot) {
		return slot
	}
	switch text := t.words.Text; {
	case strings.Contains(text, "软件") || strings.Contains(text, "app"):
		return slotApp
	case strings.Contains(text, "户名"):
		return slotPayee
	case strings.Contains(text, "卡") || strings.Contains(text, "账户") || strings.Contains(text, "支付宝"):
		return slotAccount
	case strings.Contains(text, "网站"):
		return slotLink
	case strings.Contains(text, "号") && len(ofSlot(values(t.stand), slotPhone)) > 0:
		return slotPhone
	}
	return ""
}

// settleDoubt takes back that the others of what was read back are disputed.
func (t *turn) settleDoubt(told []bots.Told) {
	for _, v := range told {
		if c, _ := t.check(v); c.As == bots.CheckDisputed {
			t.remark(v, "")
		}
	}
}

// strike takes a value out of its slot and unties the report from others that name it.
func (t *turn) strike(v bots.Told, as bots.CheckAs) {
	t.remark(v, as)
	rest := ""
	for _, one := range ofSlot(values(t.stand), v.Slot) {
		if one != v {
			rest = listed(rest, one.Value)
		}
	}
	t.stand[v.Slot], t.struck[v.Slot] = rest, true
	t.g.Report, t.g.Struck = t.id(), true
	t.do(bots.FillSlot{Report: t.id(), Slot: v.Slot, Value: rest})
	t.untie(v)
}

// remark notes what they say of a value.
func (t *turn) remark(v bots.Told, as bots.CheckAs) {
	n := bots.NoteCheck{Report: t.id(), Slot: v.Slot, Value: v.Value, As: as}
	t.noted = append(t.noted, n)
	t.do(n)
}

// untie ends what [turn.join] tied.
func (t *turn) untie(v bots.Told) {
	c := bots.Check{Slot: v.Slot, Value: v.Value}
	for _, i := range t.heardBefore() {
		if digest := digestOf(i); c.Names(string(i.Kind), i.Value) && slices.Contains(t.g.Seen, digest) {
			t.do(bots.Unshare{Report: t.id(), What: "named " + digest})
			t.g.Report, t.g.Seen = t.id(), slices.DeleteFunc(slices.Clone(t.g.Seen), func(s string) bool { return s == digest })
		}
	}
}

// heardBefore are the indicators of what they have written in this report.
func (t *turn) heardBefore() (all []match.Indicator) {
	for _, l := range t.report.Lines {
		if len(l.Text) <= aStory {
			all = append(all, t.b.folder.Fold(l.Text).Indicators()...)
		}
	}
	return all
}

// corrected notes that one value took the place of another on the person's word.
func (t *turn) corrected(slot, old, value string) {
	if !slices.Contains(checked, slot) {
		return
	}
	was, is := values(map[string]string{slot: old}), values(map[string]string{slot: value})
	for _, v := range was {
		if !slices.Contains(is, v) {
			t.remark(v, bots.CheckWrong)
			t.untie(v)
		}
	}
	for _, v := range is {
		if !slices.Contains(was, v) {
			t.remark(v, bots.CheckCorrected)
		}
	}
	t.settleDoubt(t.lastTold())
}

// denied says whether they have said before that an indicator is theirs, or was read wrong.
func (t *turn) denied(i match.Indicator) bool {
	return slices.ContainsFunc(t.report.Checks, func(c bots.Check) bool {
		return c.Denied() && slices.Contains(reaching, c.Slot) && c.Names(string(i.Kind), i.Value)
	})
}
