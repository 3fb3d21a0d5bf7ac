package match

import (
	"cmp"
	"slices"
	"strings"
)

// asMandarin turns frequent words of other ways of speaking, and frequent slips of voice input and keyboards, into what
// stands for them in the cues. It is for telling what hurry somebody is in, not for quoting.
func asMandarin(folded string) string { return mandarin.Replace(folded) }

var mandarin = func() *strings.Replacer {
	var table []string
	for p := range strings.FieldsSeq(spellings) {
		from, to, _ := strings.Cut(p, "=")
		table = append(table, from, to)
	}
	return strings.NewReplacer(longestFirst(table)...)
}()

// longestFirst sorts pairs of words, so that a replacer prefers the longer one.
func longestFirst(pairs []string) (sorted []string) {
	all := slices.Collect(slices.Chunk(pairs, 2))
	slices.SortFunc(all, func(a, b []string) int {
		return cmp.Or(cmp.Compare(len(b[0]), len(a[0])), strings.Compare(a[0], b[0]))
	})
	return slices.Concat(all...)
}

// spellings are, a line each: Cantonese, Wu, the South-West, the North, and slips.
const spellings = `
而家=现在 啱啱=刚刚 啱先=刚才 屋企人=家人 屋企=家里 唔好=不要 唔该=请 唔系=不是 系唔系=是不是 唔=不 冇晒=没光 冇=没 俾=给 畀=给 比佢=给他 佢哋=他们 佢=他 咗=了 嘅=的 啲=的 点算=怎么办 点样=怎么 讲紧=讲着 倾紧=聊着 睇住=看着 睇=看 收线=挂 同我=跟我 呃我=骗我 呃咗=骗了 呃=骗 攞=拿 拎我=拿我 嗰个=那个 果个=那个 边个=谁 斩=砍 蚊=元 细路=孩子 阿妈=妈 阿爸=爸 阿公=爷爷 阿婆=奶奶 做人=活 要胁=威胁 入咗=打了 过数=转账 过咗=转了 落咗=充了 走咗=走了 唔见=不见 宜家=现在 仲有=还有 仲在=还在 仲未=还没 仲没=还没 仲跟=还跟 仲同=还跟 唔见咗=不见了
侬=你 伊拉=他们 伊=他 阿拉=我们 钞票=钱 囡囡=女儿 囡=女儿 骗脱=骗走 拨了=给了 拨伊=给他 讲额=说的 晓得=知道 辰光=时候
遭=被 莫得=没有 冇得=没有 么得=没有 木有=没有 别个=别人 人些=他们 老汉儿=爸 老汉=爸 屋头=家里 娃儿=孩子 妹儿=女儿 幺儿=孩子 摆龙门阵=聊天 摆起=聊着 喊我=叫我 喊他=叫他 喊她=叫她 一哈儿=一下 一哈=一下 搞快=马上 啷个=怎么 咋个=怎么 咋子=怎么 不准出克=不准出去 出克=出去 过克=过去 到起=住 倒起=住 抱起走=抱走 里头=里面 活球=活 活嘞=活 挨骗=被骗 着骗=被骗 刚哈=刚才 将将=刚刚 才将=刚才 讲起=说着 堂客=老婆
俺娘=我妈 俺爹=我爸 俺们=我们 俺=我 咱娘=我妈 恁=你 搁=在 咧=了 嘞=了 喽=了 咯=了 咋整=怎么办 咋办=怎么办 咋=怎么 啥=什么 甭=不要 不叫我=不让我 今早儿=今天早上 今儿=今天 昨儿=昨天 夜个=昨天 老子=我 整走=弄走 忽悠走=骗走 忽悠了=骗了 忽悠=骗 麻溜=马上 拾掇=收拾
转帐=转账 转张=转账 转涨=转账 传账=转账 赚账=转账 专账=转账 砖账=转账 砖了=转了 砖给=转给 赚给他=转给他 刚砖=刚转 刚赚了=刚转了 刚专=刚转 付宽=付款 打宽=打款 汇宽=汇款 会款=汇款 惠款=汇款 取宽=取款 宽项=款项 屏募=屏幕 屏目=屏幕 平幕=屏幕 屏慕=屏幕 共想=共享 共响=共享 公享=共享 贡献屏=共享屏 验正码=验证码 验证吗=验证码 验证马=验证码 他门=他们 我门=我们 她门=她们 被片=被骗 被偏=被骗 被翩=被骗 骗走拉=骗走了 报井=报警 想4=想死 自4=自杀 自鲨=自杀 自sha=自杀 紫砂=自杀 去s了=去死了 想s=想死 罗聊=裸聊 果聊=裸聊 luo聊=裸聊 裸廖=裸聊 楼照=裸照 果照=裸照 威协=威胁 危胁=威胁 绑价=绑架 园去=园区 缅店=缅甸 原程=远程 远成=远程 帐=账
`
