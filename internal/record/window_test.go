package record

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

func TestAWindowAllowsSoManyRepliesForSoLong(t *testing.T) {
	three := adapters.ReplyWindow{Trigger: adapters.KindMessage, N: 3, Within: time.Hour}
	any := adapters.ReplyWindow{Trigger: adapters.KindMessage, Within: time.Hour}
	conv := &bots.Conversation{Opened: map[adapters.Kind]time.Time{adapters.KindMessage: noon}}
	spent := &Ledger{Entries: []LedgerEntry{{Item: "before", At: noon.Add(-time.Minute)}, {Item: "a", At: noon}, {Item: "b", At: noon.Add(time.Minute)}}}
	for name, c := range map[string]struct {
		w      adapters.ReplyWindow
		conv   *bots.Conversation
		ledger *Ledger
		except string
		at     time.Time
		left   int
		closed bool
	}{
		"nothing sent":            {three, conv, nil, "", noon, 3, false},
		"two sent since":          {three, conv, spent, "", noon, 1, false},
		"one of them is this one": {three, conv, spent, "a", noon, 2, false},
		"no count":                {any, conv, spent, "", noon, Unlimited, false},
		"over":                    {three, conv, nil, "", noon.Add(time.Hour), 0, true},
		"never wrote":             {three, &bots.Conversation{}, nil, "", noon, 0, true},
	} {
		left, until := WindowLeft(c.w, c.conv, c.ledger, c.except, c.at)
		if left != c.left || until.IsZero() != c.closed {
			t.Errorf("%s: %d left until %v, want %d, closed %v", name, left, until, c.left, c.closed)
		}
	}
}
