package outbox

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// trips is after how many infrastructure failures in a row a breaker opens.
const trips = 5

// breaker keeps an account and channel from being called while the platform is down.
// It lives in this process only: after a restart the platform gets one more chance.
type breaker struct {
	*gobreaker.TwoStepCircuitBreaker[any]
	until atomic.Int64 // Unix nanoseconds at which it lets one call through
}

// errNotCalled releases a breaker's permit that was not used.
var errNotCalled = errors.New("not called")

func (o *Outbox) breaker(it *record.Item) *breaker {
	key := it.Account + "/" + string(it.Channel)
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.locks[key]
	if b == nil {
		b = newBreaker(key, min(time.Minute, o.pace.MaxBackoff))
		o.locks[key] = b
	}
	return b
}

func newBreaker(name string, open time.Duration) *breaker {
	b := &breaker{}
	b.TwoStepCircuitBreaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name: name, Timeout: open,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= trips },
		IsSuccessful: func(err error) bool { return !infrastructure(err) },
		IsExcluded:   func(err error) bool { return errors.Is(err, errNotCalled) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				b.until.Store(time.Now().Add(open).UnixNano())
			}
		},
	})
	return b
}

// allow returns how to report the call, or until when the breaker is open. Half open, it
// lets one through and the rest wait a little.
func (b *breaker) allow(now time.Time, little time.Duration) (report func(error), until time.Time) {
	report, err := b.Allow()
	if err == nil {
		return report, time.Time{}
	}
	// The breaker opens strictly after its timeout, hence the millisecond.
	until = time.Unix(0, b.until.Load()).Add(time.Millisecond)
	if !until.After(now) {
		until = now.Add(little)
	}
	return nil, until
}

// infrastructure says whether a failure is the network's or the server's. A refusal, a
// limit or an expired token is an answer: the platform is there.
func infrastructure(err error) bool {
	if err == nil {
		return false
	}
	var e *adapters.Error
	if !errors.As(err, &e) {
		return true
	}
	return e.Class == adapters.Unknown || e.Class == adapters.NotSent && e.Phase != adapters.Answered
}
