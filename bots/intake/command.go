package intake

import (
	"regexp"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// What the whole of a message can order.
var (
	humanWords = regexp.MustCompile(`^(0|零|人工|转人工|人工客服|人工服务|找(民警|警察|真人|人工|人)|我?(要|想)(找)?(人工|民警|警察|真人)(说|聊|说话)?|human|officer|agent)$`)
	stopWords  = regexp.MustCompile(`^(停|停止|停下|停吧|结束|到此为止|别(再)?问了|不要(再)?问了|不(想)?说了|先这样|先到这里|就这样吧?|就这些了?|没了|没有了|说完了|就这么多|不聊了|退出|stop|quit|done|enough|no more)(吧|了|谢谢)*$`)
	skipWords  = regexp.MustCompile(`^(跳过|略过|过|不知道|不晓得|晓不得|不清楚|弄不清|搞不清|忘了|忘记了|记不得了?|记不清了?|不记得了?|没有|没|无|还?没给|暂时没有|还没有|不方便|不想说|不愿意|不用|不用了|不需要|不给|不了|skip|no|none|don'tknow|idon'tknow)$`)
	courtesy   = regexp.MustCompile(`^(谢谢(你|您|啊|了)?|多谢|感谢|好的?(谢谢)?|嗯+|收到|知道了|明白了?|辛苦了?|ok|thanks?|thankyou)+$`)
	abuse      = match.NewCue(`滚(蛋|开|吧)?$|滚[，,！!]|饭桶|废物|傻(x|逼|b|叉|子)|去死吧|妈的|他妈|垃圾|狗屁|操你|草你|草泥马|白痴|脑残|(?:^|[^a-z])sb(?:[^a-z]|$)|fuck|idiot`, "")
	editWords  = match.NewCue(`^改|改(成|为|一下)|更正|(说|打|写|发|输)错|^(不对|不是)[，, ]|(是|应该是).{0,12}不是|change|correct`, "改天|改日|改行|改签")
	bareMarks  = strings.NewReplacer(" ", "", "\n", "", "。", "", "，", "", "！", "", "？", "", ",", "", ".", "", "!", "", "?", "", "“", "", "”", "", "\"", "", "了。", "了")
)

// bare is the message without spaces and marks.
func (t *turn) bare() string { return bareMarks.Replace(strings.TrimSpace(t.words.Text)) }

// command obeys 0 and 停, and says whether it did.
func (t *turn) command() bool {
	switch bare := t.bare(); {
	case humanWords.MatchString(bare):
		t.g.Report, t.g.Ended, t.g.Asked = t.id(), endedHuman, ""
		t.do(bots.Cancel{Key: turnKey})
		t.do(bots.Escalate{Why: "来信人要求人工答复，请接手会话", About: bots.Target{Kind: bots.KindReport, ID: t.id()}})
		t.say(bots.Reply{Template: "human", Purpose: bots.ForReply, Report: t.id()})
	case stopWords.MatchString(bare) && !t.inDanger():
		t.do(bots.Cancel{Key: turnKey})
		t.advise(endedStop)
	default:
		return false
	}
	return true
}

// names are what people call the slots they want changed.
var names = []struct{ word, slot string }{
	{"金额", slotAmount}, {"数额", slotAmount}, {"多少钱", slotAmount}, {"时间", slotTime}, {"日期", slotTime}, {"回电", slotCallback}, {"我的电话", slotCallback},
	{"我电话", slotCallback}, {"联系电话", slotCallback}, {"单号", slotCase}, {"编号", slotCase}, {"收款", slotAccount}, {"账号", slotAccount}, {"帐号", slotAccount}, {"卡号", slotAccount},
	{"电话", slotPhone}, {"手机", slotPhone}, {"链接", slotLink}, {"网址", slotLink}, {"微信", slotContact}, {"qq", slotContact}, {"平台", slotPlatform}, {"地点", slotPlace},
	{"户名", slotPayee}, {"收款人", slotPayee}, {"软件", slotApp}, {"地址", slotPlace}, {"城市", slotPlace}, {"方式", slotHow}, {"类型", slotKind}, {"amount", slotAmount}, {"time", slotTime}, {"phone", slotPhone}, {"place", slotPlace},
}

var editSyntax = regexp.MustCompile(`^(?:改|更正|change|correct)\s*`)

// edit reads a correction: what it names or holds takes the place of what stands. It says false for
// a message that corrects nothing.
func (t *turn) edit(read map[string]string) bool {
	if t.fresh || !t.swapped && !editWords.In(t.words) {
		return false
	}
	slot, rest := named(t.words.Text)
	_, held := read[slot]
	switch {
	case slot != "" && !held && rest != "" && short(rest):
		read[slot] = rest
		if n := bareNumber(rest); slot == slotAmount && n != "" {
			read[slot] = n
		}
	case slot != "" && !held: // named, and nothing told
		t.g.Report, t.g.Change = t.id(), slot
		t.again = true
		return true
	case len(read) == 0 && editSyntax.ReplaceAllString(t.bare(), "") == "":
		t.which = true
		return true
	}
	if len(read) == 0 {
		return false
	}
	t.g.Edited = true
	return true
}

// named finds the slot a correction speaks of, and what stands behind its name.
func named(text string) (slot, rest string) {
	for _, n := range names {
		if _, after, ok := strings.Cut(text, n.word); ok {
			for _, lead := range []string{"改成", "改为", "应该是", "是", ":", "：", "to "} {
				if _, behind, ok := strings.Cut(after, lead); ok {
					after = behind
					break
				}
			}
			return n.slot, strings.Trim(after, " ,，。.!！:：")
		}
	}
	return "", ""
}
