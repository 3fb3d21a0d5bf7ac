package match

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// example is a sentence with what it should be taken for: 0 nothing, 1 danger to life, 2 moving money.
type example struct {
	pieces []string
	is     int
}

func examples(t *testing.T, file string) (all []example) {
	t.Helper()
	folder, is := NewFolder(), map[string]int{"none": 0, "life": 1, "call": 2, "sent": 2}
	for _, line := range labelledLines(t, file) {
		kind, text, ok := strings.Cut(line, ": ")
		n, known := is[kind]
		if !ok || !known {
			t.Fatalf("%s: %s", file, line)
		}
		all = append(all, example{piecesOf(folder.Fold(text).speech().text), n})
	}
	return all
}

// learner is a multinomial logistic regression over pieces, by stochastic gradient descent with weight decay.
type learner map[string]*[3]float64

func (m learner) chances(pieces []string) (p [3]float64) {
	root := math.Sqrt(float64(len(pieces) + fewPieces))
	for _, x := range pieces {
		if w := m[x]; w != nil {
			for k := range p {
				p[k] += w[k] / root
			}
		}
	}
	sum := 0.0
	for k := range p {
		p[k] = math.Exp(p[k] + m[""][k])
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// missing is how much worse it is to miss an emergency than to send a card too many.
const missing = 2

func (m learner) step(e example, rate float64) {
	const decay = 0.001
	p, root := m.chances(e.pieces), math.Sqrt(float64(len(e.pieces)+fewPieces))
	p[e.is]--
	if e.is > 0 {
		rate *= missing
	}
	for k := range p {
		m[""][k] -= rate * p[k] * 0.3
		for _, x := range e.pieces {
			if w := m[x]; w != nil {
				w[k] -= rate * (p[k]/root + decay*w[k])
			}
		}
	}
}

func learn(all []example) learner {
	m, often := learner{"": {}}, map[string]int{}
	for _, e := range all {
		for _, x := range e.pieces {
			if often[x]++; often[x] == 2 {
				m[x] = &[3]float64{}
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same every time
	for epoch := range 30 {
		for _, i := range random.Perm(len(all)) {
			m.step(all[i], 1/(1+0.1*float64(epoch)))
		}
	}
	return m
}

// TestUrgencyWeights prints what the weights make of sentences they were not learned from: the examples are cut in five,
// and each fifth is judged by what was learned from the others. With -update it learns from all and writes weights.txt.
func TestUrgencyWeights(t *testing.T) {
	all := examples(t, "testdata/urgency.txt")
	if *update {
		write(t, learn(all))
		return
	}
	var right, hurried, of [3]int
	for fold := range 5 {
		var from []example
		for i, e := range all {
			if i%5 != fold {
				from = append(from, e)
			}
		}
		m := learn(from)
		for i, e := range all {
			if i%5 == fold {
				p := m.chances(e.pieces)
				of[e.is]++
				if (p[0] < 0.5) == (e.is > 0) {
					hurried[e.is]++
					if e.is == 0 || (p[1]*1.35 > p[2]) == (e.is == 1) { // lifeFirst
						right[e.is]++
					}
				}
			}
		}
	}
	for is, floor := range [3]int{88, 70, 75} {
		name := [3]string{"none", "life", "money"}[is]
		t.Logf("%s: %d of %d right, %d with a card or rightly without", name, right[is], of[is], hurried[is])
		if percent(right[is], of[is]) < floor {
			t.Errorf("%s: less than %d %%", name, floor)
		}
	}
}

// TestTheWeightsAreWhole reads every line that ships.
func TestTheWeightsAreWhole(t *testing.T) {
	n := 0
	for line := range strings.Lines(weights) {
		var life, money int
		piece, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if _, err := fmt.Sscanf(rest, "%d\t%d", &life, &money); err != nil || len([]rune(piece)) > 3 {
			t.Errorf("%q: %v", line, err)
		}
		n++
	}
	if n != len(scale()) || n < 1000 {
		t.Errorf("%d lines, %d weights", n, len(scale()))
	}
}

func write(t *testing.T, m learner) {
	t.Helper()
	var b strings.Builder
	for _, x := range slices.Sorted(maps.Keys(m)) {
		life, money := math.Round(1000*(m[x][1]-m[x][0])), math.Round(1000*(m[x][2]-m[x][0]))
		if x == "" || max(math.Abs(life), math.Abs(money)) >= 100 {
			fmt.Fprintf(&b, "%s\t%d\t%d\n", x, int(life), int(money))
		}
	}
	if err := os.WriteFile("weights.txt", []byte(b.String()), 0o644); err != nil { //nolint:gosec // it ships
		t.Fatal(err)
	}
}
