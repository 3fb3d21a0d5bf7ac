package match

import (
	_ "embed"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// weights lists what pieces of a text say about its hurry: the piece, and in thousandths how much it speaks for danger to life and
// for moving money. They were learned from testdata/urgency.txt; "go test -run TestUrgencyWeights -update" learns them again.
//
//go:embed weights.txt
var weights string

type weight struct{ life, money float64 }

// scale holds the weights by piece; the piece "" is what every text begins with.
var scale = sync.OnceValue(func() map[string]weight {
	m := map[string]weight{}
	for line := range strings.Lines(weights) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		life, _ := strconv.Atoi(f[1]) // a test reads all of them
		money, _ := strconv.Atoi(f[2])
		m[f[0]] = weight{float64(life), float64(money)}
	}
	return m
})

// weigh is how much a text speaks for danger to life and for moving money, against neither, in thousandths of a logit.
func weigh(text string) (w weight) {
	pieces, m := piecesOf(text), scale()
	for _, p := range pieces {
		w.life += m[p].life
		w.money += m[p].money
	}
	root, base := math.Sqrt(float64(len(pieces)+fewPieces)), m[""]
	return weight{w.life/root + base.life, w.money/root + base.money}
}

// hurry is what urgency the weights give. A long text is also weighed by its sentences, with more asked of them: the one that
// counts may stand among many.
func (s speech) hurry() Urgency {
	u := weigh(s.text).urgency(0)
	if u == NoUrgency && len(s.text) >= longText {
		u = s.hurryOfSentences()
	}
	if u == MoneyMoving && longAgo.is.MatchString(s.text) && !justNow.is.MatchString(s.text) {
		return NoUrgency
	}
	return u
}

func (s speech) hurryOfSentences() Urgency {
	found := NoUrgency
	for _, sentence := range strings.FieldsFunc(s.text, func(r rune) bool { return strings.ContainsRune("。!?;\n", r) }) {
		switch weigh(sentence).urgency(surely) {
		case LifeDanger:
			return LifeDanger
		case MoneyMoving:
			found = MoneyMoving
		}
	}
	return found
}

const (
	longText = 240  // bytes: 80 characters
	surely   = 1000 // thousandths of a logit
	// fewPieces keeps what is short from weighing much.
	fewPieces = 30
	// lifeFirst is what danger to life is ahead of money: the graver card also names 110.
	lifeFirst = 300
)

// urgency is the greater of both when together they outweigh neither by a margin, in thousandths of a logit.
func (w weight) urgency(margin float64) Urgency {
	const one = 1000
	switch {
	case math.Log(math.Exp(w.life/one)+math.Exp(w.money/one))*one <= margin:
		return NoUrgency
	case w.life+lifeFirst > w.money:
		return LifeDanger
	}
	return MoneyMoving
}

// graver says whether danger to life surely outweighs money.
func (w weight) graver() bool { return w.life > 0 && w.life-w.money > surely }

// piecesOf are what a text is weighed by, each once: runs of one to three characters as they stand, and of two and three when a
// sign stands for every amount, relative, stranger, sum of money and secret.
func piecesOf(text string) (all []string) {
	seen := map[string]bool{}
	add := func(runes []rune, shortest int, what string) {
		for n := shortest; n <= 3; n++ {
			for i := 0; i+n <= len(runes); i++ {
				p := string(runes[i : i+n])
				if (what == "" || strings.ContainsAny(p, what)) && !seen[p] {
					seen[p] = true
					all = append(all, p)
				}
			}
		}
	}
	add(letters(text), 1, "")
	add(letters(kindsOfWords().Replace(sums.ReplaceAllString(text, "Ａ"))), 1, "ＡＫＴＭＳ")
	return all
}

// letters leaves out what stands between words.
func letters(text string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(",。!?;、 \n\t:.“”\"()~", r) {
			return -1
		}
		return r
	}, text))
}

// sums are amounts of money, or what may be one.
var sums = regexp.MustCompile(`(?:\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千万几半]+)(?:多|来|几)?(?:万|千|百|块|元|w|k|u)+(?:钱)?|[一二两三四五六七八九十]+(?:万|千|百)+|[1-9]\d{3,6}`)

// kindsOfWords puts a sign, full width as no folded text is, in the place of a word.
var kindsOfWords = sync.OnceValue(func() *strings.Replacer {
	var table []string
	for sign, words := range map[string]string{
		"Ｋ": `妈妈 爸爸 父亲 母亲 父母 爸妈 老公 老婆 丈夫 妻子 媳妇 对象 男友 女友 男朋友 女朋友 儿子 女儿 闺女 孩子 小孩 孙子 孙女 孙儿 爷爷 奶奶 外公 外婆 姥姥 姥爷 阿姨 舅舅 叔叔 姑姑 婆婆 公公 岳父 岳母 老人 哥哥 姐姐 弟弟 妹妹 侄子 侄女 亲戚 朋友 同学 同事 室友 闺蜜 邻居 老伴 妈 爸 娘 爹 哥 姐 弟 妹 叔 舅 姑`,
		"Ｔ": `他们 她们 对方 客服 骗子 那边 那人 那个人 警官 警察 民警 公安 法官 检察官 检察院 领导 老板 老师 导师 助理 主管 经理 人家 网友 专员 工作人员 平台 群主 主播 房东 卖家 买家 中介`,
		"Ｍ": `积蓄 存款 余额 工资 退休金 养老金 零钱 本金 额度 白条 花呗 借呗 网贷 贷款 信用卡 比特币 usdt 购物卡 礼品卡 充值卡 卡密 押金 定金 保证金 手续费 解冻费 红包 现金 黄金 金条 钱 款`,
		"Ｓ": `验证码 短信码 动态码 校验码 付款码 口令 密码 卡号`,
	} {
		for w := range strings.FieldsSeq(words) {
			table = append(table, w, sign)
		}
	}
	return strings.NewReplacer(longestFirst(table)...)
})
