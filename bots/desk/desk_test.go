package desk

import (
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

var at = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

const talk = "conv/a/1"

// decide asks a desk with a promise of half an hour about one event.
func decide(t *testing.T, w *bottest.World, kind bots.EventKind, at time.Time, body bots.Body) []bots.Effect {
	t.Helper()
	e := bots.Event{Head: bots.Head{ID: "e1", Stream: talk}, Kind: kind, Accepted: at, Account: "a", Body: body}
	b := New(DefaultPromise)
	return bottest.Decide(t, b, e, w.Facts(b, e))
}

// waiting is a world in which somebody has waited since at.
func waiting(change func(*bots.Wait)) *bottest.World {
	w := &bots.Wait{Head: bots.Head{ID: "w1", Stream: talk, State: bots.WaitRunning}, Since: at, Deadline: at.Add(DefaultPromise)}
	if change != nil {
		change(w)
	}
	return bottest.NewWorld(w, &bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a", Wait: "w1"})
}

func heard(text string) *bots.Heard { return &bots.Heard{From: adapters.Person{ID: "p"}, Text: text} }

func find[T bots.Effect](effects []bots.Effect) (all []T) {
	for _, e := range effects {
		if x, ok := e.(T); ok {
			all = append(all, x)
		}
	}
	return all
}

func TestTheFirstMessageStartsTheClock(t *testing.T) {
	got := decide(t, bottest.NewWorld(), bots.MessageHeard, at, heard("我被骗了"))
	if s := find[bots.StartWait](got); len(s) != 1 || s[0].Promise != 30*time.Minute {
		t.Errorf("clock: %+v", s)
	}
	var times []time.Duration
	for _, r := range find[bots.Remind](got) {
		times = append(times, r.At.Sub(at))
	}
	if want := []time.Duration{15 * time.Minute, 24 * time.Minute, 30 * time.Minute}; !slices.Equal(times, want) {
		t.Errorf("alarms after %v, want %v", times, want)
	}
}

func TestALaterMessageMovesNothing(t *testing.T) {
	if got := decide(t, waiting(nil), bots.MessageHeard, at.Add(time.Minute), heard("在吗")); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestWhatThePlatformsConsoleStaffWriteStopsTheClock(t *testing.T) {
	got := decide(t, waiting(nil), bots.StaffWrote, at.Add(time.Minute), heard("我是值班民警"))
	if ended := find[bots.EndWait](got); len(ended) != 1 || ended[0].Wait != "w1" || len(find[bots.Cancel](got)) != 4 {
		t.Errorf("%+v", got)
	}
}

func TestACourtesyWaitsForNothing(t *testing.T) {
	for text, starts := range map[string]bool{
		"谢谢": false, "好的，谢谢！": false, "OK": false, "谢谢，可是钱还没追回": true, "嗯？": false, "": true, "👍": true,
	} {
		got := find[bots.StartWait](decide(t, bottest.NewWorld(), bots.MessageHeard, at, heard(text)))
		if (len(got) == 1) != starts {
			t.Errorf("%q: %+v, want a clock: %v", text, got, starts)
		}
	}
}

func TestOnlyAnOfficersDeliveredAnswerStopsTheClock(t *testing.T) {
	for _, c := range []struct {
		purpose bots.Purpose
		state   string
		stops   bool
	}{
		{bots.ForOfficer, "delivered", true},
		{bots.ForOfficer, "rejected", false},
		{bots.ForReceipt, "delivered", false},
		{bots.ForEmergency, "delivered", false},
	} {
		got := decide(t, waiting(nil), bots.SendEnded, at.Add(time.Minute), &bots.Outcome{Purpose: c.purpose, State: c.state})
		if stopped := slices.Contains(got, bots.Effect(bots.EndWait{Wait: "w1"})); stopped != c.stops {
			t.Errorf("%s %s: stopped %v", c.purpose, c.state, stopped)
		}
	}
}

func TestEachStageRingsItsLevel(t *testing.T) {
	for key, level := range map[string]int{"stage 0": bots.LevelDuty, "stage 1": bots.LevelSupervisor, "stage 2": bots.LevelCommander} {
		got := decide(t, waiting(func(w *bots.Wait) { w.Alarms = level - 1 }), bots.Reminded, at.Add(20*time.Minute), &bots.Reminder{Bot: "desk", Key: key})
		n := find[bots.Notify](got)
		if len(n) != 1 || n[0].Level != level || n[0].Vars["Minutes"] != "20" {
			t.Errorf("%s: %+v", key, n)
		}
		if len(find[bots.Escalate](got)) != 1 {
			t.Errorf("%s: nothing stands in the desk", key)
		}
	}
}

func TestWhoWasAnsweredIsNotRungFor(t *testing.T) {
	w := waiting(func(w *bots.Wait) { w.State = bots.WaitEnded })
	if got := decide(t, w, bots.Reminded, at.Add(time.Hour), &bots.Reminder{Bot: "desk", Key: "stage 2"}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAnAlarmNobodyNoticesGoesToTheNextPerson(t *testing.T) {
	for name, c := range map[string]struct {
		seen, kept string
		turn       int // -1: nobody more is rung
	}{
		"unnoticed":    {"", "1 0", 1},
		"twice":        {"", "1 1", 2},
		"noticed":      {"chen", "1 0", -1},
		"all were":     {"", "1 2", -1},
		"nothing kept": {"", "", -1},
	} {
		w := waiting(func(w *bots.Wait) { w.Seen = c.seen })
		if c.kept != "" {
			w.SetMemory("desk", talk, againKey, []byte(c.kept))
		}
		got := find[bots.Notify](decide(t, w, bots.Reminded, at.Add(18*time.Minute), &bots.Reminder{Bot: "desk", Key: againKey}))
		if c.turn < 0 && len(got) != 0 || c.turn >= 0 && (len(got) != 1 || got[0].Turn != c.turn) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
