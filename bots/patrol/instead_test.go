package patrol

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

// A private answer that the platform has refused for good is followed by the fixed line under the
// post, and only where somebody had named us there.
func TestWhoTakesNoPrivateMessagesIsAnsweredWhereTheyWrote(t *testing.T) {
	plain, remove := bots.Reply{Template: "answer-mention-public", Purpose: bots.ForReply, Public: true}, map[string]string{"Remove": "true"}
	for _, c := range []struct {
		name    string
		state   string
		purpose bots.Purpose
		channel adapters.Channel
		asked   bots.EventKind
		text    string
		want    string
	}{
		{"refused", "rejected", bots.ForReply, adapters.Private, bots.MentionHeard, "@网警 这是骗局吗", bottest.Print("", []bots.Effect{plain})},
		{"refused, a number shows", "rejected", bots.ForReply, adapters.Private, bots.MentionHeard, "@网警 我的电话13800138000", bottest.Print("", []bots.Effect{bots.Reply{Template: plain.Template, Purpose: plain.Purpose, Public: true, Vars: remove}})},
		{"an emergency card", "rejected", bots.ForEmergency, adapters.Private, bots.MentionHeard, "@网警 刚转了三万", bottest.Print("", []bots.Effect{bots.Reply{Template: "emergency-public", Purpose: bots.ForEmergency, Public: true}})},
		{"it arrived", "delivered", bots.ForReply, adapters.Private, bots.MentionHeard, "@网警", ""},
		{"it may have arrived", "unknown", bots.ForReply, adapters.Private, bots.MentionHeard, "@网警", ""},
		{"the fixed line itself", "rejected", bots.ForReply, adapters.InReply, bots.MentionHeard, "@网警", ""},
		{"they had written in private", "rejected", bots.ForReply, adapters.Private, bots.MessageHeard, "你好", ""},
		{"a warning", "rejected", bots.ForWarning, adapters.Private, bots.MentionHeard, "@网警", ""},
	} {
		w := bottest.NewWorld(&bots.Account{Head: bots.Head{ID: "a"}, Private: true},
			&bots.Draft{Head: bots.Head{ID: "d1"}, Channel: c.channel, Event: "e1"},
			&bots.Event{Head: bots.Head{ID: "e1"}, Kind: c.asked, Account: "a", Body: &bots.Heard{From: adapters.Person{ID: "p"}, Text: c.text}})
		b := New(pack(t))
		e := bots.Event{
			Head: bots.Head{ID: "e2", Stream: "conv/a/p"}, Kind: bots.SendEnded, Accepted: time.Unix(0, 0).UTC(), Account: "a",
			Body: &bots.Outcome{Draft: "d1", State: c.state, Purpose: c.purpose},
		}
		if got := bottest.Print("", bottest.Decide(t, b, e, w.Facts(b, e))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
