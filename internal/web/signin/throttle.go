package signin

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle allows a name five tries, then one every twenty seconds. It knows at most
// maxNames names: beyond that the ones with a full allowance are forgotten, and if none
// is, all tries under new names share one limiter.
type throttle struct {
	mu     sync.Mutex
	names  map[string]*rate.Limiter
	shared *rate.Limiter
}

const (
	tries    = 5
	perTry   = 20 * time.Second
	maxNames = 4096
)

func newThrottle() *throttle {
	return &throttle{names: map[string]*rate.Limiter{}, shared: fresh()}
}

func fresh() *rate.Limiter { return rate.NewLimiter(rate.Every(perTry), tries) }

func (t *throttle) allow(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limiter(name).Allow()
}

func (t *throttle) limiter(name string) *rate.Limiter {
	if l, ok := t.names[name]; ok {
		return l
	}
	if len(t.names) >= maxNames {
		t.sweep()
	}
	if len(t.names) >= maxNames {
		return t.shared
	}
	l := fresh()
	t.names[name] = l
	return l
}

func (t *throttle) sweep() {
	for name, l := range t.names {
		if l.Tokens() >= tries {
			delete(t.names, name)
		}
	}
}

// forget gives a name its full allowance back, after a success.
func (t *throttle) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.names, name)
}
