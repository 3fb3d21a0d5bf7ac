package audit

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"slices"
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
	Sign string // hex Ed25519 signature of the rest by the station's key; empty: it was read off by a person
}

const anchorWord = "netpatrol-audit-1"

// String is the line to print, mail or copy: one line of ASCII that [ParseAnchor] reads.
func (a Anchor) String() string {
	if a.Sign == "" {
		return a.plain()
	}
	return a.plain() + " " + a.Sign
}

// plain is what is signed: it begins with a word that nothing else begins with which the station's key signs.
func (a Anchor) plain() string {
	return fmt.Sprintf("%s %d %s %s", anchorWord, a.To, a.At.UTC().Format(time.RFC3339Nano), a.Hash)
}

// Signed returns the anchor with a signature by key, which is one of Ed25519.
func (a Anchor) Signed(key crypto.Signer) (Anchor, error) {
	signed, err := key.Sign(nil, []byte(a.plain()), crypto.Hash(0)) // Ed25519 takes no randomness
	if err != nil {
		return Anchor{}, fmt.Errorf("sign the anchor: %w", err)
	}
	a.Sign = hex.EncodeToString(signed)
	return a, nil
}

// Foreign returns the anchors, one a line, whose signature is not of the key: somebody else made them. One without
// a signature is not judged.
func Foreign(known string, key ed25519.PublicKey) ([]Anchor, error) {
	anchors, err := parseAnchors(known)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(anchors, func(a Anchor) bool {
		signed, err := hex.DecodeString(a.Sign)
		return a.Sign == "" || err == nil && ed25519.Verify(key, []byte(a.plain()), signed)
	}), nil
}

// ParseAnchor reads a line that String wrote; blanks around it do not matter.
func ParseAnchor(line string) (Anchor, error) {
	bad := func(what string) (Anchor, error) {
		return Anchor{}, fmt.Errorf("anchor %.80q: %s; it should read: %s NUMBER TIME HASH, and may end with a signature", line, what, anchorWord)
	}
	f := strings.Fields(line)
	if len(f) != 4 && len(f) != 5 || f[0] != anchorWord {
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
	a := Anchor{To: to, At: at, Hash: f[3]}
	if len(f) == 4 {
		return a, nil
	}
	if b, err := hex.DecodeString(f[4]); err != nil || len(b) != ed25519.SignatureSize || strings.ToLower(f[4]) != f[4] {
		return bad("the signature must be 128 hex digits")
	}
	a.Sign = f[4]
	return a, nil
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
