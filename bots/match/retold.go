package match

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Claims are texts known to be false. A text is held against them by what it says, not by how: characters and pairs of characters that
// few claims share weigh more, figures and places most, and words for the same thing are one. A text that names another place than the
// claim is not like it, however near the words are. Numbers of five and more digits, links and account names count as nothing, so that
// nobody learns from it which number is known.
//
// It is safe for concurrent use.
type Claims struct {
	claims []content
	rarity map[string]float64
}

// content is what a text says.
type content struct {
	pieces map[string]bool
	places map[string][]string // by kind of place: the ends of their names
	events map[string]bool     // what is said to have happened
}

// NewClaims prepares claims. A text of fewer than ten characters is like nothing.
func NewClaims(f *Folder, texts []string) *Claims {
	c := &Claims{rarity: map[string]float64{}}
	often := map[string]int{}
	for _, t := range texts {
		x := contentOf(f.Fold(t))
		c.claims = append(c.claims, x)
		for p := range x.pieces {
			often[p]++
		}
	}
	for p, n := range often {
		c.rarity[p] = math.Log(float64(len(texts)+usual)/float64(n)) * kindWeight(p)
	}
	return c
}

// usual stands for the texts that are no claims.
const usual = 20

// kindWeight is more for figures and places than for pairs, and least for single characters.
func kindWeight(p string) float64 {
	switch r := []rune(p); {
	case r[0] == '#' || r[0] == '@':
		return 2.0
	case len(r) == 1:
		return 0.5
	}
	return 1
}

func (c *Claims) weight(p string) float64 {
	if w, ok := c.rarity[p]; ok {
		return w
	}
	return math.Log(usual) * kindWeight(p)
}

// Like is the claim that a text is most like, and how much, in percent; 0 and -1 when none is near enough.
func (c *Claims) Like(text Folded) (claim, percent int) {
	x := contentOf(text)
	claim = -1
	for i, k := range c.claims {
		line := retoldLine
		if len(k.events) == 0 {
			line = wordsLine
		}
		if p := c.alike(x, k); p >= line && p > percent && !x.elsewhere(k) && x.happened(k) {
			claim, percent = i, p
		}
	}
	return claim, percent
}

// retoldLine is from how many percent on a text says what a claim says.
const retoldLine = 34

// wordsLine is the line for a claim of which it is not known what is said to have happened.
const wordsLine = 65

// happened says whether a text tells of at least half of what is said to have happened.
func (x content) happened(claim content) bool {
	both := 0
	for e := range claim.events {
		if x.events[e] {
			both++
		}
	}
	return 2*both >= len(claim.events)
}

// alike is the share of what both say, of what either says: the mean of the two shares, the claim's counting double.
func (c *Claims) alike(x, claim content) int {
	var shared, own, of float64
	for p := range claim.pieces {
		w := c.weight(p)
		of += w
		if x.pieces[p] {
			shared += w
		}
	}
	for p := range x.pieces {
		own += c.weight(p)
	}
	if of == 0 || own == 0 {
		return 0
	}
	return int(100 * (2*shared/of + shared/own) / 3)
}

// elsewhere says whether both name a place of one kind, and not the same.
func (x content) elsewhere(o content) bool {
	for kind, names := range x.places {
		theirs := o.places[kind]
		if len(names) > 0 && len(theirs) > 0 && !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(theirs, n) }) {
			return true
		}
	}
	return false
}

func contentOf(f Folded) content {
	x := content{pieces: map[string]bool{}, places: map[string][]string{}, events: map[string]bool{}}
	text := oneWord().Replace(f.Text)
	for _, m := range placeNames.FindAllStringSubmatch(text, -1) {
		if r := []rune(lastOutside(m[1], ofPlaces)); len(r) >= 2 {
			name := string(r[max(0, len(r)-2):])
			x.places[m[2]] = append(x.places[m[2]], name)
			x.pieces["@"+name+m[2]] = true
		}
	}
	for _, n := range counts.FindAllString(text, -1) {
		if len(n) < 5 {
			x.pieces["#"+n] = true
		}
	}
	for e := range strings.FieldsSeq(happenings) {
		if strings.Contains(text, e) {
			x.events[e] = true
		}
	}
	last := rune(0)
	for _, r := range text {
		if r < 0x3400 || strings.ContainsRune(emptyWords, r) {
			if r < 0x3400 {
				last = 0
			}
			continue
		}
		x.pieces[string(r)] = true
		if last != 0 {
			x.pieces[string([]rune{last, r})] = true
		}
		last = r
	}
	return x
}

// lastOutside is what stands behind the last of some characters.
func lastOutside(s, chars string) string {
	fields := strings.FieldsFunc("x"+s, func(r rune) bool { return strings.ContainsRune(chars, r) })
	if last := strings.TrimPrefix(fields[len(fields)-1], "x"); strings.HasSuffix(s, last) {
		return last
	}
	return ""
}

// emptyWords say nothing of what is claimed.
const emptyWords = "的了是有在我你他她它吗么呢吧啊呀嘛说听讲人们这那就都不要会能和与跟去到个一上下来大家真假请问想把被让叫给也还又再很得着过对吗没好多少什为怎样事情消息请您谢知道觉看见网传群里友快赶紧注意小心"

var (
	counts     = regexp.MustCompile(`\d+(?:\.\d+)?`)
	placeNames = regexp.MustCompile(`([\p{Han}]{1,4}?)(小学|中学|幼儿园|大学|学校|大桥|桥|小区|医院|广场|商场|超市|银行|水库|车站|市场|公园|机场|路|街|村|镇|县|区|市|省)`)
)

// ofPlaces are characters that stand before the name of a place and are none of it.
const ofPlaces = "天把全所有的了是有在我你他她它这那个到去从某全本各家于和跟与里说听讲问请把被让叫给就都也对们群网传昨今明天日晚夜早上下午前后某所"

// oneWord puts one word in the place of those for the same thing.
var oneWord = sync.OnceValue(func() *strings.Replacer {
	table := []string{"半个月", "15天", "十五天", "15天", "二十", "20", "六点八", "6.8", "一九六六", "1966", "66年", "1966年"}
	for line := range strings.Lines(sameThings) {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			table = append(table, w, words[0])
		}
	}
	return strings.NewReplacer(longestFirst(table)...)
})

// sameThings are words for one thing, a line each: what stands for them, and they.
const sameThings = `孩 孩子 小孩 娃娃 娃 儿童 小朋友 小孩子 学生 崽
抢走 拐走 抱走 带走 偷走 掳走
抢孩 抢孩子 拐孩子 抢小孩 抱孩子 拐小孩 抢娃娃
水 自来水 饮用水 饮水
囤 存 储 储存 储备
污染 泄漏 泄露 漏 受污染
喝 饮用
死 死亡 遇难 没了 丧生 身亡 去世 遇害 没救 死了 抢救无效 没救过来 没抢救过来 没救回来
塌 垮 坍塌 倒塌 塌了 断了 炸塌 垮塌
掉 坠 掉进 坠入 掉下 坠海
车 车子 车辆 汽车 小车
瞒 封锁 不让报道 封口 不让说
中毒 有毒 毒死 吃死
关门 停业 关闭 不开 歇业 打烊
断供 断货 缺货
明日 明天 明儿
昨日 昨天 昨晚 昨夜 前晚
今晚 今夜 今天夜里 今日夜间
抢购 抢 囤积
米 大米 粮食 粮油 粮
患者 病人 病患 病例
封 封了 不让进
住院楼 住院部
燃气 煤气 天然气
上门 入户
迷倒 迷晕 迷药 药迷倒
肾 割肾 偷肾
假 冒充 假装 假冒 装成 伪装
老年人 老人 老年
爆炸 炸
伤亡 死伤 死亡受伤
补贴 补助 津贴
登记 报名
倒闭 破产 垮了 没钱了
取款 取出来 取钱 提出来 拿出来 取不出来 取不了 提不出来 存款
针 针头
扎 刺
艾滋 艾滋病 艾滋病毒 艾滋病病毒
女孩 姑娘 女生 女的
考证 驾照 考驾照
电动车 电动自行车 电瓶车
拘留 抓去拘留
口子 决口 冲开 冲垮
转移 撤 撤离 撤走
镇 乡镇 乡
小时 钟头
地震 大地震
屋 屋里 家里
睡 睡觉
开始 起
下月 下个月
三 3 三个 三名 三例
四 4 四个 四名
五 5 五个 五人 五名
七 7 七个 七名`

// happenings are what rumours say happened or will, after [oneWord].
const happenings = `抢走 抢孩 污染 中毒 地震 塌 掉 死亡 伤亡 爆炸 着火 火灾 车祸 鼠疫 疫情 病毒 感染 传染 患者 迷倒 肾 针 艾滋 扎 关门 断供 抢购 停水 停电 停气 停课 放假 封城 封路 封 瞒 倒闭 取款 补贴 ` +
	`考证 拘留 罚 口子 转移 洪水 淹 台风 海啸 辐射 投毒 下毒 杀人 砍人 持刀 枪 炸弹 失踪 跳楼 溺水 涨价 断网 取消 收费 疫苗 转基因 致癌 有毒 激素 假币 抓人 逮捕 戒严 罢工 裁员 拆迁 缺水 禁止 强制 核泄 毒气 蛇 疯狗 外星`
