package engine

import (
	"strings"
	"testing"
	"time"

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
