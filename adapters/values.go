package adapters

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Ref is a platform's own id of a post, message or comment. It is opaque: never
// compare two as numbers or order them.
type Ref string

// Cursor is where polling one source stands. It is opaque to all but its adapter.
type Cursor string

// Person is somebody on a platform, known only by that platform's id.
type Person struct {
	ID     string // the platform's stable id
	Handle string // what one types to address them, without the leading @
	Name   string // what they call themselves; may be empty
}

// Identity is who the platform says an account is.
type Identity struct {
	Person
	URL string
	// Confirmed is true when the platform itself vouches for the agency behind the
	// account (a government badge, a verified domain).
	Confirmed bool
	Evidence  string // what the platform said, for the record
	// Until is when the account's authorisation ends and a person must renew it; zero: it does
	// not end, or the platform does not say.
	Until time.Time
	// Principal is the verified legal name of whoever holds the account; empty: the platform
	// does not say. Expected is the name the account is configured for; empty: none is.
	Principal, Expected string
}

// Bulletin is a public notice before it is fitted to a platform.
type Bulletin struct {
	Title    string // for platforms that show one apart; the text is complete without it
	Text     string
	Language string // BCP 47
	Extras
}

// Plan is how a bulletin becomes posts.
type Plan struct {
	Parts    []Part
	Degraded []string // what could not be kept: "link preview", "second image"
}

// Part is one post, measured in the platform's own unit.
type Part struct {
	Title    string // as in [Bulletin]
	Text     string
	Language string // BCP 47
	Length   int    // in Unit
	Max      int    // in Unit
	Unit     Unit
	After    Ref // the part before, when a thread is continued
	// Shows is what readers will see of it, without markup, where that is not the text as it
	// stands; it is compared with the [Shown] of what came out.
	Shows string
	Extras
}

// Message is a private message to one person.
type Message struct {
	To        Person
	Text      string
	Language  string // BCP 47
	InReplyTo Ref    // the message answered, if any
	// Choices may be offered as buttons. Text holds each one's Text as a line of its own, in
	// order, so that it is complete without them.
	Choices []Choice
}

// Choice is one answer a person can choose.
type Choice struct {
	ID   string `json:"id"` // [Inbound].Choice when it is chosen
	Text string `json:"text"`
}

// Comment is a public answer under a post.
type Comment struct {
	To       Person
	Parent   Ref
	Text     string
	Language string // BCP 47
}

// Task is a send that a person makes by hand.
type Task struct {
	Channel Channel
	To      Person // of a private message or a comment
	Parent  Ref    // the message or post that is answered
	Post    Ref    // the post a warning is about
}

// Attempt is one try of one send.
type Attempt struct {
	Item     string    // the outbox item
	N        int       // counts from 1
	Key      string    // idempotency key, the same for every attempt of an item; <= 32 ASCII characters
	Code     string    // the code printed in the text, by which Find recognises it
	Deadline time.Time // the call must have ended by then
}

// Receipt is the platform's proof of a send.
type Receipt struct {
	Ref     Ref       // the platform's id; never empty in a success
	URL     string    // where a person can see it; may be empty
	At      time.Time // as the platform says; zero when it does not
	Pending bool      // accepted, but the platform will tell later: use Check
	// Existed is true when the platform answered that this very send had happened before.
	Existed bool
	// Vanished says of a pending receipt that what was left for a person to send is neither
	// there nor known to be out.
	Vanished bool
	// Shown is what came out, where a person may have changed it after it was approved.
	Shown *Shown
}

// Kind says what an [Inbound] is.
type Kind string

// The kinds of inbound items. An adapter passes on a kind it does not know as
// KindOther, with the platform's word in Detail: unknown is stored, not refused.
const (
	KindMessage  Kind = "message"  // private, to us
	KindMention  Kind = "mention"  // public, names us
	KindComment  Kind = "comment"  // public, under a post of ours
	KindPost     Kind = "post"     // public, on a watched source
	KindEdited   Kind = "edited"   // a post we were told of has changed
	KindDeleted  Kind = "deleted"  // a post we were told of is gone
	KindFollow   Kind = "follow"   // somebody follows us
	KindUnfollow Kind = "unfollow" // somebody no longer does: some platforms demand erasure
	KindMenu     Kind = "menu"     // somebody pressed an entry of our menu, or a [Choice]; Choice names it
	KindScan     Kind = "scan"     // somebody scanned a code of ours; Text is what is in it
	KindOutcome  Kind = "outcome"  // a pending publish ended; Ref names it
	KindStaff    Kind = "staff"    // our own people wrote to From by hand, in the platform's console; Detail names them
	KindAnswer   Kind = "answer"   // another unit answers a package; see [Inbound].Answer
	KindOther    Kind = "other"
)

// Inbound is one thing that happened on the platform.
type Inbound struct {
	// Key identifies the platform object and its revision, never the delivery path:
	// webhook, poll and stream give the same key. It begins with the platform's own
	// time-ordered id and holds no personal id.
	Key      string
	Kind     Kind
	Ref      Ref // the object
	Parent   Ref // what it answers, if anything
	Thread   Ref // the conversation's root, if the platform says so
	From     Person
	Text     string // plain text; markup removed, our own leading @ kept
	Choice   string // of KindMenu: the key of the entry or the ID of the [Choice]
	Language string
	URL      string
	At       time.Time
	Edited   time.Time // zero: never
	Media    []Media
	Detail   string         // the platform's own word for a kind we do not know
	Answer   *PackageAnswer // of KindAnswer
	// Slow says that it came in a flood: it is kept as everything is, and decided after everything else.
	Slow bool
	// Spent, of KindOutcome: the send it tells of counts against this channel's quotas,
	// whoever made it.
	Spent Channel
}

// Media points to a picture, voice or video; its bytes are fetched separately.
type Media struct {
	Ref   Ref
	Type  string // MIME type, if known
	URL   string
	Until time.Time `json:",omitzero"` // when the platform deletes it; zero: it does not say
}

// Batch is one page of a poll.
type Batch struct {
	Items []Inbound // oldest first
	Next  Cursor    // never empty once something was read
	More  bool      // another page is waiting
}

// Callback is a webhook request with its body already read within bounds.
type Callback struct {
	Method string
	Query  url.Values
	Header http.Header
	Body   []byte
}

// Delivery is an authenticated callback.
type Delivery struct {
	Items       []Inbound
	Ack         []byte // what to answer when there is no passive reply
	ContentType string
	Replyable   bool // a passive reply may be given in the answer
	State       any  // for Encode; opaque
}

// FindQuery describes a send whose outcome is unknown.
type FindQuery struct {
	Channel Channel
	To      Person // for private messages and comments
	Parent  Ref
	Flag    FlagKind // for flags; Parent is the post
	Code    string   // printed in the text
	Key     string   // idempotency key used
	Text    string
	Since   time.Time // just before the first attempt
}

// Finding is the answer to a FindQuery. The zero value is inconclusive.
type Finding struct {
	Verdict Verdict
	Receipt Receipt // when Found
}

// Verdict says what a look-up found.
type Verdict uint8

// The verdicts. Absent is only returned when the platform's listing was complete
// for the whole time since the attempt; everything else is Inconclusive.
const (
	Inconclusive Verdict = iota
	Found
	Absent
)

func (v Verdict) String() string {
	return [...]string{"inconclusive", "found", "absent"}[v]
}

// Sight is a post as it stands now.
type Sight struct {
	Exists bool
	Text   string
	Edited time.Time // zero: never
	Author Person
}

// Figure is one count the platform reports for one of our posts.
type Figure struct {
	Ref   Ref
	Name  string // "reads", "shares", "comments", "likes"
	Value int64
}

// Channel is how a message leaves.
type Channel string

// The channels.
const (
	Public  Channel = "public"  // a post of our own
	Private Channel = "private" // to one person
	InReply Channel = "comment" // public, under somebody's post
	Preview Channel = "preview" // a bulletin, to one of our own people, before it is published
	// Withdrawal is no message: a post of ours is taken back from where it came out.
	Withdrawal Channel = "withdrawal"

	HandedOver Channel = "handover" // a clue package, to another unit
	Moderators Channel = "flag"     // a [Flag], to the platform's own moderators
)

// Secret is a value that never shows itself in logs, errors, JSON or YAML.
type Secret string

// Reveal returns the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

const redacted = "[redacted]"

// String hides the secret.
func (s Secret) String() string { return redacted }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return redacted }

// Format hides the secret from every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
