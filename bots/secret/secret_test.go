package secret_test

import (
	"errors"
	"testing"

	"netpatrol/bots"
	"netpatrol/bots/secret"
)

func TestWhoSendsALookupCodeIsToldWhereItBelongs(t *testing.T) {
	for name, c := range map[string]struct {
		kind   bots.EventKind
		secret bool
		want   string
	}{
		"a message with a code":     {bots.MessageHeard, true, "lookup-secret"},
		"a mention with a code":     {bots.MentionHeard, true, "lookup-secret"},
		"a comment with a code":     {bots.CommentHeard, true, "lookup-secret"},
		"a message without one":     {bots.MessageHeard, false, ""},
		"a post of somebody else's": {bots.PostSeen, true, ""},
	} {
		effects, err := secret.New().Decide(bots.Event{Kind: c.kind, Body: &bots.Heard{Text: "x", Secret: c.secret}}, nil)
		if c.want == "" {
			if !errors.Is(err, bots.ErrNotMine) || effects != nil {
				t.Errorf("%s: %v, %v", name, effects, err)
			}
			continue
		}
		if r, ok := effects[0].(bots.Reply); !ok || err != nil || len(effects) != 1 || r.Template != c.want || r.Public {
			t.Errorf("%s: %+v, %v", name, effects, err)
		}
	}
}
