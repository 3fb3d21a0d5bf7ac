package desk

import (
	"strconv"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/bots/bottest"
	"netpatrol/internal/record"
)

func TestAnAlarmForSomebodyInDangerGoesOnUntilSomebodyTakesNotice(t *testing.T) {
	for step, want := range steps {
		got := decide(t, waiting(nil), bots.Reminded, at.Add(time.Hour), &bots.Reminder{Bot: "desk", Key: "urgent " + strconv.Itoa(step)})
		n := find[bots.Notify](got)
		if len(n) != 1 || n[0].Level != want.level || n[0].Turn != want.turn || n[0].Template != "alarm-urgent" || n[0].About.ID != talk {
			t.Errorf("step %d: %+v", step, n)
		}
		if again := find[bots.Remind](got); (len(again) == 1) != (step+1 < len(steps)) || len(again) == 1 && again[0] != (bots.Remind{Key: "urgent " + strconv.Itoa(step+1), At: at.Add(time.Hour + patience)}) {
			t.Errorf("step %d comes again: %+v", step, again)
		}
	}
}

func TestAnAlarmForSomebodyInDangerEndsWithNotice(t *testing.T) {
	for name, w := range map[string]*bottest.World{
		"an officer knows of it": waiting(func(w *bots.Wait) { w.Seen = "chen" }),
		"an officer answered":    waiting(func(w *bots.Wait) { w.State = bots.WaitEnded }),
		"nobody waits":           bottest.NewWorld(&bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a"}),
	} {
		if got := decide(t, w, bots.Reminded, at.Add(time.Hour), &bots.Reminder{Bot: "desk", Key: "urgent 0"}); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestASheetWithoutBothSignaturesRingsTheSupervisor(t *testing.T) {
	for _, c := range []struct {
		state  string
		turn   int
		rung   bool
		stands bool // in the desk
	}{
		{"drawn", 0, true, true}, {"left", 0, true, true}, {"left", 1, true, false}, {"left", 2, true, false}, {"left", 3, false, false},
		{"taken", 0, false, false}, {"replaced", 0, false, false},
	} {
		h := &record.HandOver{From: "chen", To: "lin"}
		h.ID, h.State, h.Created = "h1", c.state, at
		e := bots.Event{Head: bots.Head{ID: "e1", Stream: bots.HandOverStream("h1")}, Kind: bots.Reminded, Accepted: at.Add(31 * time.Minute), Body: &bots.Reminder{Bot: "desk", Key: "unsigned " + strconv.Itoa(c.turn)}}
		b, w := New(DefaultPromise), bottest.NewWorld(h)
		got := bottest.Decide(t, b, e, w.Facts(b, e))
		n := find[bots.Notify](got)
		if (len(n) == 1) != c.rung || c.rung && (n[0].Level != bots.LevelSupervisor || n[0].Turn != c.turn || n[0].Vars["Minutes"] != "31" || n[0].About.ID != "h1") {
			t.Errorf("%s, turn %d: %+v", c.state, c.turn, n)
		}
		if len(find[bots.Escalate](got)) == 1 != c.stands {
			t.Errorf("%s, turn %d: %+v", c.state, c.turn, got)
		}
	}
}
