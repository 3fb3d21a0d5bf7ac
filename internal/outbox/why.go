package outbox

import (
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Why an item waits, is held, was rejected or is unknown, for officers.
const (
	whyLost        = "发送途中程序中断，是否送达未知"
	whyExpired     = "有效期内未能发出，已作废"
	whyErased      = "当事人资料已按要求删除，内容无法读取，不再发送"
	whyInternal    = "值守提醒只能经内部通道发出，内部通道也只发值守提醒，需核对配置"
	whyNoAccount   = "账号不在登记之列，需核对配置后再放行"
	whyObserve     = "账号处于“观察”模式，不对外发送"
	whySuspect     = "账号在平台上显示的名称或主体有变化，核实前暂停发送"
	whySeal        = "内容与审批时的封签不符或缺少审批，须重新审批"
	whyStanding    = "所依据的常设审批已失效，或账号已不允许自动答复，须由民警放行"
	whyNoOfficer   = "主动发出的消息须有民警本人审批"
	whyCannotLook  = record.WhyNotLooked + "：该账号不支持查看，须由民警决定是否发出"
	whyPostGone    = "复看发现原帖已不在，请核对后决定"
	whyPostChanged = "复看发现原帖已被修改，请核对后决定"
	whyPostOther   = "复看发现原帖作者与收信人不一致，请核对后决定"
	whyDown        = "账号未连接，等待恢复"
	whyUnable      = "该账号不支持以此方式发送，请改用其他渠道"
	whyBroken      = "平台连续无法访问，稍后自动重试"
	whyAuth        = "账号授权已失效，请重新授权"
	whyBlocked     = "账号已被平台停用或限制，请与平台联系"
	whyNoFind      = "是否送达未知，平台无法查询，请民警到平台核对后处理"
	whyStillThere  = "多次请求撤回没有得到答复，请民警到平台查看：还在的请删除，再认定结果"
	whyNoRetract   = "程序不能在该平台撤回，须由民警到平台上删除"
	whyNeverWrote  = "对方没有来信，平台不允许主动私信，请改用其他渠道"
	whyWaits       = "平台的回复时限已过，" + record.WhyAwaits
	whyNoticing    = "；已尝试通知对方“有新进展”，是否送达未知"
	whyNoticed     = "；已通知对方“有新进展”"
	whyFound       = "已在平台上查到"
	whyAbsent      = "已到平台核对，确未发出，将重新发送"
	whyPending     = "平台已受理，等待结果"
	whyPassive     = "已随平台回调答复，平台又来询问，已原样再答"
	whyManual      = "该平台没有官方接口，须由民警人工代发"
	whyUrgentHand  = "紧急劝阻须人工代发，请立即处理"
	whyLateHand    = "人工代发已超过时限，请尽快处理"
	whyNeverTold   = "平台受理后长时间没有结果，请到平台核对；放在草稿箱的，可能还没有人发送"
)

func whyHalted(h *record.Halt) string {
	if h.Level == record.HaltEverything {
		return "已全部停发，恢复后自动发出"
	}
	return "已停发公开及主动消息，恢复后自动发出"
}

const (
	whyVanished = "草稿已不在草稿箱，发布记录里也查不到：可能已在平台后台群发，也可能被删除。请到平台后台核对后认定结果"
	whyAltered  = "发出的内容与批准的不一致，请核对并决定是否更正或删除："
	whyNotThere = "平台上已经没有这一条："
	whyLeaving  = "正在从平台撤回，等待撤回结果"
	whyRefused  = "平台没有发布这篇通报："
)

func whyNoPicture(name string) string {
	return "图片 " + name + " 读取不到或与批准的不一致，须重新附图并审批"
}

// whyUnableTo says why an account cannot send an item.
func whyUnableTo(it *record.Item) string {
	if it.Withdraws != "" {
		return whyNoRetract
	}
	return whyUnable
}

func whyBehind(item string) string {
	return "前一条消息尚无结果，依次等候（" + item + "）"
}

func whyLint(err error) string { return "未通过外发文本检查：" + clip(err.Error()) }

func whyDeadMan(d time.Duration) string {
	return "超过" + span(d) + "无民警登录，主动消息暂停发送"
}

func whyLookFailed(err error) string { return record.WhyNotLooked + "：" + clip(err.Error()) }

// whyWindow says whether the reply window is closed or spent.
func whyWindow(windows []adapters.ReplyWindow, conv *bots.Conversation, now time.Time) string {
	for _, w := range windows {
		if _, until := record.WindowLeft(w, conv, nil, "", now); !until.IsZero() {
			return fmt.Sprintf("平台允许的回复次数已用完（%s内 %d 次），%s，或改用其他渠道", span(w.Within), w.N, record.WhyAwaits)
		}
	}
	return whyWaits + "，或改用其他渠道"
}

func whyQuota(a allowance) string {
	return fmt.Sprintf("平台限额已用完：%s每%s %d 条，到时自动发出", scopeName(a.quota), span(a.quota.Per), a.n)
}

func scopeName(q adapters.Quota) string {
	name := map[adapters.Scope]string{
		adapters.ScopeRecipient: "对同一人", adapters.ScopeEndpoint: "该渠道",
		adapters.ScopeAccount: "该账号", adapters.ScopeApp: "该应用",
	}[q.Scope]
	if q.Zone != "" {
		return name + "（自然日）"
	}
	return name
}

func whyFailed(e *adapters.Error) string {
	head := map[adapters.Class]string{
		adapters.Unknown: "是否送达未知", adapters.NotSent: "未能发出，稍后重试", adapters.RateLimited: "平台限流，稍后重试",
		adapters.AuthExpired: whyAuth, adapters.AccountBlocked: whyBlocked, adapters.Rejected: "平台拒绝",
		adapters.WindowClosed: "已超过可答复的时间或次数", adapters.Gone: "所答复的内容已不存在", adapters.Unsupported: whyUnable,
	}[e.Class]
	return head + "：" + clip(e.Error())
}

func whyInconclusive(err error) string {
	if err != nil {
		return "是否送达未知，查询未成功：" + clip(err.Error())
	}
	return "是否送达未知，查询尚无定论"
}

// clip keeps a reason readable. Adapters already leave out secrets and personal data.
func clip(s string) string {
	const most = 200
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "……"
}

// span words a duration in its largest fitting unit.
func span(d time.Duration) string {
	for _, u := range []struct {
		d    time.Duration
		name string
	}{{24 * time.Hour, "天"}, {time.Hour, "小时"}, {time.Minute, "分钟"}} {
		if d >= u.d && d%u.d == 0 {
			return fmt.Sprintf("%d%s", d/u.d, u.name)
		}
	}
	return fmt.Sprintf("%d秒", int(d/time.Second))
}
