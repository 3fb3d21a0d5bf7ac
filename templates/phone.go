package templates

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// digits with the separators people put between them; also written-out Chinese digits
	digitRun   = regexp.MustCompile(`\+?[0-9](?:[ ()（）\-—–.·]{0,2}[0-9])*`)
	hanDigits  = regexp.MustCompile(`[零〇一二三四五六七八九幺两]{7,}`)
	callBefore = regexp.MustCompile(`(?:拨打|致电|电话|热线|手机|手机号|座机|拨|打|联系|短信到|发短信至|call|phone|tel|text|dial|hotline|ring)(?:[是为:：号码 至或、和,and /or]*[0-9 ]*)*$`)
	unitAfter  = regexp.MustCompile(`^ ?(?:元|块|万|人|次|条|件|个|年|月|日|天|时|分|秒|%|岁|名|起|笔|余|多|米|级|度|号线|字|mb|kb|yuan|people|cases|times|per)`)
	mobile     = regexp.MustCompile(`^(?:\+?86)?1[3-9]\d{9}$`)
	landline   = regexp.MustCompile(`^(?:\+?86)?0\d{9,11}$`)
	serviceNo  = regexp.MustCompile(`^(?:400\d{7}|800\d{7}|95\d{3,6}|96\d{3,4}|1[02]\d{3}|12\d{3}|1[02]\d{3}\d?|100\d{2,3}|118\d{2,3})$`)
	overseas   = regexp.MustCompile(`^(?:\+|00)\d{7,15}$`)
)

// lintPhones refuses telephone numbers that are not in the hotline table.
func lintPhones(f folded, p Policy) (all []Finding) {
	text := f.String()
	for _, n := range findPhones(text) {
		if !p.listed(n.number) { // promise 11
			from, to := runeAt(text, n.Start), runeAt(text, n.End)
			all = append(all, Finding{Rule: Phone, Span: f.span(from, to), Message: "号码 " + n.number + " 不在热线表里：删去，或改用表中的热线"})
		}
	}
	return all
}

type foundPhone struct {
	Span
	number string
}

func findPhones(text string) (all []foundPhone) {
	for _, m := range digitRun.FindAllStringIndex(text, -1) {
		n := digitsOf(text[m[0]:m[1]])
		if isPhone(n, text[:m[0]], text[m[1]:]) {
			all = append(all, foundPhone{Span{m[0], m[1]}, n})
		}
	}
	for _, m := range hanDigits.FindAllStringIndex(text, -1) {
		n := arabic(text[m[0]:m[1]])
		if mobile.MatchString(n) || landline.MatchString(n) || callBefore.MatchString(tail(text[:m[0]])) {
			all = append(all, foundPhone{Span{m[0], m[1]}, n})
		}
	}
	return all
}

func isPhone(n, before, after string) bool {
	if endsLatin(before) || beginsLatin(after) { // part of a code or reference
		return false
	}
	if mobile.MatchString(n) || landline.MatchString(n) || overseas.MatchString(n) {
		return true
	}
	if unitAfter.MatchString(after) {
		return false
	}
	if len(n) >= 3 && callBefore.MatchString(tail(before)) {
		return true
	}
	return serviceNo.MatchString(n) && !endsMoney(before)
}

// tail is as much of a text as can matter for what follows it.
func tail(s string) string { return s[max(0, len(s)-80):] }

func endsLatin(s string) bool {
	return s != "" && (isLatin(s[len(s)-1]) || len(s) > 1 && strings.IndexByte("-_.", s[len(s)-1]) >= 0 && isLatin(s[len(s)-2]))
}

func beginsLatin(s string) bool {
	return s != "" && (isLatin(s[0]) || len(s) > 1 && strings.IndexByte("-_", s[0]) >= 0 && isLatin(s[1]))
}

func isLatin(c byte) bool { return c >= 'a' && c <= 'z' || c == '_' }

func endsMoney(s string) bool {
	s = strings.TrimRight(s, " ")
	return strings.HasSuffix(s, "$") || strings.HasSuffix(s, "¥") || strings.HasSuffix(s, "编号") || strings.HasSuffix(s, "第")
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

func arabic(s string) string {
	return strings.NewReplacer("零", "0", "〇", "0", "一", "1", "幺", "1", "二", "2", "两", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9").Replace(s)
}

// runeAt is the number of runes before a byte.
func runeAt(s string, at int) int { return len([]rune(s[:at])) }

func (p Policy) listed(number string) bool {
	return slices.ContainsFunc(p.Hotlines, func(h Hotline) bool {
		return digitsOf(h.Number) == number && h.Valid(p.Now)
	})
}
