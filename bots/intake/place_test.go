package intake

import (
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
	"netpatrol/templates"
)

// The figure in the advice is that of the narrowest place: as the person names it, else of the unit they wrote to.
func TestAdviceNamesTheThresholdOfThePlace(t *testing.T) {
	dates := templates.Dates{ValidFrom: "2026-01-01"}
	b := NewAt(Local{
		Filings: []templates.Filing{{Region: "460100", Amount: 5000, Dates: dates}, {Region: "460106", Amount: 6000, Dates: dates}},
		Regions: func(text string) (codes []string) {
			for name, code := range map[string]string{"龙华区": "460106", "美兰区": "460108", "广州": "440100"} {
				if strings.Contains(text, name) {
					codes = append(codes, code)
				}
			}
			return codes
		},
	})
	for _, c := range []struct{ place, unit, want string }{
		{"龙华区", "", "6000"}, {"海口市美兰区", "", "5000"}, {"广州", "460100", "3000"}, {"不在名单上的村", "460100", "5000"}, {"不在名单上的村", "", "3000"},
	} {
		w := bottest.NewWorld(
			&bots.Account{Head: bots.Head{ID: "a"}, Private: true, Region: c.unit},
			&bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a", Report: "r"},
			&bots.Report{Head: bots.Head{ID: "r", State: "open"}, Slots: map[string]string{slotPaid: paidYes, slotPlace: c.place, slotAmount: "4000"}},
		)
		e := bots.Event{
			Head: bots.Head{ID: "e1", Stream: talk}, Kind: bots.MessageHeard, Accepted: at, Account: "a",
			Body: &bots.Heard{From: adapters.Person{ID: "p"}, Text: "停"},
		}
		got := replies(bottest.Decide(t, b, e, w.Facts(b, e)))
		if len(got) != 1 || got[0].Template != "advice" || got[0].Vars["Threshold"] != c.want {
			t.Errorf("%s, written to %q: %+v, want %s", c.place, c.unit, got, c.want)
		}
	}
}
