package console

import (
	"cmp"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// The words officers read. Each table is data and never changes; a word it lacks is
// shown as it is.

func word(table map[string]string, key string) string { return cmp.Or(table[key], key) }

var stateWords = map[string]string{
	bots.DraftObserved: "仅观察", bots.DraftAwaiting: "待审批", bots.DraftApproved: "已批准", bots.DraftReleased: "已放行", bots.DraftReturned: "已退回",
	bots.DraftExpired: "已过期", bots.DraftWithdrawn: "已撤回",
	record.ItemDue: "排队发送", record.ItemHeld: "暂缓", record.ItemClaimed: "正在发送", record.ItemAccepted: "平台已受理", record.ItemDelivered: "已送达",
	record.ItemRejected: "平台拒绝", record.ItemUnknown: "结果不明", record.ItemByHand: "人工代发", record.ItemClosed: "已办结",
	"open": "未处理", "answered": "已答复", bots.ClueWarned: "已警示", bots.ClueFlagged: "已举报给平台", bots.ClueDismissed: "不予处理",
	bots.WarningProposed: "待审批", bots.WarningSent: "已送达", bots.WarningFailed: "未送达", bots.WarningLapsed: "已失效",
	bots.WarningRemoved: "帖子已删除", bots.WarningKept: "帖子仍在", bots.WarningAppealed: "有异议", "upheld": "异议不成立",
	bots.BulletinDrafted: "待审批", bots.BulletinMissed: "错过时段",
	record.StandingActive: "生效中", record.StandingRevoked: "已撤销",
	record.AlarmAcknowledged: "已知悉",
	bots.EventPending:        "待处理", bots.EventDecided: "已处理", bots.EventParked: "处理出错", bots.EventSeen: "已查看",
}

func stateWord(s string) string { return word(stateWords, s) }

// warningWord: a person returns a warning, a platform rejects a send.
func warningWord(s string) string {
	if s == bots.WarningRejected {
		return stateWord(bots.DraftReturned)
	}
	return stateWord(s)
}

var bulletinWords = map[string]string{bots.BulletinReleased: "已发布", bots.BulletinApproved: "已批准，待发布"}

var purposeWords = map[string]string{
	string(bots.ForReply): "答复", string(bots.ForReceipt): "举报回执", string(bots.ForNotice): "通知", string(bots.ForEmergency): "紧急劝阻",
	string(bots.ForWarning): "警示", string(bots.ForFlag): "举报给平台", string(bots.ForBulletin): "通报", string(bots.ForOfficer): "民警回复", string(bots.ForPreview): "预览", string(bots.ForAlarm): "值守提醒", string(bots.ForWithdrawal): "撤回",
}

func purposeWord(p bots.Purpose) string { return word(purposeWords, string(p)) }

var channelWords = map[string]string{string(adapters.Public): "公开发布", string(adapters.Private): "私信", string(adapters.InReply): "公开评论", string(adapters.Moderators): "给平台版主", string(adapters.Preview): "给同事预览", string(adapters.Withdrawal): "从平台删除"}

func channelWord(c adapters.Channel) string { return word(channelWords, string(c)) }

// platformWords name the kinds of platform; where Chinese has no word for one, its own name stands.
var platformWords = map[string]string{
	"mastodon": "Mastodon 微博客", "wechat": "微信公众号", "weibo": "微博", "discuz": "Discuz! 论坛", "nodebb": "NodeBB 论坛", "discourse": "Discourse 论坛",
	"bridge": "开放接口", "feed": "订阅源", "manual": "人工代发", "kiosk": "报警岗亭", "notify": "值守提醒",
}

func platformWord(p string) string { return word(platformWords, p) }

func categoryWord(c bots.Category) string { return cmp.Or(bots.Categories()[c], string(c)) }

var stanceWords = map[string]string{
	string(bots.Asserting): "本人在招揽或散布", string(bots.Victim): "像是受害人", string(bots.Cautions): "在提醒他人", string(bots.Quoting): "在引用或报道",
	string(bots.Asking): "在求证", string(bots.Minor): "像是未成年人",
}

func stanceWord(s bots.Stance) string { return word(stanceWords, string(s)) }

var unitWords = map[string]string{
	string(adapters.Runes): "字", string(adapters.Bytes): "字节", string(adapters.UTF16): "字符", string(adapters.HalfWidths): "半角", string(adapters.FullWidths): "字",
}

func unitWord(u string) string { return word(unitWords, u) }

var modeWords = map[string]string{string(bots.Observe): "观察", string(bots.Suggest): "建议", string(bots.Live): "正式"}

func modeWord(m any) string {
	switch m := m.(type) {
	case bots.Mode:
		return word(modeWords, string(m))
	case string:
		return word(modeWords, m)
	}
	return ""
}

var levelWords = map[string]string{string(record.HaltUnsolicited): "公开和主动发送", string(record.HaltEverything): "全部发送"}

func levelWord(l record.HaltLevel) string { return word(levelWords, string(l)) }

var kindWords = map[string]string{
	string(bots.MessageHeard): "收到私信", string(bots.MentionHeard): "被提及", string(bots.CommentHeard): "收到评论", string(bots.PostSeen): "巡查发现",
	string(bots.PostEdited): "帖子被修改", string(bots.PostDeleted): "帖子被删除", string(bots.Followed): "新关注", string(bots.Unfollowed): "取消关注",
	string(bots.MenuPressed): "点击菜单", string(bots.Scanned): "扫码", string(bots.StaffWrote): "后台人员答复", string(bots.OtherHeard): "其他", string(bots.SlotDue): "时段到点", string(bots.Reminded): "提醒", string(bots.Fetched): "复看", string(bots.Decided): "民警决定",
	string(bots.SendEnded): "发送结果",
	"draft":                "草稿", "item": "待发", "report": "举报", "clue": "线索", "warning": "警示", "bulletin": "通报", "account": "账号", "conversation": "会话", "event": "事件",
	"approval": "审批", "standing": "常设审批", "halt": "停发", "alarm": "提醒", "officer": "人员",
	"memory": "自己的记录", "count": "计数", "lease": "发送权", "ledger": "限额记录", "mark": "进度", "wake": "定时提醒", "errand": "待查事项", "tape": "判断记录",
	"session": "登录", "token": "授权", "code": "核对码", "takeover": "接管前的账号", "pulse": "账号状况", "wait": "等待答复", "audit-batch": "审计批次",
	"handoff": "移交", string(bots.HandoffAnswered): "移交的答复",
	string(record.KindReceived): "收到的移交", string(bots.PackageCame): "收到移交",
	"cluster": "同源线索", "tie": "同源关联", "evidence": "证据", "lookup": "查询码", "site": "合作网站", "rectification": "约谈整改", "site-answer": "网站的答复",
	"shift": "排班", "leave": "请假", "handover": "交接单",
}

func kindWord(k any) string {
	switch k := k.(type) {
	case bots.EventKind:
		return word(kindWords, string(k))
	case bots.RecordKind:
		return word(kindWords, string(k))
	}
	return ""
}

var roleWords = map[string]string{
	string(record.Editor): "编辑", string(record.Duty): "民警", string(record.Approver): "审核", string(record.Auditor): "审计", string(record.Admin): "管理员",
	string(record.Volunteer): "志愿者", string(record.Liaison): "网站安全员",
}

func roleWord(r record.Role) string { return word(roleWords, string(r)) }

var botWords = map[string]string{"intake": "接报", "patrol": "巡查", "bulletin": "通报", "warning": "警示", "desk": "值班", "handoff": "移交"}

var templateWords = map[string]string{
	"receipt": "举报回执", "added": "补充已收到", "emergency": "紧急止付", "emergency-life": "人身危险", "emergency-public": "公开紧急提示", "is-it-a-scam": "求证答复", "complaint": "投诉指引", "greeting": "关注问候", "privacy": "隐私说明",
	"offer-help": "主动帮助", "answer-mention": "答复提及", "answer-mention-public": "公开答复提及", "notice-withdrawn": "撤回通知", "alarm-waiting": "等待提醒", "alarm-urgent": "紧急提醒", "alarm-handover": "交接提醒", "alarm-anchor": "审计锚点", "letter-rectification": "整改函", "letter-reminder": "催办函", "correction": "更正",
	"ask": "追问", "advice": "报案指引", "scam-card": "骗局提示", "unlawful-card": "违法信息提示", "refuted": "告知已辟谣", "fake-police": "冒充警察举报", "human": "转民警", "stay": "危险中陪伴",
	"lookup-secret": "拦下查询码", record.OfficersOnly: "只发给本单位民警", "menu-report": "菜单：我要举报", "menu-ask": "菜单：问是不是骗局", "menu-progress": "菜单：查进度", "menu-progress-none": "菜单：没有可查的举报", "everyday": "回答日常来信",
	"bulletin-case": "通报", "warning-fraud": "诈骗警示", "warning-rumour": "谣言警示", "warning-unlawful": "违法内容警示", "flag": "举报给平台", "officer": "民警回复", "handoff-news": "有新进展",
	"suggest-first": "首次答复", "suggest-urgent": "紧急止付", "suggest-stay": "人身危险", "suggest-progress": "问进展", "suggest-ask": "补问", "suggest-advice": "报案指引", "suggest-careful": "先别付款", "suggest-close": "结束语",
}

// templateWord is a template's name in words, beside the one it has in files.
func templateWord(name string) string {
	if w, ok := templateWords[name]; ok {
		return w + "（" + name + "）"
	}
	return name
}

// authorWord names who wrote something: a bot is the system, an officer is an officer.
func authorWord(a string) string {
	if account, ok := strings.CutPrefix(a, "console:"); ok {
		return "平台后台（" + account + "）"
	}
	if bot, ok := strings.CutPrefix(a, "bot:"); ok {
		return "系统（" + word(botWords, bot) + "）"
	}
	return word(systemWords, a)
}

var systemWords = map[string]string{"engine": "系统", "outbox": "系统（发送）", record.LookupHolder: "当事人"}

// degradedWords say what a platform cannot show.
var degradedWords = map[string]string{
	"link, shown as its address": "链接，会显示为网址", "picture, shown as its description": "没有附上的图片，会显示为文字说明",
	"without notifying followers: whoever sends the draft decides": "“不通知关注者”由在后台发送的人决定",
}

func degradedWord(s string) string { return word(degradedWords, s) }

var verbWords = map[bots.Verb]string{
	bots.PreviewDraft: "给同事预览", bots.PullDraft: "加封后台草稿", bots.TakeBack: "申请撤回通报",
	bots.Approve: "批准", bots.Reject: "退回", bots.Edit: "修改", bots.ReplyTo: "回复", bots.WriteBulletin: "提交通报", bots.ApproveKind: "提出常设审批",
	bots.ConfirmKind: "确认常设审批", bots.RevokeKind: "撤销常设审批", bots.TakeTalk: "接手会话", bots.GiveTalk: "交回会话", bots.LogCall: "登记电话", bots.GiveLookup: "换发查询码", bots.InviteLiaison: "邀请网站安全员", bots.RevokeLiaison: "撤销网站安全员", bots.AnswerFindings: "网站答复整改", bots.RequestMode: "申请切换模式", bots.ConfirmMode: "确认切换模式", bots.HoldItem: "暂缓发送", bots.Correct: "更正",
	bots.SendHeld: "未能复核原帖，仍发送", bots.ResumeHeld: "继续发送", bots.SettleUnknown: "认定结果", bots.TakeHand: "接手代发", bots.GiveHand: "交还代发", bots.ProveHand: "登记已代发", bots.CompareHand: "对照代发截图", bots.ConfirmHand: "确认代发有改动", bots.CloseHand: "不再代发",
	bots.NoteHeard: "登记见闻", bots.LookBack: "登记原帖去留", bots.HaltSends: "停发", bots.ResumeSends: "恢复发送",
	bots.CloseReport: "办结举报", bots.DismissClue: "线索不予处理", bots.FlagPost: "举报给平台", bots.KeepCase: "保留会话", bots.LetGo: "不再保留会话", bots.AskErase: "申请删除个人信息", bots.EraseTalk: "确认删除个人信息", bots.SendTip: "提供线索", bots.DecideAppeal: "处理异议", bots.AcknowledgeAll: "知悉",
	bots.RegisterSite: "登记合作网站", bots.ConfirmSite: "确认合作网站", bots.RetireSite: "停止合作", bots.OpenRectification: "提出整改", bots.SignLetter: "签发函件", bots.NoteInterview: "记约谈", bots.SettleRectification: "登记整改进展", bots.RemindSite: "催办整改",
	bots.AddShift: "排班", bots.EndShift: "撤下排班", bots.AddLeave: "登记请假", bots.EndLeave: "销假", bots.DrawHandOver: "开具交接单", bots.SignHandOver: "交接签字", bots.RemarkHandOver: "交接备注",
	bots.PrepareHandoff: "准备移交", bots.ApproveHandoff: "批准移交", bots.ResendHandoff: "再次移交", bots.CorrectHandoff: "更正移交", bots.WithdrawHandoff: "撤回移交", bots.SlipHandoff: "登记移交回执", bots.AnswerPackage: "答复收到的移交",
}

// handoffWords are the states of a hand-off.
var handoffWords = map[string]string{
	record.HandoffPrepared: "待批准", record.HandoffApproved: "正在送达", record.HandoffSent: "等对方答复", record.HandoffCorrected: "更正待送达",
	record.HandoffWithdrawn: "已撤回", bots.HandoffAccepted: "对方已接收", bots.HandoffDuplicate: "对方已掌握", bots.HandoffNotOurs: "不属对方管辖", bots.HandoffResult: "对方已反馈结果",
}

func handoffWord(s string) string { return word(handoffWords, s) }

// receivedWords are the states of a package that came, and what is answered.
var receivedWords = map[string]string{
	record.PackageReceived: "等本单位答复", bots.HandoffAccepted: "已接收", bots.HandoffDuplicate: "已掌握，重复", bots.HandoffNotOurs: "不属本单位管辖", bots.HandoffResult: "已反馈结果", record.PackageWithdrawn: "对方已撤回",
}

func receivedWord(s string) string { return word(receivedWords, s) }

func verbWord(v bots.Verb) string { return cmp.Or(verbWords[v], string(v)) }

var resultWords = map[string]string{
	"unknown": "结果不明", "not sent": "未发出", "rate limited": "平台限流", "auth expired": "授权过期", "account blocked": "账号被平台停用", "rejected": "平台拒绝",
	"window closed": "已过可回复时限", "gone": "对象已不存在", "unsupported": "账号无此能力", "": "进行中",
}

func resultWord(s string) string { return cmp.Or(resultWords[s], stateWord(s)) }

var didWords = map[string]string{
	"preview": "给同事预览", "pull-draft": "加封后台草稿", "ask-withdrawal": "申请撤回", "looked": "到平台查看", "vanished": "草稿已不在草稿箱", "unclear": "请民警认定",
	"approve": "批准", "reject": "退回", "edit": "修改", "reply": "回复", "draft": "起草", "write-bulletin": "起草通报", "propose-standing": "提出常设审批",
	"confirm-standing": "确认常设审批", "request-mode": "申请切换模式", "confirm-mode": "确认切换模式", "revoke-standing": "撤销常设审批", "hold": "暂缓", "correct": "更正", "check-proof": "复核代发", "send-held": "未复核放行", "resume-held": "继续发送", "settle": "认定结果",
	"halt": "停发", "resume": "恢复发送", "close-report": "办结举报", "give-lookup": "换发查询码", "end-lookup": "当事人停用查询码", "invite-liaison": "邀请网站安全员", "revoke-liaison": "撤销网站安全员", "answer-findings": "网站答复整改", "decide-appeal": "处理异议", "acknowledge": "知悉", "sign-in": "登录", "set-password": "更换密码",
	"release": "放行", "release-bulletin": "到点放行", "open-report": "立举报", "open-clue": "立线索", "propose-warning": "提出警示", "follow-up": "回看原帖",
	"no-reply": "不予答复", "slot-missed": "错过时段", "slot-not-approved": "到点未获批准", "alarm": "提醒值班", "lapse": "失效", "forgotten": "删除个人信息",
	"take": "接手代发", "attach": "附上代发截图", "give": "交还代发", "prove": "登记已代发", "compare-hand": "对照代发截图", "confirm-hand": "确认代发有改动", "close-hand": "不再代发", "note": "登记见闻", "late": "代发超过时限",
	"ask-erase": "申请删除个人信息", "tip": "志愿者提供线索", "dismiss-clue": "线索不予处理", "flag": "拟举报给平台", "keep-case": "保留会话", "take-conversation": "接手会话", "give-conversation": "交回会话", "log-call": "登记通话", "end-wait": "答复计时结束", "let-go": "不再保留会话", "erase": "删除个人信息", "delete": "删除记录",
	"appeal": "收到异议", "withdraw-warning": "撤回警示", "held": "暂缓", "waits": "等候", "lost": "发送中断", "identify": "核对账号身份", "survey": "接管前清点", "set-menu": "设置菜单", "notice-sent": "已通知有新进展", "notice-refused": "通知未能发出", "claim": "开始发送",
	"handoff-prepare": "准备移交", "handoff-approve": "批准移交", "handoff-resend": "再次移交", "handoff-correct": "更正移交", "handoff-withdraw": "撤回移交", "handoff-sent": "移交已送达",
	"check-confirmed": "本人确认要点", "check-corrected": "本人更正要点", "check-disputed": "本人说要点有误", "check-own": "本人说是自己的", "check-wrong": "本人说读错", "check-open": "要点恢复为未确认", "unshare": "与其他举报解除关联",
	"handoff-failed": "移交未能送达", "handoff-answer": "对方答复移交", "handoff-answer-refused": "移交的答复未采用",
	"package-came": "收到移交", "package-corrected": "对方更正移交", "package-withdrawn": "对方撤回移交", "package-answer": "答复收到的移交",
	"register-site": "登记合作网站", "confirm-site": "确认合作网站", "retire-site": "停止合作", "keep-site": "保留网站的记录", "let-site-go": "不再保留网站的记录", "open-rectification": "提出整改", "sign-letter": "签发函件", "note-interview": "记约谈", "remind-site": "催办整改", "badge-vanished": "图标不见了", "badge-returned": "图标恢复", "anchor": "审计链头存到外面", "anchor-failed": "审计链头没有存成", "settle-rectification": "登记整改进展",
	"add-shift": "排班", "end-shift": "撤下排班", "add-leave": "登记请假", "end-leave": "销假", "draw-handover": "开具交接单", "draw-handover-refused": "没有开具交接单", "replace-handover": "交接单作废", "sign-handover": "交接签字", "remark-handover": "交接备注",
	"keep-evidence": "留存证据", "refuse-evidence": "证据不予留存", "lose-evidence": "证据未能取到", "view-evidence": "查看证据", "download-evidence": "下载证据原件", "scan-evidence": "扫描恶意程序",
}

// detailWord puts an audit entry's detail in words: most are a purpose, a state, a mode, a
// level, a category or a rule's version.
func detailWord(detail string) string {
	if rule, rev, ok := strings.Cut(detail, " rev "); ok {
		return "规则 " + rule + " 第 " + rev + " 版"
	}
	if slot, ok := strings.CutPrefix(detail, "slot "); ok {
		return slotWord(slot)
	}
	if missed, ok := slotReason(detail); ok {
		return missed
	}
	if at, err := time.Parse(time.RFC3339, detail); err == nil {
		return at.In(beijing).Format("1月2日 15:04") + " 的时段"
	}
	parts := strings.Split(detail, ", ")
	for i, p := range parts {
		parts[i] = cmp.Or(purposeWords[p], reasonWords[p], modeWords[p], levelWords[p], flagWords[adapters.FlagKind(p)], bots.Categories()[bots.Category(p)], stateWord(p))
	}
	return strings.Join(parts, "，")
}

func didWord(d string) string { return cmp.Or(didWords[d], stateWord(d)) }

var slotWords = map[string]string{
	"emergency": "紧急情形", "police": "是否已报警", "paid": "钱是否已转出", "amount": "金额（元）", "time": "时间", "phone": "电话", "link": "链接", "money": "正在或刚刚转账", "life": "危及人身安全",
	"case": "接警号或受理单号", "callback": "回电号码", "kind": "诈骗类型", "how": "付款方式", "account": "对方账户", "payee": "收款户名", "contact": "对方联系方式", "app": "软件", "platform": "在哪里遇到",
	"place": "所在地", "whom": "谁遇到的", "impostor": "冒充警察", "young": "年龄", "unreadable": "原件", "known": "比对结果",
}

// slotWord names what a report tells, and what it tells where that is one of our words.
func slotWord(s string) string { return word(slotWords, s) }

// refusals say what a guard refused in the officer's language, by code, or by verb and
// code where one code means different things.
var refusals = map[string]string{
	"reporters-words": "文中有举报人的原话。发给网站、平台或当事人的内容不能带举报人原话，请换自己的话写。",
	"public-words":    "文中有举报人写给我们的话。请换自己的话写；如果这是骗子的话术或公开流传的内容，请勾选说明后再提交，审批人会看到。",
	"lookup-code":     "文中有查询码，什么都没有保存。查询码只给本人用，不能写进答复、记录或线索：请删掉后再提交。",
	"exact-time":      "文中有精确到分钟的时间，会让人猜到是谁举报，请只写日期。",
	"few-people":      "文中的人数或件数少于三，会让人猜到是谁举报，请不写数目。",
	"kept":            "这个会话已要求保留，请先由有关同事“不再保留”。", "not-asked": "还没有人申请删除，可能已经被取消。",
	"no-handoff":                  "本站没有配置可以移交的单位。",
	"unit":                        "没有这个单位，或没有配置到它的联系方式。",
	"about":                       "只能移交举报和线索。",
	"not-prepared":                "它已经批准过，或已撤回。",
	"withdrawn":                   "这份移交已经撤回。",
	"not-open":                    "这份移交还没有送达，或已撤回，不能登记答复。",
	"package-answer/answered":     "这份移交已经答复过；接收之后只能再反馈结果。",
	"package-answer/empty":        "答复办理结果时，请写明结果。",
	"package-answer/as":           "请选择一种答复。",
	"withdrawn-package":           "对方已撤回这份移交，不用答复。",
	"package-answers":             "这份移交的答复已经太多，请电话联系对方。",
	"package-sends":               "对方发来的次数太多，请电话联系。",
	"answered":                    "这份移交已经有答复。",
	"slip":                        "这不是回执上的编码，请逐个字符核对。",
	"handoff-approve/two-people":  "内容含当事人信息，须由另一位同志批准。",
	"handoff-resend/not-sent":     "它现在不需要再送。",
	"handoff-correct/not-sent":    "它还没有送达，请撤回后重新准备。",
	"handoff-slip/empty":          "登记办理结果时，请写明结果。",
	"handoff-correct/reason":      "请写明哪里有误，对方会看到。",
	"handoff-withdraw/reason":     "请写明撤回的原因，对方会看到。",
	"tips-a-day":                  "今天提供的线索已达上限，请明天再来；不能等的请打 110。",
	"tip-text":                    "请写明看到了什么，不超过 4000 字。",
	"tip-source":                  "请写明从哪里看到或听到的，不超过 200 字。",
	"tip-grade":                   "请为来源和这一条线索各选一个等级。",
	"tip/link":                    "链接要完整，以 https:// 开头。",
	"category":                    "请选择线索的类别；意见和投诉请拨 12345。",
	"tip/no-picture":              "这个文件不是能保存的图片，请另选一张截图。",
	"tip/role":                    "只有志愿者在这里提供线索；民警请用“登记见闻”。",
	"not-bulletin":                "只有通报可以先给同事预览。",
	"cannot-preview":              "这个账号的平台不能先给同事预览，或暂时没有连上。",
	"preview-late":                "这篇通报已经不在待审批或待发布状态，不用再预览。",
	"under-way":                   "这篇通报还挂着的账号都已申请撤回，正在办理。",
	"withdraw-bulletin/not-out":   "这篇通报已不在任何账号上，没有可撤回的。",
	"withdraw-bulletin/reason":    "请写明撤回的理由，理由会随通报保存。",
	"withdraw-bulletin/observe":   "有账号处于“观察”模式，不能由程序撤回。请先切换模式，或到平台后台删除。",
	"colleague":                   "这位同事的账户已停用，不能给他预览。",
	"no-preview-id":               "配置里没有这位同事在该平台上的号，请管理员在 officers 的 previews 里添加。",
	"console-draft":               "这是平台后台的草稿，按原稿发出。要改请到平台后台改，再重新加封提交。",
	"no-claim":                    "请写明要辟谣的传言原文，一行一种说法。",
	"no-basis":                    "请写明由谁核实、依据是什么，审批人会看到。",
	"claim-short":                 "传言原文太短，容易和别的内容混淆，请至少写十个字。",
	"claim-long":                  "传言原文或核实依据太长：最多十种说法，每种不超过六百字。",
	"picture-missing":             "正文或封面里写到的图片还没有附上，请先附图。",
	"picture-unused":              "有附上的图片没有用到。请在正文里写上 ![说明](文件名)，或把它去掉。",
	"pictures":                    "有的图片这个账号的平台用不了（大小、格式或张数不符），请换一张。",
	"extras":                      "附图的信息不完整，请重新附图。",
	"pull-draft/identity":         "草稿里没有写明本单位名称。请到平台后台补上，再重新加封。",
	"two-people":                  "这一步须由两个人完成：内容是您起草、修改或提出的，请另一位同事来批准或确认。",
	"changed":                     "它在您打开之后被改动过。下面是最新内容，请重新核对后再决定。",
	"not-awaiting":                "它已经不在待审批状态，可能有同事刚刚处理过。",
	"expired":                     "它已过期，不能再审批。",
	"reason":                      "请写明理由，理由会随记录保存。",
	"role":                        "您的角色不能做这一步，请联系有相应职责的同事。",
	"not-editable":                "它已经不能修改。",
	"mode-step":                   "账号模式只能按“观察、建议、正式”一步一步升，或退回前面任一步。",
	"nothing-wanted":              "目前没有人申请切换这个账号的模式。",
	"identity":                    "平台没有确认这个账号属于本单位，须由两位同事分别作保后才能转为正式。",
	"edit/identity":               "正文里必须写明本单位名称，请补上。",
	"code":                        "正文里必须保留核对码，群众要靠它核实真假，请补上。",
	"text":                        "发送前检查没有通过，请改写。",
	"too-long":                    "超出平台允许的长度，请删短。",
	"unfit":                       "这个平台不接受这段正文。",
	"unsolicited":                 "常设审批只能用于答复、回执和通知，不能用于警示和通报。",
	"until":                       "常设审批必须写明截止日期，最长一年。",
	"version":                     "这个模板已有更新的版本，请看过新版再提出。",
	"template":                    "没有这个模板。",
	"not-appealed":                "这条警示没有待处理的异议。",
	"decide-appeal/two-people":    "这条警示是您批准的，异议须由另一位同事复核。",
	"not-proposed":                "这项常设审批不在待确认状态。",
	"not-held":                    "它不在暂缓状态，可能刚刚处理过。",
	"no-notice":                   "没有正在发出的通知。",
	"as":                          "请选择撤回还是维持。",
	"settle-as":                   "请选择一种结果。",
	"blind-repeat":                "这类内容在结果不明时不能重发。请先到平台上核对。",
	"empty":                       "请写明标题和正文。",
	"not-on-page":                 "有一个账号不在这一页上，或没有说明看到的是哪一版，所以一个都没有批准。请重新打开本页。",
	"slot-passed":                 "这个时段已经过去，请改到另一个时段。",
	"not-sent":                    "这条警示没有送达，无从提出异议。",
	"no-verb":                     "系统不认识这个操作，请刷新页面再试。",
	"looked":                      "它不是因为无法复看原帖而暂缓的。请用“继续发送（重新检查）”，或先处理暂缓的原因。",
	"revoked":                     "这项常设审批已经撤销过了。",
	"not-parked":                  "这个事件没有待查看的问题，可能有同事刚刚看过。",
	"not-due":                     "它不在排队发送状态，可能刚刚发出或处理过。",
	"not-unknown":                 "它的结果已经明确，无须再认定。",
	"no-approval":                 "没有与内容逐字一致的批准，须重新审批。",
	"clue-done":                   "这条线索已经处理过，可能有同事刚刚处理。",
	"warning-awaits":              "针对这条线索的警示或举报还在审批或等待发送，请先退回或处理它。",
	"no-flag":                     "这个账号的平台不接受经接口的举报，请在平台上打开原帖举报。",
	"flag-kind":                   "这个平台没有这一类举报，请另选一类。",
	"flag-stance":                 "作者不是在招揽或散布，不予举报。",
	"flagged":                     "这个帖子已经举报过，或有一份举报正在审批、发送。",
	"clue-dismissed":              "这条线索已经“不予处理”，不能再据此警示作者。",
	"erased":                      "当事人的资料已按规定删除。",
	"no-officer":                  "您的账户已停用，请联系管理员。",
	"not-found":                   "它已经不在了，可能已按期限删除。",
	"observe":                     "这个账号处于观察模式，什么也不发。先在“账号”页转为建议模式。",
	"schedule":                    "没有这个发布时段，请重新选择。",
	"slot":                        "这个时段已经过去或不存在，请重新选择。",
	"principal":                   "平台上认证的主体不是配置的单位。请核对账号的 principal 选项或单位名称，或在平台上重新认证。",
	"no-account":                  "没有能发布通报的账号。",
	"level":                       "请选择停发的范围。",
	"not-out":                     "它还没有发出去，没有需要更正的。",
	"corrected":                   "它已经更正过太多次，请另发通报。",
	"not-proven":                  "没有人登记它已经代发。",
	"not-by-hand":                 "它不在等待人工代发，可能有同事刚刚处理过。",
	"taken":                       "已有同事接手这项代发，请先与其联系。两个人都发，对方就会收到两次。",
	"not-taken":                   "还没有人接手。",
	"not-internal":                "值守提醒只能经内部通道发给本单位民警。",
	"not-yours":                   "请先接手，再发布和登记。",
	"look-first":                  "请先打开原帖看一眼：还在、没有改动，勾选后再接手；已删除或改动的，请选“不再代发”。",
	"seal":                        "内容与审批时的不一致，不能发布，须重新审批。",
	"account":                     "这个账号现在不能这样用：它处于观察模式、身份存疑，或不是人工代发的账号。",
	"halted":                      "已停发，恢复后再接手。",
	"posted":                      "已有同事登记发布，但文字与审批的不一致，须由另一位同事确认。",
	"shot":                        "已经有一张截图了。",
	"unproven":                    "截图已在等另一位同事对照。若能从平台复制出文字，请粘贴后再登记，由系统核对。",
	"not-shown":                   "没有等待对照的截图，可能有同事刚刚对照过。",
	"lines":                       "请逐行选择“相符”或“不符”，最后一项也要选。",
	"shows":                       "有不符的，请照抄截图上的文字。",
	"compare-hand/two-people":     "这一条是您发布的，须由另一位同事对照截图。",
	"no-picture":                  "这不是可以留存的图片，截图没有保存。支持 PNG、JPEG、WebP。",
	"no-evidence":                 "本站没有启用证据留存，截图没有保存。",
	"not-posted":                  "没有人登记过与审批不一致的发布。",
	"differs":                     "粘贴的文字与审批的不一致。",
	"link":                        "请粘贴完整的链接（以 https:// 开头），它是发布的凭据。",
	"kind":                        "请选择登记的是私信、点名还是帖子。",
	"no-match":                    "它没有命中任何规则，或是本单位自己发的，按规定没有留存。",
	"note/empty":                  "请写明是谁发的，并粘贴原文。",
	"site-id":                     "代号只能用小写字母、数字和短横，最长 40 个。",
	"site-empty":                  "请写明网站名称、负责人联系方式，并选择我方负责民警。",
	"site-page":                   "请填写放图标的网页的完整网址。",
	"site-taken":                  "这个代号已经有别的网站用了。",
	"site-state":                  "这个网站不在可以这样处理的状态，可能有同事刚刚处理过。",
	"findings":                    "请写明发现的问题，以及函里写给网站的问题。",
	"deadline":                    "整改期限须是今天以后的一天。",
	"signed":                      "函件已经签发，或已不需要。",
	"unsigned":                    "函件还没有签发，网站还没有收到，不能登记答复。",
	"settle":                      "请选择进展。",
	"interviews":                  "约谈记录已达上限，请另提一次整改。",
	"interview-empty":             "请写明参加的人、谈了什么、商定了什么。",
	"held":                        "请填写约谈日期，不能晚于今天。",
	"settled":                     "整改已答复或已完成，不用催办。",
	"reminders":                   "已催办多次，请约谈网站负责人。",
	"note-interview/empty":        "请写明和谁谈的、说了什么。",
	"take-conversation/taken":     "已有同事接手这个会话，请先与其联系，或请审核员处理。",
	"give-conversation/not-taken": "这个会话没有人接手，可能刚刚已交回。",
	"log-call/empty":              "请写明电话里说了什么。",
	"liaison-name":                "账号只能用小写字母、数字、点和短横，最长 32 个。",
	"liaison-called":              "请写明姓名，最多 40 字。",
	"liaisons":                    "这个网站可以登录的人已达上限，请先撤销一个。",
	"liaison-revoked":             "已经撤销过了。",
	"answers-a-day":               "今天的答复已达上限。",
	"answers":                     "这项整改的答复已达上限。",
	"answer-text":                 "请写明整改情况。",
	"answer-files":                "图片太多。",
	"no-lookup":                   "这个会话没有查询码：当事人在哪个平台写来，答复就发到哪里。",
	"lookups":                     "换发次数过多，请先查明原因。",
	"give-lookup/reason":          "请写明怎样确认对方就是当事人。",
	"duty-level":                  "请选择岗位。",
	"duty-officer":                "请选择一位在职的民警。",
	"duty-answers":                "这位同事没有答复群众的权限，不能担任值班民警，也不能交接班。",
	"duty-ended":                  "它已经不在表上，可能有同事刚刚处理过。",
	"duty-full":                   "在用的已经太多，请先撤下不用的。",
	"shift-time":                  "时间请写成 20:00 这样，结束可以写 24:00。",
	"shift-days":                  "请选择星期。",
	"shift-date":                  "日期有误：请写成 2026-10-01 这样，截止日期不能早于开始日期。",
	"stand-in":                    "代班的须是另一位在职的同事；没有人代班请留空。",
	"leave-time":                  "请假的结束时间须晚于开始时间，且不能已经过去。",
	"handover-two":                "交班和接班须是两个人。",
	"handover-who":                "只有交班人和接班人可以在这张交接单上签字和备注。",
	"handover-first":              "请等交班人先签字。",
	"handover-signed":             "这张交接单上没有要您签的字，可能已经签过，或已作废。",
	"handover-remarks":            "备注已达上限，请写在下一张交接单上。",
	"remark-handover/empty":       "请写明备注的内容。",
	"sign-handover/changed":       "您打开之后有人加了备注，请看过最新的内容再签字。",
}

// detailed are refusals whose own words, which are Chinese, say what exactly is wrong.
var detailed = map[string]bool{"text": true}

// sentence is a refusal in words: ours, else the guard's own.
func sentence(verb bots.Verb, code, message string) string {
	ours := cmp.Or(refusals[string(verb)+"/"+code], refusals[code])
	switch {
	case ours == "":
		return cmp.Or(message, "这一步没有被接受（"+code+"）。")
	case code == "differs":
		return ours + where(message)
	case code == "reporters-words" || code == publicWords:
		return ours + retold(message)
	case code == "too-long":
		return ours + tooLong(message)
	case code == "unfit":
		return ours + unfit(message)
	case detailed[code]:
		return ours + message
	}
	return ours
}
