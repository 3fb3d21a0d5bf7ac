package clamd

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a scanner answers, only the one line that says so is clean, and what was found has a
// name that can be shown.
func FuzzAnswer(f *testing.F) {
	for _, said := range []string{
		"stream: OK\x00", "stream: OK", "", "\x00", "stream: Win.Test.EICAR_HDB-1 FOUND\x00", "stream:  FOUND\x00", "stream: \xff\xfe FOUND\x00", "stream: OK FOUND\x00",
		"INSTREAM size limit exceeded. ERROR\x00", "stream: OKAY\x00", "1: stream: OK\x00", "ClamAV 1.4.3/27832/Wed Nov 25 09:35:02 2026\x00", "ClamAV //\x00",
		strings.Repeat("x", 2*maxAnswer),
	} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		line, err := answer(strings.NewReader(said))
		if err != nil {
			return
		}
		found, err := verdict(line)
		if clean := err == nil && found == ""; clean != (line == "stream: OK") {
			t.Errorf("%q: clean %v", said, clean)
		}
		if err == nil && (!utf8.ValidString(found) || utf8.RuneCountInString(found) > 120) {
			t.Errorf("%q: found %q", said, found)
		}
		if v, err := readVersion(line); err == nil && !utf8.ValidString(v.Engine) {
			t.Errorf("%q: version %q", said, v.Engine)
		}
	})
}
