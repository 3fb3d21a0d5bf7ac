package match

import (
	"hash/fnv"
	"strings"
	"testing"
)

// retelling is a line of testdata/retold.txt.
type retelling struct {
	kind, claim, text string
	tuned             bool // in the half that the rules may be improved with
}

func retellings(t *testing.T) (all []retelling) {
	t.Helper()
	for _, line := range labelledLines(t, "testdata/retold.txt") {
		head, text, _ := strings.Cut(line, ": ")
		kind, claim, _ := strings.Cut(head, " ")
		h := fnv.New32a()
		h.Write([]byte(text)) //nolint:errcheck // never fails
		all = append(all, retelling{kind, claim, text, h.Sum32()%2 == 0})
	}
	return all
}

func TestClaimsToldInOtherWords(t *testing.T) {
	folder := NewFolder()
	claims := map[string]Likeness{}
	for _, r := range retellings(t) {
		if r.kind == "claim" {
			claims[r.claim] = folder.Fold(r.text).Likeness()
		}
	}
	for _, half := range []struct {
		name  string
		tuned bool
	}{{"tuned", true}, {"held out", false}} {
		var same, found, other, wrongly int
		for _, r := range retellings(t) {
			if r.kind == "claim" || r.tuned != half.tuned {
				continue
			}
			of := ""
			for id, c := range claims {
				if folder.Fold(r.text).Likeness().Repeats(c) > 0 {
					of = id
				}
			}
			switch {
			case r.kind == "same":
				if same++; of == r.claim {
					found++
				}
			default:
				if other++; of != "" {
					wrongly++
				}
			}
		}
		t.Logf("%s: %d of %d told in other words are found; %d of %d others are taken for one", half.name, found, same, wrongly, other)
	}
}
