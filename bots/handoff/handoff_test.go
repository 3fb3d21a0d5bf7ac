package handoff

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

func TestWhoIsToldWhat(t *testing.T) {
	news := []bots.Effect{bots.Reply{Template: "handoff-news", Purpose: bots.ForNotice, Report: "r"}}
	for name, c := range map[string]struct {
		as, report string
		gone       bool
		want       []bots.Effect
	}{
		"accepted":              {bots.HandoffAccepted, "r", false, news},
		"a result":              {bots.HandoffResult, "r", false, news},
		"they have it already":  {bots.HandoffDuplicate, "r", false, nil},
		"not theirs":            {bots.HandoffNotOurs, "r", false, nil},
		"about a post":          {bots.HandoffAccepted, "", false, nil},
		"the person was erased": {bots.HandoffAccepted, "r", true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := bottest.NewWorld()
			if !c.gone {
				w.Put(&bots.Conversation{Head: bots.Head{ID: "conv/wb/1"}, Account: "wb", Person: adapters.Person{ID: "p"}})
			}
			e := bots.Event{Head: bots.Head{ID: "e", Stream: "conv/wb/1"}, Kind: bots.HandoffAnswered, Body: &bots.HandoffAnswer{Handoff: "h", As: c.as, Report: c.report, Note: "已立案"}}
			if d := cmp.Diff(c.want, bottest.Decide(t, New(), e, w.Facts(New(), e))); d != "" {
				t.Error(d)
			}
		})
	}
	if _, err := New().Decide(bots.Event{Body: &bots.Heard{}}, nil); err != bots.ErrNotMine {
		t.Errorf("a message: %v", err)
	}
}
