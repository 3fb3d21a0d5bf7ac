package intake

import (
	"slices"

	"netpatrol/bots/match"
)

// What a report can tell, one slot each. Lists hold several values, see [listMark].
const (
	slotEmergency = "emergency"
	slotPaid      = "paid"     // whether money has left
	slotPolice    = "police"   // the police know already: no more stop-payment cards
	slotCase      = "case"     // the number 110 or the station gave
	slotCallback  = "callback" // where the writer can be called
	slotKind      = "kind"     // of fraud: an id of the catalogue with its name
	slotAmount    = "amount"   // yuan
	slotTime      = "time"     // as written
	slotHow       = "how"      // how the money left
	slotAccount   = "account"  // theirs that took the money: list
	slotPayee     = "payee"    // in whose name that account is
	slotPhone     = "phone"    // list
	slotLink      = "link"     // list
	slotContact   = "contact"  // WeChat, QQ, Telegram, mail, meeting: list
	slotApp       = "app"      // list
	slotPlatform  = "platform" // where they met and talked
	slotPlace     = "place"    // city and district
	slotWhom      = "whom"     // who it happened to
	slotImpostor  = "impostor" // somebody poses as the police
	slotYoung     = "young"    // the writer seems under 18
	slotKnown     = "known"    // what we know that the message repeats
	slotOriginal  = "unreadable"
)

// slotOrder is the order in which slots are proposed.
var slotOrder = []string{
	slotPaid, slotPolice, slotCase, slotCallback, slotKind, slotAmount, slotTime, slotHow, slotAccount, slotPayee, slotPhone, slotLink, slotContact, slotApp,
	slotPlatform, slotPlace, slotWhom, slotImpostor, slotYoung, slotOriginal,
}

// What slots say where the words are ours.
const (
	paidYes   = "钱已经转出"
	paidNo    = "还没有转钱"
	paidOther = "只是可疑或替别人举报"
	reported  = "已报警"
	untold    = "未提供" // asked, and not told
)

// option is one numbered answer to a question.
type option struct {
	id, value string
	urgency   match.Urgency
}

// question asks for one slot.
type question struct {
	slot    string
	name    string                             // the variable of the templates that shows it
	options []option                           // in the order the template numbers them
	free    bool                               // any short text is an answer
	fits    func(known map[string]string) bool // nil: always
}

// questions are put one at a time, in this order, as long as their slot is empty.
var questions = []question{
	{slot: slotPaid, name: "AskPaid", options: []option{
		{"paid", paidYes, match.MoneyMoving}, {"unpaid", paidNo, match.NoUrgency}, {"other", paidOther, match.NoUrgency},
	}},
	{slot: slotCallback, name: "AskCallback"},
	{slot: slotCase, name: "AskCase", free: true, fits: has(slotPolice)},
	{slot: slotKind, name: "AskKind", free: true, options: []option{
		{"kind-tasks", "刷单返利", ""}, {"kind-invest", "虚假投资理财、婚恋交友", ""}, {"kind-loan", "贷款征信", ""},
		{"kind-pose", "冒充客服、公检法、熟人", ""}, {"kind-shop", "虚假购物、游戏、租房、票务", ""}, {"kind-else", "其他", ""},
	}},
	{slot: slotAmount, name: "AskAmount", fits: paid},
	{slot: slotTime, name: "AskTime", free: true, fits: paid},
	{slot: slotHow, name: "AskHow", free: true, fits: paid, options: []option{
		{"how-bank", "银行卡", ""}, {"how-wechat", "微信", ""}, {"how-alipay", "支付宝", ""}, {"how-other", "其他方式", ""},
	}},
	{slot: slotAccount, name: "AskAccount", free: true, fits: func(known map[string]string) bool {
		return !slices.ContainsFunc([]string{slotPhone, slotLink, slotContact}, func(s string) bool { return known[s] != "" })
	}},
	{slot: slotPlatform, name: "AskPlatform", free: true},
	{slot: slotPlace, name: "AskPlace", free: true, fits: paid},
	{slot: slotWhom, name: "AskWhom", options: []option{
		{"whom-me", "本人", ""}, {"whom-family", "家人", ""}, {"whom-other", "他人", ""},
	}},
}

func has(slot string) func(map[string]string) bool {
	return func(known map[string]string) bool { return known[slot] != "" }
}

func paid(known map[string]string) bool {
	return known[slotPaid] == paidYes || known[slotEmergency] == string(match.MoneyMoving)
}

// questionOf finds the question for a slot.
func questionOf(slot string) (question, bool) {
	i := slices.IndexFunc(questions, func(q question) bool { return q.slot == slot })
	if i < 0 {
		return question{}, false
	}
	return questions[i], true
}

func (q question) choices() (ids []string) {
	for _, o := range q.options {
		ids = append(ids, o.id)
	}
	return ids
}

// optionOf finds an option by the id a button carries, and the slot it fills.
func optionOf(id string) (o option, slot string, ok bool) {
	for _, q := range questions {
		for _, o := range q.options {
			if o.id == id {
				return o, q.slot, true
			}
		}
	}
	return option{}, "", false
}
