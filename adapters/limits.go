package adapters

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Manifest is what an adapter can do on paper, with its sources: preview, linter,
// outbox and documents read the same table.
type Manifest struct {
	Name      string // "mastodon"
	Title     string // "Mastodon and compatible servers"
	Docs      string // page in docs/
	Abilities []Ability
	Limits    Limits
	Idem      map[Channel]Idempotency
	Watch     []string // sources polled unless the configuration names others
	// ForgetLeavers: the platform demands that what is kept of somebody who unfollows is erased.
	ForgetLeavers bool
	// ByHand: there is no official interface to send with; every approved text is posted by a
	// person. Senders of such an account only plan and bound texts: they are never called.
	ByHand bool
	// Internal: it reaches the agency's own people only, such as a group's webhook or a mailbox list.
	// Alarms to officers leave by it, and nothing else does.
	Internal bool
	// Strangers: whoever writes to the servers it reads may lead it anywhere; addresses in private
	// networks are not called, unless the option allow_private names their host.
	Strangers bool
	Pushes    Pushes
	// Probe is an id of the platform's own shape for reads that only try whether reading works, whether or not
	// anything stands under it; empty: the platform has no such id.
	Probe   Ref
	Options []Setting
	Secrets []Setting
}

// Pushes is what a platform tells by callbacks, for which it must reach the front door. The zero value: nothing.
type Pushes struct {
	What string // "messages and follows"
	With string // the secret without which an account has no callbacks; empty: every account has them
	Late bool   // without callbacks it is polled and only comes later; false: it never comes
}

// Ability is one thing the adapter can do and the permission it needs.
type Ability struct {
	Name       string // a field of Caps: "publish", "message", …
	Permission string // the platform's own name for the grant
	Note       string
}

// Setting is one configuration key of an adapter.
type Setting struct {
	Name     string
	Required bool
	Unless   string // of a required one: the option and value that make it needless, "mode=plain"
	Help     string
}

// Needed says whether an account with these options cannot do without it.
func (s Setting) Needed(options map[string]string) bool {
	name, value, ok := strings.Cut(s.Unless, "=")
	return s.Required && !(ok && options[name] == value)
}

// Provenance says where a figure comes from and when somebody last checked it.
type Provenance struct {
	Source    string // a document, or "read from the server"
	CheckedOn string // ISO date
	Confirmed bool   // false: make it configuration, do not rely on it
}

// Limits are data: units, sources and dates.
type Limits struct {
	Text    []TextLimit
	Quotas  []Quota
	Windows []ReplyWindow
	Calls   CallBudget
	// Pictures bounds what a bulletin may carry beside its text.
	Pictures PictureLimit
	// LaneWidth is how many sends of one account and channel may be under way at once; 0 means 1.
	LaneWidth int
	// Choices is how many [Choice]s a private message can offer as buttons; 0: none.
	Choices int
}

// For returns the text limit of a channel; ok is false when the platform states none.
func (l Limits) For(ch Channel) (TextLimit, bool) {
	for _, t := range l.Text {
		if t.Channel == ch {
			return t, true
		}
	}
	return TextLimit{}, false
}

// TextLimit bounds the length of one text.
type TextLimit struct {
	Channel Channel
	Max     int
	Unit    Unit
	PerURL  int // what every URL counts as, whatever its length; 0: as written
	// Links are hosts in lower case, a link to one of which the platform wants in the text; none:
	// no link is needed.
	Links    []string
	NoTopics bool // #topics# are refused
	Provenance
}

// Check returns a [*TooLong] when text exceeds the limit, and an [*Unfit] when the platform
// would refuse it for another reason.
func (l TextLimit) Check(text string) error {
	if n := l.Measure(text); l.Max > 0 && n > l.Max {
		return &TooLong{Length: n, Max: l.Max, Unit: l.Unit}
	}
	return l.fit(text)
}

var urlPattern = regexp.MustCompile(`https?://[^\s\p{Han}，。；！？、）】》]+`)

// Measure is the length of text as this platform counts it.
func (l TextLimit) Measure(text string) int {
	if l.PerURL == 0 {
		return l.Unit.Count(text)
	}
	urls := urlPattern.FindAllString(text, -1)
	return l.Unit.Count(urlPattern.ReplaceAllString(text, "")) + len(urls)*l.PerURL
}

// Unit is how a platform counts text.
type Unit string

// The units seen in the wild.
const (
	Runes      Unit = "characters"   // Unicode code points
	Bytes      Unit = "bytes"        // UTF-8
	UTF16      Unit = "UTF-16 units" // JavaScript's length
	HalfWidths Unit = "half-widths"  // ASCII counts one, everything else two
	FullWidths Unit = "full-widths"  // half-widths divided by two, rounded up
)

// Count measures text in u. It panics on a unit that is not one of the above.
func (u Unit) Count(text string) int {
	switch u {
	case Runes:
		return utf8.RuneCountInString(text)
	case Bytes:
		return len(text)
	case UTF16:
		return len(utf16.Encode([]rune(text)))
	case HalfWidths:
		return halfWidths(text)
	case FullWidths:
		return (halfWidths(text) + 1) / 2
	}
	panic("adapters: unknown unit " + string(u))
}

func halfWidths(text string) (n int) {
	for _, r := range text {
		n++
		if r >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// Quota bounds how many sends fit into a span.
type Quota struct {
	Scope   Scope
	Channel Channel // "" : all channels together
	N       int
	Per     time.Duration
	Zone    string // IANA zone whose midnight resets a daily quota; "": a sliding window
	// Monthly counts by calendar month in Zone; Per is then about that long.
	Monthly bool
	// Pushes counts only bulletins that notify followers, not quiet ones.
	Pushes bool
	// Advisory holds nothing back: what is left for a person to send counts here, and the person
	// sees how much is left.
	Advisory bool
	Provenance
}

// ReplyWindow says how often and how long somebody may be answered after they wrote.
type ReplyWindow struct {
	Trigger Kind
	N       int // 0: no count limit
	Within  time.Duration
	Provenance
}

// Idempotency says how an unknown outcome can be settled.
type Idempotency string

// The classes. See also [Attempt.Key].
const (
	Keyed    Idempotency = "keyed"   // the platform refuses or repeats the answer for a known key
	ByLookup Idempotency = "lookup"  // the printed code can be found again
	Natural  Idempotency = "natural" // the platform refuses an identical neighbour
	NoIdem   Idempotency = "none"    // a person must decide
)
