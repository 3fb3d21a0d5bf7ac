package app

import (
	"slices"
	"testing"
	"time"

	"netpatrol/internal/config"
	"netpatrol/templates"
)

func TestTheStationsOwnThresholdsGoBeforeTheShippedOnes(t *testing.T) {
	a, _ := kioskStation(t)
	a.o.Config.Filing = []config.Filing{
		{Region: "460100", Amount: 5000, Source: "省公布的标准", Checked: "2026-11-26", ValidFrom: "2026-01-01", ValidTo: "2027-01-01"},
		{Region: "460100", Amount: 8000, Source: "省公布的标准", Checked: "2026-11-26", ValidFrom: "2027-01-01"},
	}
	l := a.local()
	shipped, err := templates.Filings()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		place, day string
		want       int
	}{
		{"海口市龙华区", "2026-11-26", 5000}, {"海口", "2026-11-26", 5000}, {"海口", "2027-03-01", 8000}, {"广州市天河区", "2026-11-26", 3000}, {"海南省", "2026-11-26", 3000},
	} {
		day, _ := time.Parse(time.DateOnly, c.day)
		if r, ok := templates.FilingAt(slices.Concat(l.Filings, shipped), c.place, l.Regions(c.place), day); !ok || r.Amount != c.want {
			t.Errorf("%s on %s: %d, want %d", c.place, c.day, r.Amount, c.want)
		}
	}
}
