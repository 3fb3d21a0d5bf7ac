package record

import (
	"fmt"
	"strings"
	"time"
)

// Comparison is what somebody saw who held the screenshot of a send by hand against what was
// approved. No program reads pictures here: a person compares, line by line.
type Comparison struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Lines []bool    `json:"lines"`           // of each of [Item.Compared], whether the picture bears it out
	Shows string    `json:"shows,omitempty"` // what it shows instead, where it does not
}

// NothingMore is the last thing to compare: an approved text to which somebody added a line is
// not the approved text.
const NothingMore = "除以上各行外，没有多出别的话"

// Compared is what is held against a screenshot, one after another: the lines of the approved text that
// say something, and that nothing else stands there.
func (i *Item) Compared() []string {
	var all []string
	for l := range strings.SplitSeq(i.Text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return append(all, NothingMore)
}

// showOnly records that a screenshot is all there is to show what was posted: the item counts
// as delivered only once somebody has compared it.
func (i *Item) showOnly(by *Officer, link string, now time.Time) error {
	if i.Hand.Unproven {
		return refuse("unproven", "the screenshot waits to be compared: only the text as posted would say more")
	}
	i.Hand.By, i.Hand.At, i.Hand.Link, i.Hand.Unproven = by.ID, now, link, true
	return nil
}

// CompareHand is a second person's word on the screenshot of what was posted. Where every line is
// borne out the item is delivered. Where one is not, what the picture shows is held as an altered text, for
// [Item.ConfirmHand].
func (i *Item) CompareHand(by *Officer, c Comparison, policy Policy, now time.Time) error {
	if err := i.byHand(); err != nil {
		return err
	}
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not compare a send by hand", by.ID)
	}
	if !i.Hand.Unproven || i.Hand.Shot == "" { // promise 4
		return refuse("not-shown", "no screenshot waits to be compared")
	}
	if i.Hand.By == by.ID && !policy.OneOfficer { // promise 2
		return refuse("two-people", "you posted it: a second officer must compare the screenshot")
	}
	want := len(i.Compared())
	if len(c.Lines) != want { // promise 1
		return refuse("lines", "%d lines were compared, there are %d: say of each whether the screenshot shows it", len(c.Lines), want)
	}
	amiss := c.amiss()
	if len(amiss) > 0 && c.Shows == "" {
		return refuse("shows", "say what the screenshot shows instead")
	}
	if len(c.Shows) > maxProof {
		return refuse("too-long", "%d bytes were written, %d are taken", len(c.Shows), maxProof)
	}
	c.By, c.At, i.Hand.Unproven = by.ID, now, false
	i.Hand.Compared = &c
	if len(amiss) > 0 { // promise 1
		return i.disputed(by, amiss, policy, now)
	}
	c.Shows = ""
	return i.delivered(by.ID, now)
}

// disputed holds what a screenshot shows as a text that differs from the approved one.
func (i *Item) disputed(by *Officer, amiss []string, policy Policy, now time.Time) error {
	i.Hand.Altered, i.Hand.Reason = i.Hand.Compared.Shows, "截图与审批的文字对不上："+strings.Join(amiss, "、")
	if policy.OneOfficer {
		return i.delivered(by.ID, now)
	}
	i.Due = time.Time{}
	return nil
}

// amiss names what the screenshot does not bear out.
func (c Comparison) amiss() (all []string) {
	for n, same := range c.Lines {
		switch {
		case same:
		case n == len(c.Lines)-1:
			all = append(all, "多出别的话")
		default:
			all = append(all, fmt.Sprintf("第 %d 行", n+1))
		}
	}
	return all
}
