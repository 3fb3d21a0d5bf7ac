package api_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestTheRotaOverTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	c := s.as("chen")
	d, err := c.Duty(ctx)
	if err != nil || len(d.Levels) != 3 || d.Levels[0].Kept || len(d.Levels[0].Now) != 0 || len(d.Levels[0].Instead) != 1 || d.Levels[0].Instead[0].Officer != "chen" {
		t.Fatalf("without a rota: %+v, %v", d, err)
	}
	all := []int{1, 2, 3, 4, 5, 6, 7}
	if _, err := c.AddShift(ctx, api.Planning{Officer: "lin", Level: "duty", Days: all, Since: "2026-01-01", Start: "00:00", End: "24:00"}); err != nil {
		t.Fatal(err)
	}
	_, err = c.AddShift(ctx, api.Planning{Officer: "lin", Level: "boss", Days: all, Start: "00:00", End: "24:00"})
	refused(t, err, http.StatusConflict, "duty-level")
	if d, err = c.Duty(ctx); err != nil || !d.Levels[0].Kept || d.Levels[0].Now[0].Officer != "lin" || len(d.Levels[0].Now[0].Reach) != 1 || len(d.Levels[0].Week) != 1 {
		t.Errorf("with a rota: %+v, %v", d, err)
	}
	page, err := c.Shifts(ctx, api.Paging{})
	if err != nil || len(page.Records) != 1 || page.Records[0].End != "24:00" {
		t.Fatalf("%+v, %v", page, err)
	}
	if _, err := c.EndShift(ctx, page.Records[0].ID); err != nil {
		t.Fatal(err)
	}
	_, err = c.EndShift(ctx, page.Records[0].ID)
	refused(t, err, http.StatusConflict, "duty-ended")
}

func TestALeaveOverTheAPIGoesByTheStationsClock(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	c := s.as("chen")
	china := time.FixedZone("CST", 8*60*60)
	today := time.Now().In(china)
	from, to := today.Format(time.DateOnly), today.AddDate(0, 0, 2).Format(time.DateOnly)
	_, err := c.AddLeave(ctx, api.Planning{Officer: "chen", From: "tomorrow", To: to})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	if _, err := c.AddLeave(ctx, api.Planning{Officer: "chen", From: from, To: to, StandIn: "lin"}); err != nil {
		t.Fatal(err)
	}
	page, err := c.Leaves(ctx, api.Paging{})
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	l := page.Records[0]
	if l.From.In(china).Format(time.DateTime) != from+" 00:00:00" || l.To.In(china).Format(time.DateTime) != today.AddDate(0, 0, 3).Format(time.DateOnly)+" 00:00:00" {
		t.Errorf("away from %s to %s", l.From, l.To)
	}
	if _, err := c.EndLeave(ctx, l.ID); err != nil {
		t.Fatal(err)
	}
	if page, err = c.Leaves(ctx, api.Paging{}); err != nil || len(page.Records) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestASheetOverTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "xiaoli", "2001", "你好，我想举报一个网站")
	chen, lin := s.as("chen"), s.as("lin")
	open, err := chen.OpenItems(ctx)
	reference := s.All(bots.KindReport, "")[0].(*bots.Report).Reference
	if err != nil || !slices.ContainsFunc(open.Records, func(i record.OpenItem) bool { return i.What == record.PendingReport && i.Code == reference }) {
		t.Fatalf("%+v, %v", open, err)
	}
	_, err = chen.DrawHandOver(ctx, "", "", "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	res, err := chen.DrawHandOver(ctx, "", "lin", "请回电")
	if err != nil || len(res.Made) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	id := res.Made[0].ID
	h, err := lin.HandOver(ctx, id)
	if err != nil || h.From != "chen" || h.Notes != "请回电" || len(h.Open) != len(open.Records) {
		t.Fatalf("%+v, %v", h, err)
	}
	_, err = lin.SignHandOver(ctx, id, h.Envelope.Version)
	refused(t, err, http.StatusConflict, "handover-first")
	if _, err := chen.SignHandOver(ctx, id, h.Envelope.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := chen.RemarkHandOver(ctx, id, "钥匙在抽屉里"); err != nil {
		t.Fatal(err)
	}
	_, err = lin.SignHandOver(ctx, id, h.Envelope.Version+1)
	refused(t, err, http.StatusConflict, "changed")
	if _, err := lin.SignHandOver(ctx, id, h.Envelope.Version+2); err != nil {
		t.Fatal(err)
	}
	page, err := lin.HandOvers(ctx, api.Paging{State: record.HandOverTaken})
	if err != nil || len(page.Records) != 1 || len(page.Records[0].Remarks) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
	_, err = s.as("zhou").OpenItems(ctx)
	if err == nil {
		t.Error("a volunteer reads what citizens wait for")
	}
}
