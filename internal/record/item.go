package record

import (
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// Item is one send waiting to happen, happening, or done. It exists only from an
// approval on. Stream is its lane; Due is when it may be tried next.
//
//	due <-> held
//	due -> claimed -> accepted (the platform will tell) -> delivered
//	claimed -> due (certainly not sent) | rejected | unknown | by-hand
//	due -> by-hand -> delivered (proven) | closed by an officer | expired (not taken) | withdrawn (not taken)
//	unknown -> delivered | due | closed by an officer
//	before claim -> expired | withdrawn; accepted -> withdrawn (taken back before it came out)
type Item struct {
	bots.Head
	Draft        string           `json:"draft"`
	Approval     string           `json:"approval"`
	Purpose      bots.Purpose     `json:"purpose"`
	Account      string           `json:"account"`
	Channel      adapters.Channel `json:"channel"`
	To           adapters.Person  `json:"to,omitzero"`
	Parent       adapters.Ref     `json:"parent,omitempty"`
	Adrift       bool             `json:"adrift,omitempty"` // Parent is gone: sent as a message of its own
	Title        string           `json:"title,omitempty"`
	Text         string           `json:"text"`
	Extras       adapters.Extras  `json:"extras,omitzero"`
	Language     string           `json:"language"`
	Code         string           `json:"code"`
	Key          string           `json:"key"` // idempotency key
	Seal         string           `json:"seal"`
	Evidence     string           `json:"evidence,omitempty"`
	Post         adapters.Ref     `json:"post,omitempty"` // looked at again before a warning or flag leaves
	PostText     string           `json:"postText,omitempty"`
	About        bots.Target      `json:"about,omitzero"`
	Conversation string           `json:"conversation,omitempty"` // the stream its outcome belongs to
	Expires      time.Time        `json:"expires"`
	Attempts     []Try            `json:"attempts,omitempty"`
	Epoch        uint64           `json:"epoch,omitempty"` // of the lease it was claimed under
	Receipt      adapters.Receipt `json:"receipt,omitzero"`
	Why          string           `json:"why,omitempty"`       // why it is held, rejected, unknown or closed
	Looked       time.Time        `json:"looked,omitzero"`     // when its post was last seen unchanged
	NotLooked    string           `json:"notLooked,omitempty"` // officer who lets it leave unseen
	Reserved     []string         `json:"reserved,omitempty"`  // ledgers it counts in
	Snoozes      int              `json:"snoozes,omitempty"`   // waits that were nobody's fault: quota, breaker, halt
	Lookups      int              `json:"lookups,omitempty"`   // times the platform was asked what became of it
	Untold       bool             `json:"untold,omitempty"`    // the bots have not heard of its state yet; see Tell
	// Passive: it left in the answer to a callback, whose platform proves nothing; it counts as
	// delivered when the callback has not come again for a while.
	Passive bool `json:"passive,omitempty"`
	// Took is the message in the answer to whose callback it left; it need not be the one it answers.
	Took adapters.Ref `json:"took,omitempty"`
	// Notices are how the person was told that there is news, because the message itself may
	// not be sent now.
	Notices []Notice `json:"notices,omitempty"`
	// Choices are lines of Text that may be offered as buttons.
	Choices []adapters.Choice `json:"choices,omitempty"`
	// Altered says in what way what came out is not what was approved; its words are in Receipt.Shown.
	Altered string `json:"altered,omitempty"`
	// Hint is what the platform said of its own accord about a send it had accepted.
	Hint string `json:"hint,omitempty"`
	// Vanished is when what was left for a person to send was first seen to be gone.
	Vanished time.Time `json:"vanished,omitzero"`
	// Hand is how a person sends it, once no program may or can; nil: never asked.
	Hand *Hand `json:"hand,omitempty"`
	// Corrected are the codes of messages that set this one right, whatever became of them.
	Corrected []string `json:"corrected,omitempty"`
	// Withdraws is the item that this one takes back, by Parent, the platform's id of it.
	Withdraws string `json:"withdraws,omitempty"`
	// Gone is when it was taken back from the platform, where it had come out.
	Gone time.Time `json:"gone,omitzero"`
	// Flag is what a flag says is wrong with Parent, the post.
	Flag adapters.FlagKind `json:"flag,omitempty"`
}

// RecordKind implements [bots.Record].
func (*Item) RecordKind() bots.RecordKind { return KindItem }

// Try is one attempt at an item.
type Try struct {
	N      int       `json:"n"`
	Epoch  uint64    `json:"epoch"`
	At     time.Time `json:"at"`
	Ended  time.Time `json:"ended,omitzero"`
	Result string    `json:"result,omitempty"` // an item state, or a class
	Code   string    `json:"code,omitempty"`   // the platform's
	Note   string    `json:"note,omitempty"`
}

// The states of an item.
const (
	ItemDue       = "due"
	ItemHeld      = "held"
	ItemClaimed   = "claimed"
	ItemByHand    = "by-hand"
	ItemAccepted  = "accepted"
	ItemDelivered = "delivered"
	ItemRejected  = "rejected"
	ItemUnknown   = "unknown"
	ItemClosed    = "closed"
	ItemExpired   = "expired"
	ItemWithdrawn = "withdrawn"
)

// Lane is what is worked in order under one lease: an account and a channel.
// Emergencies have a lane of their own.
func Lane(account string, ch adapters.Channel, p bots.Purpose) string {
	if p == bots.ForEmergency {
		return account + "/emergency"
	}
	return account + "/" + string(ch)
}

func newItem(d *bots.Draft, a *Approval, now time.Time) *Item {
	i := &Item{
		Draft: d.ID, Approval: a.ID, Purpose: d.Purpose, Account: d.Account, Channel: d.Channel, To: d.To,
		Parent: d.Parent, Title: d.Title, Text: d.Text, Choices: d.Choices, Extras: d.Extras, Language: d.Language, Code: d.Code, Key: itemKey(d.Code),
		Seal: a.Seal, Evidence: d.Evidence, Post: d.Post, PostText: d.PostText, Flag: d.Flag, About: d.About,
		Conversation: d.Stream, Expires: d.Expires, Withdraws: d.Withdraws,
	}
	due := now
	if d.NotBefore.After(due) {
		due = d.NotBefore
	}
	i.Head = bots.Head{
		ID: d.Item, Subject: d.Subject, Stream: Lane(d.Account, d.Channel, d.Purpose), State: ItemDue,
		Due: due, Created: now, Updated: now,
	}
	return i
}

// itemKey keeps within the 32 ASCII characters that every platform with keys accepts.
func itemKey(code string) string { return "np-" + strings.ToLower(code) }

// Intact says whether the item is still what was approved.
func (i *Item) Intact(a *Approval) bool {
	return a != nil && a.ID == i.Approval && a.Seal == i.Seal &&
		sealOf(i.Title, i.Text, i.Account, string(i.Channel), i.To.ID, string(i.Parent), i.Evidence, i.Expires, i.Extras, i.Flag) == i.Seal
}

// Out says whether the item reached people, or is with the platform.
func (i *Item) Out() bool { return i.State == ItemDelivered || i.State == ItemAccepted }

// MayCorrect says whether an officer may have the item set right: who writes messages of its kind.
func (i *Item) MayCorrect(by *Officer) bool {
	switch i.Purpose {
	case bots.ForBulletin:
		return by.Is(Editor, Approver)
	case bots.ForAlarm, bots.ForPreview, bots.ForWithdrawal, bots.ForFlag: // our own people got those, nobody, or moderators
		return false
	}
	return by.Is(Duty, Approver)
}

// maxCorrections bounds how often one message is set right, because a record has a size.
const maxCorrections = 20

// Correct notes that a correction of the item is under way, by the code printed in it.
func (i *Item) Correct(by *Officer, code string) error {
	switch {
	case !i.MayCorrect(by):
		return refuse("role", "%s may not correct a %s", by.ID, i.Purpose)
	case !i.Out():
		return refuse("not-out", "the item is %s: only what reached people is corrected", i.State)
	case i.Erased:
		return refuse("erased", "whom it went to is forgotten")
	case len(i.Corrected) >= maxCorrections:
		return refuse("corrected", "it was corrected %d times", maxCorrections)
	}
	i.Corrected = append(i.Corrected, code)
	return nil
}

// Unsolicited says whether nobody asked for this message.
func (i *Item) Unsolicited() bool {
	return i.Purpose == bots.ForWarning || i.Purpose == bots.ForBulletin || i.Purpose == bots.ForFlag
}

// InPublic says whether everybody can read it: a post of ours, or an answer under a post.
func (i *Item) InPublic() bool { return i.Channel == adapters.Public || i.Channel == adapters.InReply }

// Recipient is whom the item goes to, for ordering within its lane.
func (i *Item) Recipient() string {
	switch i.Channel {
	case adapters.Public:
		return ""
	case adapters.Withdrawal, adapters.Moderators: // one waits for no other
		return string(i.Parent)
	}
	return i.To.ID
}

// Claim records the intent to send, before the call. The returned number names the attempt.
func (i *Item) Claim(epoch uint64, now time.Time) (int, error) {
	if i.State != ItemDue {
		return 0, refuse("not-due", "the item is %s", i.State)
	}
	if !now.Before(i.Expires) {
		return 0, refuse("expired", "the item expired at %s", i.Expires.Format(time.RFC3339))
	}
	n := i.Tries() + 1
	i.Attempts = append(i.forgetting(), Try{N: n, Epoch: epoch, At: now})
	i.State, i.Epoch, i.Due, i.Why = ItemClaimed, epoch, time.Time{}, ""
	return n, nil
}

// maxTries bounds the attempts an item remembers, because a record has a size.
const maxTries = 40

// Tries is how often the item was tried.
func (i *Item) Tries() int {
	if len(i.Attempts) == 0 {
		return 0
	}
	return i.Attempts[len(i.Attempts)-1].N
}

// forgetting drops, when there are many, the oldest attempt after the first that certainly
// did not leave: what may have gone out is never forgotten.
func (i *Item) forgetting() []Try {
	if len(i.Attempts) < maxTries {
		return i.Attempts
	}
	for k := 1; k < len(i.Attempts); k++ {
		if i.Attempts[k].Result == ItemDue {
			return slices.Delete(i.Attempts, k, k+1)
		}
	}
	return i.Attempts
}

// Ended records what became of attempt n. It is refused when another attempt or epoch
// has taken over: a late answer never overwrites a newer truth.
func (i *Item) Ended(n int, epoch uint64, o Ending, now time.Time) error {
	if i.State != ItemClaimed || i.Epoch != epoch || i.Tries() != n { // promise 4
		return refuse("fenced", "attempt %d under epoch %d is no longer current", n, epoch)
	}
	t := &i.Attempts[len(i.Attempts)-1]
	t.Ended, t.Result, t.Code, t.Note = now, o.State, o.Code, o.Note
	i.State, i.Due, i.Why, i.Adrift = o.State, o.Due, o.Note, i.Adrift || o.Adrift
	if o.State == ItemDelivered || o.State == ItemAccepted {
		i.Receipt, i.Why = o.Receipt, ""
	}
	return nil
}

// Ending is how an attempt ended.
type Ending struct {
	State   string // due, held, accepted, delivered, rejected or unknown
	Due     time.Time
	Receipt adapters.Receipt
	Code    string
	Note    string
	Adrift  bool // what the item answers is gone
}

// Lost turns a claim whose holder died into an unknown outcome: it may have gone out.
func (i *Item) Lost(now time.Time) error {
	if i.State != ItemClaimed {
		return refuse("not-claimed", "the item is %s", i.State)
	}
	if n := len(i.Attempts); n > 0 {
		t := &i.Attempts[n-1]
		t.Ended, t.Result, t.Note = now, ItemUnknown, "发送过程中程序中断，是否发出未知"
	}
	i.State, i.Due, i.Why = ItemUnknown, now, "发送过程中程序中断，是否发出未知"
	return nil
}

// Hold keeps a due item waiting in plain sight, until its expiry at the latest.
func (i *Item) Hold(why string) error {
	if i.State != ItemDue {
		return refuse("not-due", "the item is %s: only a due item can be held", i.State)
	}
	i.State, i.Why, i.Due = ItemHeld, why, i.Expires
	return nil
}

// Unhold lets a held item go on.
func (i *Item) Unhold(now time.Time) error {
	if i.State != ItemHeld {
		return refuse("not-held", "the item is %s", i.State)
	}
	i.State, i.Why, i.Due = ItemDue, "", now
	return nil
}

// WhyNotLooked begins the reason of an item that is held because nobody could look at its post.
const WhyNotLooked = "无法复看原帖"

// WhyAwaits stands in the reason of an item that is held until the person writes again.
const WhyAwaits = "等对方再次来信后发出"

// Awaits says whether the item is held only until the person does something again.
func (i *Item) Awaits() bool { return i.State == ItemHeld && strings.Contains(i.Why, WhyAwaits) }

// AboutPost says whether the item judges somebody's post, which must still stand when it leaves.
func (i *Item) AboutPost() bool { return i.Purpose == bots.ForWarning || i.Purpose == bots.ForFlag }

// Unseen says whether the item is held only because its post could not be looked at.
func (i *Item) Unseen() bool {
	return i.State == ItemHeld && i.AboutPost() && strings.HasPrefix(i.Why, WhyNotLooked)
}

// SendUnseen lets a held warning leave although its post could not be looked at. What was
// seen to be edited or gone, or is held for another reason, cannot leave that way.
func (i *Item) SendUnseen(by *Officer, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not release a held send", by.ID)
	}
	if i.State == ItemHeld && !i.Unseen() { // promise 3
		return refuse("looked", "this send is not held because its post could not be looked at: let it be checked again instead")
	}
	if err := i.Unhold(now); err != nil {
		return err
	}
	i.NotLooked = by.ID
	return nil
}

// Resume lets a held item go on. Whatever held it is checked again before it leaves.
func (i *Item) Resume(by *Officer, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not release a held send", by.ID)
	}
	return i.Unhold(now)
}

// Settle is an officer's word on an unknown outcome: delivered, due or closed.
func (i *Item) Settle(by *Officer, as string, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not settle a send", by.ID)
	}
	if i.State != ItemUnknown {
		return refuse("not-unknown", "the item is %s: only an unknown outcome can be settled", i.State)
	}
	return i.resolve(as, "由"+by.ID+"人工认定", now)
}

// Found records what a look-up on the platform said about an unknown outcome.
func (i *Item) Found(f adapters.Finding, now time.Time) error {
	if i.State != ItemUnknown {
		return refuse("not-unknown", "the item is %s", i.State)
	}
	switch f.Verdict {
	case adapters.Found:
		i.Receipt = f.Receipt
		if f.Receipt.Pending { // it waits for the platform's own people: it is not out
			i.State, i.Why, i.Due, i.Lookups = ItemAccepted, "已在平台上查到，等待结果", now, 0
			return nil
		}
		return i.resolve(ItemDelivered, "已在平台上查到", now)
	case adapters.Absent:
		return i.resolve(ItemDue, "已查询，平台上没有", now)
	}
	return refuse("inconclusive", "the look-up was inconclusive")
}

func (i *Item) resolve(as, why string, now time.Time) error {
	switch as {
	case ItemDelivered, ItemClosed:
		i.Due = time.Time{}
	case ItemDue:
		i.Due = now
	default:
		return refuse("settle-as", "settle as delivered, due or closed, not %q", as)
	}
	i.State, i.Why = as, why
	if n := len(i.Attempts); n > 0 {
		i.Attempts[n-1].Note = why
	}
	if i.Final() {
		i.Tell(now)
	}
	return nil
}

// Expire ends an item nobody sent in time.
func (i *Item) Expire() error {
	if i.moving() { // promise 4
		return refuse("not-due", "the item is %s", i.State)
	}
	i.State, i.Why, i.Due = ItemExpired, "过期未发出", time.Time{}
	return nil
}

// Withdraw takes back an item that was not claimed.
func (i *Item) Withdraw(why string) error {
	if i.moving() {
		return refuse("not-due", "the item is %s and cannot be withdrawn", i.State)
	}
	i.State, i.Why, i.Due = ItemWithdrawn, why, time.Time{}
	return nil
}

// moving says whether somebody or something is sending the item, or has.
func (i *Item) moving() bool {
	switch i.State {
	case ItemDue, ItemHeld:
		return false
	case ItemByHand:
		return i.Hand == nil || i.Hand.Taken != ""
	}
	return true
}

// Final says whether nothing more will happen to the item.
func (i *Item) Final() bool {
	switch i.State {
	case ItemDelivered, ItemRejected, ItemClosed, ItemExpired, ItemWithdrawn:
		return true
	}
	return false
}
