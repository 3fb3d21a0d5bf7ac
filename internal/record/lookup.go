package record

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"netpatrol/bots"
)

// KindLookup is the kind of [Lookup].
const KindLookup bots.RecordKind = "lookup"

// Lookup leads from a lookup code to the conversation whose state its holder may see. Its ID is
// a keyed digest of the code, which itself is stored nowhere: whoever lost it has lost it.
// Due is when it ends, and when it may be deleted. States: open, ended.
type Lookup struct {
	bots.Head
	Conversation string `json:"conversation"`
	By           string `json:"by,omitempty"` // the officer who gave it to the person; empty: the kiosk
	// EndedBy is who ended it: an officer's id, or its holder.
	EndedBy string `json:"endedBy,omitempty"`
}

// RecordKind implements [bots.Record].
func (*Lookup) RecordKind() bots.RecordKind { return KindLookup }

// The states of a lookup code.
const (
	LookupOpen  = "open"
	LookupEnded = "ended" // by its holder, or because another was given
)

// LookupHolder ends a code that others may have seen.
const LookupHolder = "holder"

// LookupLife is how long a lookup code is good for.
const LookupLife = 180 * 24 * time.Hour

// OpenLookup files a new code for a conversation. It is forgotten with the conversation.
func OpenLookup(tag func(scope, value string) string, code, conversation string, now time.Time) *Lookup {
	return &Lookup{
		Head: bots.Head{
			ID: LookupID(tag, code), Subject: conversation, Stream: conversation, State: LookupOpen,
			Due: now.Add(LookupLife), Created: now, Updated: now,
		},
		Conversation: conversation,
	}
}

// LookupID is where a code is filed. The code must be as [ParseLookup] gives it.
func LookupID(tag func(scope, value string) string, code string) string { return tag("lookup", code) }

// Leads says whether a lookup code still leads anywhere.
func (l *Lookup) Leads(now time.Time) bool {
	return !l.Erased && l.State == LookupOpen && now.Before(l.Due)
}

// End ends a code at once and for good, and says whether it did. The record stays until its Due, so that the code is
// still masked where somebody writes it.
func (l *Lookup) End(by string, now time.Time) bool {
	if l.Erased || l.State != LookupOpen {
		return false
	}
	l.State, l.EndedBy, l.Updated = LookupEnded, by, now
	return true
}

// GiveLookup files a new code, of which id is the digest, for somebody whose own was lost or seen by others. all are the
// codes of the conversation: there must have been one, and none of them leads anywhere afterwards.
func GiveLookup(by *Officer, all []*Lookup, id, reason string, now time.Time) (*Lookup, error) {
	switch {
	case !by.Is(Duty, Approver):
		return nil, refuse("role", "%s may not give a lookup code", by.ID)
	case len(all) == 0 || all[0].Erased:
		return nil, refuse("no-lookup", "nobody got a lookup code for this conversation: answers go where the person writes")
	case strings.TrimSpace(reason) == "":
		return nil, refuse("reason", "say how you know that it is the reporter: at the counter, or by the number they left")
	case id == "":
		return nil, refuse("no-lookup", "a new code is given at the desk")
	}
	for _, l := range all {
		l.End(by.ID, now)
	}
	of := all[0]
	return &Lookup{
		Head:         bots.Head{ID: id, Subject: of.Subject, Stream: of.Stream, State: LookupOpen, Due: now.Add(LookupLife), Created: now, Updated: now},
		Conversation: of.Conversation, By: by.ID,
	}, nil
}

// crockford are the digits of base 32 that are not mistaken for one another: no I, L, O, U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// LookupBytes are 80 bits: nobody guesses a lookup code.
const LookupBytes = 10

const (
	lookupSymbols = LookupBytes*8/5 + 1
	lookupGroup   = 4
)

// NewLookup spells a lookup code: 80 bits, which the caller has from crypto/rand, and a check
// character, in groups as people read them out, such as 7H2K-9QWX-0M4T-B6RD-5.
func NewLookup(secret [LookupBytes]byte) string {
	symbols := make([]byte, 0, lookupSymbols)
	bits, held := 0, 0
	for _, b := range secret {
		bits, held = bits<<8|int(b), held+8
		for ; held >= 5; held -= 5 {
			symbols = append(symbols, byte(bits>>(held-5)&31))
		}
		bits &= 1<<held - 1
	}
	return spellLookup(append(symbols, checkSymbol(symbols)))
}

func spellLookup(symbols []byte) string {
	var b strings.Builder
	for i, s := range symbols {
		if i > 0 && i%lookupGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(crockford[s])
	}
	return b.String()
}

// checkSymbol weighs each symbol with another power of two in the field of 32 elements: one
// wrong symbol always shows, and so do two that changed places.
func checkSymbol(symbols []byte) byte {
	var sum byte
	for _, s := range symbols {
		sum = double(sum ^ s)
	}
	return sum
}

// double multiplies by x in the field of 32 elements, modulo x^5+x^2+1.
func double(s byte) byte {
	s <<= 1
	if s&32 != 0 {
		s ^= 0b100101
	}
	return s
}

// ParseLookup reads a code as a person types it: in any case and width, with O for 0 and I
// or L for 1, and spaces or dashes anywhere. It is false for what cannot be a code.
func ParseLookup(typed string) (code string, ok bool) {
	symbols := make([]byte, 0, lookupSymbols)
	for _, r := range typed {
		if betweenSymbols(r) {
			continue
		}
		s, known := symbolOf(r)
		if !known || len(symbols) == lookupSymbols {
			return "", false
		}
		symbols = append(symbols, s)
	}
	last := lookupSymbols - 1
	if len(symbols) != lookupSymbols || symbols[last] != checkSymbol(symbols[:last]) {
		return "", false
	}
	return spellLookup(symbols), true
}

func symbolOf(r rune) (byte, bool) {
	if r >= '一' && r <= '鿿' { // most of what people write
		return 0, false
	}
	r = unicode.ToUpper(narrow(r))
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	i := strings.IndexRune(crockford, r)
	return byte(i), i >= 0
}

func narrow(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	if n := width.LookupRune(r).Narrow(); n != 0 {
		return n
	}
	return r
}

// betweenSymbols says whether people put this between the groups of a code.
func betweenSymbols(r rune) bool {
	if r >= '一' && r <= '鿿' {
		return false
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("−_.·", r)
}

// Masked stands in a message where a lookup code stood.
const Masked = "【查询码已隐去】"

// MaskLookups takes lookup codes out of a text, so that they reach no disk and no reader. What is
// grouped like one goes whatever it says, because a code with a slip of the finger is nearly
// the code; what is written in one piece could be something else, and goes if known says so.
func MaskLookups(text string, known func(code string) bool) (masked string, found bool) {
	var b strings.Builder
	kept := 0
	for _, s := range lookupShapes(text) {
		code, ok := ParseLookup(text[s.Start:s.End])
		if !s.grouped && (!ok || !known(code)) {
			continue
		}
		b.WriteString(text[kept:s.Start])
		b.WriteString(Masked)
		kept = s.End
	}
	if kept == 0 {
		return text, false
	}
	return b.String() + text[kept:], true
}

// shape is a run of symbols as long as a lookup code.
type shape struct {
	bots.Span
	grouped bool // in the groups in which we print it
}

// lookupShapes finds what is grouped as we print a code, and single runs of as many letters and
// digits as a code has.
func lookupShapes(text string) (all []shape) {
	pieces := piecesOf(text)
	for i := 0; i < len(pieces); {
		n := groupsOf(pieces[i:])
		switch {
		case n > 0:
			all = append(all, shape{bots.Span{Start: pieces[i].Start, End: pieces[i+n-1].End}, true})
			i += n
		case pieces[i].symbols == lookupSymbols && pieces[i].letters:
			all = append(all, shape{pieces[i].Span, false})
			i++
		default:
			i++
		}
	}
	return all
}

// piece is a run of letters and digits.
type piece struct {
	bots.Span
	symbols int
	letters bool // it has letters: no card or telephone number
	joined  bool // one separator stands between it and the piece before
}

func piecesOf(text string) (all []piece) {
	var p piece
	gap := 2 // separators since the last piece; 2: anything else
	flush := func() {
		if p.symbols > 0 {
			all = append(all, p)
			gap = 0
		}
		p = piece{}
	}
	for i, r := range text {
		if _, ok := symbolOf(r); ok {
			if p.symbols == 0 {
				p.Start, p.joined = i, gap == 1
			}
			p.symbols, p.End = p.symbols+1, i+len(string(r))
			p.letters = p.letters || unicode.IsLetter(r)
			continue
		}
		flush()
		gap++
		if !betweenSymbols(r) {
			gap = 2
		}
	}
	flush()
	return all
}

// groupsOf is how many pieces, from the first on, are grouped as a code is; 0 when they are not.
// A card number in groups of four has no letters.
func groupsOf(pieces []piece) int {
	total, letters := 0, false
	for i, p := range pieces {
		if i > 0 && !p.joined || p.symbols > lookupGroup {
			return 0
		}
		total, letters = total+p.symbols, letters || p.letters
		switch {
		case total == lookupSymbols && letters:
			return i + 1
		case p.symbols != lookupGroup:
			return 0
		}
	}
	return 0
}
