package record

import (
	"testing"
	"time"

	"netpatrol/adapters"
)

// TestFound_WhatWaitsOnThePlatformIsNotOut: an approval queue holds it, and may turn it down.
func TestFound_WhatWaitsOnThePlatformIsNotOut(t *testing.T) {
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		finding adapters.Finding
		want    string
	}{
		"out":    {adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "7"}}, ItemDelivered},
		"waits":  {adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "queue:1", Pending: true}}, ItemAccepted},
		"absent": {adapters.Finding{Verdict: adapters.Absent}, ItemDue},
	} {
		it := &Item{Lookups: 3}
		it.State = ItemUnknown
		if err := it.Found(c.finding, now); err != nil || it.State != c.want || it.Receipt != c.finding.Receipt {
			t.Errorf("%s: %s, %+v, %v; want %s", name, it.State, it.Receipt, err, c.want)
		}
		if it.State == ItemAccepted && (it.Lookups != 0 || !it.Due.Equal(now) || it.Final()) {
			t.Errorf("%s: it must be asked about from now on: %+v", name, it)
		}
	}
}
