package outbox

import (
	"cmp"
	"context"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// again finds the passive reply that left in the answer to a message's callback, which has come
// again, and hands it over once more, byte for byte. The callback of another message gets nothing of it, though
// it is what the reply answers: people would read it twice.
func (o *Outbox) again(ctx context.Context, conversation string, ref adapters.Ref, deadline time.Time) (Passive, bool, error) {
	q := record.Query{Kind: record.KindItem, State: record.ItemAccepted, Newest: true, Limit: 100}
	for { // it is among the newest
		page, err := o.o.Store.List(ctx, q)
		if err != nil {
			return Passive{}, false, err
		}
		for _, r := range page {
			it, ok := r.(*record.Item)
			if ok && it.Passive && !it.Erased && it.Conversation == conversation && cmp.Or(it.Took, it.Parent) == ref {
				return o.rewrite(context.WithoutCancel(ctx), it, deadline), true, nil
			}
		}
		if len(page) < q.Limit {
			return Passive{}, false, nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

// rewrite reports whether the same bytes could be written again: then the platform has
// another while to ask once more, else nobody knows.
func (o *Outbox) rewrite(ctx context.Context, it *record.Item, deadline time.Time) Passive {
	var once sync.Once
	end := func(err error) {
		once.Do(func() {
			if err := o.reconsider(ctx, it, err); err != nil {
				o.log.Warn("a repeated passive reply could not be booked; it stays as it was", "item", it.ID, "err", err)
			}
		})
	}
	return Passive{Item: it.ID, Text: it.Text, At: madeAt(it), Deadline: deadline, done: end}
}

// reconsider books how writing a passive reply again went.
func (o *Outbox) reconsider(ctx context.Context, read *record.Item, failed error) error {
	err := o.o.Store.Update(ctx, func(tx record.Tx) error {
		now := time.Now()
		it, err := record.Load[record.Item](tx, read.ID)
		if err != nil || it.State != record.ItemAccepted || it.Tries() != read.Tries() {
			return err
		}
		if failed != nil {
			if err := it.Doubted(whyFailed(errorOf(failed)), now); err != nil {
				return err
			}
			return o.save(tx, it, "unknown", now)
		}
		if err := it.Inconclusive(whyPassive, now.Add(passiveProof)); err != nil {
			return err
		}
		return o.save(tx, it, "written-again", now)
	})
	nudge(o.news)
	return err
}

// forgetAfter is how long a platform may deliver a callback again.
const forgetAfter = 5 * time.Minute

// answerless names a message whose callback was acknowledged without a reply.
type answerless struct {
	conversation string
	ref          adapters.Ref
}

// giveUp remembers that a message's callback is acknowledged without a reply. The memory is the
// process's own: after a restart such a callback, coming again, may get a reply that is lost.
func (o *Outbox) giveUp(conversation string, ref adapters.Ref) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	for m, at := range o.without {
		if now.Sub(at) > forgetAfter {
			delete(o.without, m)
		}
	}
	o.without[answerless{conversation, ref}] = now
}

func (o *Outbox) gaveUp(conversation string, ref adapters.Ref) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, is := o.without[answerless{conversation, ref}]
	return is
}
