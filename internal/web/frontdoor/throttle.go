package frontdoor

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle bounds how often codes are tried. It knows nothing of who asks, because behind one
// address there may be a whole campus. Whoever has a code that leads somewhere is not held up by
// those who guess, however many they are: only what leads nowhere counts against what all share. When that is
// used up, an answer costs work or a wait instead of being refused; see [throttle.ticket].
type throttle struct {
	all    *rate.Limiter // tries that lead nowhere, together
	waited *rate.Limiter // answers to such tries by those who waited instead of working
	missed buckets
	held   buckets // codes that lead somewhere, each for itself

	mu     sync.Mutex
	day    int64
	key    [sha256.Size]byte // of today: tomorrow the same beginning has another bucket
	secret [sha256.Size]byte // signs tickets
}

// The bounds: one person's tries with one code, and more wrong ones than all reporters of a city make.
const (
	perCode    = 6 * time.Second
	triesCode  = 10
	perHeld    = 2 * time.Second
	triesHeld  = 30
	perSecond  = 200
	triesAtAll = 1000
	perWaited  = 20 // a second
)

func newThrottle() *throttle {
	t := &throttle{
		all: rate.NewLimiter(perSecond, triesAtAll), waited: rate.NewLimiter(perWaited, perWaited),
		missed: newBuckets(perCode, triesCode), held: newBuckets(perHeld, triesHeld),
	}
	rand.Read(t.secret[:])
	return t
}

// buckets are limiters by the beginning of a code; some share one.
type buckets [4096]*rate.Limiter

func newBuckets(every time.Duration, burst int) (b buckets) {
	for i := range b {
		b[i] = rate.NewLimiter(rate.Every(every), burst)
	}
	return b
}

// beginning is how much of a code counts: enough that strangers rarely share it, too little to
// tell anything of the code.
const beginning = 4

// bucket is where a code's tries are counted today.
func (t *throttle) bucket(code string, now time.Time) int {
	h := hmac.New(sha256.New, t.today(now))
	h.Write([]byte(code[:min(len(code), beginning)]))
	return int(binary.BigEndian.Uint64(h.Sum(nil)) % uint64(len(t.missed)))
}

// today is the key of the day. Yesterday's is nowhere any more.
func (t *throttle) today(now time.Time) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if day := now.Unix() / (24 * 60 * 60); day != t.day || t.key == [sha256.Size]byte{} {
		t.day = day
		rand.Read(t.key[:])
	}
	key := t.key
	return key[:]
}

// found says whether a code that leads somewhere may be shown now: not over and over. It is safe for
// concurrent use.
func (t *throttle) found(code string, now time.Time) bool {
	return t.held[t.bucket(code, now)].AllowN(now, 1)
}

// miss says whether somebody may be told now that a code leads nowhere. It is safe for concurrent use.
func (t *throttle) miss(code string, now time.Time) bool {
	return t.missed[t.bucket(code, now)].AllowN(now, 1) && t.all.AllowN(now, 1)
}

// A ticket is what somebody gets who cannot be answered now. It is good for the one code, after work
// or a wait, and nothing is remembered of it.
const (
	ticketWait = 20 * time.Second
	ticketLife = 10 * time.Minute
)

func (t *throttle) ticket(code string, now time.Time) string {
	issued := fmt.Sprintf("%x", now.Unix())
	return issued + "." + t.sign(issued, code)
}

func (t *throttle) sign(issued, code string) string {
	h := hmac.New(sha256.New, t.secret[:])
	h.Write([]byte(issued + "|" + code))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// paid says whether a ticket for a code comes with its work, or was waited for and there is room.
func (t *throttle) paid(ticket, work, code string, now time.Time) bool {
	issued, mac, _ := strings.Cut(ticket, ".")
	at, err := strconv.ParseInt(issued, 16, 64)
	if err != nil || subtle.ConstantTimeCompare([]byte(mac), []byte(t.sign(issued, code))) != 1 {
		return false
	}
	age := now.Sub(time.Unix(at, 0))
	return age < ticketLife && (worked(ticket, work) || age >= ticketWait && t.waited.AllowN(now, 1))
}

// workBits is how many zero bits proof of work must show: seconds on a phone.
const workBits = 16

// worked says whether a browser did the work that stands for the wait.
func worked(signed, nonce string) bool {
	if nonce == "" || len(nonce) > 20 {
		return false
	}
	sum := sha256.Sum256([]byte(signed + "." + nonce))
	return bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= workBits
}
