package templates

import (
	"slices"
	"strings"
	"unicode"
)

// tags is a set of tag.
type tags uint64

func (t tags) has(any ...tag) bool {
	for _, a := range any {
		if t&(1<<a) != 0 {
			return true
		}
	}
	return false
}

// token is a word of the lexicon found in a text.
type token struct {
	from, to int // runes
	tags     tags
	clause   int
	quote    int // 0: outside quotation marks; else the number of the quotation
}

// sentence is what can make one request or one warning.
type sentence struct {
	text    []rune // of the whole folded text
	tokens  []token
	ask     bool // ends in a question mark
	refuted bool // a rhetorical question: the next sentence begins with a verdict
}

// mention is a place where money or a code is spoken of as something to be handed over.
type mention struct {
	from, to    int // runes
	first, last int // tokens
	rule        Rule
}

func (d words) sort() {
	for _, list := range d {
		slices.SortFunc(list, func(a, b word) int { return len(b.runes) - len(a.runes) })
	}
}

// at finds the longest word that begins at i.
func (d words) at(text []rune, i int) (length int, t tags) {
	for _, w := range d[text[i]] {
		if len(w.runes) < length || i+len(w.runes) > len(text) || !slices.Equal(text[i:i+len(w.runes)], w.runes) {
			continue
		}
		if w.latin && (inWord(text, i-1) || inWord(text, i+len(w.runes))) {
			continue
		}
		length = len(w.runes)
		for _, x := range w.tags {
			t |= 1 << x
		}
		return length, t
	}
	return 0, 0
}

func inWord(text []rune, i int) bool {
	return i >= 0 && i < len(text) && text[i] < 0x80 && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i]) || text[i] == '\'')
}

// sentences cuts a text and tags its words.
func sentences(f folded) (all []sentence) {
	d := dictionary()
	cur := sentence{text: f.runes}
	clause, quotes := 0, quotation{}
	for i := 0; i < len(f.runes); {
		r := f.runes[i]
		quotes.see(r)
		if end, hard := boundary(f.runes, i); end {
			if hard && quotes.open() == 0 {
				cur.ask = r == '?'
				all = append(all, cur)
				cur, clause = sentence{text: f.runes}, -1
			}
			clause++
			i++
			continue
		}
		n, t := amount(f.runes, i)
		if n == 0 {
			n, t = d.at(f.runes, i)
		}
		if n == 0 {
			i++
			continue
		}
		cur.add(token{from: i, to: i + n, tags: t, clause: clause, quote: quotes.open()})
		i += n
	}
	all = append(all, cur)
	for i := range all[:len(all)-1] {
		next := all[i+1].tokens
		all[i].refuted = all[i].ask && anyOf(next[:min(3, len(next))], scam)
	}
	return all
}

// add appends a token; 不要 before 相信 makes a verdict of both.
func (s *sentence) add(t token) {
	if n := len(s.tokens); n > 0 && t.from-s.tokens[n-1].to <= 1 && s.tokens[n-1].tags.has(deny, bare) {
		switch {
		case t.tags.has(believe):
			t.tags |= 1<<scam | 1<<response
		case t.tags.has(refrain):
			t.tags |= 1 << response
		}
	}
	s.tokens = append(s.tokens, t)
}

// boundary says whether a rune ends a clause, and whether it ends the sentence too.
func boundary(text []rune, i int) (end, hard bool) {
	next := func(n int) rune {
		if i+n < len(text) {
			return text[i+n]
		}
		return '\n'
	}
	switch text[i] {
	case '。', '!', '?', ';':
		return true, true
	case '\n':
		return true, i == 0 || text[i-1] != ':' && text[i-1] != ','
	case '.':
		return unicode.IsSpace(next(1)), unicode.IsSpace(next(1))
	case ',':
		return !unicode.IsDigit(next(1)), false
	case ':', '(', ')', '—', '[', ']':
		return true, false
	case ' ':
		conj := string(text[i:min(i+5, len(text))])
		return conj == " but " || strings.HasPrefix(conj, " so "), false
	}
	return false, false
}

// quotation numbers the stretches between quotation marks.
type quotation struct {
	n     int
	close []rune
}

func (q *quotation) see(r rune) {
	if n := len(q.close); n > 0 && q.close[n-1] == r {
		q.close = q.close[:n-1]
		return
	}
	i := strings.IndexRune("“‘「『\"", r)
	if i >= 0 {
		q.n++
		q.close = append(q.close, map[rune]rune{'“': '”', '‘': '’', '「': '」', '『': '』', '"': '"'}[r])
	}
}

func (q *quotation) open() int {
	if len(q.close) == 0 {
		return 0
	}
	return q.n
}

// amount finds a sum of money: a number with a currency before or behind it, or one that is to be
// sent over (转 2000 过来).
func amount(text []rune, i int) (int, tags) {
	j := i
	sign := strings.ContainsRune("¥$£€", text[j])
	if sign {
		j++
	}
	from := j
	j = number(text, j)
	if j == from || from > 0 && inWord(text, from-1) {
		return 0, 0
	}
	rest := strings.TrimPrefix(string(text[j:min(j+9, len(text))]), " ")
	for _, unit := range currencies {
		if strings.HasPrefix(rest, unit) {
			return j + len([]rune(unit)) - i, 1<<money | 1<<sum
		}
	}
	if sign || text[j-1] == '万' && text[from] != '千' && text[from] != '百' && j-from > 1 || sentOver(text, from, rest) {
		return j - i, 1<<money | 1<<sum
	}
	return 0, 0
}

var currencies = [...]string{"元", "块", "人民币", "美元", "美金", "港币", "现金", "usdt", "rmb", "yuan", "dollars", "cny"}

// number returns the end of a number in digits or Chinese numerals that begins at i.
func number(text []rune, i int) int {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	from := i
	for i < len(text) {
		r := text[i]
		inner := i > from && strings.ContainsRune(",. ", r) && i+1 < len(text) && digit(text[i+1])
		if !digit(r) && !inner && !strings.ContainsRune("零一二三四五六七八九十百千万两几半", r) && (i == from || !strings.ContainsRune("kw多余", r)) {
			break
		}
		i++
	}
	return i
}

// sentOver: 转 2000 过来, 充 500 到.
func sentOver(text []rune, from int, rest string) bool {
	before := strings.TrimRight(string(text[max(0, from-2):from]), " ")
	if before == "" || !strings.ContainsRune("转汇打付交充借存", []rune(before)[len([]rune(before))-1]) {
		return false
	}
	if n := text[from:number(text, from)]; isLarge(n) && !startsCounter(rest) {
		return true
	}
	for _, to := range []string{"过来", "给", "到", "过去", "进来"} {
		if strings.HasPrefix(rest, to) {
			return true
		}
	}
	return false
}

// isLarge says whether a bare number behind a verb of paying can only be a sum. Hotlines have three
// or five digits: 转12345, 打110.
func isLarge(n []rune) bool {
	if n[0] >= 0x80 {
		return len(n) > 1 && strings.ContainsRune("百千万", n[len(n)-1])
	}
	hotline := (len(n) == 3 || len(n) == 5) && (n[0] == '1' || n[0] == '9')
	return len(n) >= 3 && len(n) <= 7 && !hotline
}

func startsCounter(rest string) bool {
	return rest != "" && strings.ContainsRune("次人个天年月日号笔遍家名条件份位种元", []rune(rest)[0])
}

const reach = 24 // runes between the two halves of a mention

// mentions finds what could be a request.
func (s sentence) mentions() (all []mention) {
	for i, t := range s.tokens {
		if t.tags.has(neutral) {
			continue
		}
		switch {
		case t.tags.has(pay, move):
			if j := s.partner(i, money, fee); j >= 0 && t.tags.has(move) {
				all = append(all, s.pair(i, j, AsksMoney))
			} else if t.tags.has(pay) {
				all = append(all, s.pair(i, i, AsksMoney))
			}
		case t.tags.has(fee):
			if j := s.partner(i, take, money, plea, ask); j >= 0 {
				all = append(all, s.pair(i, j, AsksMoney))
			}
		case t.tags.has(sum):
			if j := s.partner(i, plea, ask, urge); j >= 0 {
				all = append(all, s.pair(i, j, AsksMoney))
			}
		case t.tags.has(secret):
			j := s.partner(i, give, ask)
			if j < 0 {
				j = s.comment(i)
			}
			if j >= 0 {
				all = append(all, s.pair(i, j, AsksCode))
			}
		}
	}
	return s.apart(all)
}

func (s sentence) pair(i, j int, rule Rule) mention {
	i, j = min(i, j), max(i, j)
	return mention{from: s.tokens[i].from, to: s.tokens[j].to, first: i, last: j, rule: rule}
}

// partner finds the nearest token of the same clause with one of the tags.
func (s sentence) partner(i int, want ...tag) int {
	best, distance := -1, reach
	for j, t := range s.tokens {
		if j == i || !s.together(i, j) || !t.tags.has(want...) || t.tags.has(neutral) {
			continue
		}
		if d := max(t.from-s.tokens[i].to, s.tokens[i].from-t.to); d < distance {
			best, distance = j, d
		}
	}
	return best
}

// comment finds what is to be done with a secret in the clause behind it: 收到的验证码，请念给我.
func (s sentence) comment(i int) int {
	for j := i + 1; j < len(s.tokens) && s.tokens[j].clause <= s.tokens[i].clause+1; j++ {
		if s.tokens[j].clause > s.tokens[i].clause && s.tokens[j].tags.has(give) && !s.tokens[j].tags.has(neutral) {
			return j
		}
	}
	return -1
}

// together says whether two tokens are of one clause, or set side by side: 手续费：50元.
func (s sentence) together(i, j int) bool {
	i, j = min(i, j), max(i, j)
	if s.tokens[i].clause == s.tokens[j].clause || s.tokens[i].tags.has(order) {
		return true
	}
	between := string(s.text[s.tokens[i].to:s.tokens[j].from])
	return strings.TrimSpace(between) == ":"
}

// apart drops mentions that lie within another of the same rule.
func (s sentence) apart(all []mention) []mention {
	var out []mention
	for _, m := range all {
		inside := slices.ContainsFunc(out, func(o mention) bool { return o.rule == m.rule && m.from < o.to && o.from < m.to })
		if !inside {
			out = append(out, m)
		}
	}
	return out
}

// passes says whether the words around a mention make it something else than a request.
func (s sentence) passes(m mention) bool {
	return s.refuted || s.denied(m) || s.quoted(m) || s.isNoun(m) || s.told(m) || s.warned(m) || s.isPast(m) || s.isQuestion(m) || s.isMoment(m) || s.isChecked(m)
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
	if q == 0 || s.tokens[m.last].quote != q || anyOf(s.tokens, noScam) {
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

// told: somebody else wants or does it.
func (s sentence) told(m mention) bool {
	pre := s.pre(m)
	if anyOf(s.rest(m), noScam) {
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
	for _, noun := range []string{"经过", "情况", "过程", "时间", "金额", "原因", "细节", "损失", "记录", "凭证", "截图", "风险", "行为", "证据", "收据"} {
		if strings.HasPrefix(after, "的"+noun) {
			return true
		}
	}
	return false
}

// narrated: 学生被骗，转账后即被拉黑. Nothing in the sentence turns to the reader.
func (s sentence) narrated(m mention) bool {
	return anyOf(s.tokens[:m.first], other, crook) && anyOf(s.rest(m), past, scam) && !anyOf(s.tokens, plea, ask, you, us, urge) && !s.offers(m)
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
	if anyOf(s.tokens, noScam) {
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
	if anyOf(pre, plea, ask, consequence) || anyOf(s.tokens[:m.first], cond) && !anyOf(s.rest(m), response, scam) {
		return false
	}
	if n := len(pre); n > 0 && pre[n-1].tags.has(past) && m.from-pre[n-1].to <= 4 {
		return true
	}
	if s.offers(m) || anyOf(s.rest(m), consequence) && !anyOf(s.tokens, scam, response, other, crook) {
		return false // 交了钱，您就没事了
	}
	if anyOf(s.tokens[m.first:m.last+1], past) {
		return true
	}
	post := s.post(m)
	return len(post) > 0 && post[0].tags.has(past) && post[0].from-m.to <= 1
}

// isQuestion: 是否转账, 转了多少.
func (s sentence) isQuestion(m mention) bool {
	if pre := s.pre(m); len(pre) > 0 && pre[len(pre)-1].tags.has(quest) && pre[len(pre)-1].to == m.from && m.rule == AsksMoney {
		return true // 怎么付款的
	}
	if s.ask && anyOf(s.tokens, quest) && anyOf(s.tokens, past) && !anyOf(s.tokens, plea, ask, us) {
		return true
	}
	all := slices.Concat(s.pre(m), s.tokens[m.first:m.last+1], s.post(m))
	return anyOf(all, quest) && !anyOf(all, plea, ask, us) && (s.ask && m.rule == AsksMoney || anyOf(all, past))
}

// isChecked: 先核实再转账.
func (s sentence) isChecked(m mention) bool {
	pre := s.pre(m)
	again := m.from > 0 && s.text[m.from-1] == '再' || strings.HasSuffix(string(s.text[:m.from]), "then ")
	return again && !anyOf(pre, plea, us) && anyOf(s.tokens[:m.first], response)
}

// isMoment: 转账前 names a time, 转账时要小心 a precaution.
func (s sentence) isMoment(m mention) bool {
	if anyOf(s.pre(m), plea, ask) {
		return false
	}
	after := string(s.text[m.to:min(m.to+3, len(s.text))])
	for _, before := range []string{"前", "之前", "以前"} {
		if strings.HasPrefix(after, before) && !strings.HasPrefix(after, "前往") {
			return true
		}
	}
	if before := string(s.text[:m.from]); strings.HasSuffix(before, "before you ") || strings.HasSuffix(before, "before ") {
		return true
	}
	return strings.HasPrefix(after, "时") && anyOf(s.rest(m), response, guard)
}
