package bridge

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"netpatrol/adapters"
)

// about is what the site says of itself: GET /v1/about.
type about struct {
	Contract  string     `json:"contract"`
	Account   self       `json:"account"`
	Abilities []string   `json:"abilities"`
	Sources   []string   `json:"sources"`
	Limits    siteLimits `json:"limits,omitzero"`
}

// self is our account on the site.
type self struct {
	ID        string `json:"id"`
	Handle    string `json:"handle"`
	Name      string `json:"name"`
	URL       string `json:"url"`
	Confirmed bool   `json:"confirmed"` // the site vouches for the agency
	Evidence  string `json:"evidence"`
}

func (s self) person() adapters.Person {
	return adapters.Person{ID: s.ID, Handle: s.Handle, Name: s.Name}
}

// siteLimits are the limits the site states; what it does not state is not limited.
type siteLimits struct {
	Text     []textLimit   `json:"text"`
	Quotas   []quota       `json:"quotas"`
	Windows  []replyWindow `json:"windows"`
	Parallel int           `json:"parallel"` // sends under way at once; 0 means 1
}

type textLimit struct {
	Channel string `json:"channel"`
	Max     int    `json:"max"`
	Unit    string `json:"unit"`
}

type quota struct {
	Channel string `json:"channel"` // "": all together
	N       int    `json:"n"`
	Seconds int    `json:"seconds"`
	Zone    string `json:"zone"` // whose midnight resets it; "": a sliding window
}

type replyWindow struct {
	Trigger string `json:"trigger"`
	N       int    `json:"n"`
	Seconds int    `json:"seconds"`
}

// units are the contract's words for how text is counted.
func unit(word string) (adapters.Unit, bool) {
	switch word {
	case "", "characters":
		return adapters.Runes, true
	case "bytes":
		return adapters.Bytes, true
	case "utf16":
		return adapters.UTF16, true
	case "half-widths":
		return adapters.HalfWidths, true
	case "full-widths":
		return adapters.FullWidths, true
	}
	return "", false
}

func channel(word string) (adapters.Channel, bool) {
	ch := adapters.Channel(word)
	return ch, ch == adapters.Public || ch == adapters.Private || ch == adapters.InReply
}

// longest is the longest span a limit may be about; beyond it a number is a mistake.
const longest = 366 * 24 * time.Hour

func span(seconds int) (time.Duration, bool) {
	d := time.Duration(seconds) * time.Second
	return d, seconds > 0 && seconds <= int(longest/time.Second)
}

// limits translates what the site states. A figure that makes no sense is an error: a
// limit that is not understood would be broken.
func (a about) limits(checked string) (adapters.Limits, error) {
	from := adapters.Provenance{Source: "read from the site", CheckedOn: cmp.Or(checked, checkedOn), Confirmed: true}
	l := adapters.Limits{LaneWidth: min(max(a.Limits.Parallel, 0), 16)}
	for _, t := range a.Limits.Text {
		ch, known := channel(t.Channel)
		u, counts := unit(t.Unit)
		if !known || !counts || t.Max <= 0 {
			return l, fmt.Errorf("a text limit of %d on %q in %q: give a channel, a unit of the contract and a number above 0", t.Max, truncate(t.Channel, 20), truncate(t.Unit, 20))
		}
		l.Text = append(l.Text, adapters.TextLimit{Channel: ch, Max: t.Max, Unit: u, Provenance: from})
	}
	for _, q := range a.Limits.Quotas {
		ch, known := channel(q.Channel)
		per, ok := span(q.Seconds)
		_, err := time.LoadLocation(q.Zone)
		if !known && q.Channel != "" || !ok || q.N <= 0 || err != nil {
			return l, fmt.Errorf("a quota of %d in %d s on %q: give numbers above 0 and an IANA zone or none", q.N, q.Seconds, truncate(q.Channel, 20))
		}
		l.Quotas = append(l.Quotas, adapters.Quota{Scope: adapters.ScopeAccount, Channel: ch, N: q.N, Per: per, Zone: q.Zone, Provenance: from})
	}
	for _, w := range a.Limits.Windows {
		within, ok := span(w.Seconds)
		if !ok || w.N < 0 {
			return l, fmt.Errorf("a reply window of %d in %d s: give numbers above 0", w.N, w.Seconds)
		}
		l.Windows = append(l.Windows, adapters.ReplyWindow{Trigger: kind(w.Trigger), N: w.N, Within: within, Provenance: from})
	}
	return l, nil
}

// caps are the abilities the site lists; a word it alone knows is passed over.
func (d about) caps(a *account, r *receiver) adapters.Caps {
	c := adapters.Caps{Webhook: r, FindsByKey: true}
	has := func(word string) bool { return slices.Contains(d.Abilities, word) }
	if has("publish") {
		c.Publish, c.Find = a, a
	}
	if has("message") {
		c.Message, c.Find = a, a
	}
	if has("comment") {
		c.Comment, c.Find = a, a
	}
	if has("watch") {
		c.Watch = a
	}
	if has("retract") {
		c.Retract = a
	}
	if has("measure") {
		c.Measure = a
	}
	if has("lookup") {
		c.Lookup = a
	}
	if has("media") {
		c.Media = a
	}
	if has("handover") {
		c.Handover = a
	}
	return c
}
