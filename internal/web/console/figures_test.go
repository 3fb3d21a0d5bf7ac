package console_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestTheFiguresOfACampaign(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	for i, at := range []time.Time{now, now.Add(-time.Minute), now.AddDate(0, 0, -10)} {
		s.Put(&bots.Clue{Head: bots.Head{ID: record.FirstID(at) + string(rune('a'+i)), Stream: "post/weibo/x", State: bots.ClueOpen, Created: at}, Account: "weibo", Category: bots.Fraud})
	}
	day := func(n int) string {
		return now.In(time.FixedZone("CST", 8*60*60)).AddDate(0, 0, n).Format(time.DateOnly)
	}
	q := "?from=" + day(-6) + "&to=" + day(0) + "&before=1&name=%E5%87%80%E7%BD%91"
	o := s.as("shen")
	page := o.get("/figures" + q)
	page.has("统计：净网", `<th scope="row">发现线索</th><td>2</td><td>1</td><td>&#43;100%</td>`, "weibo")
	sheet := "/figures.csv?before=1&from=" + day(-6) + "&to=" + day(0)
	page.has(`href="` + strings.ReplaceAll(sheet, "&", "&amp;") + `"`)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(o.get(sheet).body, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) < 2 || strings.Join(rows[9], ",") != ",,发现线索,2,1" {
		t.Errorf("%v, %v", rows, err)
	}
	o.get("/figures?from=2026-13-01").has("日期不对", "合计")
	if got := s.as("zhou").get("/figures").status; got != 403 {
		t.Errorf("a volunteer gets %d", got)
	}
}
