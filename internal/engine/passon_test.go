package engine

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestPromise15_AnEditedWarningGivesNoReporterAway(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot(), patrolBot()}})
	d.says("p", "1", "我昨晚在这个帖子下面被一个叫阿华的人骗了三万块")
	d.posts("ahua", "2", "招刷单，先垫付后返利，日结")
	d.settle()
	draft := one[bots.Warning](d).Draft
	fetch := func() *bots.Draft {
		w, err := record.Fetch[bots.Draft](t.Context(), d.store, draft)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	edit := func(more string) string {
		now := fetch()
		return d.decides("lin", bots.Edit, now, map[string]string{"text": now.Text + more}, "").Code
	}
	for more, want := range map[string]string{
		"有人说昨晚在这个帖子下面被一个叫阿华的人骗了": "reporters-words",
		"举报时间21:05": "exact-time",
		"已有1名群众举报":  "few-people",
		"你写的“招刷单，先垫付后返利，日结”": "",
	} {
		if got := edit(more); got != want {
			t.Errorf("%s: %q, want %q", more, got, want)
		}
	}
	if strings.Contains(fetch().Text, "阿华") {
		t.Error("the words stand in the draft")
	}
}

func TestPromise15_ALetterToASiteGivesNoReporterAway(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p", "1", "我在他们网站的二手版块看到有人卖银行卡，加了QQ 12345678")
	d.settle()
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Site{Head: bots.Head{ID: "market", State: record.SiteActive, Stream: "site/market", Created: time.Now()}, Name: "二手市场", Officer: "chen"})
	})
	site := one[record.Site](d)
	write := func(points string) string {
		return d.decides("chen", bots.OpenRectification, site, map[string]string{
			"findings": "贩卖银行卡", "points": points, "deadline": time.Now().AddDate(0, 0, 10).Format(time.RFC3339),
		}, "").Code
	}
	if got := write("据反映，在他们网站的二手版块看到有人卖银行卡。"); got != "reporters-words" {
		t.Errorf("%q", got)
	}
	if got := write("贵站存在贩卖银行卡的信息，请于三日内清理。"); got != "" {
		t.Errorf("%q", got)
	}
}

// A package without a reporter's words is approved by one officer; its correction must not bring them after all.
func TestPromise15_ACorrectionBringsNoWordsThatThePackageLeftOut(t *testing.T) {
	for words, want := range map[string]string{"": "reporters-words", "true": ""} {
		c := &clerk{}
		d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, clerk: c})
		d.says("victim", "1", "我被一个叫阿华的人在二手群里骗了三万块钱")
		d.settle()
		d.decides("chen", bots.PrepareHandoff, one[bots.Report](d), map[string]string{"unit": "a", "words": words}, "")
		d.decides("lin", bots.ApproveHandoff, d.handoff(), nil, "")
		d.untilHandoff(record.HandoffSent)
		if r := d.decides("chen", bots.CorrectHandoff, d.handoff(), nil, "他说被一个叫阿华的人在二手群里骗了三万块钱"); r.Code != want {
			t.Errorf("words %q: %+v", words, r)
		}
		if r := d.decides("chen", bots.CorrectHandoff, d.handoff(), nil, "有2名群众14:30报案，金额应为三万元"); r.Status != bots.Applied {
			t.Errorf("another police unit may know when and how many: %+v", r)
		}
	}
}

// What another unit answers stays with the officers: the reporter hears that there is news.
func TestTheAnswerOfAUnitIsNotPassedBack(t *testing.T) {
	d, h := handedOver(t, &clerk{}, map[string]string{"unit": "a"})
	d.decides("lin", bots.ApproveHandoff, h, nil, "")
	d.untilHandoff(record.HandoffSent)
	said := bots.HandoffAnswer{As: bots.HandoffAccepted, Note: "嫌疑人阿华已锁定", Number: "海公2026-7"}
	if r, err := d.AnswerHandoff(t.Context(), h.ID, said, "form"); err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, r := range d.all(bots.KindDraft, "") {
		if draft := r.(*bots.Draft); strings.Contains(draft.Text, "阿华") || strings.Contains(draft.Text, "2026-7") {
			t.Errorf("%s", draft.Text)
		}
	}
}

// bulletinOf writes a bulletin as an editor.
func (d *desk) bulletinOf(text string, fields map[string]string) bots.Result {
	f := map[string]string{"title": "防骗提醒", "text": text, "accounts": "wb"}
	maps.Copy(f, fields)
	return d.decides("wu", bots.WriteBulletin, nil, f, "")
}

const story = "我妈妈在小区门口被一个穿灰衣服的人骗走金镯子"

// What one person told us does not come out in a bulletin unseen: it is refused with the place, or its author answers for it and the approver sees it.
func TestPromise15_ABulletinRepeatsNoReporterUnseen(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p", "1", story)
	d.settle()
	const text = "近日，一位老人在小区门口被一个穿灰衣服的人骗走金镯子，请大家警惕。"
	r := d.bulletinOf(text, nil)
	if r.Code != "public-words" || !strings.Contains(r.Message, "“在小区门口被一个穿灰衣服的人骗走金镯子”") {
		t.Fatalf("%+v", r)
	}
	if n := len(d.all(bots.KindBulletin, "")); n != 0 {
		t.Fatalf("%d bulletins were kept", n)
	}
	if r := d.bulletinOf(text, map[string]string{"quotes": "true"}); r.Status != bots.Applied {
		t.Fatalf("its author answers for it: %+v", r)
	}
	if b := one[bots.Bulletin](d); len(b.Quotes) != 1 || b.Quotes[0] != "在小区门口被一个穿灰衣服的人骗走金镯子" {
		t.Errorf("the approver sees %q", b.Quotes)
	}
	if r := d.bulletinOf("近日，有老人遭人当面行骗，损失首饰，请大家警惕。", nil); r.Status != bots.Applied {
		t.Errorf("in words of our own: %+v", r)
	}
	for _, r := range d.all(bots.KindDraft, bots.DraftAwaiting) {
		draft := r.(*bots.Draft)
		more := draft.Text + "\n骗子穿灰衣服。"
		if got := d.decides("lin", bots.Edit, draft, map[string]string{"text": more}, ""); got.Status != bots.Applied {
			t.Errorf("an edit that adds nothing of it: %+v", got)
		}
	}
	for _, r := range d.all(bots.KindDraft, bots.DraftAwaiting) {
		draft := r.(*bots.Draft)
		if strings.Contains(draft.Text, "金镯子") {
			continue
		}
		more := map[string]string{"text": draft.Text + "\n" + story}
		if got := d.decides("lin", bots.Edit, draft, more, ""); got.Code != "public-words" {
			t.Errorf("an edit that adds it: %+v", got)
		}
		more["quotes"] = "yes"
		if got := d.decides("lin", bots.Edit, draft, more, ""); got.Status != bots.Applied {
			t.Errorf("an edit that answers for it: %+v", got)
		}
	}
	for _, r := range d.all(bots.KindBulletin, "") {
		if b := r.(*bots.Bulletin); len(b.Quotes) != 1 {
			t.Errorf("%q", b.Quotes)
		}
	}
}

// A rumour that a bulletin refutes may stand in it, although somebody sent it to us; their own story still may not.
func TestPromise15_ARebuttalRepeatsTheRumourAndNoReporter(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	const rumour = "明天起全市停水三天请大家赶紧储水转发给家人"
	d.says("p", "1", "群里说"+rumour+"，是真的吗")
	d.says("q", "2", story)
	d.settle()
	refutes := map[string]string{"refutes": rumour, "basis": "市水务局值班室"}
	if r := d.bulletinOf("网传“"+rumour+"”不实。", refutes); r.Status != bots.Applied {
		t.Errorf("%+v", r)
	}
	if r := d.bulletinOf("网传“"+rumour+"”不实。"+story+"。", refutes); r.Code != "public-words" {
		t.Errorf("%+v", r)
	}
}

// However many reports come after them, those on the very thing are held against a text.
func TestPromise15_WhatIsLinkedIsComparedHoweverOld(t *testing.T) {
	d, s := partner(t, nil)
	d.hears(adapters.Inbound{
		Key: "1", Kind: adapters.KindMessage, Ref: "1", From: adapters.Person{ID: "p"}, Text: "他们版块有个叫灰太狼的在卖成套的银行卡和手机卡", At: time.Now(), Detail: "report site=market",
	})
	d.settle()
	old := one[bots.Report](d)
	d.update(func(tx record.Tx) error { // so many come after it that it is not among the newest
		for n := range reportsCompared {
			r := &bots.Report{Head: bots.Head{ID: fmt.Sprintf("zz%05d", n), Subject: "conv/many", Stream: "conv/many", State: "open"}, Conversation: "conv/many"}
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if newest := d.all(bots.KindReport, ""); len(newest) != 1000 || old.ID >= "zz" {
		t.Fatal("it is among the newest: this test proves nothing")
	}
	const points = "一、版块有个叫灰太狼的在卖成套的银行卡和手机卡。"
	if r := d.asks(s, points); r.Code != "reporters-words" || !strings.Contains(r.Message, "“版块有个叫灰太狼的在卖成套的银行卡和手机卡”") {
		t.Errorf("%+v", r)
	}
	d.update(func(tx record.Tx) error {
		return tx.Delete(bots.KindTie, record.TieID(record.SiteStream("market"), old.Stream))
	})
	if r := d.asks(s, points); r.Status != bots.Applied {
		t.Errorf("without the tie it is beyond what is compared: %+v", r)
	}
}
