package frontdoor

import (
	"hash/maphash"
	"time"

	"golang.org/x/time/rate"
)

// throttle bounds how often codes are asked for: all together, and those that begin alike. It
// knows nothing of who asks, because behind one address there may be a whole campus.
type throttle struct {
	all  *rate.Limiter
	seed maphash.Seed
	some [4096]*rate.Limiter // by the beginning of a code; some share one
}

// The bounds: one person's tries with one code, and more than all reporters of a city need.
const (
	perCode    = 6 * time.Second
	triesCode  = 10
	perSecond  = 200
	triesAtAll = 1000
)

func newThrottle() *throttle {
	t := &throttle{all: rate.NewLimiter(perSecond, triesAtAll), seed: maphash.MakeSeed()}
	for i := range t.some {
		t.some[i] = rate.NewLimiter(rate.Every(perCode), triesCode)
	}
	return t
}

// beginning is how much of a code counts: enough that strangers rarely share it, too little to
// tell anything of the code.
const beginning = 4

// allow says whether a code may be asked for now. It is safe for concurrent use.
func (t *throttle) allow(code string, now time.Time) bool {
	of := t.some[maphash.String(t.seed, code[:min(len(code), beginning)])%uint64(len(t.some))]
	return of.AllowN(now, 1) && t.all.AllowN(now, 1)
}
