// Package adapters is the seam between netpatrol and the platforms, as
// database/sql/driver is between database/sql and the databases.
//
// It holds value types, abilities, limits as data and typed errors, and it
// imports nothing of netpatrol. One folder below it holds one platform.
//
// # Who decides what
//
// An adapter translates and classifies; it never decides. It makes at most one
// mutating request for one [Attempt], never repeats one, and reports honestly
// what became of it: sent (a [Receipt] with the platform's id), certainly not
// sent, or unknown (an [*Error] of class [Unknown], the zero value). HTTP 200
// is not success: an answer without a platform id is unknown. Retries, quotas,
// breakers, seals and approvals belong to the outbox.
//
// # What an adapter may own
//
// Nothing but what its [Host] lends it: HTTP clients, a token cache and a
// redacting logger. An adapter owns no goroutine, file or clock, and [Account.Close]
// leaves nothing behind.
package adapters

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Platform is what an assembly knows of one kind of adapter: what it can do on
// paper and how to open one account. Platforms are passed in a map from name to
// Platform; there is no registry.
type Platform struct {
	Manifest Manifest
	Open     Factory
}

// Factory opens one Account. It may make harmless reads (the platform's limits,
// who the token belongs to) within ctx; it must not send anything.
type Factory func(ctx context.Context, c Config, h Host) (Account, error)

// Config is one account as its agency configured it.
type Config struct {
	ID      string            // the account's id in the configuration, unique
	BaseURL string            // API base address; every adapter must honour it
	Watch   []string          // sources that will be polled; a stream may tell of them sooner
	Options map[string]string // platform-specific, listed in Manifest.Options
	Secrets map[string]Secret // platform-specific, listed in Manifest.Secrets
}

// Host lends an adapter everything that has side effects.
type Host struct {
	// Read may be used for calls that change nothing; it may retry. Write is for
	// mutating calls; it never retries and never follows redirects. Both bound
	// every call in time and redact secrets from errors.
	Read, Write *http.Client
	Tokens      TokenCache
	Log         *slog.Logger
}

// TokenCache keeps access tokens across restarts. It is safe for concurrent use.
type TokenCache interface {
	// Token returns the token kept under key, or ok=false when there is none or
	// it has expired.
	Token(ctx context.Context, key string) (value Secret, ok bool, err error)
	// KeepToken stores a token until expires.
	KeepToken(ctx context.Context, key string, value Secret, expires time.Time) error
}

// Account is one official account, opened. Its methods are safe for concurrent use.
type Account interface {
	// Identity asks the platform who it says we are.
	Identity(ctx context.Context) (Identity, error)
	// Caps says what this account can do now. A nil field: it cannot.
	Caps() Caps
	// Close releases what the account holds. It is safe to call twice.
	Close() error
}

// Caps are the abilities of one account as explicit fields, so that no wrapper
// ever hides one.
type Caps struct {
	Limits Limits // as read from the platform at opening, else the manifest's

	Publish Publisher
	Message Messenger
	Comment Commenter
	Watch   Watcher
	Stream  Streamer
	Search  Searcher
	Webhook Receiver
	Find    Finder
	Retract Retractor
	Measure Meter
	Lookup  Looker
	Menu    Menuer
	Notice  Noticer
	Yield   Yielder
	Survey  Surveyor
	Guide   Guide
	Media   MediaFetcher
	Preview Previewer
	Drafts  Drafter

	Handover Courier // of clue packages, to another unit
	Flag     Flagger // of posts, to the platform's own moderators

	CountsDays bool // Measure tells the figures of the whole account, too
	FindsByKey bool // Find goes by the key of a send alone: what a person posted there it never finds
}

// Publisher makes public posts: plan, publish, check.
type Publisher interface {
	// Plan is pure: how text would be cut into posts, how long each is, what degrades.
	// A text that cannot be published at all is a [*TooLong] or a rejected [*Error].
	Plan(b Bulletin) (Plan, error)
	// Publish makes one public post with at most one mutating request. A receipt
	// with Pending set means the platform will tell later: see Check.
	Publish(ctx context.Context, at Attempt, p Part) (Receipt, error)
	// Check asks what became of a pending receipt. It reads only and may be repeated.
	Check(ctx context.Context, r Receipt) (Receipt, error)
}

// Messenger sends private messages to one person.
type Messenger interface {
	Send(ctx context.Context, at Attempt, m Message) (Receipt, error)
}

// Commenter answers in public, under a post or comment.
type Commenter interface {
	Comment(ctx context.Context, at Attempt, c Comment) (Receipt, error)
}

// Watcher polls a source forward from a cursor.
type Watcher interface {
	// Sources names what can be polled: "mentions", "tag:反诈", "timeline:…".
	Sources() []string
	// Poll returns what is newer than cur, oldest first, at most limit items, and
	// the cursor to go on from. After an error the cursor has not moved: whatever was
	// not returned is returned by the next call with the same cursor. The empty cursor
	// starts at the present, except for a source of private messages, which starts at
	// the oldest that is still unread.
	Poll(ctx context.Context, source string, cur Cursor, limit int) (Batch, error)
}

// Streamer delivers events as they happen. Frames never move a poll cursor.
type Streamer interface {
	// Stream blocks until ctx ends or the connection breaks. It calls up once it is connected:
	// what came before is polled for then. Then it calls emit in order, and ends with an error of
	// emit's. A connection given up because nothing was said for long ends with nil. What cannot
	// be streamed from at all is an [*Error] of class [Unsupported].
	Stream(ctx context.Context, up func(), emit func(Inbound) error) error
}

// Searcher finds public posts by words. Same rules as Watcher.
type Searcher interface {
	SearchPosts(ctx context.Context, query string, cur Cursor, limit int) (Batch, error)
}

// Receiver understands a platform's callbacks. Both methods are pure: no
// network, no clock, no state.
type Receiver interface {
	// Verify authenticates one callback and translates it. A forged, replayed or
	// skewed callback is an [*Error] of class [Rejected].
	Verify(r Callback, now time.Time) (Delivery, error)
	// Encode wraps a passive reply for d in the platform's dialect.
	Encode(d Delivery, text string, now time.Time) (body []byte, contentType string, err error)
}

// Finder looks up whether an attempt whose outcome is unknown went out after all.
type Finder interface {
	Find(ctx context.Context, q FindQuery) (Finding, error)
}

// Retractor withdraws a post or message that went out. Deleting what is already
// gone is success.
type Retractor interface {
	Withdraw(ctx context.Context, at Attempt, r Receipt) error
}

// Meter reads public figures (reads, shares, comments) of our own posts.
type Meter interface {
	// Figures returns what is known; posts without figures yet are left out. Where
	// [Caps].CountsDays is set, a Ref of "day:" and a date, "day:2026-11-24", stands for the whole
	// account on that day.
	Figures(ctx context.Context, refs []Ref) ([]Figure, error)
}

// Looker fetches a post again, just before a warning is sent about it.
type Looker interface {
	Look(ctx context.Context, ref Ref) (Sight, error)
}

// MediaFetcher fetches what somebody sent us: pictures, voices, videos.
type MediaFetcher interface {
	// FetchMedia starts reading one medium; the caller reads Body and closes it, within ctx.
	// What the platform no longer has is an [*Error] of class [Gone]; what is larger than
	// [MaxMedia] one of class [Rejected], from the call or from Body. A Body that was cut
	// short never ends in io.EOF. Only media that the account's own Inbound named may be asked for.
	FetchMedia(ctx context.Context, m Media) (Content, error)
}

// Guide says where on the platform a person does by hand what no program may.
type Guide interface {
	// Place is the address of the page to post on; empty: the platform has none, or none is
	// configured. It is pure.
	Place(t Task) string
}
