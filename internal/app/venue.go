package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"strings"
	"unicode"

	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/web/api"
)

// venue is one pretend platform of the demo: its account, its citizens, and what it
// received, which only it can tell.
type venue interface {
	account() config.Account
	// serve runs the platform until ctx ends.
	serve(ctx context.Context) error
	// play lets citizens and the platform's own staff act; pace 1 is a shift's.
	play(ctx context.Context, pace float64) error
	// received lists what reached people, oldest first.
	received() []delivery
	// oddities counts texts that reached people twice, and posts their author deleted after
	// a warning.
	oddities() (twice, removed int)
	// lost counts citizens' deeds that concern the agency and left no event.
	lost(events []api.Event) int
	// page is where a person plays a citizen.
	page() (title, url string)
}

// worked is a venue that one of the officers works by hand.
type worked interface {
	work(ctx context.Context, c *crew) error
}

// delivery is one text that reached people.
type delivery struct {
	text   string // as netpatrol approved it, but for white space
	public bool
	role   sandbox.Role // of whom it went to
	first  bool         // the first that person got in private
}

// listener is a venue's address.
type listener struct{ net.Listener }

func listen() (listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	return listener{l}, err
}

func (l listener) base() string { return "http://" + l.Addr().String() }

// textDigest is the hex SHA-256 of a text without its white space, which platforms change.
func textDigest(text string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	sum := sha256.Sum256([]byte(bare))
	return hex.EncodeToString(sum[:])
}
