package match

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	chineseDigits = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
	number        = `(?:(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,2})?|[` + chineseDigits + `十百千万亿拾佰仟]+)`
)

var (
	// money is a number with the units behind it.
	money = regexp.MustCompile(`^(` + number + `(?:[万千百亿佰仟wk]` + number + `?)*)(多|几|来|左右)?(万|千|百)?(多)?(元|块钱|块|人民币|rmb|圆)?`)
	// paid are signs and verbs right before a number that make it money.
	paid     = regexp.MustCompile(`(¥|rmb ?|(?:转账?|付款?|打款?|汇款?|充值?|投资?|骗|损失|亏|交|垫付?|花|要|扣|借|到手|每人|费|被盗刷?)(?:了|走|去|给他|给她|给对方|过去)*(?:我|我们|大概|差不多|约|将近|快)? ?)$`)
	hotline  = regexp.MustCompile(`^(?:110|119|120|122|9\d{4}|1[0-2]\d{3})$`)
	counters = regexp.MustCompile(`^(?:多|余)?(?:\+|人|次|粉|条|个|名|台|份|平|公里|里|km|户|吨|步|年|股|字|张|家|本|天|月|号|日|点|岁|分|小时|画质|高清|超清|%|倍|单|位|只|米|克|瓦|字节|套|部|遍|楼|层|届|期|集|章|[a-z])`)
)

// jiao is a price with a tenth: "9块9".
var jiao = regexp.MustCompile(`(\d{1,5})块([1-9])(?:毛|角)?`)

func (f Folded) amounts() (all []candidate) {
	for _, m := range jiao.FindAllStringSubmatchIndex(f.Text, -1) {
		if !f.within(m[:2], isDigit) && !counters.MatchString(f.Text[m[1]:]) {
			all = append(all, found(Amount, f.Text[m[2]:m[3]]+"."+f.Text[m[4]:m[5]]+"0", m[0], m[1], 80))
		}
	}
	for from := 0; from < len(f.Text); {
		if !numeric(f.Text[from:]) {
			_, w := utf8.DecodeRuneInString(f.Text[from:])
			from += w
			continue
		}
		at := money.FindStringSubmatchIndex(f.Text[from:min(len(f.Text), from+longestAmount)])
		if at == nil {
			from++
			continue
		}
		if c, ok := f.amount(from, at); ok {
			all = append(all, c)
		}
		from += max(1, at[3])
	}
	return all
}

// longestAmount bounds how much of a text is read as one amount, in bytes.
const longestAmount = 96

// numeric says whether a number can begin here.
func numeric(s string) bool {
	if s[0] < utf8.RuneSelf {
		return isDigit(s[0])
	}
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune(chineseDigits+"十百千万亿拾佰仟", r)
}

// amount reads what money matched at from.
func (f Folded) amount(from int, at []int) (candidate, bool) {
	part := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return f.Text[from+at[2*n] : from+at[2*n+1]]
	}
	digits, currency, rest := part(1)+part(3), part(5), f.Text[from+at[1]:]
	if currency == "" && (counters.MatchString(rest) || hotline.MatchString(digits)) { // 打了110
		return candidate{}, false
	}
	said := f.lastSaid(from)
	alone, about := f.alone(from, rest)
	alone = alone && (hasUnit(digits) || part(2)+part(4) != "")
	if f.cut(from, said, rest) || currency == "" && said == "" && !alone && !arabicWithUnit(digits) {
		return candidate{}, false
	}
	cents, ok := cents(digits)
	signed := alone || currency != "" || said == "¥" || strings.HasPrefix(said, "rmb")
	if !ok || cents == 0 || !signed && !hasUnit(digits) && cents < 100_00 {
		return candidate{}, false
	}
	c := found(Amount, yuan(cents), from, from+at[1], 70)
	if signed {
		c.Confidence = 85
	}
	c.Approx = part(2)+part(4) != "" || alone && about
	return c, true
}

// What may stand around a number that is all somebody answers: "大概两千多吧".
var (
	leading  = regexp.MustCompile(`^\s*(?:(?:一共|总共|损失|有|是)|(大概|大约|差不多|约|快|将近|接近|不到|小))*\s*$`)
	trailing = regexp.MustCompile(`^\s*(?:(?:钱|吧|了|啊|呢|[。.!~，,])|(左右|上下|的样子))*\s*$`)
)

// alone says whether a number is all that a text says, as the answer to "how much?" is, and whether only roughly.
func (f Folded) alone(from int, rest string) (alone, about bool) {
	if from > 60 || len(rest) > 60 {
		return false, false
	}
	b, a := leading.FindStringSubmatch(f.Text[:from]), trailing.FindStringSubmatch(rest)
	if b == nil || a == nil {
		return false, false
	}
	return true, b[1]+a[1] != ""
}

// lastSaid is the sign or verb right before a number.
func (f Folded) lastSaid(at int) string {
	from := max(0, at-60)
	for from < at && !utf8.RuneStart(f.Text[from]) {
		from++
	}
	return paid.FindString(f.Text[from:at])
}

// cut says whether the number is a piece of a longer word or number.
func (f Folded) cut(from int, said, rest string) bool {
	before := byte(' ')
	if from > 0 {
		before = f.Text[from-1]
	}
	return said == "" && (isWord(before) || strings.IndexByte(".-/", before) >= 0) || isDigit(before) || rest != "" && isDigit(rest[0])
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

// coinage is an amount of a currency that has no yuan: USDT is called u as well.
var coinage = regexp.MustCompile(`(\d{1,12}(?:,\d{3})*(?:\.\d{1,8})?|[一二两三四五六七八九]?[十百千万]+)(万)? ?个?(usdt|泰达币|btc|比特币|eth|以太坊|u币|u\b|u(?:[^a-z0-9]|$))`)

func (f Folded) coins() (all []candidate) {
	for _, m := range coinage.FindAllStringSubmatchIndex(f.Text, -1) {
		number := f.Text[m[2]:m[3]]
		if m[4] >= 0 {
			number += "万"
		}
		value, ok := cents(number)
		if !ok || value == 0 || m[0] > 0 && (isWord(f.Text[m[0]-1]) || f.Text[m[0]-1] == '.') {
			continue
		}
		name, to := coinOf(f.Text[m[6]:m[7]])
		all = append(all, found(Coins, yuan(value)+" "+name, m[2], m[6]+to, 75))
	}
	return all
}

// coinOf names a coin, and says how many bytes of the word are its own.
func coinOf(word string) (name string, width int) {
	switch {
	case strings.HasPrefix(word, "btc"), strings.HasPrefix(word, "比特币"):
		return "BTC", len(word)
	case strings.HasPrefix(word, "eth"), strings.HasPrefix(word, "以太坊"):
		return "ETH", len(word)
	case strings.HasPrefix(word, "u") && !strings.HasPrefix(word, "usdt") && !strings.HasPrefix(word, "u币"):
		return "USDT", 1
	}
	return "USDT", len(word)
}
