package console_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Everybody who sent something near a refuted claim is one row of the front page, which leads to the bulletin and from there to
// each of them.
func TestWhoSendsSomethingNearARefutedClaimIsOneRow(t *testing.T) {
	s := newSite(t)
	o := s.as("wu")
	o.post("/bulletins/new", o.get("/bulletins/new").form("/bulletins/new", url.Values{
		"title": {"网传停水消息不实"}, "text": {"本市供水正常，请勿转发。"}, "account": {"weibo"}, "refutes": {"海滨市明天起全城停水三天，请大家马上储水"}, "basis": {"水务集团与市应急局分别答复"}, "do": {"submit"},
	}))
	b := s.All(bots.KindBulletin, "")[0].(*bots.Bulletin)
	chen := s.as("chen")
	chen.get("/bulletins/" + url.PathEscape(b.ID)).lacks("与辟谣内容相近的来信")
	for i, person := range []string{"zhao", "qian", "sun"} {
		s.Says("weibo", person, fmt.Sprint(9100+i), "上个月被骗了，想举报")
	}
	s.Settle()
	now := time.Now()
	reports := s.All(bots.KindReport, "")
	for _, r := range reports {
		stream := record.NearStream(b.ID)
		s.Put(&bots.Tie{Head: bots.Head{ID: record.TieID(stream, r.Meta().ID), Stream: stream, State: "kept", Created: now, Updated: now}, On: bots.Target{Kind: bots.KindReport, ID: r.Meta().ID}})
	}
	s.Put(&record.Alarm{Head: bots.Head{ID: record.NearAlarm(b.ID), Stream: b.ID, State: record.AlarmOpen, Created: now, Updated: now}, About: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Times: 3, Why: "3人发来的内容与已辟谣的“网传停水消息不实”相近"})
	chen.get("/").has("3人发来的内容与已辟谣的“网传停水消息不实”相近", "/bulletins/"+url.PathEscape(b.ID))
	page := chen.get("/bulletins/" + url.PathEscape(b.ID))
	page.has("与辟谣内容相近的来信", "分别答复")
	for _, r := range reports {
		page.has(r.(*bots.Report).Reference)
	}
	s.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, "zhou")
		if err != nil {
			return err
		}
		o.Roles = []record.Role{record.Editor}
		return tx.Put(o)
	})
	s.as("zhou").get("/bulletins/" + url.PathEscape(b.ID)).lacks("与辟谣内容相近的来信") // who may not read what people wrote
	chen.post("/alarms/"+url.PathEscape(record.NearAlarm(b.ID))+"/seen", chen.get("/").form("/alarms/"+url.PathEscape(record.NearAlarm(b.ID))+"/seen", nil)).has("已知悉")
	if n := s.alarmsLeft(); n != 0 {
		t.Errorf("%d alarms are left", n)
	}
}
