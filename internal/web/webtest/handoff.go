package webtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/engine"
	"netpatrol/internal/handoff"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// clerk hands clues over to one unit by a page, and to one by a folder that takes everything.
type clerk struct{ d *Desk }

var (
	_ engine.Clerk  = clerk{}
	_ view.Handoffs = clerk{}
)

func receivers() []view.Receiver {
	return []view.Receiver{{ID: "meilan", Name: "美兰分局", Way: record.ByPage}, {ID: "sansha", Name: "三沙市公安局", Way: record.ByFolder}}
}

// Unit implements [engine.Clerk].
func (clerk) Unit(id string) (name, way string, ok bool) {
	for _, r := range receivers() {
		if r.ID == id {
			return r.Name, r.Way, true
		}
	}
	return "", "", false
}

// Pack implements [engine.Clerk].
func (clerk) Pack(texts []string, whole bool, said []bots.Check) record.HandoffPackage {
	p := record.HandoffPackage{FromUnit: Unit}
	r := handoff.NewReader()
	for _, t := range texts {
		found, masked := r.Read(t, whole, said...)
		p.Indicators, p.Words = handoff.Merge(p.Indicators, found), append(p.Words, masked)
	}
	return p
}

// Courier implements [engine.Clerk].
func (clerk) Courier(string) string { return "" }

// Deliver implements [engine.Clerk].
func (clerk) Deliver(context.Context, *record.Handoff) error { return nil }

// Units implements [view.Handoffs].
func (clerk) Units([]string) []view.Receiver { return receivers() }

// Files implements [view.Handoffs].
func (c clerk) Files(h *record.Handoff) ([]view.HandoffFile, error) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	files, err := handoff.Build(h, key, func(as string) string { return record.HandoffSlip(c.d.Store.Vault().Tag, h, as) })
	var all []view.HandoffFile
	for _, f := range files {
		all = append(all, view.HandoffFile(f))
	}
	return all, err
}

// Link implements [view.Handoffs].
func (c clerk) Link(h *record.Handoff) string {
	if !h.Open(time.Now()) {
		return ""
	}
	return "https://front.example/handoff/" + h.Code + "/" + record.HandoffToken(c.d.Store.Vault().Tag, h)
}

// Lines implements [view.Handoffs].
func (clerk) Lines(h *record.Handoff) []view.HandoffLine {
	var all []view.HandoffLine
	for _, f := range handoff.Facts(h) {
		all = append(all, view.HandoffLine(f))
	}
	for _, i := range h.Package.Indicators {
		all = append(all, view.HandoffLine{Name: handoff.KindWord(i.Kind), Value: i.Value})
	}
	return all
}
