package patrol

import (
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// The cues of a stance, over folded text. They are asked in the order minor, victim,
// asking, cautioning, quoting, asserting: whoever might not mean it is not warned.
var (
	victim = match.NewCue(`(我|我们|俺|本人|家人|我妈|我爸|爸妈|妈妈|爸爸|爷爷|奶奶|老公|老婆|朋友|同事|同学|室友|闺蜜|邻居|亲戚|有人).{0,12}(被.{0,14}(骗|坑)|被骗|被坑|上当|受骗|中招|入坑|被割|被套|损失|血本无归|被拉黑)|`+
		`(?:^|[，。！!,.\s])(真的)?(被骗|被坑|上当|受骗|中招)了|骗(了)?我|坑(了)?我|被(骗|坑)(走|光)|骗(走|光|了).{0,6}(我|积蓄|养老钱|血汗钱|钱)|我.{0,8}(转|打|付|充|垫|投)(了|进去).{0,14}(提不|取不|退不|拉黑|不见|没了|不返|不给)|`+
		`提(不出|不了|现不了)|(无法|不能)提现|(把我|被他|被她|被对方)?拉黑了|我(已经?|刚)?(报警|报案|报了警|报了案)|求(帮助|助|救)|(帮|救)(帮|救)?我|怎么(追|要|拿)回|维权|受害者|scammed me|i (was|got) scammed`,
		`(怕|担心|不怕|不会|绝不)(自己)?(被骗|上当|受骗)|(不|没)骗我|求(带|一起|加)`)

	asking = match.NewCue(`有(没有)?(人|谁)(知道|做过|试过|了解|遇到过|听说过)|有谁(知道|做过|试过)|(请问|想问|问一下|请教|咨询一下).{0,30}(吗|么|嘛|呢|\?|？)|求(解|证|科普|鉴定|辟谣)|`+
		`(算|是)不是(骗|诈|真|假|谣)|能不能信|(怎么|如何)(辨别|识别|判断|防范|举报)|why|anyone know`, "")

	cautions = match.NewCue(`(别|不要|勿|莫|切勿|千万别|不能|不可)(再|轻易|随便|轻)?(信|相信|上当|点|扫|转账|转钱|汇款|打钱|付款|加|做|碰|买|参与|下载|被骗|贪|理|去|试)|`+
		`(都|就|全|全都|绝对|百分百|肯定|其实)?(是|属于)(个|一个|新型|典型的?)?(骗局|诈骗|骗子|骗人|电诈|违法|犯法|犯罪|套路|陷阱|传销|假的|圈套)|(就|都|全|纯)是骗|(骗局|诈骗|骗术|骗子|套路)(曝光|揭秘|揭露|解析|盘点|提醒|预警|来了)|`+
		`谨防|当心|小心|警惕|提防|防范|防骗|反诈|避雷|避坑|避免|识破|拆穿|揭(穿|露|秘)|曝光|提醒(大家|各位|你|广大|一下)|提示|预警|警示|劝(大家|你|各位)|远离|拒绝|抵制|举报(了|他|她|它|这|此)|珍爱|害人|哪(里)?有|怎么可能|掉馅饼|有风险|`+
		`不听.{0,2}不信|不转账|违法(行为|犯罪)?的|可能(构成|涉嫌)|涉嫌|骗子(就|会|们|常|往往|通常|先|以)|scam alert|beware|don't (trust|fall)`,
		`(不是|绝非|并非|不做|没有|拒绝)(骗子|骗局|诈骗|骗人|传销|套路)|(骗子|中介|同行|白嫖).{0,4}(勿扰|绕道|滚|死|远离|绕路|勿加)|(谨防|小心|当心)(假冒|上当|骗子)|假冒必究|非诚勿扰|诚信(经营|交易)|(不要|别|勿)(错过|犹豫|再犹豫|问|外传|声张|告诉)`)

	addressing = match.NewCue(`提醒(大家|各位|你们|广大)|劝(大家|你们|各位)`, "")

	themselves = match.NewCue(`(我|俺|本人|我们|我自己)(也|就|又|都|真的|差点|不小心|当时|之前|刚刚?|昨天|昨晚|今天|前天|上周|上个?月|去年|已经)*(是)?(被|上当|受骗|中招|入坑|损失)|骗(了)?我|坑(了)?我|(?:^|[，。！!,.\s])(真的)?(被骗|被坑|上当|受骗|中招)了|`+
		`我.{0,8}(转|打|付|充|垫|投)(了|进去)|(把我|被他|被她|被对方)?拉黑了|我(已经?|刚)?(报警|报案|报了警|报了案)|求(帮助|助|救)|(帮|救)(帮|救)?我|怎么(追|要|拿)回|维权`, "")

	denying = match.NewCue(`辟谣|谣言|谣传|不实|不属实|造谣|传谣|假(的|消息|新闻|视频)|(不要|别|勿|莫|请勿)(再)?(信|相信|传|转发|转|扩散|恐慌|听信|乱传)|不信谣|没有(这回事|此事|发生)|(并|是|纯属)(未发生|虚构|误会|摆拍|编造)|警方(通报|回应|提示|提醒|澄清)|官方(回应|澄清|通报|辟谣)|已(查明|核实|证实).{0,6}(不|假|虚|未)|fake news|rumou?r`, "")

	quoting = match.NewCue(`据.{0,12}(报道|报导|通报|介绍|了解|悉)|新闻|记者|央视|日报|晚报|通讯员|(警方|公安机关?|检察院|法院|法庭|民警|网警|派出所).{0,16}(通报|抓获|破获|侦破|查处|捣毁|打掉|判处|宣判|提起公诉|起诉|刑拘|逮捕|发布|公布|介绍|端掉)|`+
		`(被|已被|遭)(抓|捕|抓获|刑拘|拘留|逮捕|判刑|判处|查处|捣毁|起诉|查获)|获刑|落网|有期徒刑|典型案例|案例|以案(说|释)法|普法|科普|论文|研究|小说|剧情|电影|电视剧|剧本|台词|纪录片|综艺|游戏里|段子|`+
		`(他|她|对方|骗子|骗子们|客服|卖家|那人|有个人|网上有人)(就|还|又|会|都)?((跟|和|对|给|向)(我|我们|大家|她|他))?(说|讲|称|宣称|声称|发来|发的)|(收到|看到|刷到|遇到)(了|一条|一个|这种|这样|过).{0,12}(短信|信息|广告|消息|电话|帖子|评论|私信|链接|说)|原话|截图如下|转自|转载|reported|according to|arrested`,
		`(新闻|记者)群`)

	offering = match.NewCue(`加(我|微|v|薇|威|q|扣|群|入|企鹅|好友)|私(聊|信|我|密)|(微信|薇信|威信|vx|wx|v信|电话|手机|qq|扣扣|飞机|纸飞机|telegram|蝙蝠|微)(号)?[:： ]?[a-z0-9+]{3}|联系(我|电话|方式|客服|微信)?|扫码|扫(一扫|描)?(二维码|下方)|`+
		`进群|入群|拉群|群(号|里)|招(募|聘|人|代理|兼职|刷手|收)?|日(结|赚|入|返)|当天结|秒(结|返|到|下|批|放款)|名额|速来|上车|带(你|飞|做|单|赚)|稳赚|包赚|躺赚|轻松(赚|月入|日入)|月入|出售|出(货|一批|个|手|：|:)|售(卖|价|：|:)?|现货|有货|货源|到货|`+
		`接单|代(办|开|做|理|刷|查)|包(过|下|邮|成功|赔|出)|下款|放款|办理|可办|专业(办|查|做|定制)|咨询|详(聊|谈|询|情)|评论区|主页|戳|点(击|开|这|下方)|链接|http|注册|下载|报名|滴滴?我?|(?:^|[^a-z])d我|dd|先到先得|有(需要|意|兴趣|想法)的?|需要的|想(要|做|赚|来)的|要的|诚招|诚信|欢迎|`+
		`免费(领|送|试|观看|看)|送(彩金|首充|体验金)|首(充|存)|高价(收|回收)|收(购|卡|号|u)|价格(优|美|私|面)|量大|批发|全国(发货|可办|包邮)|闪送|(同城)?上门|资源|看片|contact me|dm me|add me`, "")

	spreading = match.NewCue(`转发|扩散|转(起来|给|告|到)|传(下去|出去|给)|互相|相互|奔走|告诉(身边|家人|亲友|大家|你)|通知(大家|家人|亲友)|群发|发(给|到)(家长)?群|看好(自家|自己的?|你家)?(孩子|娃)|(大家|各位|家长们?|街坊|邻居)(们)?(一定|千万|都|赶紧|赶快|快|要|注意|小心)|紧急|速(看|转|传|离|逃)|赶(紧|快)(跑|逃|囤|离开|撤|转|买)|快(跑|逃|囤|撤)|`+
		`千万(不要|别)(出门|去|喝|吃|让|买|用)|(不要|别)(去|喝|吃|出门|买|用)|(已经|已|刚刚|昨天|今天|今早|昨晚).{0,16}(抢走|被抢|被拐|偷走|被偷|死|爆炸|塌|决堤|溃坝|泄漏|中毒)|亲眼|千真万确|内部(消息|人士)|绝对(真实|属实)|please share|retweet`, "")
)

// stanceOf says what a text that matched a rule does with the words. Rumours are spread as
// warnings ("当心", "提醒大家"), so for them only denying counts as cautioning, and only a
// call to pass it on, or a claim to know, as asserting. On doubt it is Quoting.
func stanceOf(text string, f match.Folded, h bots.Hit) bots.Stance {
	switch {
	case f.Minor():
		return bots.Minor
	case h.Category.IsRumour():
		return rumourStance(f)
	case victim.In(f) && addressing.In(f) && !themselves.In(f):
		return bots.Cautions // it happened to somebody they know, and they tell others
	case victim.In(f):
		return bots.Victim
	case asks(f):
		return bots.Asking
	case cautions.In(f):
		return bots.Cautions
	case quoting.In(f) || inQuotes(text, h.Spans) || !offering.In(f):
		return bots.Quoting
	}
	return bots.Asserting
}

// quotes are the marks around other people's words.
var quotes = [...]struct{ open, end string }{{"“", "”"}, {"「", "」"}, {"『", "』"}, {"\"", "\""}}

// inQuotes says whether all that matched stands between quotation marks while something
// else is said around them. A text that is one long quotation is not excused by that.
func inQuotes(text string, spans []bots.Span) bool {
	for _, q := range quotes {
		open := strings.Index(text, q.open)
		end := strings.LastIndex(text, q.end)
		if open < 0 || end <= open {
			continue
		}
		around := len(strings.TrimSpace(text[:open])) + len(strings.TrimSpace(text[end+len(q.end):]))
		inside := !slices.ContainsFunc(spans, func(s bots.Span) bool { return s.Start < open || s.End > end })
		if inside && around >= leastAround {
			return true
		}
	}
	return false
}

// leastAround is how many bytes of one's own words make a quotation one: four characters.
const leastAround = 12

func rumourStance(f match.Folded) bots.Stance {
	switch {
	case witness.In(f):
		return bots.Victim
	case asks(f):
		return bots.Asking
	case denying.In(f):
		return bots.Cautions
	case quotedReport.In(f) || !spreading.In(f):
		return bots.Quoting
	}
	return bots.Asserting
}

// witness is somebody who says it happened to them or before their eyes. That may be untrue,
// but it is for an officer to hear, not for a warning to doubt.
var witness = match.NewCue(`我(家|们家)?的?(孩子|小孩|娃|女儿|儿子|宝宝|孙子|孙女).{0,12}(差点|险些|被|不见)|我(们)?(已经?|刚)?(报(了)?警|报案|打(了)?110)|已报警|`+
	`我(们)?(当时|刚才|刚刚|今天|昨天|就)?(在现场|亲眼|看见|看到了?|遇到|碰到|经历)`, `我(看到|刷到|收到).{0,6}(消息|视频|帖子|群里)`)

// quotedReport is narrower than quoting: a rumour borrows "警方" and "有人说" for itself.
var quotedReport = match.NewCue(`据.{0,12}(报道|报导|通报)|新闻(联播|报道|客户端)|记者|央视|日报|晚报|小说|剧情|电影|电视剧|演习|演练|历史上|案例|\d{4}年`, "")

func asks(f match.Folded) bool { return f.Question() || asking.In(f) }
