package match

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind says what an indicator is.
type Kind string

// The kinds of indicators.
const (
	Phone  Kind = "phone"  // Value in E.164, or digits for 400 numbers
	URL    Kind = "url"    // Value with its scheme and host mended, never fetched
	Amount Kind = "amount" // Value in yuan: "35000", "12.50"
	Time   Kind = "time"   // Value as written
)

// Indicator is a phone number, link, amount or time found in a text.
type Indicator struct {
	Kind   Kind
	Value  string
	At     Span
	Approx bool // "两千多": at least about that
}

// dot is a dot of a host name, also written out.
const dot = `(?:\.|。|点|\[\.\]|\(\.\))`

var (
	mobile   = regexp.MustCompile(`(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:[- ]?\d){8}`)
	landline = regexp.MustCompile(`0\d{2,3}-\d{7,8}|400[- ]?\d{3}[- ]?\d{4}`)
	links    = regexp.MustCompile(`h(?:tt|xx)ps?:?//[a-z0-9-]+(?:` + dot + `[a-z0-9-]+)*(?:[:/?#][!-~]*)?|` +
		`[a-z0-9][a-z0-9-]*(?:` + dot + `[a-z0-9-]+)*` + dot +
		`(?:com|cn|net|org|top|xyz|vip|cc|app|io|info|shop|club|site|online|me|co|tv|icu|work|link|ltd|win|fun|pro)(?:[/?][!-~]*|\b)`)
	moments = regexp.MustCompile(`(?:刚才|刚刚|(?:\d+|[一二两三四五六七八九十几半]+)个?(?:分钟|小时|天|周|星期|月)(?:前|以前|之前)|` +
		`(?:今天|今早|今晚|昨天|昨晚|前天|大前天|上周[一二三四五六日天]?|上个?月|去年|\d{1,2}月\d{1,2}[日号])` +
		`(?:早上|上午|中午|下午|晚上|凌晨)?(?:[0-2]?\d|[一二两三四五六七八九十]+)?(?:点半?|:[0-5]\d|时)?(?:[0-5]?\d分)?)`)
	dotted = strings.NewReplacer("[.]", ".", "(.)", ".", "。", ".", "点", ".")
)

// Indicators returns what was found, in the order it appears; none overlaps another.
// Values come from the folded text, so digits may be written in any width or disguise.
func (f Folded) Indicators() []Indicator {
	var all []Indicator
	all = append(all, f.links()...)
	all = append(all, f.phones()...)
	all = append(all, f.amounts()...)
	all = append(all, f.times()...)
	all = apart(all)
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.Start < all[j].At.Start })
	return all
}

// apart keeps the first of any that overlap: a number within a link is no phone.
func apart(all []Indicator) []Indicator {
	var kept []Indicator
next:
	for _, i := range all {
		for _, k := range kept {
			if k.At.Overlaps(i.At) {
				continue next
			}
		}
		kept = append(kept, i)
	}
	return kept
}

func (f Folded) phones() (all []Indicator) {
	for _, at := range mobile.FindAllStringIndex(f.Text, -1) {
		if f.within(at, isDigit) {
			continue
		}
		digits := onlyDigits(f.Text[at[0]:at[1]])
		all = append(all, Indicator{Kind: Phone, Value: "+86" + digits[len(digits)-11:], At: f.Origin(at[0], at[1])})
	}
	for _, at := range landline.FindAllStringIndex(f.Text, -1) {
		if f.within(at, isDigit) {
			continue
		}
		digits := onlyDigits(f.Text[at[0]:at[1]])
		if digits[0] == '0' {
			digits = "+86" + digits[1:]
		}
		all = append(all, Indicator{Kind: Phone, Value: digits, At: f.Origin(at[0], at[1])})
	}
	return all
}

// within says whether a match is only a piece of a longer run.
func (f Folded) within(at []int, more func(byte) bool) bool {
	return at[0] > 0 && more(f.Text[at[0]-1]) || at[1] < len(f.Text) && more(f.Text[at[1]])
}

func (f Folded) links() (all []Indicator) {
	for _, at := range links.FindAllStringIndex(f.Text, -1) {
		if at[0] > 0 && (f.Text[at[0]-1] == '@' || isWord(f.Text[at[0]-1])) {
			continue // an e-mail address, or the tail of a longer word
		}
		end := at[0] + len(strings.TrimRight(f.Text[at[0]:at[1]], `.,;:!?)]}'"`))
		all = append(all, Indicator{Kind: URL, Value: mendLink(f.Text[at[0]:end]), At: f.Origin(at[0], end)})
	}
	return all
}

// mendLink undoes hxxp and written-out dots.
func mendLink(s string) string {
	scheme, rest := "", s
	if i := strings.Index(s, "//"); i >= 0 && strings.HasPrefix(s, "h") {
		scheme, rest = "http", s[i+2:]
		if strings.Contains(s[:i], "ps") {
			scheme = "https"
		}
		scheme += "://"
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	return scheme + dotted.Replace(host) + path
}

func (f Folded) times() (all []Indicator) {
	for _, at := range moments.FindAllStringIndex(f.Text, -1) {
		all = append(all, Indicator{Kind: Time, Value: f.Text[at[0]:at[1]], At: f.Origin(at[0], at[1])})
	}
	return all
}

const (
	chineseDigits = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
	number        = `(?:\d{1,15}(?:,\d{3}){0,4}(?:\.\d{1,2})?|[` + chineseDigits + `十百千万亿拾佰仟]+)`
)

var (
	// money is a number with what makes it money: a unit behind it, a sign before it, or
	// a verb of paying.
	money = regexp.MustCompile(`(¥|rmb ?|(?:转账?|付款?|打款?|汇款?|充值?|投资?|骗|损失|亏|交|垫付?|花|被盗刷?)(?:了|走|去|给他|给她|给对方|过去)*(?:我|我们|大概|差不多|约|将近|快)? ?)?` +
		`(` + number + `(?:[万千百亿佰仟wk]` + number + `?)*)` +
		`(多|几|来|左右)?(万|千|百)?(多)?(元|块钱|块|人民币|rmb|圆)?`)
	hotline  = regexp.MustCompile(`^(?:110|119|120|122|9\d{4}|1[0-2]\d{3})$`)
	counters = regexp.MustCompile(`^(?:多|余)?(?:人|次|粉|条|个|名|台|份|平|公里|里|km|户|吨|步|年|股|字|张|家|本|天|月|号|日|点|岁|分|小时|画质|高清|%|倍|单|位|只|套|部|遍|楼|层|届|期|集|章|[a-z])`)
)

func (f Folded) amounts() (all []Indicator) {
	for _, at := range money.FindAllStringSubmatchIndex(f.Text, -1) {
		if i, ok := f.amount(at); ok {
			all = append(all, i)
		}
	}
	return all
}

func (f Folded) amount(at []int) (Indicator, bool) {
	part := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return f.Text[at[2*n]:at[2*n+1]]
	}
	said, digits, currency := part(1), part(2)+part(4), part(6)
	if f.cut(at) || currency == "" && counters.MatchString(f.Text[at[1]:]) {
		return Indicator{}, false
	}
	if currency == "" && said == "" && !arabicWithUnit(digits) {
		return Indicator{}, false
	}
	cents, ok := cents(digits)
	if currency == "" && hotline.MatchString(digits) {
		return Indicator{}, false // 打了110
	}
	signed := currency != "" || said == "¥" || strings.HasPrefix(said, "rmb")
	if !ok || cents == 0 || !signed && !hasUnit(digits) && cents < 100_00 {
		return Indicator{}, false
	}
	return Indicator{Kind: Amount, Value: yuan(cents), At: f.Origin(at[4], at[1]), Approx: part(3)+part(5) != ""}, true
}

// cut says whether the number is a piece of a longer word or number.
func (f Folded) cut(at []int) bool {
	from := at[4]
	return from > 0 && at[2] < 0 && (isWord(f.Text[from-1]) || f.Text[from-1] == '.' || f.Text[from-1] == '-' || f.Text[from-1] == '/') ||
		at[1] < len(f.Text) && isDigit(f.Text[at[1]])
}

func hasUnit(s string) bool        { return strings.ContainsAny(s, "万千百亿佰仟wk") }
func arabicWithUnit(s string) bool { return isDigit(s[0]) && hasUnit(s) }

var units = map[rune]int64{'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000, 'k': 1000, '万': 1_0000, 'w': 1_0000, '亿': 1_0000_0000}

// tooMuch bounds amounts, in cents: beyond a trillion yuan it is no amount.
const tooMuch = 100_0000_0000_0000

// cents reads 35000, 3万5, 1.5w, 三万五千, 十二万. A lone digit behind a unit is of the next
// lower one: 3万5 is 35,000.
func cents(s string) (int64, bool) {
	var total, section, n int64 // in cents; n is a number still without unit
	var last int64              // the unit before n
	pending, lone := false, false
	for i := 0; i < len(s); {
		if w, v, single := readNumber(s[i:]); w > 0 {
			if pending {
				return 0, false
			}
			n, lone, pending = v, single, true
			i += w
			continue
		}
		r, w := utf8.DecodeRuneInString(s[i:])
		i += w
		u, ok := units[r]
		if r == '零' || r == '〇' {
			last = 0 // 三万零五 is 30,005
			continue
		}
		if !ok {
			return 0, false
		}
		if !pending && section == 0 && total == 0 && u != 10 {
			return 0, false // 百万, 千万: no amount by themselves
		}
		if !pending && u <= 1000 {
			n = 100 // 十二: the one is not said
		}
		if u >= 1_0000 {
			total += (section + n) * u
			section = 0
		} else {
			section += n * u
		}
		n, pending, last = 0, false, u
		if total > tooMuch || section > tooMuch {
			return 0, false
		}
	}
	if pending && lone && last >= 100 {
		n = n * last / 10
	}
	total += section + n
	return total, total <= tooMuch
}

// readNumber reads digits with commas and cents, or one Chinese digit. Lone is true for
// a single digit.
func readNumber(s string) (width int, inCents int64, lone bool) {
	r, w := utf8.DecodeRuneInString(s)
	if v := chineseDigit(r); v > 0 {
		return w, v * 100, true
	}
	for width < len(s) && (isDigit(s[width]) || width > 0 && (s[width] == ',' || s[width] == '.')) {
		width++
	}
	if width == 0 || width > 16 {
		return 0, 0, false
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(s[:width], ",", ""), 64)
	if err != nil || v > 1e12 {
		return 0, 0, false
	}
	return width, int64(v*100 + 0.5), width == 1
}

func chineseDigit(r rune) int64 {
	switch r {
	case '两':
		return 2
	case '零', '〇':
		return 0
	}
	for _, row := range [...]string{"一二三四五六七八九", "壹贰叁肆伍陆柒捌玖"} {
		if i := strings.IndexRune(row, r); i >= 0 {
			return int64(i/utf8.RuneLen(r) + 1)
		}
	}
	return 0
}

func yuan(cents int64) string {
	if cents%100 == 0 {
		return strconv.FormatInt(cents/100, 10)
	}
	return strconv.FormatFloat(float64(cents)/100, 'f', 2, 64)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isWord(b byte) bool  { return isDigit(b) || b >= 'a' && b <= 'z' }
