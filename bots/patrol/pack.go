package patrol

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

//go:embed rules.json
var shipped []byte

// Rule finds texts that may be about one kind of unlawful or harmful thing. It matches
// when every entry of All, at least one of Any (if there are any) and none of Not occurs.
// An entry may list ways of saying the same, separated by "|".
//
// A rule brings its own proof: every text of Positives must match it, and no text of
// HardNegatives (victims, people who warn, quote or ask, minors, complaints) may come out
// as something to warn its author about.
type Rule struct {
	ID            string        `json:"id"`
	Version       int           `json:"version"`
	Category      bots.Category `json:"category"`
	Why           string        `json:"why"` // one sentence for the person warned
	All           []string      `json:"all,omitempty"`
	Any           []string      `json:"any,omitempty"`
	Not           []string      `json:"not,omitempty"`
	Positives     []string      `json:"positives"`
	HardNegatives []string      `json:"hard_negatives"`
}

// Pack is a set of rules that has proved itself. It cannot be changed.
type Pack struct {
	rules  []Rule
	digest string
	sieve  *Sieve
}

// Shipped returns the rules that come with netpatrol.
func Shipped() (*Pack, error) { return Load(shipped) }

// Load reads a pack from JSON: {"rules": [...]}. It refuses unknown keys, a category off
// the closed list, and a rule whose own examples fail; all faults are reported at once.
func Load(raw []byte) (*Pack, error) {
	var file struct {
		Rules []Rule `json:"rules"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	if len(file.Rules) == 0 {
		return nil, errors.New("the pack holds no rule: give it at least one, or leave the pack out")
	}
	if err := wellFormed(file.Rules); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	p := &Pack{rules: file.Rules, digest: hex.EncodeToString(sum[:])}
	sieve, err := compile(file.Rules)
	if err != nil {
		return nil, err
	}
	p.sieve = sieve
	return p, p.prove()
}

// Digest names the rules in force: hex SHA-256 of the file.
func (p *Pack) Digest() string { return p.digest }

// Rules returns a copy of the list.
func (p *Pack) Rules() []Rule { return append([]Rule(nil), p.rules...) }

// Rule returns one rule by its id.
func (p *Pack) Rule(id string) (Rule, bool) {
	for _, r := range p.rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

func wellFormed(rules []Rule) error {
	var faults []error
	seen := map[string]bool{}
	f := match.NewFolder()
	for i, r := range rules {
		for _, fault := range r.faults(f) {
			faults = append(faults, fmt.Errorf("rule %d (%s): %s", i+1, r.ID, fault))
		}
		if seen[r.ID] {
			faults = append(faults, fmt.Errorf("rule %d (%s): another rule has this id", i+1, r.ID))
		}
		seen[r.ID] = true
	}
	return errors.Join(faults...)
}

func (r Rule) faults(f *match.Folder) (all []string) {
	need := func(ok bool, mend string) {
		if !ok {
			all = append(all, mend)
		}
	}
	need(r.ID != "" && strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") == "", "id must be lower-case letters, digits and hyphens")
	need(r.Version > 0, "version must be 1 or more, and rise with every change")
	need(strings.HasSuffix(r.Why, "。"), "why must tell the person warned what is wrong, in a whole sentence that ends with 。")
	need(len(r.All)+len(r.Any) > 0, "needs phrases in all or any")
	need(len(r.Positives) > 0, "needs at least one text in positives")
	need(len(r.HardNegatives) > 0, "needs at least one text in hard_negatives")
	if !r.Category.Valid() { // promise 8
		all = append(all, fmt.Sprintf("category %q is not on the closed list", r.Category))
	}
	for _, person := range r.persons(f) {
		need(false, fmt.Sprintf("phrase %q names a person or an account: a rule is about what is said, never about who says it", person))
	}
	return all
}

// persons returns phrases that are keyed to somebody: a handle, or a phone number.
func (r Rule) persons(f *match.Folder) (all []string) {
	for _, entry := range r.entries() {
		for _, phrase := range strings.Split(entry, "|") {
			folded := f.Fold(phrase)
			for _, i := range folded.Indicators() {
				if i.Kind.Reaches() && i.Kind != match.URL {
					all = append(all, phrase)
				}
			}
			if strings.HasPrefix(folded.Text, "@") {
				all = append(all, phrase)
			}
		}
	}
	return all
}

func (r Rule) entries() []string {
	all := append([]string(nil), r.All...)
	all = append(all, r.Any...)
	return append(all, r.Not...)
}

// prove runs every rule's own examples through the compiled pack.
func (p *Pack) prove() error {
	var faults []error
	for _, r := range p.rules {
		for _, text := range r.Positives {
			if !p.sieve.matches(text, r.ID) {
				faults = append(faults, fmt.Errorf("rule %s does not match its positive %q", r.ID, text))
			}
		}
		for _, text := range r.HardNegatives {
			if hit, ok := p.sieve.proposes(text); ok {
				faults = append(faults, fmt.Errorf("rule %s: hard negative %q would be proposed for a warning by rule %s", r.ID, text, hit.Rule))
			}
		}
	}
	return errors.Join(faults...)
}
