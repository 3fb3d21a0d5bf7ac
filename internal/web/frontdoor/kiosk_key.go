package frontdoor

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// gate knows whether more people write than usual. Nobody's first form is put off or refused for it:
// what is filed beyond the pace goes into the slow lane, where it is durable and decided after everything
// else. What the slow lane takes is bounded in bytes, so that a flood of programs does not fill the disk: beyond that a form
// comes back with all that was typed, to be sent again, unless it is urgent. Only a form that somebody takes right after having filed one may cost some seconds of waiting or work.
// Nothing of this needs an address or a cookie.
type gate struct {
	pace  *rate.Limiter // of forms that are filed
	again *rate.Limiter // of forms given to people who have just filed one, under a flood
	files *rate.Limiter // of bytes that come with forms in the slow lane
	words *rate.Limiter // of bytes that the forms themselves take there

	brought *rate.Limiter // of bytes that come with forms within the pace
}

const (
	formsAtOnce   = 300 // forms filed at once before any goes into the slow lane
	formsASecond  = 3
	floodOver     = 30 // forms that could be filed at once again, after a flood
	againAtOnce   = 20
	longestToWait = time.Minute
	keyLife       = 48 * time.Hour // below the life of dedupe keys: a form sent twice is always seen

	slowFiles       = 20 << 20 // bytes that come with one form in the slow lane
	slowFilesAtOnce = 1 << 30  // and with all of them together, before they go on without
	slowFilesSecond = 256 << 10

	broughtAtOnce = 8 << 30 // bytes that come with forms within the pace, all together, before files are left out
	broughtSecond = 512 << 10

	slowWordsAtOnce = 128 << 20 // bytes of forms in the slow lane before any comes back: more than thirty thousand short ones
	slowWordsSecond = 32 << 10
	formWeight      = 4 << 10 // bytes that a form takes beside its words
)

func newGate() gate {
	return gate{
		pace: rate.NewLimiter(formsASecond, formsAtOnce), again: rate.NewLimiter(formsASecond, againAtOnce),
		files: rate.NewLimiter(slowFilesSecond, slowFilesAtOnce), words: rate.NewLimiter(slowWordsSecond, slowWordsAtOnce),
		brought: newBrought(),
	}
}

func newBrought() *rate.Limiter { return rate.NewLimiter(broughtSecond, broughtAtOnce) }

// formKey is one form that was given out.
type formKey struct {
	issued, ready time.Time
	secret        string
}

// newKey is a form that is good at once.
func newKey(now time.Time) formKey { return formKey{issued: now, ready: now, secret: rand.Text()} }

// issue makes the key of a new form. One that is not somebody's first may have to wait while there is a flood.
func (g gate) issue(now time.Time, first bool) formKey {
	k := newKey(now)
	if first || g.pace.TokensAt(now) >= floodOver {
		return k
	}
	r := g.again.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > longestToWait {
		r.CancelAt(now)
		k.ready = now.Add(longestToWait)
	} else {
		k.ready = now.Add(wait)
	}
	return k
}

// slow says whether a form that is filed now goes into the slow lane.
func (g gate) slow(now time.Time) bool { return !g.pace.AllowN(now, 1) }

// takes says whether there is room in the slow lane for a form with so many bytes of words.
func (g gate) takes(now time.Time, bytes int) bool { return g.words.AllowN(now, formWeight+bytes) }

// room is how many bytes of files a form in the slow lane may bring.
func (g gate) room(now time.Time) int64 {
	if g.files.AllowN(now, slowFiles) {
		return slowFiles
	}
	return 0
}

// String begins with the time, as a platform's ids do.
func (k formKey) String() string {
	return fmt.Sprintf("%09x.%d.%s", k.issued.Unix(), k.ready.Sub(k.issued)/time.Second, k.secret)
}

func (k formKey) sign(tag func(scope, value string) string) string {
	return k.String() + "." + tag(keyScope, k.String())
}

const keyScope = "kiosk form"

var errKey = errors.New("not the key of a form of ours, or too old")

// readKey reads a key that came back.
func readKey(tag func(scope, value string) string, signed string, now time.Time) (formKey, error) {
	plain, mac, _ := cutLast(signed)
	parts := strings.Split(plain, ".")
	if len(signed) > 200 || len(parts) != 3 || subtle.ConstantTimeCompare([]byte(mac), []byte(tag(keyScope, plain))) != 1 {
		return formKey{}, errKey
	}
	at, err1 := strconv.ParseInt(parts[0], 16, 64)
	wait, err2 := strconv.Atoi(parts[1])
	if errors.Join(err1, err2) != nil {
		return formKey{}, errKey
	}
	k := formKey{issued: time.Unix(at, 0), secret: parts[2]}
	k.ready = k.issued.Add(time.Duration(wait) * time.Second)
	if age := now.Sub(k.issued); age > keyLife {
		return formKey{}, errKey
	}
	return k, nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
