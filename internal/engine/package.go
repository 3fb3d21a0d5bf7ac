package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// TakePackage makes an event of what another unit handed over and waits for what that comes to. Its files were kept just before.
// The same key again changes nothing.
func (e *Engine) TakePackage(ctx context.Context, p *bots.Package) (bots.Result, error) {
	now := time.Now()
	p.From, p.Region, p.Note = clip(p.From, maxName), clip(p.Region, maxRegion), clip(p.Note, maxWhy)
	ev := &bots.Event{Key: now.UTC().Format(time.RFC3339Nano) + "|package|" + p.Unit + "|" + p.Key, Kind: bots.PackageCame, V: 1, Occurred: now, Body: p}
	ev.Stream, ev.State = record.ReceivedStream(p.Unit, p.Code), bots.EventPending
	ev.Subject = ev.Stream
	if len(mustJSON(ev)) > maxDecision {
		p.Lines = nil // they are in the files
	}
	return e.await(ctx, ev)
}

// packageKey is the mark by which a package is found that came under a key.
func packageKey(unit, key string) string { return "package-key/" + unit + "/" + key }

// packageAnswer is the mark of the nth answer to a unit; of the zeroth, how many there are.
func packageAnswer(unit string, n uint64) string {
	return "package-answer/" + unit + "/" + strconv.FormatUint(n, 10)
}

// packageCame writes a package into its record and tells the officers.
func (c *commit) packageCame(p *bots.Package) error {
	id := record.ReceivedStream(p.Unit, p.Code)
	r, err := record.Load[record.Received](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		r, err = &record.Received{Head: bots.Head{ID: id, Subject: id, Stream: id, Created: c.now, Updated: c.now}, Unit: p.Unit, Code: p.Code}, nil
	}
	if err != nil || r.Erased || r.Known(p.Key) != nil {
		return err
	}
	var files []string
	for i := range p.Files {
		files = append(files, c.ev.ID+".file"+strconv.Itoa(i))
	}
	c.bot = "handoff"
	changed, err := record.TakePackage(r, p, files, c.now)
	if err != nil {
		return err
	}
	if err := c.tx.Put(&record.Mark{Head: bots.Head{ID: packageKey(p.Unit, p.Key), State: "at", Created: c.now, Updated: c.now}, Value: id}); err != nil {
		return err
	}
	if changed {
		if err := c.keepPackageFiles(p, files); err != nil {
			return err
		}
		c.tellPackage(r, p)
	}
	return c.put(r)
}

// tellPackage raises the alarm of a package, its correction or its withdrawal.
func (c *commit) tellPackage(r *record.Received, p *bots.Package) {
	on := bots.Target{Kind: record.KindReceived, ID: r.ID}
	did, why := "package-came", r.From+"移交来一份线索 "+r.Code+"，请查看后答复"
	switch {
	case p.Withdrawn:
		did, why = "package-withdrawn", r.From+"撤回了移交来的线索 "+r.Code
	case p.Revision > 1:
		did, why = "package-corrected", r.From+"更正了移交来的线索 "+r.Code+"，请重新答复"
	case p.Emergency:
		why = "紧急：" + why
	}
	c.audit(did, on, r.Code, r.Unit)
	raise(c.tx, c.ev, why, on)
}

// keepPackageFiles makes the records of files that were kept just before.
func (c *commit) keepPackageFiles(p *bots.Package, ids []string) error {
	for i, f := range p.Files {
		v := &record.Evidence{
			Head:  bots.Head{ID: ids[i], Subject: c.ev.Stream, Stream: c.ev.Stream, State: record.EvidenceKept, Created: c.now, Updated: c.now},
			Event: c.ev.ID, By: p.Unit, Sent: c.now, Settled: c.now, SHA256: f.SHA256, Type: f.Type, Size: f.Size,
		}
		v.Media.Type, v.Name = f.Type, f.Name
		c.e.toScan(v, c.now)
		c.timed = true
		if err := c.tx.Put(v); err != nil {
			return err
		}
	}
	return nil
}

// answerPackage records what an officer says to a package, and numbers it for the other unit, which asks for answers by their number.
func (c *commit) answerPackage(by *record.Officer, d *bots.Decision) error {
	r, err := record.Load[record.Received](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	last, err := record.Load[record.Mark](c.tx, packageAnswer(r.Unit, 0))
	if errors.Is(err, record.ErrNotFound) {
		last, err = &record.Mark{Head: bots.Head{ID: packageAnswer(r.Unit, 0), State: "at", Created: c.now}, Value: "0"}, nil
	}
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(last.Value, 10, 64)
	if err != nil {
		return fmt.Errorf("answers to %s: %w", r.Unit, err)
	}
	a := record.ReceivedAnswer{N: n + 1, At: c.now, As: d.Fields["as"], Number: clip(d.Fields["number"], maxName), Note: clip(d.Fields["note"], maxWhy)}
	if err := record.AnswerPackage(r, by, a, d.Seen); err != nil {
		return err
	}
	last.Value, last.Updated = strconv.FormatUint(a.N, 10), c.now
	mark := &record.Mark{Head: bots.Head{ID: packageAnswer(r.Unit, a.N), State: "at", Created: c.now, Updated: c.now}, Value: r.ID}
	c.audit("package-answer", d.On, r.Code, a.As)
	return errors.Join(c.tx.Put(last), c.tx.Put(mark), c.tx.Put(r))
}

// PackageUnder finds the package that came under a key; nil: none did.
func (e *Engine) PackageUnder(ctx context.Context, unit, key string) (*record.Received, error) {
	m, err := record.Fetch[record.Mark](ctx, e.o.Store, packageKey(unit, key))
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := record.Fetch[record.Received](ctx, e.o.Store, m.Value)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	return r, err
}

// PackageAnswers are at most limit answers to a unit after the nth, in the order in which they were given. last is the
// number of the last one that was looked at, more says that there are newer ones.
func (e *Engine) PackageAnswers(ctx context.Context, unit string, after uint64, limit int) (all []PackageSaid, last uint64, more bool, err error) {
	m, err := record.Fetch[record.Mark](ctx, e.o.Store, packageAnswer(unit, 0))
	if errors.Is(err, record.ErrNotFound) {
		return nil, 0, false, nil
	}
	if err != nil {
		return nil, 0, false, err
	}
	newest, err := strconv.ParseUint(m.Value, 10, 64)
	if err != nil {
		return nil, 0, false, fmt.Errorf("answers to %s: %w", unit, err)
	}
	for last = after; last < newest && len(all) < limit; {
		last++
		said, err := e.packageSaid(ctx, unit, last)
		if err != nil {
			return nil, 0, false, err
		}
		if said != nil {
			all = append(all, *said)
		}
	}
	return all, last, last < newest, nil
}

// PackageSaid is one answer to another unit.
type PackageSaid struct {
	Code string
	record.ReceivedAnswer
}

// packageSaid is the nth answer to a unit; nil: what it was about is gone.
func (e *Engine) packageSaid(ctx context.Context, unit string, n uint64) (*PackageSaid, error) {
	m, err := record.Fetch[record.Mark](ctx, e.o.Store, packageAnswer(unit, n))
	if err != nil {
		return nil, err
	}
	r, err := record.Fetch[record.Received](ctx, e.o.Store, m.Value)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, a := range r.Answers {
		if a.N == n {
			return &PackageSaid{r.Code, a}, nil
		}
	}
	return nil, nil
}
