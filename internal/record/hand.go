package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// Hand is the send of an item by a person, where no program may or can make it. The task
// exists from [Item.HandOver] on; somebody takes it, posts the very text, and proves it.
type Hand struct {
	Since    time.Time `json:"since"`
	Why      string    `json:"why"`              // why no program sends it
	Deadline time.Time `json:"deadline"`         // by when it should be proven; missed, it stays in plain sight
	Missed   bool      `json:"missed,omitempty"` // people were told that the deadline has passed
	Place    string    `json:"place,omitempty"`  // address of the page to post on, if the platform has one
	Taken    string    `json:"taken,omitempty"`  // officer who is posting it
	TakenAt  time.Time `json:"takenAt,omitzero"`
	Looked   bool      `json:"looked,omitempty"` // who took it says that a warning's post still stands unchanged
	// What was really posted, as its poster says.
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Link    string    `json:"link,omitempty"`
	Proof   string    `json:"proof,omitempty"`   // hex SHA-256 of the text as posted
	Shot    string    `json:"shot,omitempty"`    // id of the evidence that is a screenshot of it
	Altered string    `json:"altered,omitempty"` // the text as posted, when it is not the approved one
	Reason  string    `json:"reason,omitempty"`  // why it differs
	Second  string    `json:"second,omitempty"`  // officer who confirmed that it differs and was posted, or compared the screenshot
	// Unproven: a screenshot is all that shows it, and nobody else has compared it with what was approved.
	Unproven bool        `json:"unproven,omitempty"`
	Compared *Comparison `json:"compared,omitempty"`
	// What a program found on the platform afterwards, where it can look.
	Seen   time.Time `json:"seen,omitzero"`    // when it looked for the last time
	Found  string    `json:"found,omitempty"`  // address, or id, of what it found
	Amiss  string    `json:"amiss,omitempty"`  // what it found is not what was posted, or it is not there
	Unsure string    `json:"unsure,omitempty"` // why it could not tell
	Unread bool      `json:"unread,omitempty"` // its text could not be read, or only its beginning
}

// MayPost says whether an officer may send an item by hand.
func MayPost(by *Officer, p bots.Purpose) bool {
	return by.Is(Duty, Approver) || (p == bots.ForBulletin || p == bots.ForWithdrawal) && by.Is(Editor)
}

// HandOver gives a due item to people, because no program may or can send it. The intent is
// durable with it: from here on only an officer ends the item, or its expiry while nobody has
// taken it.
func (i *Item) HandOver(why, place string, deadline, now time.Time) error {
	if i.State != ItemDue {
		return refuse("not-due", "the item is %s: only a due item is given to people", i.State)
	}
	if deadline.After(i.Expires) {
		deadline = i.Expires
	}
	i.State, i.Why, i.Due, i.Untold = ItemByHand, why, deadline, false
	i.Hand = &Hand{Since: now, Why: why, Deadline: deadline, Place: place}
	return nil
}

// byHand refuses what only a task for people allows.
func (i *Item) byHand() error {
	if i.State != ItemByHand || i.Hand == nil || i.Erased {
		return refuse("not-by-hand", "the item is %s: nobody is asked to send it by hand", i.State)
	}
	return nil
}

// TakeHand makes an officer the one who posts the item, as a claim does for a program: what
// was approved is checked once more. a may be nil. looked is the officer's word that the post a warning
// is about is still there and unchanged.
func (i *Item) TakeHand(by *Officer, a *Approval, acc *bots.Account, h *Halt, looked bool, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if !MayPost(by, i.Purpose) {
		return refuse("role", "%s may not send a %s by hand", by.ID, i.Purpose)
	}
	if i.Hand.Taken != "" && i.Hand.Taken != by.ID { // promise 4
		return refuse("taken", "taken by %s since %s: two people would post it twice", i.Hand.Taken, i.Hand.TakenAt.Format(time.RFC3339))
	}
	if err := i.mayLeave(a, acc, h, now); err != nil {
		return err
	}
	if i.Purpose == bots.ForWarning && i.NotLooked == "" && !looked { // promise 3
		return refuse("look-first", "look at the post first: take the task when it is still there and unchanged, else close it")
	}
	if i.Hand.Taken == "" {
		i.Hand.Taken, i.Hand.TakenAt, i.Hand.Looked = by.ID, now, looked
	}
	return nil
}

// mayLeave checks what may have changed since the item was given to people.
func (i *Item) mayLeave(a *Approval, acc *bots.Account, h *Halt, now time.Time) error {
	if !i.Intact(a) { // promise 1
		return refuse("seal", "the text is not what was approved: it must be approved again")
	}
	if acc.Suspect != "" || acc.Mode() == bots.Observe { // promise 7
		return refuse("account", "account %s sends nothing now: it only observes, or who it is must be attested anew", acc.ID)
	}
	if h.Stops(i) { // promise 13
		return refuse("halted", "sends are halted")
	}
	if !now.Before(i.Expires) {
		return refuse("expired", "the item expired at %s", i.Expires.Format(time.RFC3339))
	}
	return nil
}

// GiveHand gives a task back that was not posted after all. An approver may do so for
// somebody who is away, with a reason.
func (i *Item) GiveHand(by *Officer, reason string, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if i.Hand.Taken == "" {
		return refuse("not-taken", "nobody has taken this task")
	}
	if i.Hand.Taken != by.ID && (!by.Is(Approver) || reason == "") { // promise 4
		return refuse("taken", "taken by %s: only they, or an approver with a reason, may give it back", i.Hand.Taken)
	}
	if i.Hand.By != "" {
		return refuse("posted", "%s says it was posted: confirm that or close the task", i.Hand.By)
	}
	i.Hand.Taken, i.Hand.TakenAt, i.Hand.Looked = "", time.Time{}, false
	i.Due = i.handDue(now)
	return nil
}

// Proof is what an officer says was posted.
type Proof struct {
	Link   string // of what was posted; only a private message may be without
	Text   string // as it stands there; empty: the screenshot shows it
	Reason string // why it differs from what was approved; empty: it must not
}

// ProveHand records that the item was posted by hand. The text as posted is compared with the
// approved one, white space and widths of characters aside: the same text is delivered; another
// is refused, or, with a reason, waits for a second officer's [Item.ConfirmHand]. Where there is
// a screenshot and no text, the item is unproven until a second officer's [Item.CompareHand].
func (i *Item) ProveHand(by *Officer, p Proof, policy Policy, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if i.Hand.Taken != by.ID { // promise 4
		return refuse("not-yours", "take the task before you post it; it is taken by %q", i.Hand.Taken)
	}
	if i.Hand.By != "" && !i.Hand.Unproven {
		return refuse("posted", "it was said to be posted before, with another text: a second officer must confirm that")
	}
	if err := i.linked(p.Link); err != nil {
		return err
	}
	if len(p.Text) > maxProof {
		return refuse("too-long", "%d bytes were pasted, %d are taken: paste only what was posted", len(p.Text), maxProof)
	}
	if strings.TrimSpace(p.Text) == "" && i.Hand.Shot != "" {
		return i.showOnly(by, p.Link, now)
	}
	at := differs(i.Text, p.Text)
	if at != nil && p.Reason == "" { // promise 1
		return refuse("differs", "what was posted is not what was approved, %s", at)
	}
	sum := sha256.Sum256([]byte(p.Text))
	i.Hand.By, i.Hand.At, i.Hand.Link, i.Hand.Proof, i.Hand.Unproven = by.ID, now, p.Link, hex.EncodeToString(sum[:]), false
	if at == nil {
		return i.delivered("", now)
	}
	i.Hand.Altered, i.Hand.Reason = p.Text, p.Reason
	if policy.OneOfficer {
		return i.delivered(by.ID, now)
	}
	i.Due = time.Time{}
	return nil
}

// maxProof bounds the text pasted as proof, in bytes: a record has a size.
const maxProof = 16 << 10

// linked wants an address of what everybody can see. A private message has none.
func (i *Item) linked(link string) error {
	if !IsLink(link) && (link != "" || i.InPublic()) { // promise 4
		return refuse("link", "give the link of what was posted, beginning with https://; it is the proof")
	}
	return nil
}

// MayAttach says whether an officer may add a screenshot of what they post: one, until it
// is settled.
func (i *Item) MayAttach(officer string) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if i.Hand.Taken != officer { // promise 4
		return refuse("not-yours", "take the task before you post it; it is taken by %q", i.Hand.Taken)
	}
	if i.Hand.Shot != "" {
		return refuse("shot", "there is a screenshot already")
	}
	return nil
}

// IsLink says whether a text is a whole address of a page.
func IsLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https"}, u.Scheme)
}

// ConfirmHand is the second person's word that a text which differs was posted.
func (i *Item) ConfirmHand(by *Officer, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not confirm a send by hand", by.ID)
	}
	if i.Hand.Altered == "" {
		return refuse("not-posted", "nobody says that another text was posted")
	}
	if i.Hand.By == by.ID { // promise 2
		return refuse("two-people", "you posted it: a second officer must confirm that it differs")
	}
	return i.delivered(by.ID, now)
}

func (i *Item) delivered(second string, now time.Time) error {
	i.State, i.Why, i.Hand.Second = ItemDelivered, "", second
	i.Receipt = adapters.Receipt{Ref: adapters.Ref(i.Hand.Link), URL: i.Hand.Link, At: i.Hand.At}
	if i.Hand.Link == "" {
		i.Receipt.Ref = adapters.Ref("by-hand/" + cmp.Or(i.Hand.Proof, i.Seal)[:16])
	}
	i.Tell(now)
	return nil
}

// Sighting is what a look at the platform says of an item that was posted by hand.
type Sighting struct {
	Found  string // address or id of the post with its code; empty: there is none
	Text   string // as it stands there
	Unread bool   // it is there, and its text could not be read
	Unsure string // why nothing can be said; empty: something can
}

// CheckHand notes what a program found of what an officer proved: the proof was their word, and
// this is the platform's. It says in what way the two do not agree; empty: they do, or nothing can
// be said.
func (i *Item) CheckHand(s Sighting, now time.Time) (amiss string, err error) {
	if i.Hand == nil || i.Hand.By == "" || i.State != ItemDelivered {
		return "", refuse("not-proven", "the item is %s: nobody says that it was posted by hand", i.State)
	}
	posted := i.Text
	if i.Hand.Altered != "" {
		posted = i.Hand.Altered
	}
	shown := afterMentions(s.Text, posted)
	if !strings.Contains(shown, i.Code) && cutShort(posted, shown) { // the code stands at the end
		s.Unread = true
	}
	switch at := differs(posted, shown); {
	case s.Unsure != "":
	case s.Found == "":
		amiss = "平台上查不到带核对码 " + i.Code + " 的内容"
	case !s.Unread && at != nil:
		amiss = "平台上的文字与登记的不一致：" + at.String()
	}
	i.Hand.Seen, i.Hand.Found, i.Hand.Amiss, i.Hand.Unsure, i.Hand.Unread = now, s.Found, amiss, s.Unsure, s.Unread
	return amiss, nil
}

// cutShort says whether a platform shows the beginning of a text and an ellipsis, as lists of long
// posts do.
func cutShort(posted, shown string) bool {
	end := max(strings.LastIndex(shown, "…"), strings.LastIndex(shown, "..."))
	if end <= 0 {
		return false
	}
	begin := string(plain(strings.TrimRight(shown[:end], ".…")))
	return begin != "" && strings.HasPrefix(string(plain(posted)), begin)
}

// afterMentions drops the names that platforms put before an answer, unless they were posted, too.
func afterMentions(shown, posted string) string {
	for {
		shown = strings.TrimLeftFunc(shown, unicode.IsSpace)
		if !strings.HasPrefix(shown, "@") || strings.HasPrefix(strings.TrimSpace(posted), "@") {
			return shown
		}
		end := strings.IndexFunc(shown, unicode.IsSpace)
		if end < 0 {
			return shown
		}
		shown = shown[end:]
	}
}

// CloseHand ends a task that will not be posted, with a reason. What somebody else is
// posting cannot be closed.
func (i *Item) CloseHand(by *Officer, reason string, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if !MayPost(by, i.Purpose) {
		return refuse("role", "%s may not close a send by hand", by.ID)
	}
	if i.Hand.Taken != "" && i.Hand.Taken != by.ID { // promise 4
		return refuse("taken", "taken by %s: it may have been posted; they close it or give it back", i.Hand.Taken)
	}
	if reason == "" {
		return refuse("reason", "say why it is not posted; it is kept with the record")
	}
	i.State, i.Why = ItemClosed, reason
	i.Tell(now)
	return nil
}

// HandLapse does what a task's time asks for. tell says that its deadline has just passed.
func (i *Item) HandLapse(now time.Time) (tell bool, err error) {
	if err := i.byHand(); err != nil {
		return false, err
	}
	if !now.Before(i.Expires) && !i.moving() {
		return false, i.Expire()
	}
	if !now.Before(i.Hand.Deadline) && !i.Hand.Missed {
		i.Hand.Missed, tell = true, true
	}
	i.Due = i.handDue(now)
	return tell, nil
}

// handDue is when time next asks something of a task: never once it is late and somebody
// posts it.
func (i *Item) handDue(now time.Time) time.Time {
	switch {
	case !i.Hand.Missed:
		return i.Hand.Deadline
	case i.Hand.Taken == "":
		return i.Expires
	}
	return time.Time{}
}
