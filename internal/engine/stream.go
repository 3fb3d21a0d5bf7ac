package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"netpatrol/adapters"
)

// streamed is the source of what an adapter's stream tells of. Its trouble shows under this name.
const streamed = "stream"

const (
	// longestBackoff bounds the wait between two tries to connect. Polling goes on meanwhile.
	longestBackoff = 5 * time.Minute
	// troubled is how many tries fail in a row before somebody is told: a stream only makes
	// things sooner.
	troubled = 3
)

// stream keeps a stream open beside the polls, for as long as ctx lasts. Frames are accepted by
// key and never move a cursor; after each connect everything is polled at once, so that what
// came while nothing was connected is not waited for.
func (e *Engine) stream(ctx context.Context, a *Account) {
	for failed := 0; ctx.Err() == nil; {
		wait := min(a.Poll, untilOpen)
		if open := a.Open(); open != nil {
			s := open.Caps().Stream
			if s == nil {
				return
			}
			up, err := e.listen(ctx, a, s)
			if failed++; up || err == nil {
				failed = 1
			}
			if adapters.ClassOf(err) == adapters.Unsupported && err != nil {
				e.o.Log.InfoContext(ctx, "nothing is streamed: it is polled", "account", a.Record.ID, "err", err)
				return
			}
			e.tellStream(ctx, a, failed, err)
			wait = untilStream(a.Record.ID, failed, e.o.Pace.Retry, err)
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

// listen runs the stream once and says whether it was ever up.
func (e *Engine) listen(ctx context.Context, a *Account, s adapters.Streamer) (up bool, err error) {
	err = s.Stream(ctx, func() {
		up = true
		e.well(ctx, a, streamed, 0)
		a.pollNow()
	}, func(in adapters.Inbound) error {
		if err := e.receive(ctx, a, streamed, []adapters.Inbound{in}); err != nil {
			return fmt.Errorf("accept what was streamed: %w", err)
		}
		return nil
	})
	return up, err
}

func (e *Engine) tellStream(ctx context.Context, a *Account, failed int, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	e.o.Log.InfoContext(ctx, "the stream ended", "account", a.Record.ID, "tries", failed, "err", err)
	if failed >= troubled {
		e.ill(ctx, a, streamed, err)
	}
}

// untilStream is how long to wait before connecting again: twice as long each time, and never
// the same for two accounts, so that a server which comes back is not stormed.
func untilStream(account string, failed int, first time.Duration, err error) time.Duration {
	wait := min(first<<min(failed, 16), longestBackoff)
	wait = wait/2 + time.Duration(spread(account, failed)*float64(wait/2))
	var refused *adapters.Error
	if errors.As(err, &refused) && !refused.Until.IsZero() {
		return max(wait, min(time.Until(refused.Until), longestWait))
	}
	return wait
}

// spread is a number in [0, 1) that looks like chance, and is the same whenever it is asked for.
func spread(account string, n int) float64 {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s/%d", account, n)
	return float64(h.Sum32()) / (1 << 32)
}

// pollNow lets every source of the account be polled at once, unless it is failing.
func (a *Account) pollNow() {
	for _, c := range a.nudges {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// rest waits after a poll, or until it is asked to poll at once.
func (a *Account) rest(ctx context.Context, source string, wait time.Duration, failed bool) bool {
	if failed {
		return pause(ctx, wait)
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-a.nudges[source]:
	case <-t.C:
	}
	return true
}

func nudges(sources []string) map[string]chan struct{} {
	all := map[string]chan struct{}{}
	for _, s := range sources {
		all[s] = make(chan struct{}, 1)
	}
	return all
}
