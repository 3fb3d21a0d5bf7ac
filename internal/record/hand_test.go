package record

import (
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// task is an approved item that people are asked to post, its approval, and its account.
func task(t *testing.T, p bots.Purpose) (*Item, *Approval, *bots.Account) {
	t.Helper()
	d := draft(p)
	if p == bots.ForBulletin {
		d.Channel, d.To = adapters.Public, adapters.Person{}
	}
	Submit(d, bots.Live)
	a, err := ApproveDraft(d, officer("lin", Approver), 3, now, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := Release(d, a, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.HandOver("没有官方接口", "https://tieba.example/p/1", now.Add(30*time.Minute), now); err != nil {
		t.Fatal(err)
	}
	return i, a, &bots.Account{Head: bots.Head{ID: "wb", State: string(bots.Live)}}
}

var chen, lin, wu = officer("chen", Duty), officer("lin", Approver), officer("wu", Editor)

// taken is a task that chen has taken.
func taken(t *testing.T, p bots.Purpose) *Item {
	t.Helper()
	i, a, acc := task(t, p)
	if err := i.TakeHand(chen, a, acc, &Halt{}, true, now); err != nil {
		t.Fatal(err)
	}
	return i
}

const link = "https://tieba.example/p/1?pid=9"

func TestByHand_TakenPostedProven(t *testing.T) {
	i := taken(t, bots.ForBulletin)
	if err := i.ProveHand(chen, Proof{Link: link, Text: " 提醒您\n"}, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	if i.State != ItemDelivered || !i.Untold || i.Receipt.Ref != link || i.Hand.By != "chen" || len(i.Hand.Proof) != 64 || i.Hand.Altered != "" {
		t.Errorf("%s, %+v, receipt %+v", i.State, i.Hand, i.Receipt)
	}
	if !i.Final() {
		t.Error("more is expected of it")
	}
}

func TestByHand_APrivateMessageHasNoLink(t *testing.T) {
	i := taken(t, bots.ForWarning)
	if err := i.ProveHand(chen, Proof{Text: i.Text}, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	if i.Receipt.Ref == "" || i.Receipt.URL != "" {
		t.Errorf("receipt %+v", i.Receipt)
	}
}

func TestPromise1_ATaskIsWhatWasApproved(t *testing.T) {
	i, a, acc := task(t, bots.ForBulletin)
	i.Text += "加我"
	refusedWith(t, i.TakeHand(chen, a, acc, &Halt{}, true, now), "seal")
	i, _, acc = task(t, bots.ForBulletin)
	refusedWith(t, i.TakeHand(chen, nil, acc, &Halt{}, true, now), "seal")
}

func TestPromise1_WhatWasPostedIsWhatWasApproved(t *testing.T) {
	i := taken(t, bots.ForBulletin)
	err := i.ProveHand(chen, Proof{Link: link, Text: "提醒你"}, Policy{}, now)
	refusedWith(t, err, "differs")
	if !strings.Contains(err.Error(), "from character 3 on") {
		t.Errorf("it does not say where: %v", err)
	}
	if i.State != ItemByHand || i.Hand.By != "" {
		t.Errorf("%s, %+v", i.State, i.Hand)
	}
}

func TestPromise2_AnotherTextNeedsASecondPerson(t *testing.T) {
	i := taken(t, bots.ForBulletin)
	if err := i.ProveHand(chen, Proof{Link: link, Text: "提醒你", Reason: "平台屏蔽了一个词"}, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	if i.State != ItemByHand || i.Hand.Altered != "提醒你" {
		t.Errorf("%s, %+v", i.State, i.Hand)
	}
	refusedWith(t, i.ConfirmHand(chen, now), "two-people")
	refusedWith(t, i.GiveHand(chen, "", now), "posted")
	refusedWith(t, i.ProveHand(chen, Proof{Link: link, Text: i.Text}, Policy{}, now), "posted")
	refusedWith(t, i.ConfirmHand(wu, now), "role")
	if err := i.ConfirmHand(lin, now); err != nil {
		t.Fatal(err)
	}
	if i.State != ItemDelivered || i.Hand.Second != "lin" || !i.Untold {
		t.Errorf("%s, %+v", i.State, i.Hand)
	}
}

func TestByHand_AOneOfficerStationBearsTheMark(t *testing.T) {
	i := taken(t, bots.ForBulletin)
	if err := i.ProveHand(chen, Proof{Link: link, Text: "别的", Reason: "改过"}, Policy{OneOfficer: true}, now); err != nil {
		t.Fatal(err)
	}
	if i.State != ItemDelivered || i.Hand.Second != i.Hand.By {
		t.Errorf("%s, %+v", i.State, i.Hand)
	}
}

func TestPromise3_WhoTakesAWarningLooksAtItsPost(t *testing.T) {
	i, a, acc := task(t, bots.ForWarning)
	refusedWith(t, i.TakeHand(chen, a, acc, &Halt{}, false, now), "look-first")
	if err := i.TakeHand(chen, a, acc, &Halt{}, true, now); err != nil || !i.Hand.Looked {
		t.Errorf("%v, %+v", err, i.Hand)
	}
	i, a, acc = task(t, bots.ForBulletin)
	if err := i.TakeHand(chen, a, acc, &Halt{}, false, now); err != nil {
		t.Errorf("a bulletin is about no post: %v", err)
	}
}

func TestPromise4_OnePersonPostsATask(t *testing.T) {
	i, a, acc := task(t, bots.ForBulletin)
	refusedWith(t, i.ProveHand(chen, Proof{Link: link, Text: i.Text}, Policy{}, now), "not-yours")
	i = taken(t, bots.ForBulletin)
	refusedWith(t, i.TakeHand(lin, a, acc, &Halt{}, true, now), "taken")
	refusedWith(t, i.ProveHand(lin, Proof{Link: link, Text: i.Text}, Policy{}, now), "not-yours")
	refusedWith(t, i.CloseHand(lin, "不发了", now), "taken")
	refusedWith(t, i.GiveHand(officer("zhao", Duty), "他不在", now), "taken")
	refusedWith(t, i.GiveHand(lin, "", now), "taken")
	if err := i.GiveHand(lin, "他下班了", now); err != nil || i.Hand.Taken != "" {
		t.Errorf("%v, %+v", err, i.Hand)
	}
}

func TestPromise4_OnlyWhoPostsShowsWhatWasPosted(t *testing.T) {
	i, _, _ := task(t, bots.ForWarning)
	refusedWith(t, i.MayAttach("chen"), "not-yours")
	i = taken(t, bots.ForWarning)
	refusedWith(t, i.MayAttach("lin"), "not-yours")
	if err := i.MayAttach("chen"); err != nil {
		t.Error(err)
	}
	i.Hand.Shot = "x"
	refusedWith(t, i.MayAttach("chen"), "shot")
}

func TestPromise4_ALinkIsTheProof(t *testing.T) {
	for _, l := range []string{"", "tieba", "javascript:alert(1)", "https://", "ftp://tieba.example/1"} {
		i := taken(t, bots.ForBulletin)
		refusedWith(t, i.ProveHand(chen, Proof{Link: l, Text: i.Text}, Policy{}, now), "link")
	}
}

func TestPromise4_WhatSomebodyPostsNeverExpires(t *testing.T) {
	i := taken(t, bots.ForBulletin)
	refusedWith(t, i.Expire(), "not-due")
	refusedWith(t, i.Withdraw("x"), "not-due")
	if tell, err := i.HandLapse(i.Expires); err != nil || !tell || i.State != ItemByHand {
		t.Errorf("%v, %v, %s", tell, err, i.State)
	}
	if !i.Due.IsZero() {
		t.Errorf("due again at %v", i.Due)
	}
	if err := i.GiveHand(chen, "", now); err != nil || !i.Due.Equal(i.Expires) {
		t.Errorf("%v, due %v", err, i.Due)
	}
	if _, err := i.HandLapse(i.Expires); err != nil || i.State != ItemExpired {
		t.Errorf("%v, %s", err, i.State)
	}
}

func TestPromise7_NobodyPostsForADoubtfulAccount(t *testing.T) {
	for name, change := range map[string]func(*bots.Account){
		"suspect":   func(a *bots.Account) { a.Suspect = "改名" },
		"observing": func(a *bots.Account) { a.State = string(bots.Observe) },
	} {
		i, a, acc := task(t, bots.ForBulletin)
		change(acc)
		if err := i.TakeHand(chen, a, acc, &Halt{}, true, now); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestPromise13_AHaltStopsHandsToo(t *testing.T) {
	i, a, acc := task(t, bots.ForBulletin)
	refusedWith(t, i.TakeHand(chen, a, acc, &Halt{Level: HaltUnsolicited}, true, now), "halted")
}

func TestByHand_WhoMay(t *testing.T) {
	i, a, acc := task(t, bots.ForWarning)
	refusedWith(t, i.TakeHand(wu, a, acc, &Halt{}, true, now), "role")
	refusedWith(t, i.CloseHand(wu, "不发", now), "role")
	i, a, acc = task(t, bots.ForBulletin)
	if err := i.TakeHand(wu, a, acc, &Halt{}, false, now); err != nil {
		t.Errorf("an editor posts a bulletin: %v", err)
	}
}

func TestByHand_Closed(t *testing.T) {
	i := taken(t, bots.ForBulletin)
	refusedWith(t, i.CloseHand(chen, "", now), "reason")
	if err := i.CloseHand(chen, "吧已关闭", now); err != nil || i.State != ItemClosed || i.Why != "吧已关闭" || !i.Untold {
		t.Errorf("%v, %s %q", err, i.State, i.Why)
	}
	for name, err := range map[string]error{
		"give": i.GiveHand(chen, "", now), "prove": i.ProveHand(chen, Proof{Link: link}, Policy{}, now), "close": i.CloseHand(chen, "x", now),
		"confirm": i.ConfirmHand(lin, now),
	} {
		t.Run(name, func(t *testing.T) { refusedWith(t, err, "not-by-hand") })
	}
	refusedWith(t, i.HandOver("x", "", now, now), "not-due")
}

func TestDiffers(t *testing.T) {
	for _, c := range []struct {
		name, approved, posted string
		want                   string // "" : the same
	}{
		{"the same", "网警提醒：请拨打96110。", "网警提醒：请拨打96110。", ""},
		{"lines joined, spaces", "网警提醒：\n请拨打 96110。", "网警提醒：请拨打96110 。\n\n", ""},
		{"widths", "请拨打９６１１０！", "请拨打96110!", ""},
		{"zero width and selectors", "提醒⚠️您", "提\u200b醒⚠您", ""},
		{"a word", "请拨打96110核实", "请拨打96119核实", "from character 8 on: approved “96110核实”, posted “96119核实”"},
		{"cut off", "请拨打96110核实", "请拨打96110", "from character 9 on: approved “6110核实”, posted “6110”"},
		{"more", "请拨打", "请拨打加我", "from character 4 on: approved “请拨打”, posted “请拨打加我”"},
		{"nothing", "请拨打", "", "from character 1 on: approved “请拨打”, posted “（到此为止）”"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if d := differs(c.approved, c.posted); d != nil {
				got = d.String()
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// What a platform shows of a text that was posted by hand is compared as far as it shows it.
func TestCheckHand(t *testing.T) {
	const said = "凡是要求先垫付的兼职都是诈骗……请拨打96110。核对码K7M2P9XW"
	for name, c := range map[string]struct {
		altered       string
		seen          Sighting
		amiss, unsure string
		unread        bool
	}{
		"the same, in other widths":      {seen: Sighting{Found: "x", Text: "凡是要求先垫付的兼职都是诈骗…… 请拨打９６１１０。\n核对码K7M2P9XW"}},
		"behind the names of an answer":  {seen: Sighting{Found: "x", Text: "@chenayi @li  " + said}},
		"only the beginning":             {seen: Sighting{Found: "x", Text: "凡是要求先垫付的兼职都是诈骗......全文： https://m.weibo.cn/1"}, unread: true},
		"the beginning of something":     {seen: Sighting{Found: "x", Text: "凡是兼职......全文"}, amiss: "不一致"},
		"a word more":                    {seen: Sighting{Found: "x", Text: said + "！"}, amiss: "不一致"},
		"as a second officer agreed":     {altered: "别的话", seen: Sighting{Found: "x", Text: "别的话"}},
		"the approved one, not that one": {altered: "别的话", seen: Sighting{Found: "x", Text: said}, amiss: "不一致"},
		"not there":                      {amiss: "K7M2P9XW"},
		"nobody can tell":                {seen: Sighting{Unsure: "down"}, unsure: "down"},
		"its text cannot be read":        {seen: Sighting{Found: "x", Unread: true}, unread: true},
	} {
		i := &Item{Text: said, Code: "K7M2P9XW", Hand: &Hand{By: "chen", Altered: c.altered}}
		i.State = ItemDelivered
		amiss, err := i.CheckHand(c.seen, time.Now())
		if err != nil || (amiss == "") != (c.amiss == "") || !strings.Contains(amiss, c.amiss) || i.Hand.Unsure != c.unsure || i.Hand.Unread != c.unread {
			t.Errorf("%s: %q, %+v, %v", name, amiss, i.Hand, err)
		}
	}
	open := &Item{Hand: &Hand{}}
	if _, err := open.CheckHand(Sighting{}, time.Now()); err == nil {
		t.Error("what nobody posted is looked for")
	}
}
