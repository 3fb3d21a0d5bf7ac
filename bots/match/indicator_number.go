package match

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// spoken is a digit in figures or as it is read out: 幺 is the telephone's one.
const spoken = `[0-9零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖]`

var (
	mobile = regexp.MustCompile(`(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:[- ._]?\d){8}`)
	// dictated is a mobile number read out in part or whole.
	dictated = regexp.MustCompile(spoken + `(?:[ -]?` + spoken + `){10}`)
	landline = regexp.MustCompile(`\(?0(?:10|2\d|[3-9]\d{2})\)?[- ]?\d{7,8}`)
	service  = regexp.MustCompile(`[48]00[- ]?\d{3}[- ]?\d{4}|[48]00\d{7}`)
	short    = regexp.MustCompile(`9[56]\d{3,6}|10(?:0[0-9]{2}|6\d{5,17})`)
	// overseas is a number with a country's code other than our own.
	overseas = regexp.MustCompile(`\+[1-9]\d{0,2}[- ]?\d(?:[- ]?\d){5,11}|00(?:1|44|60|61|62|63|65|66|81|82|84|85[2356]|886|9[1-9]|97\d)[- ]?\d(?:[- ]?\d){6,10}`)

	calls   = regexp.MustCompile(`(?:电话|来电|号码|手机|座机|热线|客服|打|拨|短信|联系)[^0-9，。,.;；\n]{0,12}$`)
	calling = regexp.MustCompile(`^(?:这个号)?(?:打|发|拨|来电|给我打)`)
	// counted are things that are numbered, and are no phones, cards or accounts.
	counted = regexp.MustCompile(`(?:单号|订单|运单|快递|物流|编号|流水|序列号|发票|车架|条码|学号|工号|案号|房号|取件码|验证码|邮编|回执)[^0-9，。,;；\n]{0,12}$`)
)

func (f Folded) phones() (all []candidate) {
	all = f.mobiles(mobile, 90)
	for _, at := range overseas.FindAllStringIndex(f.Text, -1) {
		digits := onlyDigits(f.Text[at[0]:at[1]])
		if f.Text[at[0]] != '+' {
			digits = digits[2:]
		}
		if !strings.HasPrefix(digits, "86") && !f.within(at, isWord) {
			all = append(all, found(Phone, "+"+digits, at[0], at[1], 80))
		}
	}
	all = append(all, f.fixed(landline, 80)...)
	all = append(all, f.fixed(service, 85)...)
	for _, at := range short.FindAllStringIndex(f.Text, -1) {
		if n := f.Text[at[0]:at[1]]; !f.within(at, isWord) && n != "96110" && (f.before(at[0], calls, 48) || calling.MatchString(f.Text[at[1]:])) {
			all = append(all, found(Phone, n, at[0], at[1], 60))
		}
	}
	return all
}

// spelled finds mobile numbers that are read out.
func (f Folded) spelled() []candidate {
	if strings.Count(f.Text, "一")+strings.Count(f.Text, "幺")+strings.Count(f.Text, "1") == 0 {
		return nil
	}
	return f.mobiles(dictated, 75)
}

func (f Folded) mobiles(form *regexp.Regexp, confidence int) (all []candidate) {
	for _, at := range form.FindAllStringIndex(f.Text, -1) {
		digits := figures(f.Text[at[0]:at[1]])
		digits = digits[max(0, len(digits)-11):]
		if !subscriber.MatchString(digits) || f.within(at, isDigit) || f.split(at) || f.before(at[0], counted, 48) {
			continue
		}
		all = append(all, found(Phone, "+86"+digits, at[0], at[1], confidence))
	}
	return all
}

var subscriber = regexp.MustCompile(`^1[3-9]\d{9}$`)

// split says whether a longer number goes on behind a separator: 1380-0138-0001-234.
func (f Folded) split(at []int) bool {
	before, after := f.Text[:at[0]], f.Text[at[1]:]
	return len(before) > 1 && before[len(before)-1] == '-' && isDigit(before[len(before)-2]) ||
		len(after) > 1 && after[0] == '-' && isDigit(after[1])
}

func (f Folded) fixed(form *regexp.Regexp, confidence int) (all []candidate) {
	for _, at := range form.FindAllStringIndex(f.Text, -1) {
		written := f.Text[at[0]:at[1]]
		digits := onlyDigits(written)
		if f.within(at, isDigit) || f.split(at) || f.before(at[0], counted, 48) {
			continue
		}
		sure := confidence
		if digits == written && digits[0] == '0' {
			if sure = 60; !f.before(at[0], calls, 48) {
				continue // a bare number that begins with 0 may be anything
			}
		}
		if digits[0] == '0' {
			digits = "+86" + digits[1:]
		}
		all = append(all, found(Phone, digits, at[0], at[1], sure))
	}
	return all
}

var (
	cardNumber = regexp.MustCompile(`\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,3})?|\d{13,19}`)
	ofCard     = regexp.MustCompile(`(?:卡号?|银行|信用卡|储蓄卡|收款|尾号|转到|转给|转账|打到|打进|汇到|汇进|汇给|卡里)[^0-9，。,;；\n]{0,18}$`)
	accountNo  = regexp.MustCompile(`(?:账号|账户|帐号|帐户|对公|开户行|户头)[^0-9a-z，。,;；\n]{0,30}?(\d(?:[ -]?\d){7,23})`)
)

// cards wants a right check digit, and the issuers' common beginning or words about a card.
// Digits that fail the check are left to accounts.
func (f Folded) cards() (all []candidate) {
	for _, at := range cardNumber.FindAllStringIndex(f.Text, -1) {
		digits := onlyDigits(f.Text[at[0]:at[1]])
		said := f.before(at[0], ofCard, 60)
		switch {
		case len(digits) < 13 || f.within(at, isWord) || !luhn(digits):
		case f.before(at[0], counted, 48) && !said:
		case strings.HasPrefix(digits, "62") && len(digits) >= 16:
			all = append(all, found(Card, digits, at[0], at[1], 95))
		case said:
			all = append(all, found(Card, digits, at[0], at[1], 85))
		}
	}
	return all
}

// luhn checks the last digit of a card's number (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (f Folded) accounts() (all []candidate) {
	for _, m := range accountNo.FindAllStringSubmatchIndex(f.Text, -1) {
		at := m[2:4]
		if !f.within(at, isWord) {
			all = append(all, found(BankAccount, onlyDigits(f.Text[at[0]:at[1]]), at[0], at[1], 55))
		}
	}
	for _, at := range cardNumber.FindAllStringIndex(f.Text, -1) { // called a card, and the check fails
		if !f.within(at, isWord) && f.before(at[0], ofCard, 60) && !f.before(at[0], counted, 48) {
			all = append(all, found(BankAccount, onlyDigits(f.Text[at[0]:at[1]]), at[0], at[1], 50))
		}
	}
	return all
}

var (
	identity    = regexp.MustCompile(`[1-9]\d{16}[\dx]`)
	oldIdentity = regexp.MustCompile(`[1-9]\d{14}`)
	ofIdentity  = regexp.MustCompile(`(?:身份证|证件)[^0-9，。,;；\n]{0,12}$`)
)

// identities finds numbers of identity cards (GB 11643-1999): 18 characters with a check
// character, or 15 digits where the words say so. They are taken for the victim's.
func (f Folded) identities() (all []candidate) {
	add := func(at []int, born string, confidence int) {
		if _, err := time.Parse("20060102", born); err == nil && !f.within(at, isWord) {
			c := found(IDNumber, masked(f.Text[at[0]:at[1]]), at[0], at[1], confidence)
			c.Role = Victim
			all = append(all, c)
		}
	}
	for _, at := range identity.FindAllStringIndex(f.Text, -1) {
		if n := f.Text[at[0]:at[1]]; mod11(n) {
			add(at, n[6:14], 95)
		}
	}
	for _, at := range oldIdentity.FindAllStringIndex(f.Text, -1) {
		if f.before(at[0], ofIdentity, 48) {
			add(at, "19"+f.Text[at[0]+6:at[0]+12], 70)
		}
	}
	return all
}

// mod11 checks the last character of an identity number (ISO 7064, MOD 11-2).
func mod11(n string) bool {
	sum := 0
	for i := range 17 {
		sum = (sum + int(n[i]-'0')) * 2 % 11
	}
	check := (12 - sum) % 11
	return n[17] == "0123456789x"[check]
}

// masked leaves the region and the last four characters.
func masked(n string) string {
	return n[:6] + strings.Repeat("*", len(n)-10) + strings.ToUpper(n[len(n)-4:])
}

// figures turns digits that are read out into figures and drops separators.
func figures(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '幺':
			b.WriteByte('1')
		case r == '零' || r == '〇':
			b.WriteByte('0')
		default:
			if d := chineseDigit(r); d > 0 {
				b.WriteString(strconv.FormatInt(d, 10))
			}
		}
	}
	return b.String()
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
