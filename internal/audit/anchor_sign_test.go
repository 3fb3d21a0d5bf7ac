package audit

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"
)

func TestAnAnchorIsSignedByItsStation(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	other := ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize)))
	plain := Anchor{To: 7, At: time.Date(2026, 11, 26, 3, 0, 0, 5, time.UTC), Hash: strings.Repeat("ab", 32)}
	signed, err := plain.Signed(key)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := plain.Signed(other)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := ParseAnchor(" " + signed.String() + "\n"); err != nil || back != signed {
		t.Fatalf("%+v, %v", back, err)
	}
	changed := signed
	changed.To++
	for name, c := range map[string]struct {
		line string
		bad  int
	}{
		"its own": {signed.String(), 0}, "read off by a person": {plain.String(), 0}, "another's": {foreign.String(), 1}, "changed": {changed.String(), 1},
		"several": {signed.String() + "\n" + foreign.String() + "\n\n" + changed.String(), 2},
	} {
		got, err := Foreign(c.line, key.Public().(ed25519.PublicKey))
		if err != nil || len(got) != c.bad {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, line := range []string{signed.String() + "0", strings.ToUpper(signed.String()), signed.String() + " x", plain.String() + " zz"} {
		if a, err := ParseAnchor(line); err == nil {
			t.Errorf("%s is read as %+v", line, a)
		}
	}
}
