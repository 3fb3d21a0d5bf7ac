package match

import (
	"regexp"
	"strings"
)

// roughs are amounts of which only about how much is said: 五六千, 十来万, 几百块, 上万元, 2-3万, 一万出头, 2w+. Their value is the lower
// end, or the least that is meant: 几 is two.
func (f Folded) roughs() (all []candidate) {
	for _, form := range roughForms {
		for _, m := range form.is.FindAllStringSubmatchIndex(f.Text, -1) {
			value, ok := form.least(f.Text, m)
			at := m[0]
			if form.after {
				at = m[2]
			}
			if ok && value > 0 && value <= tooMuch && f.isRoughSum(at, m[1]) {
				c := found(Amount, yuan(value), at, m[1], 70)
				c.Approx = true
				all = append(all, c)
			}
		}
	}
	return all
}

// roughForm is a way to say about how much, and what it says at least, in cents.
type roughForm struct {
	is    *regexp.Regexp
	least func(text string, m []int) (int64, bool)
	after bool // the amount begins behind the word that makes it rough
}

const (
	digit    = `[一二两三四五六七八九]`
	aUnit    = `(?:百万|十万|万|千|百|十)`
	currency = `(?:块钱|块|元|人民币)?`
	figure   = `(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)(?:千|百|万|w|k)*`
)

// roughForms never change.
var roughForms = []roughForm{
	{regexp.MustCompile(`(十)?(` + digit + `)` + digit + `(` + aUnit + `)` + currency), adjoining, false},           // 五六千, 十五六万
	{regexp.MustCompile(`(` + digit + `[万千])(` + digit + `)` + digit + currency), follows, false},                  // 一万五六
	{regexp.MustCompile(`几(` + aUnit + `)(万)?` + currency), several, false},                                        // 几十万
	{regexp.MustCompile(`((?:` + digit + `?[十百千]|` + digit + `))(?:几|来|多)(万|千)?` + currency), some, false},         // 十来万, 一百来块
	{regexp.MustCompile(`([百千万])把` + currency + `|上([百千万])` + currency + `|近([万千])` + `(?:块钱|块|元)`), oneOf, false}, // 万把块, 上万元
	{regexp.MustCompile(`(` + figure + `)(?:块|元)?(?:-|~|—|到|至)(` + figure + `)` + currency), fromTo, false},        // 2到3万
	{regexp.MustCompile(`(` + figure + `)` + currency + `(?:\+|出头|左右|上下)(?:块钱|块|元)?`), lower, false},               // 2w+
	{regexp.MustCompile(`(?:接近|将近|不到|大约|大概|差不多|小|近|约|快|大)(` + figure + `)` + currency), lower, true},               // 小一万
}

func part(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// centsOf reads a figure; "一" goes before a unit that stands alone.
func centsOf(s string) (int64, bool) {
	if s != "" && strings.HasPrefix("百千万", s[:min(3, len(s))]) || strings.HasPrefix(s, "百万") || strings.HasPrefix(s, "千") || strings.HasPrefix(s, "万") {
		s = "一" + s
	}
	return cents(s)
}

func adjoining(text string, m []int) (int64, bool) {
	return centsOf(part(text, m, 1) + part(text, m, 2) + part(text, m, 3))
}
func follows(text string, m []int) (int64, bool) { return cents(part(text, m, 1) + part(text, m, 2)) }
func several(text string, m []int) (int64, bool) {
	return cents("二" + part(text, m, 1) + part(text, m, 2))
}
func some(text string, m []int) (int64, bool) { return centsOf(part(text, m, 1) + part(text, m, 2)) }
func oneOf(text string, m []int) (int64, bool) {
	return centsOf(part(text, m, 1) + part(text, m, 2) + part(text, m, 3))
}
func lower(text string, m []int) (int64, bool) { return centsOf(part(text, m, 1)) }

// fromTo reads the lower end of a range; a unit behind the upper end is of both: 2到3万.
func fromTo(text string, m []int) (int64, bool) {
	low, high := part(text, m, 1), part(text, m, 2)
	if !strings.ContainsAny(low, "万千百wk") {
		if i := strings.IndexAny(high, "万wk"); i >= 0 {
			low += high[i:]
		}
	}
	a, ok := cents(low)
	b, also := cents(high)
	return a, ok && also && a < b
}

// isRoughSum says whether what was found is a sum: nothing is viewed behind it, it is no piece of something longer, and it
// has a currency, is all that is said, has ten thousands, or stands behind a word of paying or losing.
func (f Folded) isRoughSum(from, to int) bool {
	found, rest := f.Text[from:to], f.Text[to:]
	if roughCounters.MatchString(rest) || f.cut(from, "", rest) || endsInNumber.MatchString(f.Text[:from]) || strings.HasPrefix(rest, "分之") || viewed.MatchString(f.Text[:from]) {
		return false
	}
	if strings.ContainsAny(found, "块元") || strings.ContainsAny(found, "万w") {
		return true
	}
	if alone, _ := f.alone(from, rest); alone {
		return hasUnit(found)
	}
	clause := f.Text[strings.LastIndexAny(f.Text[:from], ",。!?;\n")+1 : from]
	return strings.ContainsAny(clause, "转汇付骗坑交缴充损亏投垫借押少花打扣贷套凑赔欠") && (hasUnit(found) || len(found) > 3)
}

var (
	roughCounters = regexp.MustCompile(`^(?:多|几|来)|^余?\+?(?:号?人|次|粉|条|个|名|台|份|平|公里|里|km|户|吨|步|年|股|字|张|家|本|天|月|号|日|点|岁|分|小时|画质|高清|超清|%|倍|单|位|只|米|克|瓦|套|部|遍|楼|层|届|期|集|章|度|句|秒|下)`)
	viewed        = regexp.MustCompile(`(?:播放|阅读|浏览|点击|下载|销|粉丝|点赞|转发|访问)(?:量|数)?$`)
	endsInNumber  = regexp.MustCompile(`[\d一二两三四五六七八九十百千万几第成.]$`)
)
