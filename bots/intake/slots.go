package intake

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"netpatrol/bots/match"
)

// listMark stands between the values of a list, and a list holds no more than maxList bytes.
const (
	listMark = "、"
	maxList  = 600
)

// lists are the slots that hold several values.
var lists = []string{slotAccount, slotPhone, slotLink, slotContact, slotApp}

var slotKinds = map[match.Kind]string{
	match.Amount: slotAmount, match.Coins: slotAmount, match.Time: slotTime, match.Phone: slotPhone, match.URL: slotLink, match.WeChat: slotContact, match.QQ: slotContact,
	match.Telegram: slotContact, match.Email: slotContact, match.Meeting: slotContact, match.App: slotApp, match.Wallet: slotAccount, match.Card: slotAccount,
	match.BankAccount: slotAccount, match.Alipay: slotAccount, match.Order: slotAccount,
}

// slots reads what the message answers, asked or not.
func (t *turn) slots() map[string]string {
	read := map[string]string{}
	t.readIndicators(read)
	t.readWords(read)
	if t.chosen.value != "" {
		read[t.chosenSlot] = t.chosen.value
	}
	t.readAnswer(read)
	if !readable(t.words.Text) {
		read[slotOriginal] = "只有图片、语音或表情，请打开原件查看"
	}
	return read
}

func (t *turn) readIndicators(read map[string]string) {
	for _, i := range t.indicators() {
		slot, value := slotOf(i, t.offersCallback()), i.Value
		switch {
		case slot == "" || value == "" || !t.fresh && t.denies(i) || slot != slotCallback && t.denied(i) && !editWords.In(t.words):
		case slices.Contains(lists, slot):
			read[slot] = listed(read[slot], t.shown(i))
		case read[slot] == "" && i.Approx:
			read[slot] = "约" + value
		case read[slot] == "":
			read[slot] = value
		}
	}
}

// indicators are what the message holds; looking for them takes a while in long texts.
func (t *turn) indicators() []match.Indicator {
	if !t.looked {
		t.found, t.looked = t.words.Indicators(), true
	}
	return t.found
}

// offersCallback says whether a number in the message may be the one at which they want to be called.
func (t *turn) offersCallback() bool {
	slot, _ := named(t.words.Text)
	return t.asks(slotCallback) && (slot != slotPhone || !editWords.In(t.words))
}

// slotOf says where an indicator belongs; nowhere, for what is the writer's own: an identity
// number is never kept apart from the words it stands in, nor is their own account.
func slotOf(i match.Indicator, callback bool) string {
	switch {
	case i.Kind == match.Phone && (callback && i.Role != match.Suspect || i.Role == match.Victim):
		return slotCallback
	case i.Role == match.Victim && i.Kind.Reaches():
		return ""
	}
	return slotKinds[i.Kind]
}

// shown is the value of an indicator of a list. Of a card that may be the writer's own only the
// end is kept.
func (t *turn) shown(i match.Indicator) string {
	switch {
	case i.Kind == match.Card && i.Role != match.Suspect && !t.asks(slotAccount):
		return "尾号" + i.Value[max(0, len(i.Value)-4):]
	case i.Kind == match.WeChat:
		return "微信" + i.Value
	case i.Kind == match.Order:
		return "订单号" + i.Value
	case i.Kind == match.QQ:
		return "QQ" + i.Value
	}
	return i.Value
}

// listed adds a value to a list, unless it is there or the list is full.
func listed(list, value string) string {
	switch {
	case list == "":
		return value
	case slices.Contains(strings.Split(list, listMark), value) || len(list)+len(value) > maxList:
		return list
	}
	return list + listMark + value
}

// A wording and what it says in a slot. The first of a slot that fits counts.
var wordings = []struct {
	slot, value string
	cue         match.Cue
}{
	{slotPaid, paidNo, match.NewCue(`(没有?|还没有?|未|没敢|不敢|还没来得及|差点)(给.{0,6})?(转|汇|打|付|充|交)(账|帐|款|钱|值)?|没(有)?(损失|被骗到|花钱|出钱)|幸好没|no money (has )?left|(not|never|didn't|haven't) (paid|sent|transfer)`, `(没|未)(转|打|付)(成功|过去)|(没|未)打(通|过)|没交代`)},
	{slotWhom, "家人", match.NewCue(`(我)?(妈|爸|爹|娘|爸妈|父母|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|阿公|阿婆|老公|老婆|丈夫|妻子|儿子|女儿|孩子|娃|媳妇|婆婆|岳父|岳母|弟弟|妹妹|哥哥|姐姐|哥|姐|家里人|家人|老人)(.{0,8})(被|遭|着|受|上当|转|买|打了|汇|投|信了)`, "")},
	{slotWhom, "他人", match.NewCue(`(朋友|同事|同学|室友|邻居|亲戚|闺蜜|工友|网友)(.{0,8})(被|遭|着|受骗|上当|转|汇|投了)|替(别人|朋友|同事|邻居)|帮(朋友|别人|同事|邻居)(问|举报|报)`, "")},
	{slotWhom, "本人", match.NewCue(`我(自己|本人)?(刚刚?|才|昨天|今天|前天|已经|也|又|真的|不小心|好像)*(被|遭|着|受骗|上当|转|汇|付了|打了|充|垫|投)|(骗|坑|呃)(了|咗)?我`, `我(被)?(朋友|妈|爸)|打(了|过)(电话|.{0,2}(110|96110|12\d{3}))`)},
	{slotHow, "虚拟币", match.NewCue(`usdt|泰达币|虚拟币|比特币|数字货币|(买|转).{0,2}u币`, "")},
	{slotHow, "现金", match.NewCue(`(给|交|拿|取|送).{0,8}现金|现金(给|交|当面)|黄金(寄|给|交)|当面(给|交)`, "")},
	{slotHow, "微信", match.NewCue(`微信(转|支付|付|红包|扫)|(用|通过|走)微信|发红包`, "")},
	{slotHow, "支付宝", match.NewCue(`支付宝(转|付|扫|里|上)|(用|通过|走)支付宝|花呗|借呗`, "")},
	{slotHow, "扫码", match.NewCue(`扫(了)?(他|她|对方|个|一个)?(的)?(收款|付款|二维)?码`, "")},
	{slotHow, "银行卡", match.NewCue(`(银行|网银|手机银行|柜台|atm|取款机|银行卡|卡)(里)?(转|汇|打|存)|(用|通过|走)(银行|网银|卡)|卡号转|bank transfer`, "")},
	{slotHow, "充值卡", match.NewCue(`充值卡|点卡|礼品卡|购物卡|话费卡`, "")},
}

var (
	platforms = regexp.MustCompile(`抖音|快手|小红书|微博|陌陌|探探|闲鱼|转转|淘宝|拼多多|京东|唯品会|贴吧|知乎|豆瓣|虎牙|斗鱼|哔哩哔哩|b站|soul|58同城|赶集|boss直聘|智联|钉钉|腾讯会议|微信群|qq群|朋友圈|telegram|whatsapp|facebook|instagram|飞机群|蝙蝠`)
	places    = regexp.MustCompile(`(?:在|住|家是|家住|人在|我是|位于|地址是?|地点是?)([\p{Han}]{2,9}?(?:省|市|区|县|州|旗)(?:[\p{Han}]{1,6}?(?:市|区|县|旗))?)`)
	instead   = regexp.MustCompile(`不是(\d{1,9}(?:\.\d{1,2})?)(?:元|块)?(?:钱)?[, ]*(?:应该)?是(\d{1,9}(?:\.\d{1,2})?)(?:$|[元块钱,.!。，！])`)
	payees    = regexp.MustCompile(`(?:收款人|收款方|收款户名|开户名|账户名|帐户名|户名)+(?:叫做?|写的?是|显示是?|是|为|:)*\s*([\p{Han}·]{2,14}?)(?:$|[,.;!?，。；！？、\s()]|的|账|帐|卡|银行|转|开户)`)
	noPayee   = regexp.MustCompile(`什么|不知|不清|忘|谁|哪|多少|未知|对方|骗子|我|没有|错`)
	noPlace   = regexp.MustCompile(`超市|小区|社区|景区|园区|专区|夜市|股市|门市|菜市|地区$|市区$|城市$`)
	cases     = regexp.MustCompile(`(?:受理|立案|接警|报警|警情|案件|回执|受案)(?:单|编|案)?(?:号码?|编号|号)?(?:是|为|:)?\s*([a-z]{0,4}\d{6,24})`)
	placeOnly = regexp.MustCompile(`^(?:我?在)?([\p{Han}]{2,12}(?:市|区|县|州|旗))(?:这边|这里)?$`)
	caseOnly  = regexp.MustCompile(`^(?:单号|编号|号码|受理号|接警号|是|:| )*([a-z\p{Han}〔〕()\[\]-]{0,10}\d[a-z\d〔〕()\[\]-]{5,29}号?)$`)
	hotline   = regexp.MustCompile(`^(110|119|12[02]|12110|1231[0-9]|1232[01]|1233[03]|12345|1235[56]|1236[68]|12377|12381|1238[89]|96110)$`)
	spent     = regexp.MustCompile(`(?:转|付|充|打|汇|投|骗|损失|花|一共|总共|共)(?:了|走|过去|出去|进去|掉)?(?:我|他|她|对方)?(?:了)?(\d{2,8})(?:$|[^\d年月日号点:万千百wk%岁])`)
	number    = regexp.MustCompile(`^[^\d]{0,8}(\d{1,9}(?:\.\d{1,2})?)[^\d万千百kw]{0,6}$`)
)

func (t *turn) readWords(read map[string]string) {
	if t.policeCalled() {
		read[slotPolice] = reported
	}
	if t.words.MoneySent() {
		read[slotPaid] = paidYes
	}
	for _, w := range wordings {
		if read[w.slot] == "" && w.cue.In(t.words) {
			read[w.slot] = w.value
		}
	}
	if k, ok := t.b.kinds.of(t.words.Text); ok {
		read[slotKind] = k.ID + " " + k.Name
	}
	if p := platforms.FindString(t.words.Text); p != "" {
		read[slotPlatform] = p
	}
	if m := places.FindStringSubmatch(t.words.Text); m != nil && !noPlace.MatchString(m[1]) {
		read[slotPlace] = m[1]
	}
	if m := instead.FindStringSubmatch(t.words.Text); m != nil && m[1] == strings.TrimPrefix(t.stand[slotAmount], "约") {
		read[slotAmount], t.swapped = m[2], true
	}
	if m := payees.FindStringSubmatch(t.words.Text); m != nil && !noPayee.MatchString(m[1]) {
		read[slotPayee] = m[1]
	}
	if m := placeOnly.FindStringSubmatch(t.bare()); m != nil && !noPlace.MatchString(m[1]) {
		read[slotPlace] = m[1]
	}
	if m := spent.FindStringSubmatch(t.words.Text); m != nil && read[slotAmount] == "" && !hotline.MatchString(m[1]) {
		read[slotAmount] = m[1]
	}
	if m := cases.FindStringSubmatch(t.words.Text); m != nil {
		read[slotCase] = m[1]
		delete(read, slotPhone)
	}
	if fakePolice.In(t.words) {
		read[slotImpostor] = "有人冒充警察"
	}
	if t.words.Minor() {
		read[slotYoung] = "可能未满18岁"
	}
}

// policeCalled says whether the police know already, also in the words people use after the card
// that told them to call 110 ("打了").
func (t *turn) policeCalled() bool {
	return t.text.PoliceCalled() || policeMore.In(t.words) ||
		t.report.Slots[slotEmergency] == string(match.MoneyMoving) && policeDone.MatchString(t.bare())
}

var (
	policeMore = match.NewCue(`(已经?|刚刚?|刚才|我)(给|就)?(打|拨)(过|了)?.{0,2}110了|110.{0,2}(打|拨)(过|了)了?$`, `(没|不|别|要不要|该不该).{0,3}(打|拨)|打不`)
	policeDone = regexp.MustCompile(`^(已经?|刚刚?|我)*(打|报|拨)(过|好|完)?(了)?(警|电话)?(了|过了|啦|咯)?$`)
)

// readAnswer takes the message as the answer to the question that stands open.
func (t *turn) readAnswer(read map[string]string) {
	q, ok := t.open()
	if !ok || read[q.slot] != "" {
		return
	}
	bare := t.bare()
	switch {
	case humanWords.MatchString(bare) || stopWords.MatchString(bare) && !skipWords.MatchString(bare) || editWords.In(t.words):
	case q.slot == slotPaid:
		if plainNo.MatchString(bare) {
			read[slotPaid] = paidNo
		}
	case skipWords.MatchString(bare):
		read[q.slot] = untold
	case q.slot == slotAmount:
		if n := bareNumber(t.words.Text); n != "" {
			read[slotAmount] = n
		}
	case q.slot == slotWhom:
		if m := whoWords.FindStringSubmatch(bare); m != nil {
			read[slotWhom] = whoValue(m)
		}
	case q.slot == slotCase:
		if m := caseOnly.FindStringSubmatch(t.words.Text); m != nil {
			read[slotCase] = m[1]
			delete(read, slotPhone)
			delete(read, slotAccount)
		}
	case q.free && len(read) == 0 && len(t.g.Answers) == 0 && short(t.words.Text) && !smallTalk.MatchString(bare):
		read[q.slot] = strings.TrimSpace(t.words.Text)
	}
}

var (
	plainNo   = regexp.MustCompile(`^(没|没有|还没|还没有|没转|没呢|没得|冇|no|not yet)$`)
	whoWords  = regexp.MustCompile(`^(?:是)?(?:(我|我自己|自己|本人|me)|(我?(?:妈|爸|爷爷|奶奶|外婆|外公|儿子|女儿|老公|老婆|家人|家里人|孩子|哥|姐|弟弟|妹妹)妈?爸?|my .*)|(.*(?:朋友|同事|同学|邻居|别人|网友).*))$`)
	smallTalk = regexp.MustCompile(`^(你好|您好|在吗|在不在|有人吗|喂|嗯+|哦+|好的?|谢谢.*|收到|知道了|快点.*|救.*|hello|hi|ok|thanks?)$`)
)

func whoValue(m []string) string {
	for i, value := range []string{"本人", "家人", "他人"} {
		if m[i+1] != "" {
			return value
		}
	}
	return ""
}

// bareNumber is the one figure a text consists of; "" when it is another text.
func bareNumber(text string) string {
	if m := number.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		return m[1]
	}
	return ""
}

// short says whether a text may be an answer rather than a story.
func short(text string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	return n > 0 && n <= 40 && readable(text)
}

// asks says whether the question for a slot stands open.
func (t *turn) asks(slot string) bool {
	q, ok := t.open()
	return ok && q.slot == slot
}

// readable says whether there is a letter or digit to go by.
func readable(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
