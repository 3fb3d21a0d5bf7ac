package record_test

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

func TestCallsOfADay(t *testing.T) {
	day := adapters.CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}
	eight := time.Date(2026, 11, 25, 8, 20, 0, 0, time.UTC)
	var c record.Calls
	if c.Left(eight) != 0 || c.Wait(eight) != 0 {
		t.Errorf("not counted: %d left, wait %s", c.Left(eight), c.Wait(eight))
	}
	for i := range 95 {
		if w := c.Wait(eight); (w != 0) != (i >= 90) {
			t.Fatalf("after %d calls polling waits %s", i, w)
		}
		c.Spend(day, eight)
	}
	for _, x := range []struct {
		after time.Duration
		left  int
		wait  time.Duration
	}{
		{0, 5, 40 * time.Minute}, {time.Hour, 5, 40 * time.Minute}, {24*time.Hour + 39*time.Minute, 5, time.Minute},
		{24*time.Hour + 40*time.Minute, 100, 0}, {72 * time.Hour, 100, 0},
	} {
		if left, wait := c.Left(eight.Add(x.after)), c.Wait(eight.Add(x.after)); left != x.left || wait != x.wait {
			t.Errorf("after %s: %d left, polling waits %s; want %d and %s", x.after, left, wait, x.left, x.wait)
		}
	}
	c.Spend(day, eight.Add(25*time.Hour))
	if len(c.Made) != 1 || c.Left(eight.Add(25*time.Hour)) != 99 {
		t.Errorf("what counts no more is kept: %v", c.Made)
	}
	c.Spend(adapters.CallBudget{N: 7, Per: time.Hour}, eight.Add(25*time.Hour))
	if c.Left(eight.Add(25*time.Hour)) != 6 {
		t.Errorf("another span: %+v", c)
	}
}

// Never more than N calls within any span of Per, however they are spread.
func TestPollingNeverSpendsMoreThanIsAllowed(t *testing.T) {
	b := adapters.CallBudget{N: 20, Per: time.Hour, Spare: 2}
	var c record.Calls
	var made []time.Time
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for i := range 4000 {
		now = now.Add(time.Duration(i%97) * time.Second)
		if c.Wait(now) > 0 {
			continue
		}
		c.Spend(b, now)
		made = append(made, now)
		within := 0
		for _, m := range made {
			if now.Sub(m) < b.Per {
				within++
			}
		}
		if within > b.N-b.Spare {
			t.Fatalf("%d calls within an hour at %s", within, now)
		}
	}
	if len(made) < 100 {
		t.Errorf("only %d calls were made: it never frees", len(made))
	}
}
