package adaptertest_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"netpatrol/adapters/adaptertest"
)

func TestSuitePassesAGoodAdapter(t *testing.T) { adaptertest.Run(t, toyKit(healthy)) }

func TestSuitePassesAGoodAdapterThatPends(t *testing.T) {
	k := toyKit(healthy)
	k.Fake = func() adaptertest.Fake { return newPendingFake() }
	adaptertest.Check(&recorder{t: t, only: "pending"}, k)
}

// TestSuiteHasTeeth: for every bug the suite fails, in the script and with the
// words that lead to it.
func TestSuiteHasTeeth(t *testing.T) {
	for _, c := range []struct {
		bug    bug
		script string // run only this part
		words  string // in some failure
	}{
		{retriesPost, "send/500, the platform acted", "mutating requests for one attempt"},
		{replays, "send/reset on a reused connection", "mutating requests for one attempt"},
		{leaksInError, "send/refused", `the secret "token" stands in an error`},
		{leaksInLog, "identity", `the secret "token" stands in a log line`},
		{skipsCursor, "watch/wall/order", "oldest first"},
		{swallowsPage, "watch/wall/500, the platform did not act", "oldest first"},
		{wrongOrder, "watch/wall/order", "oldest first"},
		{claimsNil, "manifest", `claims "search" but Caps.Search is nil`},
		{hidesAbility, "manifest", `the manifest does not claim "measure"`},
		{typedNil, "manifest", "nil pointer"},
		{believes200, "send/200 with an empty object", "without the platform's id"},
		{timeoutNotSent, "send/answer after the deadline, the platform acted", `is "not sent"`},
		{gatewayNotSent, "send/502, the platform acted", `is "not sent"`},
		{refusedUnknown, "send/refused", `is "unknown"`},
		{noDeadline, "send/answer after the deadline, the platform acted/publish", "after its attempt's deadline"},
		{keepsGoroutine, "close", "something still runs"},
		{noLengthCheck, "send/too long", "want class"},
		{wrongUnit, "send/too long", "want class"},
		{errorIsDeletion, "lookup", "nothing is known"},
		{errorIsAbsence, "find", "find says absent"},
		{halfCode, "find", "took it for ours"},
		{forgetsWait, "send/429 with Retry-After", "said how long to wait"},
		{untypedError, "send/refused", "no *adapters.Error"},
		{secondDelete, "retract", "once it is gone"},
		{personInKey, "watch/wall/order", "holds the writer's id"},
		{keyByPath, "stream", "must agree"},
		{ignoresEmit, "stream", "waited in vain"},
		{acceptsReplay, "webhook", "replayed an hour later"},
		{ignoresBody, "webhook", "forged: body"},
		{sendsOnOpen, "open", "opening sent 1"},
		{quotesAtLength, "secrets", "at most 200 may come from the platform"},
		{ignoresExists, "send/already exists", "want Existed"},
		{dropsKey, "send/same key again", "second attempt"},
		{wrongPerson, "send/message", "it went out on channel"},
		{inPublic, "send/message", "it went out on channel"},
		{noEvidence, "identity", "by what"},
		{checkMutates, "pending", "check made"},
		{failedIsPending, "pending/failed", "once failed"},
		{oneDrawer, "flag", "the platform has no flag of"},
		{anyDrawer, "flag", "flag as nothing the platform knows"},
		{flagsTwice, "flag", "want Existed"},
	} {
		t.Run(string(c.bug), func(t *testing.T) {
			t.Parallel()
			k := toyKit(c.bug)
			if strings.HasPrefix(c.script, "pending") {
				k.Fake = func() adaptertest.Fake { return newPendingFake() }
			}
			r := &recorder{t: t, only: c.script, failures: &failures{}}
			adaptertest.Check(r, k)
			if got := r.failures.all(); !strings.Contains(got, c.words) {
				t.Errorf("the suite did not notice; it said:\n%s\nwant a failure with %q", got, c.words)
			}
		})
	}
}

// TestSuiteHasTeeth_ByHand: an adapter that sends where only people may is found.
func TestSuiteHasTeeth_ByHand(t *testing.T) {
	k := toyKit(healthy)
	k.Platform.Manifest.ByHand = true
	r := &recorder{t: t, only: "by hand", failures: &failures{}}
	adaptertest.Check(r, k)
	if got := r.failures.all(); !strings.Contains(got, "nothing sent") || !strings.Contains(got, "requests") {
		t.Errorf("the suite did not notice; it said:\n%s", got)
	}
}

// recorder stands in for a test: it keeps failures, or passes them on when it
// has nowhere to keep them. It runs only what leads to one script or lies below it.
type recorder struct {
	t        *testing.T
	only     string
	path     string
	failures *failures
}

type failures struct {
	mu   sync.Mutex
	list []string
}

func (f *failures) add(s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, s)
}

func (f *failures) all() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.list, "\n")
}

func (r *recorder) Helper()             {}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Errorf(format string, args ...any) {
	if r.failures == nil {
		r.t.Errorf(r.path+": "+format, args...)
		return
	}
	r.failures.add(r.path + ": " + fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Run(name string, f func(adaptertest.T)) bool {
	path := strings.TrimPrefix(r.path+"/"+name, "/")
	if !strings.HasPrefix(path, r.only) && !strings.HasPrefix(r.only, path+"/") {
		return true
	}
	sub := *r
	sub.path = path
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(&sub)
	}()
	<-done
	return true
}
