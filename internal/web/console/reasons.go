package console

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// The system writes its reasons and what bots read and proposed for programs. Here they
// become words; what is not known stays as it is, and the raw form stands beside in small print.

var reasonWords = map[string]string{
	"not approved": "到点时还没有批准", "no bulletin": "这个时段没有通报", "stale": "错过太久，不再补发", "catch-up skip": "停机期间错过，按设置不补发",
	"superseded": "由更近的时段代替", "too many": "一次错过的时段太多，没有逐个补发", "its slot did not come in time": "在有效期内没有等到发布时段",
	"unfollow": "当事人取消了关注", "retention": "保存期限已满", "repeated under the same key and code": "结果不明，用同一编号再试一次",
}

// reasonWord is why the system did not do something; an officer's own reason stays as written.
func reasonWord(reason string) string { return word(reasonWords, reason) }

// slotReason words "<schedule> <time>: <reason>", the detail of a slot that was missed.
func slotReason(detail string) (string, bool) {
	head, reason, ok := strings.Cut(detail, ": ")
	schedule, at, two := strings.Cut(head, " ")
	slot, err := time.Parse(time.RFC3339, at)
	if !ok || !two || err != nil {
		return "", false
	}
	return schedule + " " + slot.In(beijing).Format("1月2日 15:04") + "：" + reasonWord(reason), true
}

// silenceReason words why a reply was not drafted; name puts an officer's name for an id.
func silenceReason(detail string, name func(string) string) (string, bool) {
	if id, ok := strings.CutPrefix(detail, "officer "); ok {
		if id, ok = strings.CutSuffix(id, " has taken the conversation over"); ok {
			return name(id) + "已接手这个会话", true
		}
	}
	what, ok := strings.CutPrefix(detail, "superseded: ")
	why, template, two := strings.Cut(strings.TrimSuffix(what, ")"), " (")
	words := map[string]string{"the emergency card goes first": "紧急劝阻优先", "the event has its reply": "这条来信已有答复"}[why]
	if !ok || !two || words == "" {
		return "", false
	}
	return words + "，没有再用" + templateWord(template), true
}

// tooLong words a length that a platform does not take.
func tooLong(message string) string {
	var length, most, less int
	var unit string
	if _, err := fmt.Sscanf(message, "text is %d %s the platform allows %d: shorten it by %d", &length, &unit, &most, &less); err != nil {
		return ""
	}
	unit = unitWord(strings.TrimSuffix(unit, ","))
	return fmt.Sprintf("现有 %d %s，上限 %d，请删去 %d。", length, unit, most, less)
}

// where words the place at which a posted text leaves the approved one.
func where(message string) string {
	m := difference.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	return fmt.Sprintf("从第 %s 个字起：审批为“%s”，粘贴的是“%s”。请核对是否发错或粘贴不全；若平台上确实只能这样发，请写明理由，由另一位同事确认。", m[1], m[2], m[3])
}

// retold names the place at which a text repeats what a reporter wrote.
func retold(message string) string {
	m := place.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	return "相同的是：“" + m[1] + "”。"
}

var place = regexp.MustCompile(`a reporter wrote, “(.*)”: say it`)

var difference = regexp.MustCompile(`from character (\d+) on: approved “(.*)”, posted “(.*)”`)

// line is one line of a tape: in words, and as the machine wrote it.
type line struct{ Words, Raw string }

// effectWords are what bots propose.
var effectWords = map[string]string{
	"Reply": "拟一条答复", "OpenReport": "立举报", "AddLine": "把来信记入举报", "FillSlot": "记下举报的要点", "OpenClue": "立线索", "ProposeWarning": "提出警示",
	"FollowUp": "记下复看原帖的结果", "Appeal": "记下异议", "WithdrawWarning": "撤回警示", "ProposeBulletin": "起草通报", "Release": "到点放行通报", "KeepFigures": "记下通报的数据",
	"Miss": "记下错过的时段", "Escalate": "提醒值班人员", "Notify": "提醒值班民警", "StartWait": "开始答复计时", "EndWait": "结束答复计时", "Count": "计数", "Remind": "定一个提醒", "Cancel": "取消提醒", "Fetch": "回头查看原帖", "Remember": "记下自己的进度", "Share": "与提到同一要素的举报关联", "JoinCluster": "记入同源线索", "JoinNear": "记入与辟谣相近的来信", "Unshare": "与提到同一要素的举报解除关联", "NoteCheck": "记下本人对要点的确认或更正",
}

// effectLine words one effect: which bot, what it proposed.
func effectLine(raw string) line {
	bot, rest, ok := strings.Cut(raw, " ")
	kind, _, _ := strings.Cut(rest, " ")
	if !ok || kind == "" {
		return line{Words: raw}
	}
	return line{word(botWords, bot) + "：" + word(effectWords, kind), bot + " " + kind}
}

// readLine words one question of a bot.
func readLine(r record.Read) line {
	raw := strings.TrimSpace(r.Bot + " " + r.Ask)
	words := askWord(r.Ask)
	if len(r.Answer) == 0 {
		words += "（没有）"
	}
	return line{cmp.Or(word(botWords, r.Bot), systemWords["engine"]) + "：" + words, raw}
}

// askWord words "get <kind> <id>", "find <kind> …" and "counted …". An id is no word: it
// stays in the raw form, except an account's, by which people know it.
func askWord(ask string) string {
	parts := strings.Fields(ask)
	if len(parts) == 1 && kindWords[ask] != "" { // what the engine read for every bot
		return "看" + kindWords[ask]
	}
	if len(parts) < 2 {
		return ask
	}
	kind := word(kindWords, parts[1])
	switch parts[0] {
	case "get":
		if parts[1] == "account" && len(parts) > 2 {
			return "看" + kind + " " + parts[2]
		}
		return "看" + kind
	case "find":
		return "查找" + kind
	case "counted":
		return "看近两天的计数"
	case "alike":
		return "比对已辟谣的传言和已发现的线索"
	}
	return ask
}

// windowWords says what the platform still lets us answer, and for how long.
func windowWords(c *view.Credit, now time.Time) string {
	switch {
	case !c.Until.After(now):
		return "平台的回复时限已过，等对方再次来信"
	case c.Unlimited:
		return hours(c.Until.Sub(now)) + "内可以回复，次数不限"
	case c.Left == 0:
		return "平台允许的回复次数已用完，等对方再次来信"
	}
	return fmt.Sprintf("还可回复 %d 次，%s内", c.Left, hours(c.Until.Sub(now)))
}

// hours is a span in whole hours while one is left.
func hours(d time.Duration) string {
	if d < time.Hour {
		return span(d)
	}
	return fmt.Sprintf("%d 小时", int(d.Hours()))
}
