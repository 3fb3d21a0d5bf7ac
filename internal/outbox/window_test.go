package outbox

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// windowed gives the account "three in a day after a message, one in a minute after a follow".
func windowed(w *world) {
	w.accounts["wb"].limits.Windows = []adapters.ReplyWindow{
		{Trigger: adapters.KindMessage, N: 3, Within: 24 * time.Hour},
		{Trigger: adapters.KindFollow, N: 1, Within: time.Minute},
	}
}

// wrote stores what a person last did.
func wrote(w *world, person string, kind adapters.Kind) {
	id := record.ConversationID(w.opts.Tag, "wb", person)
	c := &bots.Conversation{Head: bots.Head{ID: id, Stream: id, State: "open"}, Account: "wb"}
	if old, err := record.Fetch[bots.Conversation](w.t.Context(), w.store, id); err == nil {
		c = old
	}
	if c.Opened == nil {
		c.Opened = map[adapters.Kind]time.Time{}
	}
	c.Opened[kind] = time.Now()
	w.put(c)
}

func withTag(o *Options) { o.Tag = plainTag }

func TestPromise13_TheLastReplyIsKeptForAReceiptOrAnEmergency(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		windowed(w)
		w.opts.Tag = plainTag
		wrote(w, "li", adapters.KindMessage)
		first, second, third := w.item(bots.ForReply), w.item(bots.ForReply), w.item(bots.ForReply)
		box := w.run(withTag)
		pass(time.Minute)
		w.wantState(first, record.ItemDelivered)
		w.wantState(second, record.ItemDelivered)
		w.wantState(third, record.ItemHeld)
		w.wantWhy(third, "回复次数已用完")
		receipt := w.item(bots.ForReceipt)
		box.Wake()
		pass(time.Minute)
		w.wantState(receipt, record.ItemDelivered)
	})
}

func TestAWindowOfOneReplyIsThereForThatReply(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].limits.Windows = []adapters.ReplyWindow{{Trigger: adapters.KindMention, N: 1, Within: 48 * time.Hour}}
		w.opts.Tag = plainTag
		wrote(w, "li", adapters.KindMention)
		first, second := w.item(bots.ForReply), w.item(bots.ForReply)
		w.run(withTag)
		pass(time.Minute)
		w.wantState(first, record.ItemDelivered)
		w.wantState(second, record.ItemHeld)
		w.wantWhy(second, "回复次数已用完")
	})
}

func TestPromise12_AnEmergencyCardIsTriedOutsideEveryWindow(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		windowed(w)
		it := w.item(bots.ForEmergency)
		w.run(withTag)
		pass(time.Minute)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestAClosedWindowHoldsAndANewMessageOpensIt(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		windowed(w)
		w.opts.Tag = plainTag
		stranger := w.item(bots.ForReply, to("zhao"))
		wrote(w, "li", adapters.KindFollow)
		w.run(withTag)
		pass(2 * time.Minute)
		late := w.item(bots.ForReply)
		w.stops[0]()
		box := w.run(withTag)
		pass(time.Minute)
		w.wantState(stranger, record.ItemHeld)
		w.wantWhy(stranger, "没有来信")
		w.wantState(late, record.ItemHeld)
		w.wantWhy(late, "时限已过")
		wrote(w, "li", adapters.KindMessage)
		fresh := w.item(bots.ForReply)
		box.Wake()
		pass(time.Minute)
		w.wantState(fresh, record.ItemDelivered)
	})
}
