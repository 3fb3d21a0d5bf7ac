package record

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAReferenceNamesCityDayAndSerial(t *testing.T) {
	late := time.Date(2026, 11, 25, 17, 30, 0, 0, time.UTC) // the next day, where people read it
	ref := NewReference("460100", "tag", late)
	if !strings.HasPrefix(ref, "460100-20261126-") || len(ref) != len("460100-20261126-004217-X") {
		t.Errorf("%q", ref)
	}
	if again := NewReference("460100", "tag", late); again != ref {
		t.Errorf("decided again it is %q, not %q", again, ref)
	}
	if other := NewReference("460100", "other", late); other == ref {
		t.Errorf("another report has it, too: %q", other)
	}
	if none := NewReference("", "tag", late); !strings.HasPrefix(none, "000000-") {
		t.Errorf("without a region: %q", none)
	}
}

func TestAReferenceIsReadAsPeopleTypeIt(t *testing.T) {
	ref := NewReference("460100", "tag", now)
	for _, typed := range []string{ref, strings.ToLower(ref), strings.ReplaceAll(ref, "-", ""), strings.ReplaceAll(ref, "-", " － ")} {
		if got, ok := ParseReference(typed); !ok || got != ref {
			t.Errorf("%q is read as %q, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "K7M2P9XW", ref + "0", ref[:len(ref)-1], newLookup()} {
		if got, ok := ParseReference(typed); ok {
			t.Errorf("%q passes for %q", typed, got)
		}
	}
}

func TestAWrongDigitOfAReferenceShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := []byte(strings.ReplaceAll(NewReference("460100", rapid.String().Draw(t, "tag"), now), "-", ""))
		i := rapid.IntRange(0, referenceDigits-2).Draw(t, "i")
		wrong := append([]byte(nil), plain...)
		wrong[i] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if _, ok := ParseReference(string(wrong)); ok != (wrong[i] == plain[i]) {
			t.Fatalf("%s for %s: %v", wrong, plain, ok)
		}
		swapped := append([]byte(nil), plain...)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		if _, ok := ParseReference(string(swapped)); ok != (plain[i] == plain[i+1]) {
			t.Fatalf("%s for %s: %v", swapped, plain, ok)
		}
	})
}
