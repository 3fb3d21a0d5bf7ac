// Package desk keeps the promise that a person who writes to us hears from a person within half an
// hour: it starts a clock with the first unanswered message, rings the duty officer, the
// supervisor and the commander as the deadline nears, and stops the clock when an officer has
// answered. What a machine answers does not stop it.
//
// # Failure model
//
// The bot is pure. Deadlines are stored with the message; reminders come back after a restart and
// after a step of the clock, late ones at once. An alarm nobody takes notice of goes to the next
// person, and at the end stands in the desk. An alarm for somebody in danger goes on to the supervisor and
// the commander; a hand-over sheet that is not signed by both rings the supervisor.
package desk

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"netpatrol/bots"
)

// DefaultPromise is how long somebody who writes to us waits at most for a person.
const DefaultPromise = 30 * time.Minute

// patience is how long an alarm may go unnoticed before the next person is rung, and turns how many
// persons of a level are.
const (
	patience = bots.RingAgain
	turns    = 3
)

// stages are when a level is rung, in percent of the promise.
var stages = [...]struct {
	level, percent int
	why            string
}{
	{bots.LevelDuty, 50, "有人等待民警答复，已过一半时限"},
	{bots.LevelSupervisor, 80, "有人等待民警答复，即将超过承诺时限"},
	{bots.LevelCommander, 100, "有人等待民警答复，已超过承诺时限"},
}

var _ bots.Bot = (*Bot)(nil)

// Bot is the desk's clock. It is safe for concurrent use.
type Bot struct{ promise time.Duration }

// New returns a clock that promises an answer within promise.
func New(promise time.Duration) *Bot { return &Bot{promise: promise} }

// Name implements [bots.Bot].
func (*Bot) Name() string { return "desk" }

// Decide implements [bots.Bot].
func (b *Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	switch body := e.Body.(type) {
	case *bots.Heard:
		switch e.Kind {
		case bots.MessageHeard:
			return b.heard(e, body, f), nil
		case bots.StaffWrote:
			return stop(e, f), nil
		}
	case *bots.Outcome:
		return answered(e, body, f), nil
	case *bots.Reminder:
		if body.Bot == b.Name() {
			return b.rings(e, body, f), nil
		}
	}
	return nil, bots.ErrNotMine
}

// heard starts the clock, unless one runs or nothing was asked.
func (b *Bot) heard(e bots.Event, h *bots.Heard, f bots.Facts) []bots.Effect {
	talk, _ := bots.Get[bots.Conversation](f, e.Stream)
	if talk.Wait != "" || courtesy(h.Text) && len(h.Media) == 0 {
		return nil
	}
	effects := []bots.Effect{bots.StartWait{ID: bots.NewID(e, "wait"), Promise: b.promise}}
	for i, s := range stages {
		effects = append(effects, bots.Remind{Key: stageKey(i), At: f.Now().Add(b.promise * time.Duration(s.percent) / 100)})
	}
	return effects
}

// courtesies close a talk; whoever says no more than that waits for nothing.
var courtesies = map[string]bool{
	"谢谢": true, "谢谢你": true, "谢谢您": true, "多谢": true, "感谢": true, "好的": true, "好的谢谢": true, "好的好的": true, "嗯": true, "嗯嗯": true, "收到": true,
	"知道了": true, "明白了": true, "辛苦了": true, "ok": true, "好": true, "行": true, "再见": true, "thanks": true, "thankyou": true,
	"发错了": true, "发错人了": true, "不好意思发错了": true, "不好意思发错人了": true, "抱歉发错了": true, // nor does this
}

func courtesy(text string) bool {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	return courtesies[bare]
}

// answered stops the clock when an officer's own words have arrived.
func answered(e bots.Event, o *bots.Outcome, f bots.Facts) []bots.Effect {
	if o.Purpose != bots.ForOfficer || o.State != "delivered" {
		return nil
	}
	return stop(e, f)
}

// stop ends the clock of the event's conversation, if one runs.
func stop(e bots.Event, f bots.Facts) []bots.Effect {
	talk, _ := bots.Get[bots.Conversation](f, e.Stream)
	if talk.Wait == "" {
		return nil
	}
	effects := []bots.Effect{bots.EndWait{Wait: talk.Wait}, bots.Cancel{Key: againKey}}
	for i := range stages {
		effects = append(effects, bots.Cancel{Key: stageKey(i)})
	}
	return effects
}

func stageKey(i int) string { return "stage " + strconv.Itoa(i) }

// againKey reminds of an alarm that nobody may have noticed.
const againKey = "again"

// rings tells whoever must know by now.
func (b *Bot) rings(e bots.Event, r *bots.Reminder, f bots.Facts) []bots.Effect {
	if key, turn, ok := turnOf(r.Key); ok && key == bots.RemindUnsigned {
		return unsigned(e, turn, f)
	}
	talk, _ := bots.Get[bots.Conversation](f, e.Stream)
	w, running := bots.Get[bots.Wait](f, talk.Wait)
	if talk.Wait == "" || !running || w.State != bots.WaitRunning {
		return nil
	}
	if r.Key == againKey {
		return again(e, w, f)
	}
	if key, step, ok := turnOf(r.Key); ok && key == bots.RemindUrgent {
		return inDanger(e, w, step, f)
	}
	for i, s := range stages {
		if r.Key == stageKey(i) && w.Alarms <= i {
			return append(ring(e, w, s.level, 0, f), bots.Escalate{Why: s.why, About: bots.Target{Kind: bots.KindWait, ID: w.ID}})
		}
	}
	return nil
}

// ring tells one person of a level and comes back to see whether they took notice.
func ring(e bots.Event, w bots.Wait, level, turn int, f bots.Facts) []bots.Effect {
	waited := f.Now().Sub(w.Since).Truncate(time.Minute)
	return []bots.Effect{
		bots.Notify{
			Level: level, Turn: turn, Template: "alarm-waiting", About: bots.Target{Kind: bots.KindWait, ID: w.ID},
			Vars: map[string]string{"Minutes": strconv.Itoa(int(waited / time.Minute)), "Account": e.Account},
		},
		bots.Remember{Key: againKey, Value: []byte(strconv.Itoa(level) + " " + strconv.Itoa(turn))},
		bots.Remind{Key: againKey, At: f.Now().Add(patience)},
	}
}

// again rings the next person of the level when nobody took notice.
func again(e bots.Event, w bots.Wait, f bots.Facts) []bots.Effect {
	kept, _ := f.Remembered(againKey)
	level, turn, _ := strings.Cut(string(kept), " ")
	l, err := strconv.Atoi(level)
	t, err2 := strconv.Atoi(turn)
	if w.Seen != "" || err != nil || err2 != nil || t+1 >= turns {
		return nil
	}
	return ring(e, w, l, t+1, f)
}
