package cmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"netpatrol/internal/web/view"
)

func TestANewBulletinSaysWhatItMeansForTheQuotas(t *testing.T) {
	slot := time.Now().AddDate(0, 0, 2)
	standing := func(used, reserved int, advisory bool) []view.Forecast {
		return []view.Forecast{
			{Account: "weixin", N: 4, Per: 30 * 24 * time.Hour, Monthly: true, Used: used, Reserved: reserved, At: slot, Ends: slot.AddDate(0, 0, 5), Advisory: advisory},
			{Account: "other", N: 1, Per: 24 * time.Hour, At: slot, Ends: slot},
		}
	}
	for name, c := range map[string]struct {
		all  []view.Forecast
		says []string
	}{
		"room enough":       {standing(1, 0, false), []string{"1 of 4 used, 0 reserved"}},
		"the last":          {standing(2, 1, false), []string{"2 of 4 used, 1 reserved", "is the last"}},
		"too many":          {standing(3, 1, false), []string{"too many and waits until"}},
		"where people send": {standing(2, 1, true), []string{"people send", "is the last"}},
	} {
		var b bytes.Buffer
		x := &tool{world: world{err: &b}}
		x.forecast(c.all, view.BulletinText{Slot: slot, Accounts: []string{"weixin"}})
		if strings.Contains(b.String(), "other") {
			t.Errorf("%s: an account it does not go out on: %s", name, b.String())
		}
		for _, want := range c.says {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %q does not say %q", name, b.String(), want)
			}
		}
	}
}
