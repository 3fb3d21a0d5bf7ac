package match

import "testing"

// What shaking hands write, as the emergencies that a reader who did not write the cues thought of; and what only looks
// like it.
func TestUrgencyInWordsNobodyPlannedFor(t *testing.T) {
	f := NewFolder()
	for want, texts := range map[Urgency][]string{
		LifeDanger: {
			"骗子说不打钱就发我照片给我家人", "有人拿我的视频威胁我", "被敲诈了，他要发我的照片", "被逼着拍视频", "he has my nude photos",
			"我在柬埔寨被骗来干诈骗，出不去", "我被骗到缅甸，护照被没收，救我", "我弟弟被骗去柬埔寨了，联系不上", "他们逼我打人，不打就电我",
			"我准备从楼上跳下去", "想自鲨", "活着没劲，钱全没了", "有人要把我女儿带走", "救命", "不想活了，已报警",
		},
		MoneyMoving: {
			"救命啊，我刚转了5万", "刚转了五万，救救我", "被骗到境外网站充值了5万",
			"我妈在跟骗子打电话，我拦不住", "手机被远程了", "他在看我的手机屏幕", "腾讯会议里客服指导我操作银行", "没有挂电话，他让我转账",
			"我爸正在银行给人汇款", "老人在银行柜台要转30万", "我妈要给骗子转钱", "我奶奶准备给人转钱，拦不住", "现在要不要转？", "他让我把钱取出来交给上门的人",
			"刚把现金交给来人了", "刚给骗子寄了金条", "微信刚转2万给他", "转过去五千了", "把卡密发给对方了", "他让我刷单，我转了3万给他", "他叫我刷单我转了3万给他",
			"转账三万给骗子了怎么办", "怎么止付", "能不能帮我冻结对方账户", "they want me to pay now",
		},
		NoUrgency: {
			"我要举报一个赌博网站", "不要给陌生人转账，大家提高警惕", "切勿向陌生人汇款", "银行卡被冻结了怎么办", "他就打我电话了", "境外的号码打来的电话",
			"幸好没转", "去年被骗了3万", "这个人是骗子吗", "客服要给我退款", "我要投诉派出所不立案", "请问怎么报案",
		},
	} {
		for _, text := range texts {
			if got := f.Fold(text).Urgency(); got != want {
				t.Errorf("%q: %q, want %q", text, got, want)
			}
		}
	}
}

func TestASwindlerWhoSaysPoliceIsNoReport(t *testing.T) {
	f := NewFolder()
	for text, called := range map[string]bool{
		"对方说他已报警，让我转账到安全账户": false, "警察说已经报案了，叫我把钱转到安全账户": false, "骗子威胁我说已经报警抓我，我刚转了3万": false,
		"刚转了5万，已报警": true, "我老公已经报警了": true, "他骗了我3万，我已经报警了": true, "我说了骗子的事，已报警": true,
	} {
		if got := f.Fold(text).PoliceCalled(); got != called {
			t.Errorf("%q: %v", text, got)
		}
	}
}
