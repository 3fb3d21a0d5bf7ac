package intake

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"netpatrol/bots/match"
)

// sentence is one of testdata/labelled/urgency.txt.
type sentence struct {
	kind, text string
	tuned      bool // in the half that the cues may be improved with
}

func urgencySentences(t *testing.T) (all []sentence) {
	t.Helper()
	raw, err := os.ReadFile("testdata/labelled/urgency.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line, tuned := strings.CutPrefix(strings.TrimSpace(line), "tuned ")
		if kind, text, ok := strings.Cut(line, ": "); ok && line[0] != '#' {
			h := fnv.New32a()
			h.Write([]byte(text)) //nolint:errcheck // never fails
			all = append(all, sentence{kind, text, tuned || h.Sum32()%2 == 0})
		}
	}
	return all
}

// hurry is which of the kinds of the file a text gets the card of.
func hurry(text match.Folded) string {
	return cmp.Or(string(urgencyOf(text)), "none")
}

// tally counts, for one half of the sentences, how many of a kind there are, were recognised, and
// were taken for it wrongly.
type tally struct{ said, found, wrongly int }

func TestUrgencyOfSentencesHeldOut(t *testing.T) {
	folder := match.NewFolder()
	for _, half := range []struct {
		name  string
		tuned bool
	}{{"tuned", true}, {"held out", false}} {
		counts := map[string]*tally{"life": {}, "call": {}, "sent": {}, "none": {}}
		got := map[string]*tally{"life": {}, "money": {}}
		for _, s := range urgencySentences(t) {
			if s.tuned != half.tuned {
				continue
			}
			want := s.kind
			if want == "call" || want == "sent" {
				want = "money"
			}
			is := hurry(folder.Fold(s.text))
			counts[s.kind].said++
			if is == want {
				counts[s.kind].found++
			} else if half.tuned {
				t.Logf("%s, want %s: %s", is, s.kind, s.text)
			}
			if g := got[is]; g != nil {
				if g.said++; is == want {
					g.found++
				}
			}
		}
		var line strings.Builder
		for _, k := range []string{"life", "call", "sent", "none"} {
			fmt.Fprintf(&line, "; %s %d of %d", k, counts[k].found, counts[k].said)
		}
		for _, k := range []string{"life", "money"} {
			fmt.Fprintf(&line, "; cards for %s right %d of %d", k, got[k].found, got[k].said)
		}
		t.Logf("%s%s", half.name, line.String())
	}
}
