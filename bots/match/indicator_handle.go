package match

import (
	"regexp"
	"strings"
)

// joins are the words between what a name is and the name: "微信号是：", "加QQ ".
const joins = `(?:账号|帐号|账户|号码|号|群|id|名|是|为|叫|加|搜|搜索|联系|我|他|她|客服|老师|助理|:|=|-|\(|"|“|【| )`

var (
	wechat = regexp.MustCompile(`(?:微信|薇信|威信|维信|徽信|微x|v信|vx|v❤|weixin|wechat|(?:加|\+|十)(?:个|我)?(?:微|薇|v|wx))(` + joins + `{0,8})([a-z0-9_][a-z0-9_-]{4,18}[a-z0-9_])`)
	wxid   = regexp.MustCompile(`wxid_[a-z0-9]{8,20}`)
	qq     = regexp.MustCompile(`(?:qq|扣扣|企鹅|叩叩|球球|群号|(?:加|\+)(?:我|个)?(?:q|扣)|(?:[^a-z]|^)q)(` + joins + `{0,8})([1-9]\d{4,10})`)
	alipay = regexp.MustCompile(`支付宝(?:账号|账户|帐号|账号是|号|是|:|转到|转给|收款| |\(|的){0,6}(1[3-9]\d{9}|[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+)`)
	order  = regexp.MustCompile(`(?:单号|订单|交易|流水)(?:号码|号|是|为|编号|:| |-){0,4}(\d{28,32})`)
	flyer  = regexp.MustCompile(`(?:telegram|电报|纸飞机|(?:[^a-z]|^)tg)(` + joins + `{0,6})@?([a-z][a-z0-9_]{3,30}[a-z0-9])`)
	meet   = regexp.MustCompile(`(?:会议号?|会议id|腾讯会议|zoom|共享会议)(?:号码|号|id|是|为|:| |-){0,5}(\d{3}[- ]?\d{3}[- ]?\d{3,5}|\d{3}[- ]?\d{4}[- ]?\d{4})`)

	withDigit = regexp.MustCompile(`[0-9_-]`)
	named     = regexp.MustCompile(`号|id|是|叫|为|加|搜|:|=`)
)

// wechats takes a name only where the words say that it is one. A phone number in its place is a phone.
func (f Folded) wechats() (all []candidate) {
	for _, at := range wxid.FindAllStringIndex(f.Text, -1) {
		all = append(all, found(WeChat, f.Text[at[0]:at[1]], at[0], at[1], 90))
	}
	for _, m := range wechat.FindAllStringSubmatchIndex(f.Text, -1) {
		between, name := f.Text[m[2]:m[3]], f.Text[m[4]:m[5]]
		sure := 75
		switch {
		case m[5] < len(f.Text) && (isWord(f.Text[m[5]]) || f.Text[m[5]] == '@'):
			continue // too long for an id, or a mail address
		case isDigit(name[0]):
			sure = 45 // sources disagree whether an id may begin with a digit
		case !withDigit.MatchString(name) && !named.MatchString(between):
			continue // a word
		}
		all = append(all, found(WeChat, name, m[4], m[5], sure))
	}
	return all
}

func (f Folded) qqs() (all []candidate) {
	for _, m := range qq.FindAllStringSubmatchIndex(f.Text, -1) {
		if rest := f.Text[m[5]:]; rest == "" || !isWord(rest[0]) && rest[0] != '@' {
			all = append(all, found(QQ, f.Text[m[4]:m[5]], m[4], m[5], 80))
		}
	}
	return all
}

func (f Folded) alipays() (all []candidate) {
	for _, m := range alipay.FindAllStringSubmatchIndex(f.Text, -1) {
		value := f.Text[m[2]:m[3]]
		if f.within(m[2:4], isWord) {
			continue
		}
		if isDigit(value[0]) && !strings.Contains(value, "@") {
			value = "+86" + value
		}
		all = append(all, found(Alipay, value, m[2], m[3], 80))
	}
	return all
}

func (f Folded) orders() (all []candidate) {
	for _, m := range order.FindAllStringSubmatchIndex(f.Text, -1) {
		if !f.within(m[2:4], isWord) {
			all = append(all, found(Order, f.Text[m[2]:m[3]], m[2], m[3], 75))
		}
	}
	return all
}

func (f Folded) telegrams() (all []candidate) {
	for _, m := range flyer.FindAllStringSubmatchIndex(f.Text, -1) {
		between, name := f.Text[m[2]:m[3]], f.Text[m[4]:m[5]]
		said := strings.HasSuffix(f.Text[:m[4]], "@") || named.MatchString(between) || withDigit.MatchString(name)
		if said && !f.within(m[4:6], isWord) {
			all = append(all, found(Telegram, name, m[4], m[5], 70))
		}
	}
	return all
}

func (f Folded) meetings() (all []candidate) {
	for _, m := range meet.FindAllStringSubmatchIndex(f.Text, -1) {
		if !f.within(m[2:4], isDigit) {
			all = append(all, found(Meeting, onlyDigits(f.Text[m[2]:m[3]]), m[2], m[3], 75))
		}
	}
	return all
}

var (
	getApp = regexp.MustCompile(`(?:下载|安装|装|用|注册|登录|打开)(?:了|过|一个|个|这个|那个|他们的|他们家的|对方的|名叫|名为|叫做|叫|一款|软件|app|:|的| )*[“"「《'【]?([\p{Han}a-z0-9]{2,12}?)[”"」》'】]?(?:的|这个)?(?:app|软件)`)
	called = regexp.MustCompile(`(?:app|软件|客户端)(?:的?(?:名字?|名称))?(?:叫做?|名叫|名为)[“"「《'【 ]*([\p{Han}a-z0-9]{2,8}?)(?:app)?[”"」》'】]?(?:$|[,.!?;、\n ，。！？；)])`)
	quoted = regexp.MustCompile(`[“"「《【]([^“"「《【”"」》】]{2,20})[”"」》】] ?的?(?:app|软件|客户端)`)
	parcel = regexp.MustCompile(`(?:[^a-z0-9./@-]|^)((?:com|cn|org|net|io)(?:\.[a-z][a-z0-9_]*){2,5})`)
	digest = regexp.MustCompile(`[0-9a-f]{64}`)
)

func (f Folded) apps() (all []candidate) {
	for _, at := range digest.FindAllStringIndex(f.Text, -1) {
		if !f.within(at, isWord) {
			all = append(all, found(App, f.Text[at[0]:at[1]], at[0], at[1], 90))
		}
	}
	for _, m := range parcel.FindAllStringSubmatchIndex(f.Text, -1) {
		all = append(all, found(App, f.Text[m[2]:m[3]], m[2], m[3], 85))
	}
	if !strings.Contains(f.Text, "app") && !strings.Contains(f.Text, "软件") && !strings.Contains(f.Text, "客户端") {
		return all
	}
	for _, form := range []*regexp.Regexp{quoted, getApp, called} {
		for _, m := range form.FindAllStringSubmatchIndex(f.Text, -1) {
			if name := f.Text[m[2]:m[3]]; !vague.MatchString(name) && !tells.MatchString(name) {
				all = append(all, found(App, name, m[2], m[3], 55))
			}
		}
	}
	return all
}

// tells is a part of a sentence, and no app's name.
var tells = regexp.MustCompile(`^(?:啥|哪|我|他|她|你|人|来着)|什么|[了吗呢着过]$`)

// vague is what is said instead of an app's name.
var vague = regexp.MustCompile(`^(?:一个|一款|这个|那个|某个|什么|他们|对方|聊天|会议|刷单|投资|理财|贷款|购物|交友|手机|银行|反诈|国家反诈|杀毒|远程|假|虚假|诈骗|陌生|不明|未知|指定|专用|专属|社交|官方|正规|第三方|微信|支付宝|以外|之外|其他|其它|别的)+(?:的|个|类|中心)?$`)
