package view

import (
	"testing"
	"time"

	"netpatrol/bots"
)

func TestFiguresOfADay(t *testing.T) {
	morning := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // nine o'clock in China
	ended := func(since time.Time, took time.Duration) *bots.Wait {
		return &bots.Wait{Head: bots.Head{State: bots.WaitEnded}, Since: since, Deadline: since.Add(30 * time.Minute), Ended: since.Add(took)}
	}
	running := func(since time.Time) *bots.Wait {
		return &bots.Wait{Head: bots.Head{State: bots.WaitRunning}, Since: since, Deadline: since.Add(30 * time.Minute)}
	}
	all := []*bots.Wait{running(morning), running(morning.Add(50 * time.Minute))}
	for m := 1; m <= 10; m++ {
		all = append(all, ended(morning, time.Duration(m*4)*time.Minute))
	}
	all = append(all, ended(morning.Add(-10*time.Hour), time.Minute)) // the evening before
	got := waitDays(all, morning.Add(time.Hour))
	want := []WaitDay{
		{Day: "2026-03-02", Answered: 10, Missed: 4, P50: 20 * time.Minute, P90: 36 * time.Minute},
		{Day: "2026-03-01", Answered: 1, P50: time.Minute, P90: time.Minute},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestRank(t *testing.T) {
	for _, c := range []struct {
		n, percent int
		want       time.Duration
	}{{0, 50, 0}, {1, 50, 1}, {1, 90, 1}, {2, 50, 1}, {3, 50, 2}, {10, 90, 9}, {11, 90, 10}} {
		var all []time.Duration
		for i := range c.n {
			all = append(all, time.Duration(i+1))
		}
		if got := rank(all, c.percent); got != c.want {
			t.Errorf("%d of %d: %d, want %d", c.percent, c.n, got, c.want)
		}
	}
}
