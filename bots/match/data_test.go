package match

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var update = flag.Bool("update", false, "rewrite compat.txt from golang.org/x/text")

// TestCompatIsNFKC holds the shipped table against the reference, rune by rune.
func TestCompatIsNFKC(t *testing.T) {
	want := compatFromReference()
	if *update {
		if err := os.WriteFile("compat.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != compat {
		t.Error("compat.txt is not what NFKC says: run go test -run CompatIsNFKC -update")
	}
}

func compatFromReference() string {
	var b strings.Builder
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		to, ok := nfkcSingle(r)
		if !ok {
			continue
		}
		last := r
		for next, more := nfkcSingle(last + 1); more && next == to+last+1-r; next, more = nfkcSingle(last + 1) {
			last++
		}
		if last == r {
			fmt.Fprintf(&b, "%04X %04X\n", r, to)
		} else {
			fmt.Fprintf(&b, "%04X-%04X %04X\n", r, last, to)
		}
		r = last
	}
	return b.String()
}

func nfkcSingle(r rune) (rune, bool) {
	if !utf8.ValidRune(r) {
		return 0, false
	}
	s := norm.NFKC.String(string(r))
	to, n := utf8.DecodeRuneInString(s)
	return to, n == len(s) && to != r
}

// TestSimplifiedIsWellFormed refuses pairs that are no pairs, doubles and self-maps.
func TestSimplifiedIsWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, pair := range strings.Fields(simplified) {
		runes := []rune(pair)
		if len(runes) != 2 || runes[0] == runes[1] || seen[string(runes[:1])] {
			t.Errorf("bad pair %q", pair)
			continue
		}
		seen[string(runes[:1])] = true
	}
	if len(seen) < 1000 {
		t.Errorf("only %d pairs", len(seen))
	}
}
