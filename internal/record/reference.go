package record

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// noRegion stands in a reference where the unit's region is not configured.
const noRegion = "000000"

// referenceLetters are the check characters: eleven letters that sound alike in no pair.
const referenceLetters = "AFHLMRUWXYZ"

// referenceDigits are in a reference: region, day, serial.
const referenceDigits = 6 + 8 + 6

// local is the zone in which days are counted and told to people.
func local() *time.Location { return time.FixedZone("CST", 8*60*60) }

// NewReference is the public reference of a report: region of the unit, day, serial and check
// character, such as 460100-20261125-004217-X. The serial follows from tag, a keyed digest of the
// report: decided again it is the same, and it tells nobody how many reports there were.
func NewReference(region, tag string, day time.Time) string {
	if region == "" {
		region = noRegion
	}
	sum := sha256.Sum256([]byte(tag))
	serial := binary.BigEndian.Uint64(sum[:]) % 1e6
	body := fmt.Sprintf("%s-%s-%06d", region, day.In(local()).Format("20060102"), serial)
	return body + "-" + string(referenceCheck(body))
}

// referenceCheck weighs the digits one to ten, again and again, modulo 11: one wrong digit always
// shows, and so do two neighbours that changed places.
func referenceCheck(body string) byte {
	sum, n := 0, 0
	for _, r := range body {
		if r >= '0' && r <= '9' {
			sum, n = sum+int(r-'0')*(n%10+1), n+1
		}
	}
	return referenceLetters[sum%len(referenceLetters)]
}

// ParseReference reads a reference as a person types it: in any case and width, with or without
// what stands between its parts. It is false for what cannot be one.
func ParseReference(typed string) (reference string, ok bool) {
	p := PlainCode(typed)
	if len(p) != referenceDigits+1 || strings.Trim(p[:referenceDigits], "0123456789") != "" {
		return "", false
	}
	body := p[:6] + "-" + p[6:14] + "-" + p[14:referenceDigits]
	return body + "-" + p[referenceDigits:], p[referenceDigits] == referenceCheck(body)
}

// PlainCode is a code without what people put between its letters, in upper case and of ordinary
// width, as codes in messages are printed.
func PlainCode(typed string) string {
	var plain strings.Builder
	for _, r := range typed {
		if !betweenSymbols(r) {
			plain.WriteRune(unicode.ToUpper(narrow(r)))
		}
	}
	return plain.String()
}
