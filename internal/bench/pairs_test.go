package bench

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// pairs makes what every candidate stores: an event of about 1 KiB once encoded, and
// its dedupe key, which begins with the platform's time-ordered id. One key in ten is
// out of order by up to a thousand places. The same number always gives the same pair.
type pairs struct {
	seed  uint64
	talk  bool // conversations end and others begin; else the same 256 go on
	texts []string
	made  [][]byte
}

func newPairs(b *testing.B, talk bool) *pairs {
	p := &pairs{seed: rand.Uint64(), talk: talk}
	r := rand.New(rand.NewPCG(p.seed, 0))
	for range 256 {
		p.texts = append(p.texts, text(r, 460))
	}
	b.Logf("seed %d, values of %d bytes", p.seed, len(p.encode(0)))
	for n := range p.texts {
		p.made = append(p.made, p.encode(n))
	}
	return p
}

// text is bytes long and made of common Chinese characters.
func text(r *rand.Rand, bytes int) string {
	var s strings.Builder
	for s.Len() < bytes {
		s.WriteRune(rune(0x4e00 + r.IntN(3000)))
	}
	return s.String()
}

func (p *pairs) key(n int) string {
	r := rand.New(rand.NewPCG(p.seed, uint64(n)))
	at := n
	if r.IntN(10) == 0 {
		at = max(0, n-1-r.IntN(1000))
	}
	return fmt.Sprintf("microblog-1:%018d:%08d", 113_000_000_000_000_000+at*1000, n)
}

func (p *pairs) event(n int) *bots.Event {
	stream := p.stream(n)
	return &bots.Event{
		Head: bots.Head{Stream: stream, Subject: stream}, Key: p.key(n), Kind: bots.MessageHeard, V: 1, Account: "microblog-1",
		Body: &bots.Heard{
			Ref: adapters.Ref(fmt.Sprintf("%018d", n)), Language: "zh-Hans", Source: "messages",
			From: adapters.Person{ID: fmt.Sprintf("%012d", n%atOnce), Handle: "citizen@example.org", Name: "网民"},
			Text: p.texts[n%len(p.texts)],
		},
	}
}

// stream is the conversation of an event. Its name is in no order, as tags of people
// are. With talk, 256 citizens write ten messages each in turns, then the next 256.
func (p *pairs) stream(n int) string {
	c := n % atOnce
	if p.talk {
		c += n / (10 * atOnce) * atOnce
	}
	h := uint64(c)*0x9e3779b97f4a7c15 + p.seed
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return fmt.Sprintf("microblog-1/c%016x%06d", h, c)
}

const atOnce = 256

var ready = flag.Bool("ready", false, "give the peers values made beforehand; netpatrol still encodes its own")

// value is the bytes the peers store: as many as the store's own record has. They encode
// the event as netpatrol must.
func (p *pairs) value(n int) []byte {
	if *ready {
		return p.made[n%len(p.made)]
	}
	return p.encode(n)
}

func (p *pairs) encode(n int) []byte {
	body, err := p.event(n).MarshalJSON()
	if err != nil {
		panic(err)
	}
	return append(body, make([]byte, recordOverhead)...)
}

// recordOverhead is what the store adds to a body: the clear part, nonce, tag, sum.
const recordOverhead = 220
