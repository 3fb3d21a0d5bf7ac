package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// pulseOf returns the stored pulse of the test account; without one, a zero pulse.
func (d *desk) pulseOf() record.Pulse {
	d.t.Helper()
	p, err := record.Fetch[record.Pulse](d.t.Context(), d.store, "wb")
	if errors.Is(err, record.ErrNotFound) {
		return record.Pulse{}
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return *p
}

func TestThePulseShowsWhatKeepsFailingUntilItWorks(t *testing.T) {
	src := &pages{fail: 3}
	d := newDesk(t, deskOptions{watch: src})
	d.until("the trouble shows", func() bool { return d.pulseOf().State == record.PulseIll })
	if p := d.pulseOf(); p.Trouble["mentions"] == "" || p.Since.IsZero() {
		t.Errorf("%+v", p)
	}
	d.until("it is over", func() bool { return d.pulseOf().State == record.PulseWell })
	p := d.pulseOf()
	if len(p.Trouble) != 0 || !p.Since.IsZero() {
		t.Errorf("%+v", p)
	}
	if p.Failed.IsZero() || !strings.HasPrefix(p.Failure, "mentions: ") {
		t.Errorf("what failed last is forgotten: %+v", p)
	}
}

func TestThePulseShowsWhenSomethingWasLastHeard(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.says("p", "1", "在吗")
	heard := d.pulseOf().Heard
	if heard.IsZero() {
		t.Fatal("nothing was heard")
	}
	d.says("p", "2", "在吗") // within the minute: not worth a write
	if p := d.pulseOf(); p.Version != 1 || !p.Heard.Equal(heard) {
		t.Errorf("written again: %+v", p)
	}
}

func TestThePulseTellsWhyAnAccountIsNotOpen(t *testing.T) {
	d := newDesk(t, deskOptions{more: []*Account{{
		Record: bots.Account{Head: bots.Head{ID: "shut"}}, Open: func() adapters.Account { return nil }, Watch: []string{"mentions"}, Poll: 1,
		Problem: func() error { return errors.New("401: the token was withdrawn") },
	}}})
	d.until("it shows", func() bool {
		p, err := record.Fetch[record.Pulse](t.Context(), d.store, "shut")
		return err == nil && p.Trouble["open"] == "401: the token was withdrawn"
	})
}

func TestPollsOfManyAccountsAreSpreadAndKeepTheirBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const every = time.Minute
		began := time.Now()
		var tenths [10]int
		for i := range 400 {
			c := cadence{every: every, phase: phase(fmt.Sprint("forum-", i), "mentions")}
			first := c.until(began)
			if first < 0 || first > every {
				t.Fatalf("the second poll comes after %s", first)
			}
			tenths[min(9, int(10*first/every))]++
		}
		for i, n := range tenths {
			if n < 15 {
				t.Errorf("tenth %d of the interval has %d of 400 polls", i, n)
			}
		}
		c := cadence{every: every, phase: 0.5}
		time.Sleep(c.until(time.Now()))
		beat := time.Now()
		time.Sleep(20 * time.Second) // a slow answer does not move the beat
		if time.Sleep(c.until(beat)); time.Since(beat) != every {
			t.Errorf("the next poll came after %s", time.Since(beat))
		}
		beat = time.Now()
		time.Sleep(3*every + time.Second) // nor do missed beats come in a rush
		if time.Sleep(c.until(beat)); time.Since(beat) != 4*every {
			t.Errorf("after a long answer it came after %s", time.Since(beat))
		}
	})
}

func TestWhatWasHeardLastIsStoredInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, deskOptions{watch: &pages{}})
		synctest.Wait()
		d.says("p", "1", "在吗")
		time.Sleep(time.Second)
		d.says("p", "2", "还在吗")
		last := time.Now()
		time.Sleep(2 * time.Minute) // nothing more is heard, and the polls go on
		synctest.Wait()
		if p := d.pulseOf(); !p.Heard.Equal(last) {
			t.Errorf("heard at %s, stored %s", last, p.Heard)
		}
	})
}
