package frontdoor

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// gate gives out forms. As long as people come at an ordinary pace every form is good at once.
// When more forms are asked for, later ones are good only after a while: seconds that
// somebody who writes does not notice, and that keep a flood of programs to the pace. Nothing of
// this needs an address, a cookie or memory: the form's key says it all.
type gate struct{ pace *rate.Limiter }

const (
	formsAtOnce   = 300 // forms given out at once before anybody waits
	formsASecond  = 3
	longestToWait = time.Minute
	keyLife       = 48 * time.Hour // below the life of dedupe keys: a form sent twice is always seen
	// workBits is how many zero bits proof of work must show: seconds on a phone.
	workBits = 16
)

func newGate() gate { return gate{rate.NewLimiter(formsASecond, formsAtOnce)} }

// formKey is one form that was given out.
type formKey struct {
	issued, ready time.Time
	secret        string
}

// issue makes the key of a new form.
func (g gate) issue(now time.Time) formKey {
	k := formKey{issued: now, ready: now, secret: rand.Text()}
	r := g.pace.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > longestToWait {
		r.CancelAt(now)
		k.ready = now.Add(longestToWait)
	} else {
		k.ready = now.Add(wait)
	}
	return k
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

// worked says whether a browser did the work that stands for the wait.
func worked(signed, nonce string) bool {
	if nonce == "" || len(nonce) > 20 {
		return false
	}
	sum := sha256.Sum256([]byte(signed + "." + nonce))
	return bits.LeadingZeros32(uint32(sum[0])<<24|uint32(sum[1])<<16|uint32(sum[2])<<8|uint32(sum[3])) >= workBits
}
