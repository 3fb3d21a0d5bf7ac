package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Anchor is the end of a chain at one moment. Kept where the store's owner cannot change
// it, it proves later that everything up to To is still what it was.
type Anchor struct {
	To   uint64    // Seq of the last entry it covers
	At   time.Time // when that batch was sealed
	Hash string
}

const anchorWord = "netpatrol-audit-1"

// String is the line to print, mail or copy: one line of ASCII that [ParseAnchor] reads.
func (a Anchor) String() string {
	return fmt.Sprintf("%s %d %s %s", anchorWord, a.To, a.At.UTC().Format(time.RFC3339Nano), a.Hash)
}

// ParseAnchor reads a line that String wrote; blanks around it do not matter.
func ParseAnchor(line string) (Anchor, error) {
	bad := func(what string) (Anchor, error) {
		return Anchor{}, fmt.Errorf("anchor %.80q: %s; it should read: %s NUMBER TIME HASH", line, what, anchorWord)
	}
	f := strings.Fields(line)
	if len(f) != 4 || f[0] != anchorWord {
		return bad("not an anchor line")
	}
	to, err := strconv.ParseUint(f[1], 10, 64)
	if err != nil || to == 0 {
		return bad("the number is wrong")
	}
	at, err := time.Parse(time.RFC3339Nano, f[2])
	if err != nil || !strings.HasSuffix(f[2], "Z") { // String writes UTC, and the year 9999 elsewhere may be 10000
		return bad("the time is wrong")
	}
	if b, err := hex.DecodeString(f[3]); err != nil || len(b) != 32 || strings.ToLower(f[3]) != f[3] {
		return bad("the hash must be 64 hex digits")
	}
	return Anchor{To: to, At: at, Hash: f[3]}, nil
}

// Head returns the anchor of the chain as it ends now.
func Head(ctx context.Context, s Reader) (Anchor, error) {
	b, err := lastBatch(ctx, s)
	if err != nil {
		return Anchor{}, err
	}
	if b.To == 0 {
		return Anchor{}, errNoChain
	}
	return Anchor{To: b.To, At: b.At, Hash: b.Hash}, nil
}
