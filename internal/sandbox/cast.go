package sandbox

import "time"

// Role is what part a citizen plays, and so what an honest station must do about it.
type Role string

// The roles.
const (
	Victim         Role = "victim"          // reports a loss in private: must be answered
	Asker          Role = "asker"           // asks in public whether it is a scam: must be answered
	Scammer        Role = "scammer"         // advertises a scam: may be warned
	RumourAuthor   Role = "rumour-author"   // spreads a false alarm: may be warned
	Cautioner      Role = "cautioner"       // warns others in the scammer's words: never warned
	VictimInPublic Role = "victim-public"   // tells of a loss in the scammer's words: never warned
	Ordinary       Role = "ordinary-person" // talks of something else: nothing happens
)

// MayBeWarned reports whether a warning to somebody in this role can be right.
func (r Role) MayBeWarned() bool { return r == Scammer || r == RumourAuthor }

// MustBeAnswered reports whether somebody in this role asked the agency something.
func (r Role) MustBeAnswered() bool { return r == Victim || r == Asker }

// DemoTags are the tags under which the demo's citizens post.
func DemoTags() []string { return []string{"兼职", "椰城身边事"} }

// DemoScript is the standard shift for an agency with that handle: all persons, places
// and companies in it are made up. It takes about four seconds and the lingering.
func DemoScript(agency string) Script {
	return Script{Agency: agency, Citizens: demoCitizens(), Scenes: demoScenes(), Reactions: demoReactions(), Linger: 30 * time.Second}
}

func demoCitizens() []Citizen {
	year := 365 * 24 * time.Hour
	return []Citizen{
		{"xiaolin", "小林同学", Victim, "刚被假理财平台骗走三万元，私信求助。", year},
		{"chen_ayi", "陈阿姨", Asker, "收到中奖短信，公开问官方是不是骗局。", 3 * year},
		{"rijie_xiaozhu", "日结小助手", Scammer, "在话题下招揽刷单，收到提醒后会删帖。", 10 * 24 * time.Hour},
		{"yecheng_guangbo", "椰城小喇叭", RumourAuthor, "转发没有根据的抢孩子消息，被提醒后会争辩。", year},
		{"laowang", "热心老王", Cautioner, "用同样的词提醒别人防骗，不应收到警示。", 2 * year},
		{"xiaozhou", "周周周", VictimInPublic, "公开讲自己被骗的经过，不应收到警示。", year},
		{"amei", "爱吃的阿美", Ordinary, "发日常，与我们无关。", year},
	}
}

func demoScenes() []Scene {
	at := func(ms int, a Act) Scene { return Scene{time.Duration(ms) * time.Millisecond, a} }
	return []Scene{
		at(200, Act{Who: "amei", Do: Said, Text: "#椰城身边事# 老街口的清补凉今天不排队，红豆给得很足，推荐。"}),
		at(500, Act{Who: "xiaolin", Do: Told, To: "{agency}", Label: "report",
			Text: "被骗了，刚转了3万到一个叫“聚宝莲理财”的平台，现在提不出来，客服也不回了，怎么办"}),
		at(900, Act{Who: "rijie_xiaozhu", Do: Said, Label: "ad",
			Text: "#兼职# 刷单返利日结，一单30，一天稳赚300，宝妈学生都能做，先垫付后返现，加我私聊"}),
		at(1300, Act{Who: "laowang", Do: Said,
			Text: "#兼职# 提醒大家：刷单返利日结、先垫付的全是骗局，千万别信，我同事差点上当。"}),
		at(1700, Act{Who: "chen_ayi", Do: Said, Label: "question",
			Text: "@{agency} 这是不是骗局？短信说我中了“幸运大转盘”一等奖，要先交888元手续费才给奖品"}),
		at(2200, Act{Who: "xiaozhou", Do: Said,
			Text: "#兼职# 我就是被刷单返利骗的，先垫付了2000块，后来联系不上对方了，想哭。"}),
		at(2800, Act{Who: "yecheng_guangbo", Do: Said, Label: "rumour",
			Text: "#椰城身边事# 听说第九十九小学门口有人抢孩子，已经抢走两个了，家长们快转发！"}),
		at(3600, Act{Who: "xiaolin", Do: Followed, To: "{agency}"}),
	}
}

func demoReactions() []Reaction {
	moment := 600 * time.Millisecond
	return []Reaction{
		{Who: "xiaolin", From: "{agency}", After: moment, Do: []Act{
			{Do: Told, Text: "谢谢，我已经打了110。是今天上午10点转的，对方自称客服小赵，聊天记录都还在。"},
		}},
		{Who: "rijie_xiaozhu", From: "{agency}", After: moment, Do: []Act{{Do: Deleted, Of: "ad"}}},
		{Who: "yecheng_guangbo", From: "{agency}", After: moment, Do: []Act{
			{Do: Told, Text: "我也是看群里说的，凭什么说我？我不同意。"},
		}},
	}
}
