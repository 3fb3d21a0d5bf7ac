package templates

import (
	"regexp"
	"slices"
	"strings"
)

// passes says whether the words around a mention make it something else than a request.
func (s sentence) passes(m mention) bool {
	return s.refuted || s.denied(m) || s.quoted(m) || s.isNoun(m) || s.told(m) || s.warned(m) || s.isPast(m) || s.isQuestion(m) || s.isMoment(m) || s.isChecked(m) || s.isRecalled(m) || s.isUndoing(m) || s.isReturned(m)
}

// pre are the tokens of the clause before the mention.
func (s sentence) pre(m mention) []token {
	from := m.first
	for from > 0 && s.tokens[from-1].clause == s.tokens[m.first].clause {
		from--
	}
	return s.tokens[from:m.first]
}

// post are the tokens of the clause behind the mention; rest are all to the end of the sentence.
func (s sentence) post(m mention) []token {
	to := m.last + 1
	for to < len(s.tokens) && s.tokens[to].clause == s.tokens[m.last].clause {
		to++
	}
	return s.tokens[m.last+1 : to]
}

func (s sentence) rest(m mention) []token { return s.tokens[m.last+1:] }

func anyOf(ts []token, want ...tag) bool {
	return slices.ContainsFunc(ts, func(t token) bool { return t.tags.has(want...) })
}

// denied: 不要转账, never pay.
func (s sentence) denied(m mention) bool {
	pre := s.pre(m)
	inner := s.tokens[m.first:m.last]
	for i := len(pre) - 1; i >= 0; i-- {
		t := pre[i]
		if !t.tags.has(deny, bare) || s.undone(t, m) {
			continue
		}
		between := slices.Concat(pre[i+1:], inner)
		if s.demands(t, between) || anyOf(between, consequence) {
			return false
		}
		if !t.tags.has(deny) && (m.from-t.to > 6 || anyOf(between, urge, threat)) {
			continue
		}
		if !s.threatens(t, pre[:i], m) {
			return true
		}
	}
	return anyOf(inner, deny) && !anyOf(pre, undeny)
}

// demands: 不要慌请转账. A denial does not reach over a plea; 不需要 is one word with its verb.
func (s sentence) demands(denial token, between []token) bool {
	if anyOf(between, report) || anyOf(between, believe) && !anyOf(between, plea, urge) {
		return false
	}
	return anyOf(between, plea) || slices.ContainsFunc(between, func(b token) bool { return b.tags.has(ask) && b.from > denial.to })
}

// undone: 不要忘记转账. The denial falls on another verb.
func (s sentence) undone(denial token, m mention) bool {
	for _, t := range s.tokens {
		if t.from >= denial.to && t.from-denial.to <= 2 && t.from <= m.from && t.tags.has(undeny) {
			return true
		}
	}
	return false
}

// threatens: 不缴纳将被逮捕. What follows is the price of not paying.
func (s sentence) threatens(denial token, before []token, m mention) bool {
	if !denial.tags.has(bare) && !anyOf(before, cond) {
		return false
	}
	rest := s.rest(m)
	if anyOf(s.tokens, scam, crook) {
		return false
	}
	return anyOf(rest, threat, consequence)
}

// quoted: the mention is in quotation marks and the words outside treat it as somebody's.
func (s sentence) quoted(m mention) bool {
	q := s.tokens[m.first].quote
	if q == 0 || s.tokens[m.last].quote != q || s.ownWords(q) {
		return false
	}
	marked := false
	for i, t := range s.tokens {
		if t.quote == q {
			continue
		}
		marked = marked || t.tags.has(crook, other, report, scam, cond, guard, response, attribute, header)
		if nextQuoted := i+1 < len(s.tokens) && s.tokens[i+1].quote == q; nextQuoted && t.tags.has(plea, ask, urge, us) && !t.tags.has(attribute, report) {
			return false
		}
	}
	return marked
}

// ownWords: 我们说“…”. The nearest person before the quotation is the sender.
func (s sentence) ownWords(quote int) bool {
	first := slices.IndexFunc(s.tokens, func(t token) bool { return t.quote == quote })
	for i := first - 1; i >= 0; i-- {
		switch t := s.tokens[i]; {
		case t.quote == quote:
		case t.tags.has(crook, other, you, cond, attribute) && !t.tags.has(report):
			return false
		case t.tags.has(us):
			return anyOf(s.tokens[i+1:first], report) || i == first-1
		}
	}
	return slices.ContainsFunc(s.tokens, func(t token) bool { return t.quote == 0 && t.tags.has(noScam) })
}

// assures: 这不是诈骗. Whoever says so, in the same breath as the mention, is not warning.
func (s sentence) assures(m mention) bool {
	q := s.tokens[m.first].quote
	return slices.ContainsFunc(s.tokens, func(t token) bool { return t.quote == q && t.tags.has(noScam) })
}

// told: somebody else wants or does it.
func (s sentence) told(m mention) bool {
	pre := s.pre(m)
	if s.assures(m) {
		return false
	}
	if s.narrated(m) {
		return true
	}
	if i := lastOf(pre, report); i >= 0 {
		at := s.index(pre[i])
		if anyOf(pre[i+1:], other) && !anyOf(pre, plea, you, us) {
			return true // made him pay
		}
		return s.byOthers(at, m) && !s.asksFirst(at)
	}
	if anyOf(pre, plea, ask, you, us) && !(len(pre) > 0 && pre[0].tags.has(crook) && !anyOf(pre, plea, ask)) {
		return false
	}
	if anyOf(pre, crook) {
		return true
	}
	if anyOf(pre, other) {
		return anyOf(s.tokens, past, scam, response, guard) || s.chained(m)
	}
	return s.chained(m) && !anyOf(pre, urge)
}

// isNoun: 转账的经过. The mention only tells which.
func (s sentence) isNoun(m mention) bool {
	after := string(s.text[m.to:min(m.to+4, len(s.text))])
	if i := m.from - 1; i >= 0 && s.text[i] == '笔' && !anyOf(s.pre(m), plea, ask, urge) {
		return true
	}
	if madeBefore.MatchString(string(s.text[m.to:min(m.to+16, len(s.text))])) {
		return true
	}
	for _, noun := range []string{"经过", "情况", "过程", "时间", "金额", "原因", "细节", "损失", "记录", "凭证", "截图", "风险", "行为", "证据", "收据"} {
		if strings.HasPrefix(after, "的"+noun) {
			return true
		}
	}
	return false
}

// madeBefore: the payment you made.
var madeBefore = regexp.MustCompile(`^ (?:that )?you (?:have )?(?:already )?(?:made|sent|paid)`)

// narrated: 学生被骗，转账后即被拉黑. Nothing in the sentence turns to the reader.
func (s sentence) narrated(m mention) bool {
	return anyOf(s.tokens[:m.first], other, crook) && (anyOf(s.rest(m), past, scam) || anyOf(s.pre(m), past)) && !anyOf(s.tokens, plea, ask, you, us, urge) && !s.offers(m)
}

func lastOf(ts []token, want ...tag) int {
	for i := len(ts) - 1; i >= 0; i-- {
		if ts[i].tags.has(want...) {
			return i
		}
	}
	return -1
}

func (s sentence) index(t token) int {
	return slices.IndexFunc(s.tokens, func(o token) bool { return o.from == t.from })
}

// byOthers says whether the nearest person before a reporting verb is not the sender.
func (s sentence) byOthers(verb int, m mention) bool {
	for i := verb; i >= 0; i-- {
		t := s.tokens[i]
		switch {
		case t.tags.has(crook):
			return true
		case t.tags.has(other, cond):
			return !s.complies(i) || anyOf(s.tokens[:i], other, crook)
		case t.tags.has(us):
			return i > 0 && s.tokens[i-1].tags.has(crook, cond) && t.from-s.tokens[i-1].to <= 3
		}
	}
	return anyOf(s.rest(m), scam, crook, response)
}

// complies: 按照平台要求 makes the wish of the platform our own.
func (s sentence) complies(subject int) bool {
	return subject > 0 && s.tokens[subject-1].tags.has(comply) && s.tokens[subject].from-s.tokens[subject-1].to <= 1
}

// asksFirst: 请按照他的要求. A plea before the third party, with no denial between.
func (s sentence) asksFirst(verb int) bool {
	for i := verb - 1; i >= 0 && s.tokens[i].clause == s.tokens[verb].clause; i-- {
		t := s.tokens[i]
		if t.tags.has(deny, guard, cond, crook, response) {
			return false
		}
		if t.tags.has(plea) {
			return true
		}
	}
	return false
}

// chained: 骗子先让您下载软件，再缴纳保证金. An earlier clause began to tell about somebody else.
func (s sentence) chained(m mention) bool {
	if anyOf(s.pre(m), plea, ask, us, you) {
		return false
	}
	clause := s.tokens[m.first].clause
	for i := m.first - 1; i >= 0; i-- {
		t := s.tokens[i]
		if t.clause == clause {
			continue
		}
		if t.tags.has(plea, ask, us) && !t.tags.has(report, crook, other) && !s.reported(i) {
			return false
		}
		if t.tags.has(report) && s.byOthers(i, m) {
			return s.isSpeech(t) || !s.offers(m)
		}
	}
	return false
}

// isSpeech: 骗子说，… What follows the comma is what was said.
func (s sentence) isSpeech(verb token) bool {
	return verb.to < len(s.text) && strings.ContainsRune(",:", s.text[verb.to])
}

// offers: 缴费后即可领取. It promises the reader something for the money.
func (s sentence) offers(m mention) bool {
	return anyOf(s.post(m), consequence, urge) && !anyOf(s.tokens, scam)
}

// reported says whether a token stands behind a reporting verb of its clause.
func (s sentence) reported(i int) bool {
	for j := i - 1; j >= 0 && s.tokens[j].clause == s.tokens[i].clause; j-- {
		if s.tokens[j].tags.has(report, crook) {
			return true
		}
	}
	return false
}

// warned: 谨防先交费, 凡是…都是诈骗.
func (s sentence) warned(m mention) bool {
	pre, rest := s.pre(m), s.rest(m)
	if s.assures(m) {
		return false
	}
	earlier := s.tokens[:m.first]
	if i := lastOf(earlier, guard); i >= 0 && !s.forSake(earlier[i]) && !anyOf(earlier[i+1:], s.blocks(earlier[i])...) {
		return true
	}
	if s.isRelative(m) && !anyOf(pre, plea, us) && anyOf(rest, scam, crook, response) {
		return true
	}
	if anyOf(pre, plea, ask) && !anyOf(pre, report, cond) {
		return false
	}
	if anyOf(rest, scam, crook) && !anyOf(pre, us) {
		return true
	}
	if anyOf(earlier, header) && anyOf(earlier, scam, crook) && !anyOf(pre, plea, ask, us) {
		return true
	}
	if anyOf(s.post(m), remedy) && !anyOf(pre, urge, us) {
		return true
	}
	return anyOf(earlier, cond, report) && anyOf(rest, response) && !anyOf(pre, plea, ask, us)
}

// blocks are what ends the reach of a precaution; a heading (识别：) reaches further.
func (s sentence) blocks(precaution token) []tag {
	if precaution.to < len(s.text) && s.text[precaution.to] == ':' {
		return []tag{plea, us}
	}
	return []tag{plea, ask, us, urge}
}

// isRelative: 先交费的贷款. The mention only describes a thing.
func (s sentence) isRelative(m mention) bool {
	for i := m.to; i < min(m.to+8, len(s.text)); i++ {
		if end, _ := boundary(s.text, i); end {
			return false
		}
		if s.text[i] == '的' || s.text[i] == '者' {
			return true
		}
	}
	return false
}

// forSake: 为防范风险. A precaution as a pretext.
func (s sentence) forSake(t token) bool {
	return t.from > 0 && strings.ContainsRune("为了以", s.text[t.from-1])
}

// isPast: 已经转账, 转账了.
func (s sentence) isPast(m mention) bool {
	pre := s.pre(m)
	if m.rule == AsksMoney && !anyOf(pre, plea, ask) && already.MatchString(string(s.text[s.from():m.from])) {
		return true // 如果您已经付了钱
	}
	if anyOf(pre, plea, ask, consequence) || anyOf(s.tokens[:m.first], cond) && !anyOf(s.rest(m), response, scam) {
		return false
	}
	if n := len(pre); n > 0 && pre[n-1].tags.has(past) && m.from-pre[n-1].to <= 4 {
		return true
	}
	if s.offers(m) || anyOf(s.rest(m), consequence) && !anyOf(s.tokens, scam, response, other, crook) {
		return false // 交了钱，您就没事了
	}
	if s.disposes(m) {
		return false
	}
	if anyOf(s.tokens[m.first:m.last+1], past) {
		return true
	}
	post := s.post(m)
	return len(post) > 0 && post[0].tags.has(past) && post[0].from-m.to <= 1
}

// already stands right before what was done.
var already = regexp.MustCompile(`(?:您|你|他|她)(?:已经|已|刚才|刚刚|刚)(?:把|给)?$`)

// disposes: 今天之内把尾款结了. With 把 and a term, a plea or a suggestion, 了 says that it is to be done.
func (s sentence) disposes(m mention) bool {
	earlier := s.tokens[:m.first]
	clause := string(s.text[max(s.from(), m.from-12):min(m.to+3, len(s.text))])
	return strings.Contains(clause, "把") && anyOf(earlier, urge, ask, plea) && !anyOf(earlier, other, crook)
}

// isQuestion: 是否转账, 转了多少.
func (s sentence) isQuestion(m mention) bool {
	if pre := s.pre(m); len(pre) > 0 && pre[len(pre)-1].tags.has(quest) && pre[len(pre)-1].to == m.from && m.rule == AsksMoney {
		return true // 怎么付款的
	}
	if s.ask && strings.Contains(string(s.text[s.from():s.to()]), "还是") && !anyOf(s.tokens, plea, urge) {
		return true // 您是用微信付的款，还是刷的卡？
	}
	if s.ask && theirs.MatchString(string(s.text[s.from():m.from])) {
		return true
	}
	if s.ask && anyOf(s.tokens, quest) && anyOf(s.tokens, past) && !anyOf(s.tokens, plea, ask, us) {
		return true
	}
	all := slices.Concat(s.pre(m), s.tokens[m.first:m.last+1], s.post(m))
	return anyOf(all, quest) && !anyOf(all, plea, ask, us) && (s.ask && m.rule == AsksMoney || anyOf(all, past))
}

// theirs says that the reader spoke of it first: 您说的交押金租房, 是在签合同之前吗?
var theirs = regexp.MustCompile(`(?:您|你)(?:刚才)?(?:说|讲|提到|提|遇到|碰到|写)的[^，,。;!?]{0,4}$`)

// isChecked: 先核实再转账, 验货后再付款.
func (s sentence) isChecked(m mention) bool {
	pre := s.pre(m)
	before := string(s.text[:m.from])
	again := strings.HasSuffix(before, "再") || strings.HasSuffix(before, "then ")
	return !anyOf(pre, plea, us) && (again && anyOf(s.tokens[:m.first], response) || !anyOf(pre, you) && looked.MatchString(before))
}

// looked is what somebody does before they pay.
var looked = regexp.MustCompile(`(?:验|看|查|核|试|签|见|收)[^，,。;!?]{0,6}(?:再|后)$`)

// isRecalled: 请回忆一下，转账是在几点. The reader is asked to tell, not to do it.
func (s sentence) isRecalled(m mention) bool {
	around := slices.Concat(s.pre(m), s.post(m))
	asked := recall.MatchString(string(s.text[s.from():m.from]))
	return asked && m.rule == AsksMoney && anyOf(around, quest) && !anyOf(around, urge, consequence)
}

// recall asks somebody to tell what happened.
var recall = regexp.MustCompile(`回忆|回想|核对一下|确认一下|想一想|想想|说一下|说说|讲一下|讲讲|描述|告诉我们|告诉民警|写一下|写清|补充|remember when|tell us (?:when|how)`)

// from is where the sentence's first word stands.
func (s sentence) from() int {
	if len(s.tokens) == 0 {
		return 0
	}
	from := s.tokens[0].from
	for from > 0 {
		if _, hard := boundary(s.text, from-1); hard {
			break
		}
		from--
	}
	return from
}

// to is where the sentence ends.
func (s sentence) to() int {
	for i := s.tokens[len(s.tokens)-1].to; i < len(s.text); i++ {
		if _, hard := boundary(s.text, i); hard {
			return i
		}
	}
	return len(s.text)
}

// isUndoing: 申请冻结刚才的转账. What is spoken of is to be stopped or looked into.
func (s sentence) isUndoing(m mention) bool {
	return m.first == m.last && undoing.MatchString(string(s.text[max(0, m.from-12):m.from]))
}

var undoing = regexp.MustCompile(`(?:冻结|撤销|撤回|拦截|止付|追回|查询|核查|申诉|取消|追踪)[^，,。;!?:]{0,6}(?:的|笔)$`)

// isReturned: 退到您本人的账户. The money comes to the reader.
func (s sentence) isReturned(m mention) bool {
	return m.rule == AsksMoney && m.first == m.last && !anyOf(s.pre(m), plea, ask) && toReader.MatchString(string(s.text[m.to:min(m.to+10, len(s.text))]))
}

var toReader = regexp.MustCompile(`^(?:您|你)(?:本人|自己)?(?:的)?(?:原)?(?:账户|帐户|银行卡|卡|微信|支付宝)`)

// goesThere: 前往 and 前来 are no moments.
var goesThere = regexp.MustCompile(`^前(?:往|来|台|去)`)

// isMoment: 转账前 names a time, 转账时要小心 a precaution.
func (s sentence) isMoment(m mention) bool {
	if anyOf(s.pre(m), plea, ask) {
		return false
	}
	after := string(s.text[m.to:min(m.to+3, len(s.text))])
	for _, before := range []string{"前", "之前", "以前"} {
		if strings.HasPrefix(after, before) && !goesThere.MatchString(after) {
			return true
		}
	}
	if before := string(s.text[:m.from]); strings.HasSuffix(before, "before you ") || strings.HasSuffix(before, "before ") {
		return true
	}
	return strings.HasPrefix(after, "时") && anyOf(s.rest(m), response, guard)
}
