package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"netpatrol/adapters"
)

// The store takes 64 KiB a record. Whatever a platform sends is cut to these lengths before
// it is accepted, so that an event, the records that repeat its text and its result always fit:
// an event that did not fit would be refused for ever and stop its source. Lengths are in
// bytes of JSON, where one "<" takes six.
const (
	maxHeard  = 20 << 10 // of one text
	maxMedia  = 8 << 10  // of all addresses of pictures together
	maxDetail = 2 << 10
	maxName   = 512
	maxWhy    = 1 << 10
	maxRegion = 64
	// maxDecision bounds what an officer submits at once.
	maxDecision = 40 << 10
	// longName is where names of keys and streams are digested; the store takes 512 bytes.
	longName = 160
)

// clip cuts a text to at most most bytes of JSON. What was cut shows.
func clip(s string, most int) string {
	if 6*len(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += jsonLen(r); n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// encodedLen is how many bytes of JSON a text takes.
func encodedLen(s string) (n int) {
	for _, r := range s {
		n += jsonLen(r)
	}
	return n
}

func jsonLen(r rune) int {
	switch {
	case r == '"' || r == '\\' || r == '\n' || r == '\r' || r == '\t':
		return 2
	case r < ' ' || r == '<' || r == '>' || r == '&' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError:
		return 6
	}
	return utf8.RuneLen(r)
}

// fitting keeps as many pictures as there is room for.
func fitting(all []adapters.Media) []adapters.Media {
	n := 0
	for i, m := range all {
		if n += encodedLen(m.URL) + encodedLen(string(m.Ref)) + encodedLen(m.Type) + 40; n > maxMedia {
			return all[:i]
		}
	}
	return all
}

// encodable drops a time that no JSON can hold: some platforms pass on whatever year they
// were given.
func encodable(t time.Time) time.Time {
	if y := t.UTC().Year(); y < 1 || y > 9998 {
		return time.Time{}
	}
	return t
}

// short keeps a name that becomes part of a key or stream within what the store takes.
func (e *Engine) short(scope, name string) string {
	if len(name) <= longName {
		return name
	}
	return clip(name[:longName/2], longName) + "#" + e.o.Tags.Tag(scope, name)
}

// memoryID names what a bot keeps in a stream. A long key is digested; bots choose keys
// from the ids of platforms.
func memoryID(stream, bot, key string) string {
	if len(key) > longName {
		sum := sha256.Sum256([]byte(key))
		key = "#" + hex.EncodeToString(sum[:])
	}
	return stream + "|" + bot + "|" + key
}
