// Package forumtest is what the tests of forum adapters share beside the conformance suite:
// what forums do alike, whatever they speak.
//
// # Failure model
//
// A deviation is reported with what was seen; nothing waits for a span of time.
package forumtest

import (
	"net/http"
	"testing"
	"time"

	"netpatrol/adapters"
)

// Forum is a pretend forum as its adapter's tests have one.
type Forum interface {
	http.Handler
	// Write makes somebody write where source shows it.
	Write(source, text string) adapters.Ref
	// Forget hides posts, as if they were not there yet.
	Forget(refs ...adapters.Ref)
	// Settle ends the wait of a post of ours well or badly.
	Settle(ref adapters.Ref, well bool)
}

// Kit is what is known of one kind of forum.
type Kit struct {
	// New is a fresh forum on which we are a moderator and nothing waits.
	New func() Forum
	// Member is one on which we are a member whose posts wait; blind: it does not show us which.
	Member func(blind bool) Forum
	// Open opens an account on a forum; instead, if it is not nil, answers in its place whatever it
	// says it does.
	Open func(t *testing.T, f Forum, instead func(http.ResponseWriter, *http.Request) bool) adapters.Caps
	// Refuse answers as the forum does to somebody who may not do that.
	Refuse func(w http.ResponseWriter)
	// Self is the path at which the forum says who we are; Revoked is its status once we are nobody.
	Self    string
	Revoked int
}

// Try is an attempt.
func Try() adapters.Attempt {
	return adapters.Attempt{Item: "item", N: 1, Key: "key-1", Code: "NP-7Q4"}
}

// Poll polls, and ends the test when it cannot.
func Poll(t *testing.T, caps adapters.Caps, source string, cur adapters.Cursor, limit int) adapters.Batch {
	t.Helper()
	b, err := caps.Watch.Poll(t.Context(), source, cur, limit)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func publish(t *testing.T, caps adapters.Caps) (adapters.Receipt, error) {
	t.Helper()
	return caps.Publish.Publish(t.Context(), Try(), adapters.Part{Title: "通报", Text: "不要垫付 NP-7Q4"})
}

// Run runs what holds for every forum.
func Run(t *testing.T, k Kit) {
	t.Run("a post that shows after a later one", func(t *testing.T) { showsLate(t, k) })
	t.Run("the queue of a member", func(t *testing.T) { queueOfAMember(t, k) })
	t.Run("one write at a time", func(t *testing.T) { oneWrite(t, k) })
	t.Run("refused by the key or by the forum", func(t *testing.T) { refusedBy(t, k) })
}

// showsLate: an id that shows only after a later one is not passed over.
func showsLate(t *testing.T, k Kit) {
	f := k.New()
	caps := k.Open(t, f, nil)
	f.Write("posts", "before all")
	cur := Poll(t, caps, "posts", "", 10).Next
	first := f.Write("posts", "first")
	f.Write("posts", "second")
	f.Forget(first)
	b := Poll(t, caps, "posts", cur, 10)
	if len(b.Items) != 1 || b.Items[0].Text != "second" {
		t.Fatalf("%+v", b.Items)
	}
	f.Forget()
	b = Poll(t, caps, "posts", b.Next, 10)
	if len(b.Items) != 1 || b.Items[0].Text != "first" {
		t.Errorf("%+v", b.Items)
	}
	if b = Poll(t, caps, "posts", b.Next, 10); len(b.Items) != 0 {
		t.Errorf("again: %+v", b.Items)
	}
}

// queueOfAMember shows our own posts; a forum of an old version shows nothing, and then nothing
// of it is certain.
func queueOfAMember(t *testing.T, k Kit) {
	for _, blind := range []bool{false, true} {
		f := k.Member(blind)
		caps := k.Open(t, f, nil)
		r, err := publish(t, caps)
		if err != nil || !r.Pending {
			t.Fatalf("%+v, %v", r, err)
		}
		want := map[bool]adapters.Verdict{false: adapters.Absent, true: adapters.Inconclusive}[blind]
		absent := adapters.FindQuery{Channel: adapters.Public, Code: "NP-OTHER", Since: time.Now()}
		if got, err := caps.Find.Find(t.Context(), absent); err != nil || got.Verdict != want {
			t.Errorf("blind %v, what was never sent: %+v, %v", blind, got, err)
		}
		if still, err := caps.Publish.Check(t.Context(), r); err != nil || !still.Pending {
			t.Errorf("blind %v, while it waits: %+v, %v", blind, still, err)
		}
		f.Settle(r.Ref, false)
		still, err := caps.Publish.Check(t.Context(), r)
		if blind && (err != nil || !still.Pending) || !blind && adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("blind %v, turned down: %+v, %v", blind, still, err)
		}
	}
}

// oneWrite: a post is not begun while another of the account is being made.
func oneWrite(t *testing.T, k Kit) {
	busy, f := make(chan struct{}, 1), k.New()
	caps := k.Open(t, f, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		select {
		case busy <- struct{}{}:
		default:
			k.Refuse(w)
			return true
		}
		f.ServeHTTP(w, r)
		<-busy
		return true
	})
	errs := make(chan error)
	for range 8 {
		go func() {
			_, err := publish(t, caps)
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// refusedBy: a forum refuses a post in the same words when it does not take our key any more and
// when we may not post there; who we are tells which.
func refusedBy(t *testing.T, k Kit) {
	for name, c := range map[string]struct {
		self int // 0: it is answered
		want adapters.Class
	}{"the key is still good": {0, adapters.Rejected}, "the key is gone": {k.Revoked, adapters.AuthExpired}, "nobody knows": {http.StatusBadGateway, adapters.Rejected}} {
		t.Run(name, func(t *testing.T) {
			opened := false
			caps := k.Open(t, k.New(), func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case r.Method == http.MethodPost:
					k.Refuse(w)
				case r.URL.Path == k.Self && opened && c.self != 0:
					w.WriteHeader(c.self)
				default:
					opened = opened || r.URL.Path == k.Self
					return false
				}
				return true
			})
			if _, err := publish(t, caps); adapters.ClassOf(err) != c.want || err == nil {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}
