package record

import (
	"slices"
	"strings"
	"testing"

	"netpatrol/bots"
)

// shown is a task that chen has posted, with a screenshot as the only proof.
func shown(t *testing.T, text string) *Item {
	t.Helper()
	i := taken(t, bots.ForWarning)
	if text != "" {
		i.Text = text
	}
	i.Hand.Shot = i.ID + ".shot"
	if err := i.ProveHand(chen, Proof{Text: " \n"}, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	return i
}

// all says the same of every line of an item.
func all(i *Item, same bool) []bool { return slices.Repeat([]bool{same}, len(i.Compared())) }

func TestCompared(t *testing.T) {
	i := &Item{Text: "  椰城网警提醒您：\n\n别转账。 \n核对码K7M2P9XW\n"}
	if got := strings.Join(i.Compared(), "|"); got != "椰城网警提醒您：|别转账。|核对码K7M2P9XW|"+NothingMore {
		t.Error(got)
	}
}

func TestByHand_AScreenshotAloneIsUnproven(t *testing.T) {
	i := shown(t, "")
	if i.State != ItemByHand || !i.Hand.Unproven || i.Hand.By != "chen" || i.Untold || !i.Due.Equal(i.Hand.Deadline) {
		t.Errorf("%s, due %v, %+v", i.State, i.Due, i.Hand)
	}
	refusedWith(t, i.GiveHand(chen, "", now), "posted")
	refusedWith(t, i.ProveHand(chen, Proof{}, Policy{}, now), "unproven")
	refusedWith(t, i.ConfirmHand(lin, now), "not-posted")
	if tell, err := i.HandLapse(i.Hand.Deadline); err != nil || !tell {
		t.Errorf("nobody is told that its deadline passed: %v", err)
	}
	if err := i.CompareHand(lin, Comparison{Lines: all(i, true), Shows: "都有"}, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	if i.State != ItemDelivered || i.Hand.Second != "lin" || i.Hand.Unproven || i.Hand.Altered != "" || i.Receipt.Ref == "" || !i.Untold {
		t.Errorf("%s, %+v, receipt %+v", i.State, i.Hand, i.Receipt)
	}
	if c := i.Hand.Compared; c.By != "lin" || !c.At.Equal(now) || c.Shows != "" {
		t.Errorf("%+v", c)
	}
}

func TestByHand_TheTextProvesWhatAScreenshotDidNot(t *testing.T) {
	i := shown(t, "")
	refusedWith(t, i.ProveHand(chen, Proof{Text: "别的"}, Policy{}, now), "differs")
	if err := i.ProveHand(chen, Proof{Text: i.Text}, Policy{}, now); err != nil || i.State != ItemDelivered || i.Hand.Unproven || i.Hand.Proof == "" {
		t.Errorf("%v, %s, %+v", err, i.State, i.Hand)
	}
}

func TestByHand_WithoutAScreenshotATextIsNeeded(t *testing.T) {
	i := taken(t, bots.ForWarning)
	refusedWith(t, i.ProveHand(chen, Proof{}, Policy{}, now), "differs")
	i = taken(t, bots.ForBulletin)
	i.Hand.Shot = "x"
	refusedWith(t, i.ProveHand(chen, Proof{}, Policy{}, now), "link")
}

func TestPromise2_WhoPostedDoesNotCompare(t *testing.T) {
	i := shown(t, "")
	refusedWith(t, i.CompareHand(chen, Comparison{Lines: all(i, true)}, Policy{}, now), "two-people")
	refusedWith(t, i.CompareHand(wu, Comparison{Lines: all(i, true)}, Policy{}, now), "role")
	if err := i.CompareHand(chen, Comparison{Lines: all(i, true)}, Policy{OneOfficer: true}, now); err != nil || i.Hand.Second != i.Hand.By {
		t.Errorf("a station of one bears the mark: %v, %+v", err, i.Hand)
	}
}

func TestPromise1_EveryLineIsCompared(t *testing.T) {
	i := shown(t, "提醒您\n别转账")
	for _, n := range []int{0, 1, 2, 4} {
		refusedWith(t, i.CompareHand(lin, Comparison{Lines: slices.Repeat([]bool{true}, n)}, Policy{}, now), "lines")
	}
}

func TestPromise1_AScreenshotThatDiffersIsAnAlteredText(t *testing.T) {
	for name, c := range map[string]struct {
		lines  []bool
		reason string
	}{
		"a line":         {[]bool{true, false, true}, "第 2 行"},
		"a line more":    {[]bool{true, true, false}, "多出别的话"},
		"nothing is his": {[]bool{false, false, false}, "第 1 行、第 2 行、多出别的话"},
	} {
		t.Run(name, func(t *testing.T) {
			i := shown(t, "提醒您\n别转账")
			refusedWith(t, i.CompareHand(lin, Comparison{Lines: c.lines}, Policy{}, now), "shows")
			if err := i.CompareHand(lin, Comparison{Lines: c.lines, Shows: "提醒您，加我微信"}, Policy{}, now); err != nil {
				t.Fatal(err)
			}
			if i.State != ItemByHand || i.Untold || i.Hand.Altered != "提醒您，加我微信" || !strings.HasSuffix(i.Hand.Reason, "："+c.reason) {
				t.Errorf("%s, %+v", i.State, i.Hand)
			}
			refusedWith(t, i.CompareHand(lin, Comparison{Lines: all(i, true)}, Policy{}, now), "not-shown")
			refusedWith(t, i.ConfirmHand(chen, now), "two-people")
			if err := i.ConfirmHand(lin, now); err != nil || i.State != ItemDelivered {
				t.Errorf("%v, %s", err, i.State)
			}
		})
	}
}

func TestByHand_AStationOfOneDisputesItsOwn(t *testing.T) {
	i := shown(t, "")
	err := i.CompareHand(chen, Comparison{Lines: all(i, false), Shows: "别的"}, Policy{OneOfficer: true}, now)
	if err != nil || i.State != ItemDelivered || i.Hand.Altered != "别的" || i.Hand.Second != "chen" {
		t.Errorf("%v, %s, %+v", err, i.State, i.Hand)
	}
}

func TestPromise4_NothingIsComparedThatNobodyPosted(t *testing.T) {
	i := taken(t, bots.ForWarning)
	refusedWith(t, i.CompareHand(lin, Comparison{Lines: all(i, true)}, Policy{}, now), "not-shown")
	i.Hand.Shot = "x"
	refusedWith(t, i.CompareHand(lin, Comparison{Lines: all(i, true)}, Policy{}, now), "not-shown")
	if i.State != ItemByHand {
		t.Errorf("%s", i.State)
	}
}
