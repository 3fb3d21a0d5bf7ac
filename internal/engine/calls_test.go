package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// counting is an account on a platform that allows a hundred calls a day and counts them.
type counting struct {
	desk atomic.Pointer[desk] // nil: not open yet
	ends time.Time

	mu    sync.Mutex
	polls []time.Time
}

func (c *counting) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "us"}, Until: c.ends}, nil
}
func (c *counting) Close() error { return nil }

var hundred = adapters.CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}

func (c *counting) Caps() adapters.Caps {
	return adapters.Caps{Watch: c, Limits: adapters.Limits{Calls: hundred}}
}
func (c *counting) Sources() []string { return []string{"mentions", "comments", "more"} }

func (c *counting) Poll(context.Context, string, adapters.Cursor, int) (adapters.Batch, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.polls = append(c.polls, time.Now())
	c.desk.Load().spend(1)
	return adapters.Batch{}, nil
}

func (c *counting) made() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.polls)
}

// spend counts calls as whoever makes them does.
func (d *desk) spend(n int) {
	d.update(func(tx record.Tx) error {
		p, err := record.Load[record.Pulse](tx, "slow")
		if errors.Is(err, record.ErrNotFound) {
			p, err = &record.Pulse{Head: bots.Head{ID: "slow"}}, nil
		}
		if p.Calls == nil {
			p.Calls = &record.Calls{}
		}
		for range n {
			p.Calls.Spend(hundred, time.Now())
		}
		return errors.Join(err, tx.Put(p))
	})
}

func (d *desk) slow() *record.Pulse {
	d.t.Helper()
	p, err := record.Fetch[record.Pulse](context.Background(), d.store, "slow")
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// counted is a desk with such an account, whose polls are configured every five minutes.
func counted(t *testing.T, spent int, ends time.Duration) (*desk, *counting) {
	c := &counting{ends: time.Now().Add(ends)}
	d := newDesk(t, deskOptions{more: []*Account{{
		Record: bots.Account{Head: bots.Head{ID: "slow"}}, Watch: c.Sources(), Poll: 5 * time.Minute,
		Open: func() adapters.Account {
			if c.desk.Load() == nil {
				return nil
			}
			return c
		},
	}}})
	d.spend(spent)
	c.desk.Store(d)
	return d, c
}

func TestPollingIsSpreadOverTheCallsOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c := counted(t, 0, 90*24*time.Hour)
		sleep(48 * time.Hour)
		synctest.Wait()
		polls := c.made()
		if n := len(polls); n < 150 || n > 190 {
			t.Errorf("%d polls in two days, 180 are affordable", n)
		}
		for i, p := range polls {
			if i >= 91 && p.Sub(polls[i-91]) < 24*time.Hour {
				t.Fatalf("more than 90 polls within a day: the 92nd at %s", p)
			}
		}
		if p := d.slow(); p.Hears != 48*time.Minute {
			t.Errorf("says that it hears within %s, want 48m", p.Hears)
		}
	})
}

func TestPollingWaitsWhenOnlyWhatIsSparedIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := counted(t, 90, 90*24*time.Hour)
		sleep(23 * time.Hour)
		synctest.Wait()
		if n := len(c.made()); n != 0 {
			t.Errorf("%d polls with only the spared calls left", n)
		}
		sleep(3 * time.Hour)
		synctest.Wait()
		if n := len(c.made()); n == 0 {
			t.Error("a day later still no poll")
		}
	})
}

func TestAnAuthorisationThatEndsIsAnAlarmInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := counted(t, 0, 9*24*time.Hour)
		for _, c := range []struct {
			after time.Duration
			want  []string
		}{{24 * time.Hour, nil}, {2 * 24 * time.Hour, []string{"七天内"}}, {4 * 24 * time.Hour, []string{"七天内"}}, {2 * 24 * time.Hour, []string{"七天内", "一天内"}}} {
			sleep(c.after)
			synctest.Wait()
			var got []string
			for _, r := range d.all(record.KindAlarm, "") {
				got = append(got, r.(*record.Alarm).Why)
			}
			slices.SortFunc(got, func(a, b string) int { return strings.Compare(b, a) })
			if len(got) != len(c.want) {
				t.Fatalf("alarms %q, want %q", got, c.want)
			}
			for _, word := range c.want {
				if !slices.ContainsFunc(got, func(why string) bool { return strings.Contains(why, word) && strings.Contains(why, "slow") }) {
					t.Errorf("alarms %q, want %q", got, word)
				}
			}
		}
		if p := d.slow(); p.Ends.IsZero() {
			t.Error("the account does not show when its authorisation ends")
		}
	})
}

// sleep passes time in a bubble.
func sleep(d time.Duration) { <-time.After(d) }
