package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Scanner looks for malware in what was kept. It returns an error for whatever it could not look at
// to the end; the engine asks again, and meanwhile nothing is called clean.
type Scanner interface {
	Scan(ctx context.Context, subject, digest string) (record.Scan, error)
}

const (
	scansAtOnce = 2
	// scanTimeout bounds one scan. It ends before the file is found due again.
	scanTimeout = 3 * time.Minute
	scanPutOff  = scanTimeout + 10*time.Second
)

// toScan has a file that was just kept looked at, once that is committed.
func (e *Engine) toScan(v *record.Evidence, now time.Time) {
	if e.o.Scanner != nil && v.State == record.EvidenceKept {
		v.Due = now
	}
}

// scanPace is the time between two files that were kept while the station had no scanner, so that what comes in now is not
// kept waiting by years of it.
const scanPace = 2 * time.Second

// scanKept has every file looked at that was kept while there was no scanner, one after the other. It is asked at each start;
// what it made due before a crash stays due.
func (e *Engine) scanKept(ctx context.Context) error {
	if e.o.Scanner == nil {
		return nil
	}
	q := record.Query{Kind: record.KindEvidence, State: record.EvidenceKept, Limit: 200}
	for next := time.Now(); ; {
		page, err := e.o.Store.List(ctx, q)
		if err != nil {
			return err
		}
		if next, err = e.scanNext(ctx, page, next); err != nil {
			return err
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

// scanNext makes those of a page due that nobody has looked at, from a moment on, and returns the moment for the one after them.
func (e *Engine) scanNext(ctx context.Context, page []bots.Record, from time.Time) (next time.Time, err error) {
	page = slices.DeleteFunc(page, func(r bots.Record) bool { return !r.(*record.Evidence).Unscanned() })
	if len(page) == 0 {
		return from, nil
	}
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		next = from
		for _, r := range page {
			v, err := record.Load[record.Evidence](tx, r.Meta().ID)
			if errors.Is(err, record.ErrNotFound) || err == nil && !v.Unscanned() {
				continue
			}
			if err != nil {
				return err
			}
			v.Due, next = next, next.Add(scanPace)
			if err := tx.Put(v); err != nil {
				return err
			}
		}
		return nil
	})
	e.wakeDue()
	return next, err
}

// startScan lets a scan run beside the due loop. As an errand, it is put off first and comes
// back if we die over it.
func (e *Engine) startScan(ctx context.Context, v *record.Evidence, now time.Time) error {
	if e.o.Scanner == nil || v.Erased { // it was asked for under another configuration, or nobody can read it
		_, err := putOff(ctx, e, v, time.Time{})
		return err
	}
	select {
	case e.scanning <- struct{}{}:
	default:
		_, err := putOff(ctx, e, v, now.Add(errandTimeout))
		return err
	}
	held, err := putOff(ctx, e, v, now.Add(scanPutOff))
	if err != nil || held == nil {
		<-e.scanning
		return err
	}
	e.errands.Go(func() {
		defer e.wakeDue()
		defer func() { <-e.scanning }()
		if err := e.scan(ctx, held); err != nil && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "scan", "id", held.ID, "err", err)
		}
	})
	return nil
}

// scan asks the scanner and writes down what it says.
func (e *Engine) scan(ctx context.Context, v *record.Evidence) error {
	asking, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	found, failed := e.o.Scanner.Scan(asking, v.Subject, v.SHA256)
	if ctx.Err() != nil { // we end: it comes due again
		return nil
	}
	problem := ""
	if failed != nil {
		problem = clip(failed.Error(), maxWhy)
		e.o.Log.WarnContext(ctx, "evidence is not scanned", "id", v.ID, "tries", v.Scan.Tries+1, "err", failed)
	}
	return e.o.Store.Update(ctx, func(tx record.Tx) error { return scanned(tx, v.ID, found, problem, time.Now()) })
}

// scanned writes a verdict down; malware is an alarm.
func scanned(tx record.Tx, id string, found record.Scan, problem string, now time.Time) error {
	v, err := record.Load[record.Evidence](tx, id)
	if errors.Is(err, record.ErrNotFound) || err == nil && v.Erased {
		return nil
	}
	if err != nil {
		return err
	}
	v.Scanned(found, problem, now)
	if problem != "" {
		return tx.Put(v)
	}
	about := bots.Target{Kind: record.KindEvidence, ID: v.ID}
	tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "scan-evidence", On: about, Detail: found.Verdict + " " + found.Engine, Event: v.Event})
	if !v.Infected() {
		return tx.Put(v)
	}
	switch clue, tip := strings.CutSuffix(v.ID, ".picture"); {
	case v.Report != "":
		about = bots.Target{Kind: bots.KindReport, ID: v.Report}
	case v.Conversation != "":
		about = bots.Target{Kind: bots.KindConversation, ID: v.Conversation}
	case tip:
		about = bots.Target{Kind: bots.KindClue, ID: clue}
	}
	a := &record.Alarm{Why: "一个文件里发现恶意程序，原件已封存，不能下载", About: about, Event: v.Event}
	a.Head = bots.Head{ID: v.ID + ".malware", Subject: v.Subject, Stream: v.Stream, State: record.AlarmOpen, Created: now, Updated: now}
	return errors.Join(tx.Put(v), tx.Put(a))
}
