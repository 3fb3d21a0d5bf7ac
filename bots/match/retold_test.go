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

// TestClaimsToldInOtherWords prints how many retellings are found and how many other texts are taken for one. The line is
// drawn on the tuned half: to say wrongly that something was refuted is worse than to say that it is not verified.
func TestClaimsToldInOtherWords(t *testing.T) {
	folder := NewFolder()
	var ids, texts []string
	for _, r := range retellings(t) {
		if r.kind == "claim" {
			ids, texts = append(ids, r.claim), append(texts, r.text)
		}
	}
	claims := NewClaims(folder, texts)
	for _, half := range []struct {
		name         string
		tuned        bool
		least, worst int
	}{{"tuned", true, 19, 2}, {"held out", false, 18, 4}} {
		var same, found, other, wrongly int
		for _, r := range retellings(t) {
			if r.kind == "claim" || r.tuned != half.tuned {
				continue
			}
			of, percent := claims.Like(folder.Fold(r.text))
			isRight := of >= 0 && ids[of] == r.claim
			if r.kind == "same" {
				if same++; isRight {
					found++
				}
			} else if other++; of >= 0 {
				wrongly++
			}
			if half.tuned && isRight != (r.kind == "same") || half.tuned && r.kind == "other" && of >= 0 {
				t.Logf("%d %%: %s %s: %s", percent, r.kind, r.claim, r.text)
			}
		}
		t.Logf("%s: %d of %d told in other words are found; %d of %d others are taken for one", half.name, found, same, wrongly, other)
		if found < half.least || wrongly > half.worst {
			t.Errorf("%s: there were %d and %d", half.name, half.least, half.worst)
		}
	}
}
