package console_test

import (
	"errors"
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
	s.waits()
	s.sends()
	s.parked()
	s.appealed()
	s.standings()
	s.evidence()
	s.ConsoleDrafts(theirs())
	if b := s.illustrated(); b != nil {
		d := s.All(bots.KindDraft, bots.DraftAwaiting)
		for _, r := range d {
			if x := r.(*bots.Draft); x.About.ID == b.ID {
				s.Decides("wu", bots.Decision{Verb: bots.PreviewDraft, On: bots.Target{Kind: bots.KindDraft, ID: x.ID}, Fields: map[string]string{"to": "chen"}})
				s.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: x.ID}, Seen: x.Version})
			}
		}
		s.counted(b)
	}
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
		Verb: bots.RequestMode, On: bots.Target{Kind: bots.KindAccount, ID: "forum"}, Fields: map[string]string{"mode": "suggest", "attest": "平台开户函"},
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

// late makes the first report older than the promise, and lets both people have a receipt.
func (s *site) late() {
	for i, r := range s.All(bots.KindReport, "") {
		one := r.(*bots.Report)
		one.Created = time.Now().Add(-[]time.Duration{34 * time.Minute, 9 * time.Minute}[i%2])
		s.Put(one)
		s.Update(func(tx record.Tx) error {
			c, err := record.Load[bots.Conversation](tx, one.Conversation)
			if err != nil {
				return err
			}
			c.Answered = one.Created.Add(4 * time.Second)
			return tx.Put(c)
		})
	}
}

// waits are a clock that ran out, one that runs, and two that an officer has stopped.
func (s *site) waits() {
	now := time.Now()
	for i, r := range s.All(bots.KindConversation, "") {
		since := now.Add(-[]time.Duration{34 * time.Minute, 9 * time.Minute}[i%2])
		w := &bots.Wait{Head: bots.Head{ID: fmt.Sprint("wait-", i), Stream: r.Meta().ID, State: bots.WaitRunning}, Account: "weibo", Conversation: r.Meta().ID, Since: since, Deadline: since.Add(30 * time.Minute), Alarms: 3 - i%2*3}
		s.Put(w)
		s.Update(func(tx record.Tx) error {
			c, err := record.Load[bots.Conversation](tx, r.Meta().ID)
			if err != nil {
				return err
			}
			c.Wait = w.ID
			return tx.Put(c)
		})
	}
	for i, took := range []time.Duration{6 * time.Minute, 41 * time.Minute} {
		since := now.Add(-3 * time.Hour)
		s.Put(&bots.Wait{Head: bots.Head{ID: fmt.Sprint("waited-", i), State: bots.WaitEnded}, Account: "forum", Conversation: "conv/forum/old", Since: since, Deadline: since.Add(30 * time.Minute), Ended: since.Add(took), By: "chen", How: bots.EndedReply, Seen: "chen"})
	}
}

// sends are one unknown, one held because its post was edited, and one because nobody could look.
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
	unseen := s.item("unseen", bots.ForWarning, adapters.Private, now.Add(-18*time.Minute))
	byHand := s.item("by-hand", bots.ForReply, adapters.Private, now.Add(-7*time.Minute))
	for i, why := range map[*record.Item]string{
		held: "复看发现原帖已被修改，请核对后决定", unseen: record.WhyNotLooked + "：该账号不支持查看，须由民警决定是否发出", byHand: "由lin暂停",
	} {
		if err := i.Hold(why); err != nil {
			s.t.Fatal(err)
		}
	}
	alarm := &record.Alarm{
		Head: bots.Head{ID: "alarm-1", State: record.AlarmOpen, Created: now.Add(-3 * time.Minute)}, Why: "账号 weibo 的授权即将过期，请联系管理员更新",
		About: bots.Target{Kind: bots.KindAccount, ID: "weibo"},
	}
	s.Put(unknown, held, unseen, byHand, alarm)
	s.tasks(now)
}

// tasks are sends by hand: one that nobody has taken and that is late, one that lin posts, one that
// chen posted with another text, and one of which chen has only a screenshot.
func (s *site) tasks(now time.Time) {
	late := s.item("task-late", bots.ForWarning, adapters.Private, now.Add(-40*time.Minute))
	mine := s.item("task-mine", bots.ForBulletin, adapters.Public, now.Add(-9*time.Minute))
	altered := s.item("task-altered", bots.ForReply, adapters.InReply, now.Add(-20*time.Minute))
	mine.Code, mine.Text = "B4N7Q2RS", "【警惕刷单】刷单返利都是诈骗。海口网警 核对码 B4N7Q2RS"
	s.Task(late, now.Add(-10*time.Minute))
	s.Task(mine, now.Add(21*time.Minute))
	s.Task(altered, now.Add(10*time.Minute))
	mine.Hand.Taken, mine.Hand.TakenAt = "lin", now.Add(-2*time.Minute)
	altered.Hand.Taken, altered.Hand.TakenAt = "chen", now.Add(-15*time.Minute)
	altered.Hand.By, altered.Hand.At, altered.Hand.Link = "chen", now.Add(-12*time.Minute), "https://tieba.example/p/1?pid=9"
	altered.Hand.Altered, altered.Hand.Reason = "您好，我是海口网警。请不要再转账，马上报警。核对码 K7M2P9XW", "平台不让发电话号码"
	shown := s.item("task-shown", bots.ForReply, adapters.Private, now.Add(-14*time.Minute))
	shown.Text = "您好，我是海口网警。\n请不要再转账，马上拨打110。\n核对码 K7M2P9XW"
	s.Task(shown, now.Add(16*time.Minute))
	shown.Hand.Taken, shown.Hand.TakenAt, shown.Hand.By, shown.Hand.At = "chen", now.Add(-9*time.Minute), "chen", now.Add(-6*time.Minute)
	shown.Hand.Shot, shown.Hand.Unproven = "evidence-1-picture", true
	s.Put(late, mine, altered, shown)
}

func (s *site) item(id string, p bots.Purpose, ch adapters.Channel, at time.Time) *record.Item {
	i := &record.Item{
		Draft: "none", Purpose: p, Account: "weibo", Channel: ch, To: adapters.Person{ID: "p9", Handle: "xiaoli"}, Code: "K7M2P9XW",
		Text: "您好，我是海口网警。请不要再转账，马上拨打110。核对码 K7M2P9XW", Seal: "9f3ac1b2d4e5f60718293a4b5c6d7e8f", Expires: at.Add(24 * time.Hour),
		Conversation: "none",
	}
	if all := s.All(bots.KindDraft, ""); len(all) > 0 {
		i.Draft = all[0].Meta().ID
	}
	i.Head = bots.Head{ID: "item-" + id, State: record.ItemDue, Stream: "weibo/private", Created: at, Due: at}
	return i
}

// parked is an event that a bot failed on.
func (s *site) parked() *bots.Event {
	e := &bots.Event{
		Head: bots.Head{ID: "event-parked", State: bots.EventParked, Stream: "conv/none"}, Key: "parked", Kind: bots.MessageHeard, V: 1, Account: "weibo",
		Occurred: time.Now().Add(-6 * time.Minute), Accepted: time.Now().Add(-6 * time.Minute),
		Body:   &bots.Heard{From: adapters.Person{ID: "p7", Handle: "wangwu"}, Text: "[语音消息] 我这边一直收到验证码，是不是被盗号了"},
		Result: &bots.Result{Status: bots.Refused, Code: "bot", Message: "机器人“接报”处理时出错。"},
	}
	s.Put(e)
	return e
}

// delivered books a warning as arrived, as the outbox would.
func (s *site) delivered(warning string) {
	s.Update(func(tx record.Tx) error {
		w, err := record.Load[bots.Warning](tx, warning)
		if err != nil {
			return err
		}
		clue, err := record.Load[bots.Clue](tx, w.Clue)
		if err != nil {
			return err
		}
		w.State, w.SentAt = bots.WarningSent, time.Now().Add(-50*time.Minute)
		id := s.Conversation(w.Account, clue.Author.ID)
		c := &bots.Conversation{Account: w.Account, Person: clue.Author, Language: "zh-Hans", Warning: w.ID}
		c.Head = bots.Head{ID: id, Subject: id, Stream: id, State: "open", Created: w.SentAt}
		return errors.Join(tx.Put(w), tx.Put(c))
	})
}

// appealed is a warning that reached its reader, who objects.
func (s *site) appealed() {
	for _, r := range s.All(bots.KindWarning, "") {
		if w := r.(*bots.Warning); w.Account == "weibo" {
			w.Officer = "lin"
			s.Put(w)
			s.delivered(w.ID)
			clue, err := record.Fetch[bots.Clue](s.t.Context(), s.Store, w.Clue)
			if err != nil {
				s.t.Fatal(err)
			}
			s.Says("weibo", clue.Author.ID, "2009", "异议！我只是转发别人的兼职信息，自己也没做过")
			return
		}
	}
}

// standings are one in force, one proposed, one revoked and one whose text has changed since.
func (s *site) standings() {
	propose := func(template string) string {
		s.Decides("wu", bots.Decision{Verb: bots.ApproveKind, On: bots.Target{Kind: record.KindStanding}, Fields: map[string]string{
			"template": template, "version": s.rev(template), "until": time.Now().AddDate(0, 3, 0).Format(time.RFC3339),
		}})
		for _, r := range s.All(record.KindStanding, record.StandingProposed) {
			if one := r.(*record.Standing); one.Template == template {
				return one.ID
			}
		}
		s.t.Fatalf("%s is not proposed", template)
		return ""
	}
	confirm := func(id string) {
		s.Decides("lin", bots.Decision{Verb: bots.ConfirmKind, On: bots.Target{Kind: record.KindStanding, ID: id}})
	}
	confirm(propose("added"))
	revoked := propose("complaint")
	confirm(revoked)
	s.Decides("chen", bots.Decision{Verb: bots.RevokeKind, On: bots.Target{Kind: record.KindStanding, ID: revoked}, Reason: "电话有误"})
	old := &record.Standing{
		Head: bots.Head{ID: "old", State: record.StandingActive, Created: time.Now()}, Template: "is-it-a-scam", Rev: 1, Purposes: []bots.Purpose{bots.ForReply},
		By: []string{"wu", "lin"}, Until: time.Now().AddDate(0, 1, 0),
	}
	s.Put(old)
}
