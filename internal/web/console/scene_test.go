package console_test

import (
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// scene is an evening at the desk: warnings to decide, reports waiting, sends that
// went wrong.
func (s *site) scene() {
	s.Posts("weibo", "xingfu_ahua", "1001", "姐妹们在家躺着也能赚！手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888，名额不多 #兼职#")
	s.Posts("weibo", "haikou_laowang", "1002", "提醒大家：刷单返利先垫付的都是骗局，我表弟昨天被骗了两万，千万别加微信！")
	s.Posts("weibo", "dage_fabao", "1003", "#兼职# 招聘点赞员，日入300，做任务佣金秒结，小白也能做，私聊我拉群")
	s.Says("weibo", "xiaoli", "2001", "你好，我刚才被人骗了，对方说是客服退款，让我下载了一个会议软件共享屏幕，卡里转走了三万块，怎么办")
	s.Says("weibo", "chenayi", "2002", "请问这个短信是真的吗？说我医保卡异常要点链接认证")
	s.Says("weibo", "chenayi", "2003", "链接我还没点")
	s.Posts("forum", "yulinfeng", "3001", "听说城西小学门口有人抢孩子，已经抢走三个了，大家快转发！")
	s.Settle()
	s.write()
	s.late()
	s.sends()
}

func (s *site) write() {
	s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{
		"title": "警惕冒充客服退款骗局", "text": "近日有人冒充网购客服，以退款、理赔为由要求下载会议软件并共享屏幕。凡是要求共享屏幕的“客服”，都是诈骗。",
		"accounts": "weibo",
	}})
	s.Decides("wu", bots.Decision{
		Verb: bots.ApproveKind, On: bots.Target{Kind: record.KindStanding},
		Fields: map[string]string{"template": "receipt", "version": s.rev("receipt"), "until": time.Now().AddDate(0, 3, 0).Format(time.RFC3339)},
	})
	s.Decides("wu", bots.Decision{
		Verb: bots.RequestMode, On: bots.Target{Kind: bots.KindAccount, ID: "forum"}, Fields: map[string]string{"mode": "suggest", "attest": "true"},
	})
}

func (s *site) rev(template string) string {
	for _, t := range s.Station().Templates() {
		if t.Name == template {
			return fmt.Sprint(t.Rev)
		}
	}
	s.t.Fatalf("no template %s", template)
	return ""
}

// late makes the first report older than the promise.
func (s *site) late() {
	for i, r := range s.All(bots.KindReport, "") {
		one := r.(*bots.Report)
		one.Created = time.Now().Add(-[]time.Duration{34 * time.Minute, 9 * time.Minute}[i%2])
		s.Put(one)
	}
}

// sends are one unknown and one held.
func (s *site) sends() {
	now := time.Now()
	unknown := s.item("unknown", bots.ForReply, adapters.Private, now.Add(-11*time.Minute))
	n, err := unknown.Claim(7, now.Add(-10*time.Minute))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := unknown.Ended(n, 7, record.Ending{State: record.ItemUnknown, Note: "请求已写出，平台没有回答", Code: "timeout"}, now.Add(-10*time.Minute+15*time.Second)); err != nil {
		s.t.Fatal(err)
	}
	held := s.item("held", bots.ForWarning, adapters.Private, now.Add(-25*time.Minute))
	if err := held.Hold("原帖在批准之后被作者修改过，请看过再定"); err != nil {
		s.t.Fatal(err)
	}
	alarm := &record.Alarm{
		Head: bots.Head{ID: "alarm-1", State: record.AlarmOpen, Created: now.Add(-3 * time.Minute)}, Why: "账号 weibo 的授权即将过期，请联系管理员更新",
		About: bots.Target{Kind: bots.KindAccount, ID: "weibo"},
	}
	s.Put(unknown, held, alarm)
}

func (s *site) item(id string, p bots.Purpose, ch adapters.Channel, at time.Time) *record.Item {
	i := &record.Item{
		Draft: "none", Purpose: p, Account: "weibo", Channel: ch, To: adapters.Person{ID: "p9", Handle: "xiaoli"}, Code: "K7M2P9XW",
		Text: "您好，我是海口网警。请不要再转账，马上拨打110。核对码 K7M2P9XW", Seal: "9f3ac1b2d4e5f60718293a4b5c6d7e8f", Expires: at.Add(24 * time.Hour),
		Conversation: "none",
	}
	i.Head = bots.Head{ID: "item-" + id, State: record.ItemDue, Stream: "weibo/private", Created: at, Due: at}
	return i
}
