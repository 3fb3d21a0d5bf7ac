package view

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestWhatAWindowStillAllows(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	opened := now.Add(-17 * time.Hour)
	message := adapters.ReplyWindow{Trigger: adapters.KindMessage, N: 5, Within: 48 * time.Hour}
	sent := func(n int) *record.Ledger {
		l := &record.Ledger{Entries: []record.LedgerEntry{{Item: "before", At: opened.Add(-time.Second)}}}
		for range n {
			l.Entries = append(l.Entries, record.LedgerEntry{At: opened.Add(time.Hour)})
		}
		return l
	}
	for _, c := range []struct {
		why    string
		window adapters.ReplyWindow
		opened time.Time
		ledger *record.Ledger
		want   Credit
	}{
		{"nothing sent: one is kept back", message, opened, nil, Credit{Left: 4, Until: now.Add(31 * time.Hour)}},
		{"what was sent before they wrote does not count", message, opened, sent(2), Credit{Left: 2, Until: now.Add(31 * time.Hour)}},
		{"only the one kept back is left", message, opened, sent(4), Credit{Until: now.Add(31 * time.Hour)}},
		{"all spent", message, opened, sent(5), Credit{Until: now.Add(31 * time.Hour)}},
		{"closed", message, now.Add(-48 * time.Hour), nil, Credit{}},
		{"only a time", adapters.ReplyWindow{Trigger: adapters.KindMessage, Within: 48 * time.Hour}, opened, sent(9), Credit{Unlimited: true, Until: now.Add(31 * time.Hour)}},
		{"never opened", adapters.ReplyWindow{Trigger: adapters.KindFollow, N: 3, Within: time.Hour}, opened, nil, Credit{}},
	} {
		conv := &bots.Conversation{Opened: map[adapters.Kind]time.Time{adapters.KindMessage: c.opened}}
		if got := *credit(c.window, conv, c.ledger, now); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.why, got, c.want)
		}
	}
}

func TestTheMostGenerousWindowCounts(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct{ more, less Credit }{
		{Credit{Left: 2, Until: at}, Credit{}},
		{Credit{Left: 2, Until: at}, Credit{Left: 1, Until: at.Add(time.Hour)}},
		{Credit{Left: 1, Until: at.Add(time.Hour)}, Credit{Left: 1, Until: at}},
		{Credit{Unlimited: true, Until: at}, Credit{Left: 9, Until: at}},
	} {
		if !c.more.better(&c.less) || c.less.better(&c.more) {
			t.Errorf("%+v and %+v are the wrong way round", c.more, c.less)
		}
	}
}
