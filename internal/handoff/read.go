package handoff

import (
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
	"netpatrol/internal/record"
)

// Reader takes out of texts what a package tells. It is safe for concurrent use.
type Reader struct {
	folder  *match.Folder
	regions *Regions
}

// NewReader makes one.
func NewReader() *Reader { return &Reader{folder: match.NewFolder(), regions: NewRegions()} }

// Places are the provinces and prefectures that a text names.
func (r *Reader) Places(text string) []Place { return r.regions.Find(text) }

// Read returns the indicators of a text, and the text with what may not be passed on masked: numbers of identity
// cards, cards and accounts that are not a suspect's, and whatever else is the victim's own. whole
// says that the reporter's own numbers, but for cards and identity cards, may stand. said is what the reporter said
// of what was read: what is theirs is treated so, what was read wrong is left out, and how sure the rest is follows from it.
func (r *Reader) Read(text string, whole bool, said ...bots.Check) (found []record.HandoffIndicator, masked string) {
	var out strings.Builder
	at := 0
	for _, i := range r.folder.Fold(text).Indicators() {
		i, as := judged(i, said)
		hide := hidden(i, whole) || as == bots.CheckWrong && i.Kind.Reaches()
		if hide {
			out.WriteString(text[at:i.At.Start])
			out.WriteString(mask(i))
			at = i.At.End
		}
		if h, ok := told(i, hide, whole); ok && as != bots.CheckWrong {
			h.Said = as
			found = append(found, h)
		}
	}
	out.WriteString(text[at:])
	return found, out.String()
}

// How sure an indicator is, in hundredths, when its reporter has confirmed that it was read right, and at most when they
// said that something was read wrong.
const (
	confirmed = 95
	disputed  = 40
)

// judged is an indicator with what the reporter said of it.
func judged(i match.Indicator, said []bots.Check) (match.Indicator, bots.CheckAs) {
	n := slices.IndexFunc(said, func(c bots.Check) bool { return c.As != "" && c.Names(string(i.Kind), i.Value) })
	if n < 0 {
		return i, ""
	}
	switch as := said[n].As; as {
	case bots.CheckConfirmed, bots.CheckCorrected:
		i.Confidence = max(i.Confidence, confirmed)
	case bots.CheckDisputed:
		i.Confidence, i.Role = min(i.Confidence, disputed), match.Unclear
	case bots.CheckOwn:
		i.Role = match.Victim
	}
	return i, said[n].As
}

// hidden says whether an indicator's value must not be passed on.
func hidden(i match.Indicator, whole bool) bool {
	switch i.Kind {
	case match.IDNumber:
		return true
	case match.Card, match.BankAccount:
		return i.Role != match.Suspect
	}
	return i.Role == match.Victim && i.Kind.Reaches() && !whole
}

// told is an indicator as the package has it. Identity cards are left out; so is what leads to the victim,
// unless it is a masked card, by whose ends the bank finds a transfer.
func told(i match.Indicator, hide, whole bool) (record.HandoffIndicator, bool) {
	h := record.HandoffIndicator{Kind: string(i.Kind), Value: i.Value, Role: string(i.Role), Confidence: i.Confidence, Approx: i.Approx}
	if i.Kind == match.IDNumber {
		return h, false
	}
	if !hide {
		return h, true
	}
	h.Value, h.Masked = mask(i), true
	return h, i.Kind == match.Card || i.Kind == match.BankAccount
}

// mask leaves the ends of a card or account, by which its bank finds a transfer, and nothing of anything else.
func mask(i match.Indicator) string {
	runes := []rune(i.Value)
	if n := len(runes); n >= 12 && (i.Kind == match.Card || i.Kind == match.BankAccount) {
		return string(runes[:4]) + strings.Repeat("*", n-8) + string(runes[n-4:])
	}
	return strings.Repeat("*", min(len(runes), 8))
}

// Merge joins what several texts gave: one of each kind and value, a suspect's role and the higher confidence first.
func Merge(all ...[]record.HandoffIndicator) []record.HandoffIndicator {
	var out []record.HandoffIndicator
	for _, i := range slices.Concat(all...) {
		n := slices.IndexFunc(out, func(o record.HandoffIndicator) bool { return o.Kind == i.Kind && o.Value == i.Value })
		if n < 0 {
			out = append(out, i)
			continue
		}
		if out[n].Role == "" {
			out[n].Role = i.Role
		}
		out[n].Confidence = max(out[n].Confidence, i.Confidence)
	}
	return out
}
