package engine

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// publicBot answers in private, and in public once that was refused.
func publicBot() bots.Bot {
	return botFunc{"patrol", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
		if e.Kind == bots.MentionHeard || e.Kind == bots.MessageHeard || e.Kind == bots.SendEnded {
			return []bots.Effect{bots.Reply{Template: "receipt", Purpose: bots.ForReply, Public: e.Kind == bots.SendEnded}}, nil
		}
		return nil, nil
	}}
}

// Only a refused answer to a mention is followed by one in public, under that very mention.
func TestARefusedAnswerToAMentionMayBePublic(t *testing.T) {
	for kind, want := range map[adapters.Kind]adapters.Channel{adapters.KindMention: adapters.InReply, adapters.KindMessage: adapters.Private} {
		d := newDesk(t, deskOptions{mode: bots.Suggest, bots: []bots.Bot{publicBot()}})
		d.hears(adapters.Inbound{Key: "1", Kind: kind, Ref: "post-1", From: adapters.Person{ID: "p1"}, Text: "这是骗局吗", At: time.Now()})
		d.settle()
		first := one[bots.Draft](d)
		e := &bots.Event{Key: "o1", Kind: bots.SendEnded, V: 1, Occurred: time.Now(), Account: first.Account,
			Body: &bots.Outcome{Draft: first.ID, State: record.ItemRejected, Purpose: first.Purpose}}
		e.Stream, e.Subject = first.Stream, first.Subject
		if _, err := d.Accept(t.Context(), []*bots.Event{e}); err != nil {
			t.Fatal(err)
		}
		d.settle()
		n := 0
		for _, r := range d.all(bots.KindDraft, "") {
			if x := r.(*bots.Draft); x.ID != first.ID {
				n++
				if x.Channel != want || x.To.ID != "p1" || x.Parent != "post-1" {
					t.Errorf("%s: %s to %q under %q, want %s", kind, x.Channel, x.To.ID, x.Parent, want)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: %d more drafts", kind, n)
		}
	}
}
