package templates

import "regexp"

// terse are requests that name neither a payment nor a fee: a price that "will do", savings that are to be put together or kept for
// somebody, a debt that is to be made good, figures that are to be read out.
func (s sentence) terse() (all []mention) {
	if len(s.tokens) == 0 {
		return nil
	}
	base := s.from()
	text := string(s.text[base:s.to()])
	for _, form := range terseForms {
		for _, at := range form.is.FindAllStringIndex(text, -1) {
			from, to := base+runeAt(text, at[0]), base+runeAt(text, at[1])
			if first, last, ok := s.tokensIn(from, to); ok {
				all = append(all, mention{from: from, to: to, first: first, last: last, rule: form.rule})
			}
		}
	}
	return all
}

// tokensIn are the first and the last token within a stretch, or the nearest before it in the sentence.
func (s sentence) tokensIn(from, to int) (first, last int, ok bool) {
	first = -1
	for i, t := range s.tokens {
		if t.from >= from && t.to <= to {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return first, last, first >= 0
}

const (
	someSum = `(?:\d+(?:万|千|百|块|元)+|[一二两三四五六七八九十]+(?:万|千|百|块|元)+|[1-9]\d{3,6})`
	gapless = `[^,。!?;]`
)

// terseForms never change.
var terseForms = []struct {
	rule Rule
	is   *regexp.Regexp
}{
	{AsksMoney, regexp.MustCompile(`(?:一次性|先给|先打|先付|就差|还差|只差|另加|拿出|准备好?|出)` + gapless + `{0,2}` + someSum + gapless + `{0,6}(?:就行|都行|就好|怎么给|来|谅解|和解|[,。]|$)`)},
	{AsksMoney, regexp.MustCompile(someSum + gapless + `{0,6}(?:就行|都行|就好|怎么给|没结|未结|就办|一条|补了|补进去)`)},
	{AsksMoney, regexp.MustCompile(`先(?:打|给|付|交|转|补)(?:一半|一部分|一点|这笔|进来|过来)|把` + gapless + `{0,10}(?:补进来|补进去|补了|补上)`)},
	{AsksMoney, regexp.MustCompile(`(?:存款|积蓄|养老钱|资金|余额|黄金|额度|理财|现金|里面的钱|钱)` + gapless + `{0,10}(?:集中到|归集|归到|归入|转存|暂存|存放|挪到|过到|放我们|提出来|取出来|赎回来|凑到|统一)|(?:存款|积蓄|养老钱|资金|黄金|额度|钱)[^。!?;]{0,14}(?:代管|代为保管|我们保管|暂存|转存)`)},
	{AsksMoney, regexp.MustCompile(`(?:得|要|须|由|需)(?:您|你|当事人|家属)` + gapless + `{0,4}(?:出|承担|负担|报销|结算)`)},
	{AsksMoney, regexp.MustCompile(`(?:欠|滞纳|罚单|罚没|差额|解冻额度|保证部分)[^。!?;]{0,24}(?:补上|补进|补齐|处理|结清|到账|付的话|打八折)`)},
	{AsksMoney, regexp.MustCompile(`(?:花点钱|花钱)` + gapless + `{0,4}(?:打点|摆平|了结|私了)|(?:买|购买)` + gapless + `{0,8}(?:卡)[^。!?;]{0,8}(?:刮开|拍|卡密|告知)`)},
	{AsksCode, regexp.MustCompile(`(?:卡|背面|短信|屏幕|末尾|跳出)` + gapless + `{0,8}(?:个数|位数|数字|数)` + gapless + `{0,4}(?:是多少|发|报|念|填|告诉|给)`)},
	{AsksCode, regexp.MustCompile(`(?:密码|u盾|卡密|口令|助记词|验证码|那条短信|一个码)[^。!?;]{0,8}(?:寄到|寄给|拍给|发给|发我|抄下来|拍照|回我|说一下|原封不动)`)},
	{AsksMoney, regexp.MustCompile(`(?:place|move|put|transfer|keep|deposit) (?:them|it|(?:your|all your|the) (?:savings|funds|money|balance)) (?:in|into|to|with) (?:the|a|our) [a-z ]{0,20}(?:account|officer)|(?:settle|cover|clear) the (?:[a-z]+ ){0,3}(?:warrant|fine|amount|fee|bail|balance)|(?:take|bring|hand) (?:out )?the cash`)},
}
