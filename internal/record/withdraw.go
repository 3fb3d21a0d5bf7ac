package record

import (
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// AskWithdrawal drafts the taking back of a bulletin's send that is out. What is approved later
// is the deletion of this very post on this account, for this reason; whoever asks does not approve.
func AskWithdrawal(i *Item, by *Officer, reason string) (*bots.Draft, error) {
	switch {
	case !by.Is(Editor, Approver):
		return nil, refuse("role", "%s may not have a bulletin withdrawn: it needs an editor", by.ID)
	case reason == "":
		return nil, refuse("reason", "say why it is taken back; it is kept with the bulletin")
	case i.Purpose != bots.ForBulletin || !i.Stands():
		return nil, refuse("not-out", "the item is %s: only a bulletin that is out can be taken back", i.State)
	}
	return &bots.Draft{
		Purpose: bots.ForWithdrawal, Account: i.Account, Channel: adapters.Withdrawal, Parent: i.Receipt.Ref, Post: i.Receipt.Ref, PostText: i.Text,
		Text: reason, Language: i.Language, About: i.About, Author: by.ID, Withdraws: i.ID,
	}, nil
}

// Stands says whether the item is out and was not taken back.
func (i *Item) Stands() bool { return i.Out() && i.Gone.IsZero() }

// TakenBack notes on an item that it is gone from the platform. What the platform had only
// accepted comes out no more, also where it was not known whether it had come out.
func (i *Item) TakenBack(now time.Time) {
	if !i.Gone.IsZero() {
		return
	}
	i.Gone = now // it was updated when it came out: that moment is shown
	if i.State == ItemAccepted || i.State == ItemUnknown {
		i.State, i.Why, i.Updated = ItemWithdrawn, "已从平台撤回", now
		i.Tell(now)
	}
}

// NoteGone writes down on a bulletin from where it was taken back; everywhere says that it stands
// nowhere any more.
func NoteGone(b *bots.Bulletin, g bots.Gone, everywhere bool) {
	b.Gone = append(b.Gone, g)
	if everywhere {
		b.State, b.Reason = bots.BulletinWithdrawn, g.Why
	}
	b.Updated = g.At
}

// ProveGone is an officer's word that they took a post down by hand.
func (i *Item) ProveGone(by *Officer, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if i.Hand.Taken != by.ID { // promise 4
		return refuse("not-yours", "take the task before you delete the post; it is taken by %q", i.Hand.Taken)
	}
	i.Hand.By, i.Hand.At = by.ID, now
	i.State, i.Why, i.Receipt = ItemDelivered, "", adapters.Receipt{Ref: i.Parent, At: now}
	i.Tell(now)
	return nil
}

// LookedFor records whether what a withdrawal of unknown outcome was to take back is gone: then it
// has done its work, else it may be tried again.
func (i *Item) LookedFor(gone bool, now time.Time) error {
	if i.State != ItemUnknown || i.Withdraws == "" {
		return refuse("not-unknown", "the item is %s", i.State)
	}
	if gone {
		i.Receipt = adapters.Receipt{Ref: i.Parent, Existed: true}
		return i.resolve(ItemDelivered, "平台上已经没有这一条", now)
	}
	return i.resolve(ItemDue, "平台上还有这一条，将再次撤回", now)
}
