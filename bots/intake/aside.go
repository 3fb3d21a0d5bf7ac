package intake

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// The kinds of first messages that are no report: the variable of the template that answers them.
const (
	asideHello   = "Hello"   // a greeting and no more
	asideUnclear = "Unclear" // wants something and does not say what
	asideThanks  = "Thanks"
	asideWrong   = "Wrong"  // meant for somebody else
	asideTown    = "Town"   // for the town's line
	asidePolice  = "Police" // for the police, but not for this account
	asideOffice  = "Office" // where, when and how an office works
)

// asides are the whole of a message of courtesy: it consists of the words, and one of them stands for its kind.
var asides = []struct {
	kind       string
	words, has *regexp.Regexp
}{
	{
		asideWrong,
		regexp.MustCompile(`^(真|很|啊|哦|呀|是|我|这个|刚才|刚刚|不好意思|抱歉|对不起|sorry|手滑|(打扰|麻烦)(你们?|您)?|(发|点|打|按|拨|回)错(人|群|号|号码|地方|窗口|对话框)?|误(发|触|点|按)|没事|没什么事?|(孩子|小孩|娃|宝宝)(乱|瞎)(按|点|玩|发)|别(理会|管|理)我?|不用(理|管|回)我?|请?忽略|勿怪|了|的|哈|儿)+$`),
		regexp.MustCompile(`错|误(发|触|点|按)|手滑|没事|乱|瞎|忽略|理`),
	},
	{
		asideHello,
		regexp.MustCompile(`^(请问|嗨|hi|hello|hey|哈喽|喂|你们?好|您好|大家好|早|早上好|早安|上午好|中午好|下午好|晚上好|晚安|在|不在|有(没有)?(人|民警|警察)|在线|值班|吗|么|嘛|警察|民警|警官|网警|同志|叔叔|小编|(警察|叔叔|民警|警官|同志|网警)好|呀|啊|哈|的|亲|没)+$`),
		regexp.MustCompile(`好|嗨|hi|hello|hey|哈喽|喂|早|在|有`),
	},
	{
		asideThanks,
		regexp.MustCompile(`^(好|好的|嗯|ok|thanks?|thankyou|谢谢|谢了|感谢|多谢|辛苦|收到|知道|明白|了解|你们?|您们?|大家|警察|叔叔|民警|网警|警官|同志|的?提醒|为|给|点个?赞|真|太|很|都|棒|厉害|加油|啊|了|啦|呀|哦|哈)+$`),
		regexp.MustCompile(`谢|辛苦|收到|知道|明白|了解|点个?赞|加油|嗯|好|ok|thank`),
	},
	{
		asideUnclear,
		regexp.MustCompile(`^(你们?好|您好|请问|在吗|那个|我|想|要|来|找|跟|向|问|问题|咨询|请教|了解|打听|能|可以|方便|不|下|一下|个|点|些|有|事|事情|情况|你们|您|民警|警察|网警|吗|么|吧|啊|呢|的|几|一)+$`),
		regexp.MustCompile(`问|咨询|请教|了解|打听`),
	},
	{asideUnclear, regexp.MustCompile(`^(测试|test|一下)+$|^[a-z]$`), regexp.MustCompile(`测试|test|^[a-z]$`)},
}

// matters are what messages speak of that are for somebody else.
var matters = []struct {
	kind string
	cue  match.Cue
}{
	{asideTown, match.NewCue(`灯|井盖|垃圾|停水|停电|停气|断水|断电|暖气|供暖|水管|漏水|下水道|噪音|噪声|(太|很|好|老|死|声).{0,2}吵|吵(死|人|得|到|了|吗|闹)|吵$|扰民|装修|广场舞|油烟|烧烤|占道|停车|消防通道|物业|业委会|电梯|公交|地铁|绿化|树|学区|(社保|医保|公积金).{0,4}(怎么|如何|哪|能不能|可以)|狗|猫|门禁|违建|工地|污水|臭|单车|老鼠|蚊子|斑马线|厕所`, "")},
	{asideOffice, match.NewCue(`上班|下班|放假|休息|开门|关门|营业|办公时间|值班|直播.{0,4}(几点|什么时候|时间|开始)|(几点|什么时候|哪).{0,4}直播|地址|(派出所|队|中心|局|窗口|室|你们|单位|网警|值班)的?电话|电话(号码)?(是)?(多少|什么)|怎么走|位置|辅警|警校|当(民警|警察)|讲课|宣讲|讲座|反诈(中心)?app|手册|海报|展板|素材|志愿者|宣传(册|单|资料)|投稿|采访|参观|(在|到)(哪里?|哪儿|什么地方)$`, "")},
	{asidePolice, match.NewCue(`身份证|户口|户籍|驾照|驾驶证|行驶证|护照|通行证|居住证|签注|犯罪记录|落户|改名|年检|违章|出入境|捡|拾|丢|掉|不见|被偷|打架|吵架|摔东西|喝醉|剐蹭|追尾|车祸|被(车)?(刮|蹭|撞)|撞|电鱼|电网|出租屋.{0,4}登记|开锁`, "")},
}

// plainly are the words of which such a message consists. A word that is not among them may be the one that tells of a fraud.
var plainly = newWords(`
	我 我们 咱 咱们 俺 俺们 你 你们 您 大家 请问 你好 您好 麻烦 民警 警察 网警 同志 叔叔 单位 派出所 大队 支队 反诈 反诈中心 公安局 警务室 政府 窗口 户籍室 户籍科 公众号
	想 要 需要 得 该 应该 能 能不能 可以 可不可以 会 怎么 怎样 如何 咋 办 办理 哪 哪里 哪儿 什么 啥 多久 多少 多长 几 谁 找 管 归 问 一下 下 的 地 了 过 着 吗 么 嘛 呢 吧 啊 呀 哦 哈 啦
	是 在 有 有人 有个 没 没有 不 别 都 也 就 还 又 再 从 到 去 来 给 为 把 被 和 跟 对 向 往 里 上 中 外 个 只 条 辆 台 户 片 堆 次 天 周 一周 个月 小时 一 两 二 三 十 半 整 好 很 太 老是 老 总是 总 一直 经常 天天 每天
	晚上 半夜 夜里 凌晨 早上 中午 下午 上午 白天 昨天 昨晚 今天 明天 周末 周六 周日 星期 星期六 星期天 节假日 国庆 春节 元旦 五一 过年 现在 时间 时候 开始 刚才 刚 以后 之前 好久 已经 然后 如果 因为 所以
	这 这里 这边 这个 那 那里 那边 家 家里 我家 门口 楼上 楼下 楼道 隔壁 对面 两口子 小两口 邻居 小区 附近 村 村里 镇上 城里 外地 本地 市里 路 路上 路边 街上 马路 路口 学校 江边 河边 公园 超市 地下 车库 单元 院子 人行道 出租车 公交车上
	孩子 小孩 新生儿 宝宝
	路灯 红绿灯 灯 井盖 垃圾 垃圾桶 垃圾车 停水 停电 停气 断水 断电 水 电 气 暖气 供暖 燃气 天然气 水管 漏水 下水道 噪音 噪声 声音 大 响 吵 吵死 太吵 扰民 装修 广场舞 跳 油烟 烧烤 烧烤店 烧烤摊 占道 停车 停车位 车位 消防通道 杂物 物业 业委会 电梯
	公交 公交车 地铁 晚点 不来 树 倒 挡住 绿化 树枝 地方 学区 划分 划 上学 入学 社保 医保 公积金 转 转到 狗 猫 叫 遛狗 养狗 流浪 流浪狗 流浪猫 走丢 门禁 违建 工地 施工 打桩 扬尘 污水 臭 臭味 共享单车 单车 老鼠 蚊子 斑马线 厕所 脏 乱 坏 破 堵 亮 黑 冷 热 灭 没人 收 修 清理 处理 乱停
	身份证 临时 户口 户口本 户籍 驾照 驾驶证 行驶证 护照 通行证 港澳 港澳通行证 台湾 香港 居住证 签注 签证 无犯罪记录 犯罪记录 证明 出生证明 证件 证 材料 资料 手续 落户 迁 迁户 改 名字 改名 年检 年审 违章 出入境 预约 登记 查 查询 补 补办 换 换证 开 领 拿 拿到 带 过期 到期 丢 丢失 弄丢 遗失 掉 落 不见 捡 捡到 拾到
	手机 钱包 包 书包 电脑 钥匙 行李 车 车子 汽车 电动车 自行车 电瓶车 摩托车 电池 锁 开锁 被偷 偷 打架 吵架 摔 东西 喝醉 醉 闹 跑 刮 剐蹭 蹭 撞 追尾 车祸 两车 电鱼 钓鱼 下 电网 出租屋
	上班 下班 放假 休息 开门 关门 营业 办公 办公时间 值班 直播 几点 地址 电话 号码 怎么走 位置 招 报考 考 当 做 辅警 警校 讲课 讲 课 宣讲 讲座 反诈app app 下载 安装 用 手册 海报 展板 素材 志愿者 报名 宣传册 宣传单 宣传资料 宣传 投稿 采访 参观 领取`)

// words are words without spaces between them.
type words struct {
	known   map[string]bool
	longest int // in bytes
}

func newWords(list string) words {
	w := words{known: map[string]bool{}}
	for _, one := range strings.Fields(list) {
		w.known[one], w.longest = true, max(w.longest, len(one))
	}
	return w
}

// spell says whether a text consists of the words and of nothing else.
func (w words) spell(text string) bool {
	reached := make([]bool, len(text)+1) // by words, one after the other
	reached[0] = true
	for at := range text {
		for end := at + 1; reached[at] && end <= min(at+w.longest, len(text)); end++ {
			reached[end] = reached[end] || w.known[text[at:end]]
		}
	}
	return reached[len(text)] && text != ""
}

// telling is what a report may tell of, however little it says. Whoever says any of it is asked as one who reports.
var telling = regexp.MustCompile(
	`(孩子|小孩|宝宝|新生儿).{0,6}(丢|不见|偷|跑|没到)|骗|诈|片了|偏了|坑|忽悠|上当|套路|呃|遭|烧了|钱|转(账|帐|给|过去|走)|汇|打款|款|付|扣|充|刷|单子|贷|借|投资|理财|赚|返|佣|红包|押金|定金|保证金|(手续|培训|工本|代办|收|交|缴|资料|会)费|费用|\d|[百千万]|块|元|` +
		`验证码|密码|口令|链接|网址|网站|网上|网友|网恋|二维码|扫|码|账|帐|户头|银行|卡|支付|微信|抖音|陌生|加我|加了|加他|加她|群|下载|软件|app|客服|中介|代办|冒充|假|自称|盗|被人|被别人|他让|她让|让我|叫我|喊我|要我|催我|劝|` +
		`威胁|恐吓|吓|勒索|敲诈|曝光|裸|照片|视频|偷拍|跟踪|打我|举报|报案|报警|报个警|涉案|洗钱|传票|起诉|法院|检察|通缉|立案|是不是|真的|通讯录|不还|跑路|失联|联系不上|拉黑|找不到人|短信|来电|打(给|过)?电话|电话(里|说|让|叫)|接(了|到)|` +
		`收到|寄|快递|损失|追回|求|救|急|怕|出事|办证|花钱|身份信息|泄露|scam|fraud|cheat|money|pay|card|bank|link`)

// harmless are words that hold one of those and do not tell.
var harmless = regexp.MustCompile(`反诈(中心)?(app)?(怎么|在哪里?|哪里|如何)?(下载|安装|用)?|钱包|放假|节假日`)

// stillFresh is for how long what was answered as no report is remembered: what was said then goes into a report that follows.
const stillFresh = 48 * time.Hour

// aside is what the bot remembers of messages it took for no report.
type aside struct {
	Kind string      `json:"kind"`
	At   time.Time   `json:"at"`
	Said []bots.Line `json:"said"`
}

const (
	asideKey = "aside"
	maxAside = 5 // lines that are remembered
)

// everyday is the kind of a first message that tells of no fraud; "" for what is or may be a report, and then the intake
// begins. It is sure of it or says nothing: somebody who was warned, has a report, an officer or the kiosk's form in front of
// them, sent a picture or pressed "report" is never answered so, and a greeting is answered once.
func (t *turn) everyday() string {
	h, ok := t.e.Body.(*bots.Heard)
	account, _ := t.f.Account(t.e.Account)
	if !ok || !t.fresh || t.taken() || t.talk.Warning != "" || account.Platform == kioskPlatform || len(h.Media) > 0 || h.Secret || t.chosen.value != "" ||
		!short(t.text.Text) || t.within("menu-report", answerWithin) || t.asking() {
		return ""
	}
	kind := asideKind(t.text)
	if last := t.aside(); kind == asideHello || kind == asideUnclear || kind == asideThanks && strings.Trim(plainLetters(t.text.Text), "嗯好的ok") == "" {
		if (last.Kind == asideHello || last.Kind == asideUnclear) && t.f.Now().Sub(last.At) < answerWithin { // they were asked, and this is their answer
			return ""
		}
	}
	if kind != "" && utf8.RuneCountInString(t.text.Text) >= aForward && t.matched() != nil {
		return ""
	}
	return kind
}

// asideKind is the kind of a text alone. It is pure.
func asideKind(f match.Folded) string {
	plain := plainLetters(f.Text)
	for _, a := range asides {
		if a.words.MatchString(plain) && a.has.MatchString(plain) {
			return a.kind
		}
	}
	if telling.MatchString(harmless.ReplaceAllString(f.Text, "")) || !plainly.spell(plain) {
		return ""
	}
	if f.Question() || fakePolice.In(f) || dialect.In(f) || f.MoneySent() || f.OnTheCall() || f.Complaint() || f.Objection(false) || f.PoliceCalled() || platforms.MatchString(f.Text) {
		return ""
	}
	for _, m := range matters {
		if m.cue.In(f) && (m.kind != asideOffice || !strings.Contains(plain, "有人")) {
			return m.kind
		}
	}
	return ""
}

// plainLetters leaves out all but letters and digits.
func plainLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// aside is what was answered as no report lately.
func (t *turn) aside() (a aside) {
	b, ok := t.f.Remembered(asideKey)
	if !ok || json.Unmarshal(b, &a) != nil || t.f.Now().Sub(a.At) >= stillFresh {
		return aside{}
	}
	return a
}

// answerAside answers what is no report, once for each kind in a while. What was said is remembered: should a report
// follow, it begins with it.
func (t *turn) answerAside(kind string) {
	a := t.aside()
	h, _ := t.e.Body.(*bots.Heard)
	a.Said = append(a.Said, bots.Line{Event: t.e.ID, At: t.e.Occurred, Text: h.Text})
	a.Said = a.Said[max(len(a.Said)-maxAside, 0):]
	again := a.Kind == kind && t.f.Now().Sub(a.At) < quiet
	a.Kind, a.At = kind, t.f.Now().UTC()
	b, _ := json.Marshal(a) // strings and times always encode
	t.do(bots.Remember{Key: asideKey, Value: b})
	if again {
		return
	}
	r := bots.Reply{Template: "everyday", Purpose: bots.ForReply, Vars: map[string]string{kind: yes}}
	if kind != asideThanks && kind != asideWrong {
		r = t.inform(r)
	}
	t.do(r)
	t.stamp(said)
}

// forgetAside forgets it, once it stands in a report.
func (t *turn) forgetAside() {
	if t.aside().Kind != "" {
		t.do(bots.Remember{Key: asideKey, Value: []byte("{}")})
	}
}
