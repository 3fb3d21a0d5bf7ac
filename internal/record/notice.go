package record

import (
	"slices"
	"time"

	"netpatrol/adapters"
)

// Notice is one try to tell a person that a message waits for them. The intent is durable
// before the call, so that a crash in between leaves it begun and it is never made again.
type Notice struct {
	Way    string       `json:"way"`
	At     time.Time    `json:"at"`
	Result string       `json:"result"` // a Notice constant
	Ref    adapters.Ref `json:"ref,omitempty"`
	Note   string       `json:"note,omitempty"`
}

// What became of a notice.
const (
	NoticeBegun   = "begun"   // whether it went out is not known
	NoticeSent    = "sent"    //
	NoticeRefused = "refused" // it certainly did not go out
)

// NextWay is the first of the ways by which nobody was told yet; empty when one of the ways
// told them, may have, or all were refused.
func (i *Item) NextWay(ways []string) string {
	for _, n := range i.Notices {
		if n.Result != NoticeRefused { // promise 4
			return ""
		}
	}
	for _, w := range ways {
		if !slices.ContainsFunc(i.Notices, func(n Notice) bool { return n.Way == w }) {
			return w
		}
	}
	return ""
}

// Notify records the intent to tell the person of an item that is held.
func (i *Item) Notify(way string, now time.Time) error {
	if i.State != ItemHeld {
		return refuse("not-held", "the item is %s: only of a held one is anybody told", i.State)
	}
	i.Notices = append(i.Notices, Notice{Way: way, At: now, Result: NoticeBegun})
	return nil
}

// Notified records what became of the notice begun last.
func (i *Item) Notified(result string, ref adapters.Ref, note string) error {
	n := len(i.Notices)
	if n == 0 || i.Notices[n-1].Result != NoticeBegun {
		return refuse("no-notice", "no notice is under way")
	}
	last := &i.Notices[n-1]
	last.Result, last.Ref, last.Note = result, ref, note
	return nil
}
