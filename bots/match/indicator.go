package match

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind says what an indicator is.
type Kind string

// The kinds of indicators.
const (
	Phone       Kind = "phone"    // Value in E.164; digits only for 400 and short service numbers
	Card        Kind = "card"     // of a bank: digits
	BankAccount Kind = "account"  // digits called an account, which no check confirms
	IDNumber    Kind = "id"       // of an identity card; Value is masked and is never passed on
	WeChat      Kind = "wechat"   // WeChat id
	QQ          Kind = "qq"       // QQ number, of a person or a group
	Alipay      Kind = "alipay"   // phone (E.164) or mail address of an Alipay account
	Order       Kind = "order"    // number of a payment by Alipay or WeChat: 28 to 32 digits
	Telegram    Kind = "telegram" // name without @
	Meeting     Kind = "meeting"  // number of a video meeting
	Email       Kind = "email"
	URL         Kind = "url"    // Value with its scheme and host mended, never fetched
	App         Kind = "app"    // name, package or SHA-256 of an app
	Wallet      Kind = "wallet" // address of a cryptocurrency wallet, its letters as written
	Amount      Kind = "amount" // Value in yuan: "35000", "12.50"
	Coins       Kind = "coins"  // Value with its name: "2000 USDT"
	Time        Kind = "time"   // Value as written; see [When]
)

// Reaches says whether an indicator of this kind leads to somebody: a number, name or address, not an
// amount, a payment, a time or an app.
func (k Kind) Reaches() bool {
	return k != Amount && k != Coins && k != Time && k != App && k != Order
}

// Role says whose an indicator seems to be, by the words around it.
type Role string

// The roles.
const (
	Unclear Role = ""
	Suspect Role = "suspect" // of whoever is reported
	Victim  Role = "victim"  // of whoever writes, or theirs
)

// Indicator is a number, name, link, amount or time found in a text. It is what the text
// says, not the truth: the person who wrote it confirms it.
type Indicator struct {
	Kind   Kind
	Value  string
	At     Span
	Approx bool // "两千多": at least about that
	Role   Role
	// Confidence is from 1 to 100: above 90 a check digit or an unmistakable form, 60 to 90 the
	// form and the words around it, below 60 the words only.
	Confidence int
}

// candidate is a find in folded text, before overlaps are settled.
type candidate struct {
	Indicator
	from, to int // in folded text
	rank     int // of its finder: the more certain kind goes first
}

// finder looks for one kind, where the text has what the kind is made of.
type finder struct {
	find           func(Folded) []candidate
	digits, latins int      // fewest of each in the whole text
	any            []string // one of these must occur; none: whatever the text says
}

// finders are asked in this order; of two finds that overlap, the earlier finder's stays, and
// of one finder's the longer. A number within a link is no phone, and digits are a QQ number only
// where the words say so. The table never changes.
var finders = []finder{
	{find: Folded.links, latins: 2},
	{find: Folded.alipays, any: []string{"支付宝"}},
	{find: Folded.orders, digits: 28, any: []string{"单号", "订单", "交易", "流水"}},
	{find: Folded.emails, latins: 2, any: []string{"@"}},
	{find: Folded.wallets, digits: 1, latins: 1},
	{find: Folded.identities, digits: 15},
	{find: Folded.cards, digits: 13},
	{find: Folded.qqs, digits: 5, any: []string{"q", "扣", "企鹅", "群号", "叩", "球球"}},
	{find: Folded.meetings, digits: 9, any: []string{"会议", "zoom"}},
	{find: Folded.phones, digits: 5},
	{find: Folded.spelled},
	{find: Folded.wechats, any: []string{"微", "薇", "威信", "维信", "徽信", "v", "wx", "weixin", "wechat"}},
	{find: Folded.telegrams, latins: 4, any: []string{"telegram", "电报", "飞机", "tg"}},
	{find: Folded.accounts, digits: 8},
	{find: Folded.coins, any: []string{"u", "泰达币", "btc", "比特币", "eth", "以太坊"}},
	{find: Folded.roughs, any: []string{"十", "百", "千", "万", "w", "k", "块", "元", "+", "几"}},
	{find: Folded.amounts},
	{find: Folded.times},
	{find: Folded.apps, any: []string{"app", "软件", "客户端", ".", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
}

// finds asks a finder, unless the text cannot have what it looks for.
func (x finder) finds(f Folded, digits, latins int) []candidate {
	occurs := func(s string) bool { return strings.Contains(f.Text, s) }
	if digits < x.digits || latins < x.latins || len(x.any) > 0 && !slices.ContainsFunc(x.any, occurs) {
		return nil
	}
	return x.find(f)
}

// composed counts a text's digits and letters.
func (f Folded) composed() (digits, latins int) {
	for i := range len(f.Text) {
		switch c := f.Text[i]; {
		case isDigit(c):
			digits++
		case c >= 'a' && c <= 'z':
			latins++
		}
	}
	return digits, latins
}

// Indicators returns what was found, in the order it appears; none overlaps another.
// Values come from the folded text, so digits may be written in any width or disguise.
func (f Folded) Indicators() []Indicator {
	var all []candidate
	digits, latins := f.composed()
	for rank, x := range finders {
		for _, c := range x.finds(f, digits, latins) {
			c.rank = rank
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.to-b.from, a.to-a.from))
	})
	kept := apart(all)
	slices.SortFunc(kept, func(a, b candidate) int { return cmp.Compare(a.from, b.from) })
	found := make([]Indicator, len(kept))
	for i, c := range kept {
		c.At = f.Origin(c.from, c.to)
		if c.Role == Unclear && c.Kind != Amount && c.Kind != Time && c.Kind != Coins {
			c.Role = f.role(c)
		}
		found[i] = c.Indicator
	}
	return found
}

// apart keeps the first of any that overlap.
func apart(all []candidate) []candidate {
	var kept []candidate
	for _, c := range all {
		if !slices.ContainsFunc(kept, func(k candidate) bool { return k.from < c.to && c.from < k.to }) {
			kept = append(kept, c)
		}
	}
	return kept
}

func found(kind Kind, value string, from, to, confidence int) candidate {
	return candidate{Indicator: Indicator{Kind: kind, Value: value, Confidence: confidence}, from: from, to: to}
}

// before says whether the text right before a place says what; at most reach bytes count.
func (f Folded) before(at int, what *regexp.Regexp, reach int) bool {
	from := max(0, at-reach)
	for from < at && !utf8.RuneStart(f.Text[from]) {
		from++
	}
	return what.MatchString(f.Text[from:at])
}

// within says whether a match is only a piece of a longer run.
func (f Folded) within(at []int, more func(byte) bool) bool {
	return at[0] > 0 && more(f.Text[at[0]-1]) || at[1] < len(f.Text) && more(f.Text[at[1]])
}

// cased is a piece of the folded text with its capitals as they were written.
func (f Folded) cased(from, to int) string {
	b := []byte(f.Text[from:to])
	for i, c := range b {
		if c < 'a' || c > 'z' {
			continue
		}
		at := f.origin[from+i]
		if r, _ := utf8.DecodeRuneInString(f.raw[at.Start:at.End]); r >= 'A' && r <= 'Z' || r >= 'Ａ' && r <= 'Ｚ' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isWord(b byte) bool  { return isDigit(b) || b >= 'a' && b <= 'z' }
