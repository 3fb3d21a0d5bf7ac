package app

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/handoff"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
	"netpatrol/internal/web/view"
)

// clerk makes clue packages and takes them to other units.
type clerk struct{ a *App }

var (
	_ engine.Clerk       = clerk{}
	_ frontdoor.Handoffs = clerk{}
	_ view.Handoffs      = clerk{}
)

// Unit implements [engine.Clerk].
func (c clerk) Unit(id string) (name, way string, ok bool) {
	for _, u := range c.a.o.Config.Units {
		if u.ID == id && u.Contact.Kind != "" {
			return u.Name, u.Contact.Kind, true
		}
	}
	return "", "", false
}

// Pack implements [engine.Clerk].
func (c clerk) Pack(texts []string, whole bool, said []bots.Check) record.HandoffPackage {
	p := record.HandoffPackage{FromUnit: c.a.o.Config.Unit.Name, FromRegion: c.a.o.Config.Unit.Region}
	var found [][]record.HandoffIndicator
	for _, t := range texts {
		indicators, masked := c.a.reader.Read(t, whole, said...)
		found = append(found, indicators)
		if masked = strings.TrimSpace(masked); masked != "" {
			p.Words = append(p.Words, masked)
		}
	}
	p.Indicators = handoff.Merge(found...)
	for _, place := range c.a.reader.Places(strings.Join(texts, "\n")) {
		p.Places = append(p.Places, place.String())
	}
	return p
}

// Courier implements [engine.Clerk].
func (c clerk) Courier(unit string) string {
	for _, u := range c.a.o.Config.Units {
		if u.ID == unit && u.Contact.Kind == record.ByBridge {
			return u.Contact.Account
		}
	}
	return ""
}

// Deliver implements [engine.Clerk]. A page is there as soon as the record says so.
func (c clerk) Deliver(ctx context.Context, h *record.Handoff) error {
	i := slices.IndexFunc(c.a.o.Config.Units, func(u config.OtherUnit) bool { return u.ID == h.Unit })
	if i < 0 || c.a.o.Config.Units[i].Contact.Kind != h.Way {
		return fmt.Errorf("unit %q is no longer configured with a %s", h.Unit, h.Way)
	}
	if h.Way == record.ByPage {
		return nil
	}
	files, err := c.build(h)
	if err != nil {
		return err
	}
	if h.Way == record.ByBridge {
		return c.a.outbox.HandOver(ctx, c.Courier(h.Unit), h, h.Key(handoff.Digest(files)), asPackage(h, files))
	}
	return putFiles(c.a.o.Config.Units[i].Contact.Folder, fmt.Sprintf("%s-%d%s", h.Code, h.Revision, suffix(h)), files)
}

// asPackage is a hand-off as the other unit's system gets it.
func asPackage(h *record.Handoff, files []handoff.File) adapters.Package {
	p := adapters.Package{
		Code: h.Code, Revision: h.Revision, Withdrawn: h.State == record.HandoffWithdrawn, To: h.Package.ToUnit, Emergency: h.Package.Emergency,
		From: adapters.Station{Name: h.Package.FromUnit, Region: h.Package.FromRegion},
	}
	if n := len(h.Notes); n > 0 {
		p.Note = h.Notes[n-1].Text
	}
	for _, f := range files {
		p.Files = append(p.Files, adapters.PackageFile(f))
	}
	return p
}

// suffix tells a withdrawal from what it withdraws.
func suffix(h *record.Handoff) string {
	if h.State == record.HandoffWithdrawn {
		return "-withdrawn"
	}
	return ""
}

// putFiles puts a package into a folder, whole or not at all. One that is there already is left alone: the same
// name is the same package.
func putFiles(folder, name string, files []handoff.File) error {
	to := filepath.Join(folder, name)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	draft, err := os.MkdirTemp(folder, ".draft-")
	if err != nil {
		return fmt.Errorf("write package %s: %w", name, err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(draft, f.Name), f.Data, 0o600); err != nil {
			return errors.Join(fmt.Errorf("write package %s: %w", name, err), os.RemoveAll(draft))
		}
	}
	if err := os.Rename(draft, to); err != nil {
		return errors.Join(fmt.Errorf("write package %s: %w", name, err), os.RemoveAll(draft))
	}
	return nil
}

func (c clerk) tag(scope, value string) string { return c.a.store.Vault().Tag(scope, value) }

func (c clerk) build(h *record.Handoff) ([]handoff.File, error) {
	return handoff.Build(h, c.a.key.Files(), func(as string) string { return record.HandoffSlip(c.tag, h, as) })
}

// Units implements [view.Handoffs].
func (c clerk) Units(texts []string) []view.Receiver {
	regions, all := map[string]string{}, []view.Receiver{}
	for _, u := range c.a.o.Config.Units {
		if u.Contact.Kind != "" {
			regions[u.ID] = u.Region
			all = append(all, view.Receiver{ID: u.ID, Name: u.Name, Way: u.Contact.Kind})
		}
	}
	for _, place := range c.a.reader.Places(strings.Join(texts, "\n")) {
		for _, id := range handoff.Nearest(place.Code, regions) {
			if i := slices.IndexFunc(all, func(r view.Receiver) bool { return r.ID == id }); all[i].Nearby == "" {
				all[i].Nearby = place.Name
			}
		}
	}
	slices.SortStableFunc(all, func(a, b view.Receiver) int { return nearbyFirst(a) - nearbyFirst(b) })
	return all
}

func nearbyFirst(r view.Receiver) int {
	if r.Nearby != "" {
		return 0
	}
	return 1
}

// Files implements [view.Handoffs].
func (c clerk) Files(h *record.Handoff) ([]view.HandoffFile, error) {
	files, err := c.build(h)
	var all []view.HandoffFile
	for _, f := range files {
		all = append(all, view.HandoffFile(f))
	}
	return all, err
}

// Lines implements [view.Handoffs].
func (c clerk) Lines(h *record.Handoff) []view.HandoffLine {
	var all []view.HandoffLine
	for _, f := range handoff.Facts(h) {
		all = append(all, view.HandoffLine(f))
	}
	for _, i := range h.Package.Indicators {
		all = append(all, view.HandoffLine{Name: handoff.KindWord(i.Kind), Value: i.Value + "（" + handoff.RoleWord(i.Role) + handoff.SaidAfter(h, i) + "）"})
	}
	return all
}

// Link implements [view.Handoffs].
func (c clerk) Link(h *record.Handoff) string {
	if !h.Open(time.Now()) || h.Erased {
		return ""
	}
	f := c.a.o.Config.Frontdoor
	base := strings.TrimRight(f.PublicURL, "/")
	if base == "" {
		base = "http://" + f.Listen
	}
	return base + "/handoff/" + h.Code + "/" + record.HandoffToken(c.tag, h)
}

// find returns the hand-off of a link; nil for a link that does not open. Whatever is wrong with it, the token
// is compared in constant time.
func (c clerk) find(ctx context.Context, code, token string) (*record.Handoff, error) {
	h := &record.Handoff{}
	filed, err := record.Fetch[record.Code](ctx, c.a.store, code)
	if err == nil && filed.On.Kind == record.KindHandoff {
		h, err = record.Fetch[record.Handoff](ctx, c.a.store, filed.On.ID)
	}
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, err
	}
	if err != nil || h == nil {
		h = &record.Handoff{}
	}
	same := subtle.ConstantTimeCompare([]byte(record.HandoffToken(c.tag, h)), []byte(token)) == 1
	if !same || h.ID == "" || h.Erased || !h.Open(time.Now()) {
		return nil, nil
	}
	return h, nil
}

// Package implements [frontdoor.Handoffs].
func (c clerk) Package(ctx context.Context, code, token string) (frontdoor.Package, bool, error) {
	h, err := c.find(ctx, code, token)
	if err != nil || h == nil {
		return frontdoor.Package{}, false, err
	}
	p := frontdoor.Package{
		Code: h.Code, From: h.Package.FromUnit, To: h.Package.ToUnit, Withdrawn: h.State == record.HandoffWithdrawn, Until: h.Until,
		Choices: choicesOf(h),
	}
	if slices.Contains(record.HandoffResults(), h.State) {
		p.State = answerWord(h.State)
	}
	for _, f := range handoff.Facts(h) {
		if !slices.Contains([]string{"移交编号", "移交单位", "接收单位"}, f.Name) {
			p.Facts = append(p.Facts, frontdoor.PackageFact(f))
		}
	}
	if !p.Withdrawn {
		for _, i := range h.Package.Indicators {
			p.Indicators = append(p.Indicators, frontdoor.PackageIndicator{Kind: handoff.KindWord(i.Kind), Value: i.Value, Role: handoff.RoleWord(i.Role)})
		}
	}
	files, err := c.build(h)
	for _, f := range files {
		p.Files = append(p.Files, frontdoor.PackageFile(f))
	}
	return p, err == nil, err
}

func answerWord(as string) string {
	for _, a := range handoff.Answers() {
		if a.Name == as {
			return a.Value
		}
	}
	return as
}

// choicesOf are the answers that would be taken now.
func choicesOf(h *record.Handoff) (all []frontdoor.Choice) {
	for _, a := range handoff.Answers() {
		tried := *h
		tried.Answers = nil
		if record.AnswerHandoff(&tried, record.HandoffAnswer{As: a.Name, Note: "-"}) == nil {
			all = append(all, frontdoor.Choice{As: a.Name, Words: a.Value})
		}
	}
	return all
}

// Answer implements [frontdoor.Handoffs].
func (c clerk) Answer(ctx context.Context, code, token string, r frontdoor.Reply) (refused string, err error) {
	h, err := c.find(ctx, code, token)
	if err != nil || h == nil {
		return "链接已经失效，请向移交单位索取新的链接。", err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	res, err := c.a.engine.AnswerHandoff(ctx, h.ID, bots.HandoffAnswer{As: r.As, Note: r.Note, Number: r.Number}, "page|"+firstOf(r.FormKey, 64))
	if err != nil || res.Status != bots.Refused {
		return "", err
	}
	return map[string]string{
		"answered": "这份线索已经答复过。", "empty": "答复办理结果时，请写明结果。", "not-open": "这份线索已撤回，不用答复。", "as": "请选择一种答复。",
		"lookup-code": "答复里有当事人的查询码，没有收。查询码不能写给任何人，请删掉后再答复。",
	}[res.Code], nil
}

// firstOf bounds what a caller may make a key of.
func firstOf(s string, n int) string {
	return string(bytes.ToValidUTF8([]byte(s[:min(len(s), n)]), nil))
}
