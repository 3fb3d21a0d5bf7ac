package record

import (
	"strings"
	"time"

	"netpatrol/bots"
)

// HandOver is the sheet by which one officer leaves the desk to the next: what was open when it was
// drawn up, as references that tell nothing of a person, and what the officers write beside it. It never
// changes but for signatures and remarks. States: drawn, left (signed by who leaves), taken (signed
// by both), replaced (the same officer drew another before both had signed).
type HandOver struct {
	bots.Head
	From    string     `json:"from"` // officer who leaves
	To      string     `json:"to"`   // officer who comes
	Open    []OpenItem `json:"open,omitempty"`
	More    int        `json:"more,omitempty"` // open besides
	Notes   string     `json:"notes,omitempty"`
	By      string     `json:"by,omitempty"` // who drew it up; empty: the rota, at the end of a shift
	LeftAt  time.Time  `json:"leftAt,omitzero"`
	TakenAt time.Time  `json:"takenAt,omitzero"`
	Remarks []Remark   `json:"remarks,omitempty"`
}

// RecordKind implements [bots.Record].
func (*HandOver) RecordKind() bots.RecordKind { return bots.KindHandOver }

// Remark is what an officer adds to a sheet.
type Remark struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// The states of a sheet.
const (
	HandOverDrawn    = bots.HandOverDrawn
	HandOverLeft     = bots.HandOverLeft
	HandOverTaken    = "taken"
	HandOverReplaced = "replaced"
)

// MostOpen is how many open items a sheet names, and mostRemarks how many remarks it holds.
const (
	MostOpen    = 150
	mostRemarks = 50
)

// DrawHandOver draws a sheet up between two officers. by is nil when the rota does, at the end of a shift. open is what is
// open now, the most pressing first.
func DrawHandOver(h *HandOver, from, to, by *Officer, open []OpenItem) error {
	switch {
	case by != nil && !by.Is(Duty, Approver):
		return refuse("role", "%s may not hand the desk over", by.ID)
	case from.ID == to.ID:
		return refuse("handover-two", "one officer leaves and another comes: name two")
	case !from.Is(Duty, Approver) || !to.Is(Duty, Approver):
		return refuse("duty-answers", "who leaves and who comes must both be able to answer citizens")
	}
	n := min(len(open), MostOpen)
	h.Open, h.More = open[:n], len(open)-n
	h.From, h.To, h.State = from.ID, to.ID, HandOverDrawn
	if by != nil {
		h.By = by.ID
	}
	return nil
}

// SignHandOver puts the officer's name under the sheet: first who leaves, then who comes.
func SignHandOver(h *HandOver, by *Officer, now time.Time) error {
	switch {
	case by.State != OfficerActive || by.ID != h.From && by.ID != h.To:
		return refuse("handover-who", "only %s, who leaves, and %s, who comes, sign this sheet", h.From, h.To)
	case h.State == HandOverDrawn && by.ID == h.From:
		h.State, h.LeftAt = HandOverLeft, now
	case h.State == HandOverLeft && by.ID == h.To:
		h.State, h.TakenAt = HandOverTaken, now
	case h.State == HandOverDrawn:
		return refuse("handover-first", "%s, who leaves, signs first", h.From)
	default:
		return refuse("handover-signed", "the sheet is %s: you have nothing to sign", h.State)
	}
	h.Updated = now
	return nil
}

// RemarkHandOver adds what either of the two has to say, before signing or later.
func RemarkHandOver(h *HandOver, by *Officer, text string, now time.Time) error {
	switch {
	case by.State != OfficerActive || by.ID != h.From && by.ID != h.To:
		return refuse("handover-who", "only %s, who leaves, and %s, who comes, write on this sheet", h.From, h.To)
	case strings.TrimSpace(text) == "":
		return refuse("empty", "write the remark")
	case len(h.Remarks) >= mostRemarks:
		return refuse("handover-remarks", "the sheet has %d remarks: write on the next one", mostRemarks)
	}
	h.Remarks, h.Updated = append(h.Remarks, Remark{By: by.ID, At: now, Text: text}), now
	return nil
}
