package outbox

import (
	"context"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// outside rules about a private message that the platform would not deliver now: the person is
// told that there is news, where the account can do that and nobody has; else it is for people. It
// goes on when the person does what opens a window again.
func (c *check) outside(conv *bots.Conversation, why string) (ruling, error) {
	if noticer := c.b.account.Caps().Notice; noticer != nil && !c.b.passive {
		if way := c.it.NextWay(noticer.Ways(string(c.it.Purpose))); way != "" {
			return ruling{hold: why + whyNoticing, notify: way}, c.await(conv)
		}
	}
	if told(c.it) {
		return ruling{hold: why + whyNoticed}, c.await(conv)
	}
	r := c.orByHand(why, ruling{hold: why})
	if r.hold == "" {
		return r, nil
	}
	return r, c.await(conv)
}

func told(it *record.Item) bool {
	return slices.ContainsFunc(it.Notices, func(n record.Notice) bool { return n.Result == record.NoticeSent })
}

// mostWaiting bounds the messages of one conversation that go on by themselves.
const mostWaiting = 20

// await lets the conversation remember what waits for its window.
func (c *check) await(conv *bots.Conversation) error {
	if conv.Erased || slices.Contains(conv.Waiting, c.it.ID) || len(conv.Waiting) >= mostWaiting {
		return nil
	}
	conv.Waiting = append(slices.Clone(conv.Waiting), c.it.ID)
	return c.tx.Put(conv)
}

// news is a notice whose intent is durable.
type news struct {
	item string
	n    adapters.Notice
	at   adapters.Attempt
}

func (o *Outbox) newsOf(it *record.Item, way string, deadline time.Time) *news {
	return &news{
		item: it.ID, n: adapters.Notice{To: it.To, Way: way, Purpose: string(it.Purpose)},
		at: adapters.Attempt{Item: it.ID, N: len(it.Notices) + 1, Key: it.Key, Code: it.Code, Deadline: deadline},
	}
}

// notify tells the person of a held item that there is news, once. What became of it is
// written only over the very intent.
func (l *lane) notify(ctx context.Context, b *brief) error {
	n := b.news
	receipt, err := l.o.bounded(context.WithoutCancel(ctx), n.at.Deadline, func(ctx context.Context) (adapters.Receipt, error) {
		return b.account.Caps().Notice.Notify(ctx, n.at, n.n)
	})
	return l.o.o.Store.Update(context.WithoutCancel(ctx), func(tx record.Tx) error {
		it, loading := record.Load[record.Item](tx, n.item)
		if loading != nil {
			return loading
		}
		return l.o.notified(tx, it, n, receipt, err, time.Now())
	})
}

func (o *Outbox) notified(tx record.Tx, it *record.Item, n *news, r adapters.Receipt, err error, now time.Time) error {
	if len(it.Notices) != n.at.N { // another has begun meanwhile
		return nil
	}
	result, note := record.NoticeSent, ""
	if err != nil {
		note = clip(errorOf(err).Error())
		if errorOf(err).Class == adapters.Unknown {
			return nil // as the intent says: nobody knows
		}
		result = record.NoticeRefused
	}
	if err := it.Notified(result, r.Ref, note); err != nil {
		return err
	}
	if it.State != record.ItemHeld {
		return o.save(tx, it, "notice-"+result, now)
	}
	if result == record.NoticeRefused { // the next way, or people
		if err := it.Unhold(now); err != nil {
			return err
		}
		o.Wake()
	} else {
		it.Why = whyWaits + whyNoticed
		if err := alarm(tx, it, "held", it.Why, now); err != nil {
			return err
		}
	}
	return o.save(tx, it, "notice-"+result, now)
}
