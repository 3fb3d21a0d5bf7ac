package sandbox

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"
)

// Flavour is the kind of server a [Microblog] pretends to be.
type Flavour uint8

// The flavours.
const (
	Mastodon   Flavour = iota // Mastodon 4.3: snowflake ids, 422, Idempotency-Key, filtered strangers
	GoToSocial                // GoToSocial 0.20: ULIDs, 400, keys ignored, 418 without a User-Agent
)

func (f Flavour) String() string {
	return [...]string{"Mastodon", "GoToSocial"}[f]
}

// idMaker makes ids that only grow, even when the clock does not.
type idMaker struct {
	flavour Flavour
	random  *rand.Rand
	entropy *ulid.MonotonicEntropy
	last    uint64 // snowflake, or milliseconds of the last ULID
	count   uint64
}

func newIDMaker(f Flavour, seed uint64) *idMaker {
	source := rand.NewChaCha8(seedBytes(seed))
	return &idMaker{flavour: f, random: rand.New(source), entropy: ulid.Monotonic(source, 0)}
}

func seedBytes(seed uint64) (b [32]byte) {
	binary.LittleEndian.PutUint64(b[:], seed)
	return b
}

// next makes the id of a status or an account.
func (g *idMaker) next(now time.Time) string {
	ms := uint64(now.UnixMilli())
	if g.flavour == GoToSocial {
		g.last = max(g.last, ms)
		return ulid.MustNew(g.last, g.entropy).String()
	}
	g.last = max(ms<<16|g.random.Uint64N(1<<15), g.last+1)
	return strconv.FormatUint(g.last, 10)
}

// serial makes the id of a notification, conversation or request. Mastodon counts
// those from one, so that "10" follows "9": whoever compares ids as text fails.
func (g *idMaker) serial(now time.Time) string {
	if g.flavour == GoToSocial {
		return g.next(now)
	}
	g.count++
	return strconv.FormatUint(g.count, 10)
}

// compareID orders two ids of one server: decimal numbers without leading zeros by
// value, ULIDs by text.
func compareID(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
