package intake

import (
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
	"netpatrol/bots/match"
)

// opened says whether effects begin the interview.
func opened(effects []bots.Effect) bool {
	return slices.ContainsFunc(effects, func(e bots.Effect) bool { _, ok := e.(bots.OpenReport); return ok })
}

// TestEverydayMessagesGetAShortAnswer prints how many of the labelled everyday messages are answered without the interview, and
// of which kind the answer is. The floors stand at what was measured.
func TestEverydayMessagesGetAShortAnswer(t *testing.T) {
	folder := match.NewFolder()
	kindOf := map[string]string{
		"hello": asideHello, "thanks": asideThanks, "wrong": asideWrong, "town": asideTown, "police": asidePolice, "office": asideOffice, "unclear": asideUnclear,
	}
	for file, floor := range map[string][2]int{"first-everyday.txt": {81, 80}, "first-last.txt": {26, 25}, "first-blind.txt": {29, 29}} {
		all, asides, right := 0, 0, 0
		for _, s := range labelled(t, file) {
			if s.kind == "report" {
				continue
			}
			if all++; !opened(told(t, world(), s.text)) {
				asides++
			}
			if kind := asideKind(folder.Fold(s.text)); kind == kindOf[s.kind] {
				right++
			} else if kind != "" {
				t.Logf("%s: %q is answered as %s, it is %s", file, s.text, kind, s.kind)
			}
		}
		t.Logf("%s: of %d everyday messages %d are answered without the interview, %d as what they are", file, all, asides, right)
		if asides < floor[0] || right < floor[1] {
			t.Errorf("%s: %d are answered without the interview and %d as what they are, there were %d and %d", file, asides, right, floor[0], floor[1])
		}
	}
}

// TestNoReportIsTakenForAnEverydayMessage holds the intake to opening a report for every labelled report, every emergency that is
// labelled anywhere, and every way of telling each kind of the catalogue.
func TestNoReportIsTakenForAnEverydayMessage(t *testing.T) {
	var all []labelledLine
	for _, file := range []string{"first-reports.txt", "first-last.txt", "first-blind.txt", "urgency-unseen.txt", "urgency-last.txt", "urgency-everyday.txt", "urgency-fresh.txt", "urgency-blind.txt"} {
		all = append(all, labelled(t, file)...)
	}
	for _, text := range sentences {
		all = append(all, labelledLine{"report", text})
	}
	folder, reports := match.NewFolder(), 0
	for _, s := range all {
		switch s.kind {
		case "report", "life", "call", "sent":
			reports++
			if kind := asideKind(folder.Fold(s.text)); kind != "" {
				t.Errorf("%q is answered as %s", s.text, kind)
			}
		}
	}
	if reports < 300 {
		t.Errorf("%d reports: the files are not whole", reports)
	}
	t.Logf("%d reports, all of them open one", reports)
}

// Whoever was answered as one who reports nothing and then says something of money, a link or a threat is asked at once, and the
// report begins with what they said before.
func TestAReportAfterAnEverydayMessageIsWhole(t *testing.T) {
	for _, first := range []string{"你好", "请问", "谢谢", "发错了", "路灯坏了", "身份证丢了怎么补办", "你们几点上班"} {
		for _, then := range []string{"他让我转两千", "我点了一个链接", "他威胁我", "我被骗了", "刚转了五万", "嗯，是的", "还有吗"} {
			w, b := world(), New()
			var last []bots.Effect
			for i, text := range []string{first, then} {
				e := bots.Event{
					Head: bots.Head{ID: string(rune('a' + i)), Stream: talk}, Kind: bots.MessageHeard, Occurred: at, Accepted: at.Add(time.Duration(i) * time.Second), Account: "a",
					Body: &bots.Heard{From: adapters.Person{ID: "p"}, Text: text},
				}
				w.Hear(e)
				last = bottest.Decide(t, b, e, w.Facts(b, e))
				if i == 0 && (opened(last) || len(replies(last)) != 1) {
					t.Fatalf("%q: %s", first, bottest.Print("", last))
				}
				w.Apply(b, e, last)
			}
			i := slices.IndexFunc(last, func(e bots.Effect) bool { _, ok := e.(bots.OpenReport); return ok })
			if i < 0 || len(replies(last)) != 1 {
				t.Errorf("%q, then %q: %s", first, then, bottest.Print("", last))
				continue
			}
			if said := last[i].(bots.OpenReport).Before; len(said) != 1 || said[0].Text != first {
				t.Errorf("%q, then %q: before it: %+v", first, then, said)
			}
		}
	}
}

// Whoever was warned, has the kiosk's form in front of them, sends a picture or was just asked is never put off.
func TestWhoMayReportIsNeverPutOff(t *testing.T) {
	warned := warnedWorld(bots.WarningSent)
	if got := told(t, warned, "发错了"); !slices.ContainsFunc(got, func(e bots.Effect) bool { _, ok := e.(bots.Appeal); return ok }) {
		t.Errorf("somebody who was warned writes 发错了: %s", bottest.Print("", got))
	}
	kiosk := bottest.NewWorld(&bots.Account{Head: bots.Head{ID: "a"}, Private: true, Platform: kioskPlatform}, &bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a"})
	if got := told(t, kiosk, "路灯坏了"); !opened(got) {
		t.Errorf("by the kiosk: %s", bottest.Print("", got))
	}
	b := New()
	e := bots.Event{
		Head: bots.Head{ID: "e1", Stream: talk}, Kind: bots.MessageHeard, Accepted: at, Account: "a",
		Body: &bots.Heard{From: adapters.Person{ID: "p"}, Text: "你好", Media: []adapters.Media{{Type: "image/jpeg"}}},
	}
	if got := bottest.Decide(t, b, e, world().Facts(b, e)); !opened(got) {
		t.Errorf("with a picture: %s", bottest.Print("", got))
	}
}

// Where private messages begin with our own name, what stands behind it is the message.
func TestOurOwnNameInFrontIsNoPartOfTheMessage(t *testing.T) {
	w := bottest.NewWorld(
		&bots.Account{Head: bots.Head{ID: "a"}, Private: true, Names: []string{"某市网警"}, Handle: "wangjing@social.example"},
		&bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a"},
	)
	for text, template := range map[string]string{
		"@wangjing 你好": "everyday", "@wangjing@social.example\n0": "human", "@某市网警 @wangjing 路灯坏了": "everyday", "@wangjing": "receipt", "@qita 你好": "receipt", "@wangjing 我被骗了": "receipt",
	} {
		if got := replies(told(t, w, text)); len(got) != 1 || got[0].Template != template {
			t.Errorf("%q is answered with %+v, want %s", text, got, template)
		}
	}
}

func TestTheEverydayAnswerFitsAndMayLeave(t *testing.T) {
	k := newKit(t)
	for _, kind := range []string{asideHello, asideUnclear, asideThanks, asideWrong, asideTown, asidePolice, asideOffice} {
		k.check("everyday", map[string]string{kind: yes})
		k.check("everyday", map[string]string{kind: yes, "Privacy": yes, "Days": "3650"})
	}
}
