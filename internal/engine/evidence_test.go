package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/internal/record"
)

type fetchFunc func(context.Context, adapters.Media) (adapters.Content, error)

func (f fetchFunc) FetchMedia(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	return f(ctx, m)
}

// shelf keeps evidence in memory. Each entry of fails is the outcome of one Keep; then it keeps.
type shelf struct {
	mu      sync.Mutex
	fails   []error
	kept    map[string][]byte // subject and digest
	dropped int
	before  func() // before it says that something was kept
}

func (s *shelf) Keep(_ context.Context, subject string, from io.Reader) (Kept, error) {
	b, err := io.ReadAll(from)
	if err != nil {
		return Kept{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fails) > 0 {
		err, s.fails = s.fails[0], s.fails[1:]
		return Kept{}, err
	}
	if s.kept == nil {
		s.kept = map[string][]byte{}
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	s.kept[subject+" "+digest] = b
	if s.before != nil {
		s.before()
	}
	return Kept{Type: "image/jpeg", Size: int64(len(b)), SHA256: digest}, nil
}

func (s *shelf) Drop(subject, digest string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, subject+" "+digest)
	s.dropped++
	return nil
}

func photo(ref string) adapters.Media {
	return adapters.Media{Ref: adapters.Ref(ref), Type: "image/jpeg", Until: time.Now().Add(72 * time.Hour)}
}

// sends lets a person send something with media, of any kind.
func (d *desk) sends(kind adapters.Kind, ref, text string, media ...adapters.Media) {
	d.t.Helper()
	d.hears(adapters.Inbound{Key: ref, Kind: kind, Ref: adapters.Ref(ref), From: adapters.Person{ID: "p1", Handle: "p1"}, Text: text, Media: media, At: time.Now()})
	d.settle()
}

func (d *desk) untilSettled() *record.Evidence {
	d.t.Helper()
	d.until("the errand is done", func() bool { return len(d.all(record.KindErrand, "")) == 0 })
	d.settle()
	return one[record.Evidence](d)
}

// gives answers each fetch with the next error, then with bytes.
func gives(text string, fails ...error) fetchFunc {
	var mu sync.Mutex
	return func(context.Context, adapters.Media) (adapters.Content, error) {
		mu.Lock()
		defer mu.Unlock()
		if len(fails) > 0 {
			err := fails[0]
			fails = fails[1:]
			return adapters.Content{}, err
		}
		return adapters.Content{Size: -1, Body: io.NopCloser(strings.NewReader(text))}, nil
	}
}

func classed(c adapters.Class) error { return &adapters.Error{Class: c, Op: "fetch a medium"} }

func TestWhatBecomesOfEvidence(t *testing.T) {
	short := photo("m1")
	short.Until = time.Now().Add(-time.Second)
	for _, c := range []struct {
		name   string
		media  adapters.Media
		fetch  fetchFunc
		keep   []error
		state  string
		reason string // in the record
		alarm  bool
	}{
		{name: "at once", fetch: gives("bytes"), state: record.EvidenceKept},
		{name: "after a refused token, a broken answer and a full disk", fetch: gives("bytes", classed(adapters.AuthExpired), classed(adapters.NotSent)), keep: []error{errors.New("the disk is full")}, state: record.EvidenceKept},
		{name: "deleted by the platform", fetch: gives("", classed(adapters.Gone)), state: record.EvidenceLost, reason: "已经没有", alarm: true},
		{name: "refused by the platform", fetch: gives("", classed(adapters.Rejected)), state: record.EvidenceLost, reason: "不给出", alarm: true},
		{name: "an account that cannot", state: record.EvidenceLost, reason: "不能取回", alarm: true},
		{name: "life ended before anything came", media: short, fetch: gives("", classed(adapters.NotSent)), state: record.EvidenceLost, reason: "一直没有", alarm: true},
		{name: "last try succeeds", media: short, fetch: gives("bytes"), state: record.EvidenceKept},
		{name: "a kind nobody keeps", fetch: gives("<svg>"), keep: []error{&Unfit{"不收这种文件"}}, state: record.EvidenceRefused, reason: "不收这种文件"},
		{name: "too large", fetch: gives("", &adapters.Error{Class: adapters.Rejected, Err: adapters.ErrTooLarge}), state: record.EvidenceRefused, reason: "过大"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &shelf{fails: c.keep}
			d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, fetch: c.fetch, evidence: s})
			if c.media.Ref == "" {
				c.media = photo("m1")
			}
			d.sends(adapters.KindMessage, "100", "我被骗了，这是截图", c.media)
			v := d.untilSettled()
			report := one[bots.Report](d)
			if v.State != c.state || !strings.Contains(v.Reason, c.reason) || v.Report != report.ID || v.From.ID != "p1" || v.Settled.IsZero() {
				t.Errorf("evidence %+v, want %s because %q, of report %s", v, c.state, c.reason, report.ID)
			}
			if kept := c.state == record.EvidenceKept; kept != (len(s.kept) == 1) || kept && (v.Size != 5 || !bytes.Equal(s.kept[v.Subject+" "+v.SHA256], []byte("bytes"))) {
				t.Errorf("kept %v, the record says %d bytes, digest %q", s.kept, v.Size, v.SHA256)
			}
			deeds, err := d.store.AuditOf(t.Context(), bots.Target{Kind: record.KindEvidence, ID: v.ID})
			if err != nil || len(deeds) != 1 || v.SHA256 != "" && strings.Contains(deeds[0].Detail, v.SHA256) {
				t.Errorf("audit %+v, %v; want one deed that does not show the digest", deeds, err)
			}
			alarms := 0
			for _, a := range d.all(record.KindAlarm, record.AlarmOpen) {
				if strings.Contains(a.(*record.Alarm).Why, "没有取到") {
					alarms++
				}
			}
			if c.alarm != (alarms == 1) {
				t.Errorf("%d officers' alarms about it", alarms)
			}
		})
	}
}

func TestPromise8_NothingIsFetchedFromStrangersPosts(t *testing.T) {
	own, other := photo("m1"), photo("m2")
	for _, c := range []struct {
		kind  adapters.Kind
		asked adapters.Media
	}{
		{adapters.KindPost, own}, {adapters.KindMention, own}, {adapters.KindComment, own}, {adapters.KindOther, own},
		{adapters.KindMessage, other}, // of a message only what came with it
	} {
		fetched := false
		fetch := func(context.Context, adapters.Media) (adapters.Content, error) {
			fetched = true
			return adapters.Content{}, classed(adapters.Gone)
		}
		greedy := botFunc{"greedy", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
			if e.Kind == bots.Fetched {
				return nil, nil
			}
			return []bots.Effect{bots.Fetch{What: bots.FetchMedia, Media: c.asked, Key: "k"}}, nil
		}}
		d := newDesk(t, deskOptions{bots: []bots.Bot{greedy}, fetch: fetch, evidence: &shelf{}})
		d.sends(c.kind, "100", "刷单返利", own)
		if len(d.all(record.KindEvidence, "")) != 0 || len(d.all(record.KindErrand, "")) != 0 || fetched {
			t.Errorf("%s, medium %s: it is fetched", c.kind, c.asked.Ref)
		}
		if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 1 {
			t.Errorf("%s, medium %s: %d events parked, want the one whose bot asked", c.kind, c.asked.Ref, n)
		}
	}
}

// TestPromise15_EvidenceOfWhoLeftMeanwhileIsNotKept lets the person unfollow while their
// picture is being fetched.
func TestPromise15_EvidenceOfWhoLeftMeanwhileIsNotKept(t *testing.T) {
	s := &shelf{}
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, fetch: gives("bytes"), evidence: s})
	stream := d.Conversation("wb", "p1")
	s.before = func() {
		if err := d.store.Erase(context.Background(), stream); err != nil {
			t.Error(err)
		}
	}
	d.sends(adapters.KindMessage, "100", "我被骗了", photo("m1"))
	d.until("the errand is done", func() bool { return len(d.all(record.KindErrand, "")) == 0 })
	d.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) != 0 || s.dropped != 1 {
		t.Errorf("%d files are kept, %d were dropped", len(s.kept), s.dropped)
	}
	for _, r := range d.all(bots.KindEvent, "") {
		if e := r.(*bots.Event); e.Kind == bots.Fetched {
			t.Error("a result came back about somebody who is forgotten")
		}
	}
}

func TestOneConversationCannotFillTheDisk(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, fetch: gives("bytes"), evidence: &shelf{}})
	stream := d.Conversation("wb", "p1")
	d.update(func(tx record.Tx) error {
		for n := range maxEvidence {
			v := &record.Evidence{Head: bots.Head{ID: "old" + strings.Repeat("x", n), Subject: stream, Stream: stream, State: record.EvidenceKept}}
			if err := tx.Put(v); err != nil {
				return err
			}
		}
		return nil
	})
	d.sends(adapters.KindMessage, "100", "我被骗了", photo("m1"))
	refused := d.all(record.KindEvidence, record.EvidenceRefused)
	if len(refused) != 1 || !strings.Contains(refused[0].(*record.Evidence).Reason, "上限") || len(d.all(record.KindErrand, "")) != 0 {
		t.Errorf("%d refused, %d errands", len(refused), len(d.all(record.KindErrand, "")))
	}
	if r := one[bots.Report](d); len(r.Lines) != 1 {
		t.Errorf("the report has %d lines: what was said is heard all the same", len(r.Lines))
	}
}

// TestAFetchThatWasCutOffIsTakenUpWhereItStood: the process died after the record was
// settled and before the bot was told.
func TestAFetchThatWasCutOffIsTakenUpWhereItStood(t *testing.T) {
	fetched := make(chan struct{}, 1)
	fetch := func(context.Context, adapters.Media) (adapters.Content, error) {
		fetched <- struct{}{}
		return adapters.Content{}, classed(adapters.Gone) // it has expired by now
	}
	d := newDesk(t, deskOptions{fetch: fetch, evidence: &shelf{}})
	stream, now := d.Conversation("wb", "p1"), time.Now()
	head := func(state string) bots.Head {
		return bots.Head{ID: "e1.media0", Subject: stream, Stream: stream, State: state, Created: now, Updated: now}
	}
	d.update(func(tx record.Tx) error {
		g := &record.Errand{Head: head("waiting"), Bot: "listener", Key: "k", Account: "wb", What: bots.FetchMedia, Media: photo("m1"), Evidence: "e1.media0"}
		g.Due = now
		return errors.Join(tx.Put(&record.Evidence{Head: head(record.EvidenceKept), SHA256: "ab"}), tx.Put(g))
	})
	d.wakeDue()
	v := d.untilSettled()
	e := one[bots.Event](d)
	if r, ok := e.Body.(*bots.FetchResult); !ok || r.State != record.EvidenceKept || r.Evidence != v.ID || r.Problem != "" {
		t.Errorf("the bot is told %+v, want that it was kept", e.Body)
	}
	if len(fetched) != 0 || v.State != record.EvidenceKept || v.SHA256 != "ab" {
		t.Errorf("fetched %d times, %s", len(fetched), v.State)
	}
}
