package cmd

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestAccountsListShowsTheHonestResponseTime(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	calls := &record.Calls{}
	calls.Spend(adapters.CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}, now)
	for _, c := range []struct {
		pulse   record.Pulse
		columns []string
		json    string
	}{
		{record.Pulse{Hears: 48 * time.Minute, Calls: calls}, []string{"48m (too late for 30m)", "99", "-"}, `{"hears":"48m","answersWithin30m":false,"callsLeft":99}`},
		{record.Pulse{Hears: 10 * time.Minute}, []string{"10m", "-", "-"}, `{"hears":"10m","answersWithin30m":true}`},
		{record.Pulse{Hears: 90 * time.Minute}, []string{"1h30m (too late for 30m)", "-", "-"}, `{"hears":"1h30m","answersWithin30m":false}`},
		{record.Pulse{Hears: 2 * time.Hour}, []string{"2h (too late for 30m)", "-", "-"}, `{"hears":"2h","answersWithin30m":false}`},
		{record.Pulse{}, []string{"-", "-", "-"}, `{"answersWithin30m":true}`},
	} {
		p := paceOf(api.Pulse{Pulse: &c.pulse}, now)
		b, err := json.Marshal(p)
		if got := p.columns(); err != nil || !slices.Equal(got, c.columns) || string(b) != c.json {
			t.Errorf("%+v: %q and %s, want %q and %s", c.pulse, got, b, c.columns, c.json)
		}
	}
	if got := (*pace)(nil).columns(); !slices.Equal(got, []string{"-", "-", "-"}) {
		t.Errorf("nothing heard yet: %q", got)
	}
}
