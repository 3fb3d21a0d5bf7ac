package engine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// partner is a desk with a partner site.
func partner(t *testing.T, lint func(string) error) (*desk, *record.Site) {
	t.Helper()
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, lint: lint})
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Site{
			Head: bots.Head{ID: "market", State: record.SiteActive, Stream: "site/market", Created: time.Now()},
			Name: "二手市场", Page: "https://market.example/index", Officer: "chen",
		})
	})
	return d, one[record.Site](d)
}

// asks opens a rectification whose letter makes these points.
func (d *desk) asks(s *record.Site, points string) bots.Result {
	return d.decides("chen", bots.OpenRectification, s, map[string]string{
		"findings": "贩卖银行卡", "points": points, "deadline": time.Now().AddDate(0, 0, 10).Format(time.RFC3339),
	}, "")
}

func TestPromise11_ALetterPassesTheLinter(t *testing.T) {
	d, s := partner(t, func(text string) error {
		if strings.Contains(text, "罚款") || strings.Contains(text, "https://") {
			return errors.New("asks for money, or links")
		}
		return nil
	})
	for points, want := range map[string]string{
		"请先缴纳罚款。":                                    "text",
		"一、见 https://other.example/1。":               "text",
		"一、见 https://market.example.evil.example/1。": "text",
		"一、https://market.example/item/9 是贩卖银行卡的信息。": "",
		"一、https://market.example。":                  "",
	} {
		if r := d.asks(s, points); r.Code != want {
			t.Errorf("%s: %+v", points, r)
		}
	}
}

func TestPromise1_ALetterIsSignedAsItWasRead(t *testing.T) {
	d, s := partner(t, nil)
	d.asks(s, "一、贩卖银行卡。")
	r := one[record.Rectification](d)
	blind := *r
	blind.Version = 0
	if got := d.decides("lin", bots.SignLetter, &blind, nil, ""); got.Code != "changed" {
		t.Errorf("signed unseen: %+v", got)
	}
	if got := d.decides("lin", bots.SignLetter, r, nil, ""); got.Status != bots.Applied {
		t.Errorf("%+v", got)
	}
}

func TestALetterIsTheTemplateAndItsPoints(t *testing.T) {
	d, s := partner(t, nil)
	d.asks(s, "一、贩卖银行卡。")
	r := one[record.Rectification](d)
	for _, want := range []string{"[letter-rectification]", "一、贩卖银行卡。", "测试网警", r.Code} {
		if !strings.Contains(r.Letter, want) {
			t.Errorf("%q is not in %s", want, r.Letter)
		}
	}
	if strings.Contains(r.Letter, r.Findings) && r.Findings != "" && strings.Count(r.Letter, "贩卖银行卡") > 1 {
		t.Error("the findings stand in the letter")
	}
	d.decides("lin", bots.SignLetter, r, nil, "")
	if got := d.decides("chen", bots.RemindSite, one[record.Rectification](d), nil, ""); got.Status != bots.Applied {
		t.Fatalf("%+v", got)
	}
	r = one[record.Rectification](d)
	if len(r.Reminders) != 1 || !strings.Contains(r.Reminders[0].Letter, "[letter-reminder]") || strings.Contains(r.Reminders[0].Letter, "true") {
		t.Errorf("%+v", r.Reminders)
	}
}

// What was agreed with a site's operator is printed for them to sign.
func TestPromise15_AnInterviewGivesNoReporterAway(t *testing.T) {
	d, s := partner(t, nil)
	d.says("p", "1", "我在他们网站的二手版块看到有人卖银行卡，加了QQ 12345678")
	d.settle()
	d.asks(s, "一、贩卖银行卡。")
	note := func(said, held string) string {
		return d.decides("chen", bots.NoteInterview, one[record.Rectification](d), map[string]string{
			"held": held, "present": "王站长、陈警官", "note": said, "agreed": "今天删除",
		}, "").Code
	}
	today := time.Now().In(china).Format(time.DateOnly)
	for _, c := range []struct{ said, held, want string }{
		{"告诉他有人在他们网站的二手版块看到有人卖银行卡", today, "reporters-words"},
		{"告诉他有2名群众举报", today, "few-people"},
		{"说广告是用户发的", "2099-01-01", "held"},
		{"说广告是用户发的", "昨天", "held"},
		{"说广告是用户发的", today, ""},
	} {
		if got := note(c.said, c.held); got != c.want {
			t.Errorf("%s %s: %q", c.said, c.held, got)
		}
	}
	r := one[record.Rectification](d)
	if len(r.Interviews) != 1 || r.Interviews[0].Present != "王站长、陈警官" || r.Interviews[0].Agreed != "今天删除" || r.Interviews[0].By != "chen" {
		t.Errorf("%+v", r.Interviews)
	}
}
