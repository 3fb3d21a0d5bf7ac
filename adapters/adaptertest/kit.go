// Package adaptertest is the conformance suite every adapter passes, at HTTP
// level: the adapter under test is the real one, the platform is a small pretend
// one its author writes, and the suite puts faults on the wire between them.
//
// # What it proves
//
// That one attempt makes at most one mutating request, whatever the network does;
// that what became of it is reported honestly (sent, certainly not sent, unknown);
// that a cursor never skips what was not returned; that no secret reaches an error
// or a log line; that abilities and manifest agree; that nothing is left running.
//
// # Failure model
//
// A deviation is reported with the script's name and what was seen on the wire;
// the other scripts still run. Abilities an adapter lacks are left out by data: a
// nil field of [adapters.Caps]. The suite listens on loopback addresses only, and
// waits on conditions, never for a span of time, except that a call which ignores
// its deadline is cut off after five seconds.
package adaptertest

import (
	"net/http"
	"testing"
	"time"

	"netpatrol/adapters"
)

// Kit is what the suite needs to know of one platform.
type Kit struct {
	Platform adapters.Platform
	// Config configures an account on the platform at baseURL. Each secret in it must
	// be a text of at least eight bytes that occurs nowhere else: the suite looks for it.
	Config func(baseURL string) adapters.Config
	// Fake returns a fresh pretend platform for every script.
	Fake func() Fake
	// To is somebody the fake knows: the recipient of private messages and comments.
	To adapters.Person
	// Text writes a short text that this platform accepts and that holds code; nil: a plain sentence.
	Text func(code string) string
	// Title is given to every bulletin, for platforms that need one.
	Title string
	// Parent makes the post under which comments are tested; nil: a citizen's post
	// on the first source that holds no private messages.
	Parent func(f Fake) adapters.Ref
	// Mutating tells requests that change something; nil: all but GET, HEAD and OPTIONS.
	Mutating func(r *http.Request) bool
	Answers  Answers
	Sources  []Source
	// Shared writes one object that several sources show, and names them; nil: no two do.
	Shared  func(f Fake, text string) (adapters.Ref, []string)
	Webhook *Webhook // nil: the platform has none
	Media   *Media   // nil: the adapter fetches none
}

// Fake is a pretend platform. It must be safe for concurrent use. If others write
// on it, it is also a [Citizens]; if it keeps posts pending, a [Pender]; if it
// streams, a [Streamer].
type Fake interface {
	http.Handler
	// Sent lists what was accepted and not withdrawn, in order.
	Sent() []Sent
}

// Sent is one thing a pretend platform accepted.
type Sent struct {
	Ref     adapters.Ref
	Channel adapters.Channel
	To      string       // the recipient's platform id, if private
	Parent  adapters.Ref // what it is a comment under, or flags
	Text    string       // as it arrived
	Flag    adapters.FlagKind
}

// Citizens is a fake on which other people write. It is needed to test watching,
// searching, streaming, webhooks, comments and looking.
type Citizens interface {
	// Write makes somebody write text where source shows it.
	Write(source, text string) adapters.Ref
	// Edit changes what was written, Delete removes it.
	Edit(ref adapters.Ref, text string)
	Delete(ref adapters.Ref)
}

// Pender is a fake that answers a publish with "pending".
type Pender interface {
	// Settle ends a pending publish well or badly.
	Settle(ref adapters.Ref, well bool)
}

// Streamer is a fake that streams.
type Streamer interface {
	// Connected returns a channel that is closed once a stream is being served.
	Connected() <-chan struct{}
}

// Source is one source of the adapter's Watcher or Searcher.
type Source struct {
	Name  string
	Kind  adapters.Kind // what a citizen's writing there arrives as
	Inbox bool          // private messages: an empty cursor starts at the oldest, not at the present
	// Unstreamed says that a stream, where there is one, does not show it.
	Unstreamed bool
}

// Answer is what a platform says in some situation, in its own dialect.
type Answer struct {
	Name   string
	Status int // 0: 200
	Header http.Header
	Body   string
	Want   adapters.Class
	Until  time.Time    // the wait it states, if Want is RateLimited; zero: none
	Ref    adapters.Ref // the object it names, for Exists
}

// Answers are the platform's dialect. What is nil is tested in plain HTTP, or, where
// HTTP has no word for it, not at all.
type Answers struct {
	Error200    *Answer // HTTP 200 with an error in the body; nil: not tested beyond an empty answer
	Expired     *Answer // the token has expired; nil: a bare 401
	Limited     *Answer // too fast, with the time to wait; nil: 429 with Retry-After
	LimitedBare *Answer // too fast, without; nil: a bare 429
	Exists      *Answer // this very send happened before; nil: the platform never says so
	// FlaggedOnce: the platform keeps one flag of ours for each post, and says that it stands already.
	FlaggedOnce bool
	More        []Answer
}

// Webhook lets the suite make callbacks.
type Webhook struct {
	// Callback is a genuine callback about what was written under ref, signed at at.
	Callback func(f Fake, ref adapters.Ref, at time.Time) adapters.Callback
	// Signed names the query parameters and headers that the signature covers or is;
	// "body" stands for the body. A change of any must be refused.
	Signed []string
	Source string // where a citizen writes what the callback is about; also polled if the adapter can
	// Unpolled says that what Source shows comes by callback only.
	Unpolled bool
}

// T is what the suite needs of a test. [Run] takes a *testing.T; a recorder in its
// place shows that the suite has teeth.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Run(name string, f func(T)) bool
}

// Run checks the adapter of k against everything the seam asks for. Nothing else
// may run in the process meanwhile: it looks for goroutines left behind.
func Run(t *testing.T, k Kit) {
	t.Helper()
	Check(std{t}, k)
}

type std struct{ *testing.T }

func (s std) Run(name string, f func(T)) bool {
	return s.T.Run(name, func(t *testing.T) { f(std{t}) })
}
