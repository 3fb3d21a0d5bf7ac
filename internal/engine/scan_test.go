package engine

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

// scans is a scanner. Each entry of fails is the outcome of one scan; then it finds.
type scans struct {
	mu    sync.Mutex
	fails []error
	found record.Scan
	asked []string // subject and digest
}

func (s *scans) Scan(_ context.Context, subject, digest string) (record.Scan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, subject+" "+digest)
	if len(s.fails) > 0 {
		err := s.fails[0]
		s.fails = s.fails[1:]
		return record.Scan{}, err
	}
	return s.found, nil
}

func (s *scans) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func malwareAlarms(d *desk) (about []bots.Target) {
	for _, a := range d.all(record.KindAlarm, record.AlarmOpen) {
		if a := a.(*record.Alarm); strings.Contains(a.Why, "恶意程序") {
			about = append(about, a.About)
		}
	}
	return about
}

func TestWhatIsKeptIsScanned(t *testing.T) {
	for _, c := range []struct {
		found  record.Scan
		alarms int
	}{
		{record.Scan{Verdict: record.ScanClean, Engine: "ClamAV 1.4.3/27832"}, 0},
		{record.Scan{Verdict: record.ScanInfected, Name: "Win.Test.EICAR_HDB-1", Engine: "ClamAV 1.4.3/27832"}, 1},
	} {
		shelf, scanner := &shelf{}, &scans{found: c.found}
		d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, fetch: gives("bytes"), evidence: shelf, scanner: scanner})
		d.sends(adapters.KindMessage, "100", "我被骗了，这是截图", photo("m1"))
		d.until("it is scanned", func() bool { return one[record.Evidence](d).Scan.Verdict != "" })
		v := one[record.Evidence](d)
		if v.Scan.Verdict != c.found.Verdict || v.Scan.Name != c.found.Name || v.Scan.Engine != c.found.Engine || v.Scan.At.IsZero() || !v.Due.IsZero() || v.State != record.EvidenceKept {
			t.Errorf("%s: evidence %+v", c.found.Verdict, v)
		}
		if scanner.asked[0] != v.Subject+" "+v.SHA256 || scanner.times() != 1 {
			t.Errorf("scanned %v, want once what was kept", scanner.asked)
		}
		alarms := malwareAlarms(d)
		if len(alarms) != c.alarms || c.alarms == 1 && alarms[0] != (bots.Target{Kind: bots.KindReport, ID: v.Report}) {
			t.Errorf("%s: alarms about %v", c.found.Verdict, alarms)
		}
		deeds, err := d.store.AuditOf(t.Context(), bots.Target{Kind: record.KindEvidence, ID: v.ID})
		if err != nil || len(deeds) != 2 || deeds[1].Did != "scan-evidence" || !strings.HasPrefix(deeds[1].Detail, c.found.Verdict) {
			t.Errorf("audit %+v, %v", deeds, err)
		}
	}
}

// A scanner that does not answer leaves a file without a verdict, and is asked again, at longer and longer intervals.
func TestAScannerThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	scanner := &scans{fails: []error{errors.New("reach clamd: connection refused"), errors.New("clamd broke off")}, found: record.Scan{Verdict: record.ScanClean}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, fetch: gives("bytes"), evidence: &shelf{}, scanner: scanner})
	d.sends(adapters.KindMessage, "100", "我被骗了，这是截图", photo("m1"))
	for try := 1; try <= 2; try++ {
		d.until("the try is written down", func() bool { return one[record.Evidence](d).Scan.Tries == try })
		v := one[record.Evidence](d)
		if v.Scan.Verdict != "" || v.Scan.Problem == "" || v.State != record.EvidenceKept {
			t.Fatalf("after try %d: %+v", try, v.Scan)
		}
		if wait := v.Due.Sub(v.Updated); wait != time.Minute<<(try-1) {
			t.Errorf("after try %d it waits %s", try, wait)
		}
		d.update(func(tx record.Tx) error { // time passes
			v, err := record.Load[record.Evidence](tx, v.ID)
			v.Due = time.Now()
			return errors.Join(err, tx.Put(v))
		})
		d.wakeDue()
	}
	d.until("it is scanned", func() bool { return one[record.Evidence](d).Scan.Verdict == record.ScanClean })
	if v := one[record.Evidence](d); v.Scan.Problem != "" || !v.Due.IsZero() || scanner.times() != 3 {
		t.Errorf("%+v after %d scans", v.Scan, scanner.times())
	}
}

// A station without a scanner calls nothing clean, and what an earlier configuration asked for comes to rest.
func TestWithoutAScannerNothingIsScanned(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, fetch: gives("bytes"), evidence: &shelf{}})
	d.sends(adapters.KindMessage, "100", "我被骗了，这是截图", photo("m1"))
	v := d.untilSettled()
	if !v.Due.IsZero() || v.Scan != (record.Scan{}) {
		t.Errorf("%+v due %s", v.Scan, v.Due)
	}
	d.update(func(tx record.Tx) error {
		v, err := record.Load[record.Evidence](tx, v.ID)
		v.Due = time.Now()
		return errors.Join(err, tx.Put(v))
	})
	d.wakeDue()
	d.until("it is not due any more", func() bool { return one[record.Evidence](d).Due.IsZero() })
}

// keptEarlier is evidence as a station without a scanner left it.
func keptEarlier(id, state string, scan record.Scan) *record.Evidence {
	now := time.Now()
	return &record.Evidence{Head: bots.Head{ID: id, Subject: "conv/wb/p", Stream: "conv/wb/p", State: state, Created: now, Updated: now}, Conversation: "conv/wb/p", SHA256: "digest-" + id, Scan: scan}
}

// A scanner that a station gets later looks at what was kept before, and at nothing twice.
func TestWhatWasKeptWithoutAScannerIsScannedOnceThereIsOne(t *testing.T) {
	dir := t.TempDir()
	store, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(t.Context(), func(tx record.Tx) error {
		return errors.Join(tx.Put(keptEarlier("a", record.EvidenceKept, record.Scan{})), tx.Put(keptEarlier("b", record.EvidenceKept, record.Scan{Verdict: record.ScanClean})),
			tx.Put(keptEarlier("c", record.EvidenceLost, record.Scan{})), tx.Put(keptEarlier("d"+record.ShotSuffix, record.EvidenceKept, record.Scan{})))
	})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	scanner := &scans{found: record.Scan{Verdict: record.ScanInfected, Name: "Win.Test.EICAR_HDB-1"}}
	d := newDesk(t, deskOptions{dir: dir, scanner: scanner, evidence: &shelf{}})
	d.until("the one is scanned", func() bool { return len(malwareAlarms(d)) == 1 })
	if v, err := record.Fetch[record.Evidence](t.Context(), d.store, "a"); err != nil || !v.Infected() || scanner.times() != 1 || scanner.asked[0] != "conv/wb/p digest-a" {
		t.Errorf("%+v, %v; asked for %v", v, err, scanner.asked)
	}
}

// Years of files do not come at once.
func TestWhatWasKeptWithoutAScannerComesOneAfterTheOther(t *testing.T) {
	d := newDesk(t, deskOptions{evidence: &shelf{}})
	from := time.Now().Add(time.Hour)
	d.update(func(tx record.Tx) error {
		return errors.Join(tx.Put(keptEarlier("a", record.EvidenceKept, record.Scan{})), tx.Put(keptEarlier("b", record.EvidenceKept, record.Scan{})), tx.Put(keptEarlier("c", record.EvidenceLost, record.Scan{})))
	})
	next, err := d.scanNext(t.Context(), d.all(record.KindEvidence, ""), from)
	if err != nil || !next.Equal(from.Add(2*scanPace)) {
		t.Errorf("the next is due at %s, want %s; %v", next, from.Add(2*scanPace), err)
	}
	for id, want := range map[string]time.Time{"a": from, "b": from.Add(scanPace), "c": {}} {
		if v, err := record.Fetch[record.Evidence](t.Context(), d.store, id); err != nil || !v.Due.Equal(want) {
			t.Errorf("%s is due at %s, want %s; %v", id, v.Due, want, err)
		}
	}
}
