package desk

import (
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
)

// turnOf takes apart the key of a reminder that the engine set, and of those that follow it.
func turnOf(key string) (name string, turn int, ok bool) {
	name, n, ok := strings.Cut(key, " ")
	turn, err := strconv.Atoi(n)
	return name, turn, ok && err == nil && turn >= 0
}

func turnKey(name string, turn int) string { return name + " " + strconv.Itoa(turn) }

// steps are who is rung for somebody in danger, one after the other as long as nobody takes notice.
var steps = [...]struct{ level, turn int }{
	{bots.LevelDuty, 0}, {bots.LevelDuty, 1}, {bots.LevelDuty, 2}, {bots.LevelSupervisor, 0}, {bots.LevelCommander, 0},
}

// inDanger rings the next person for somebody in danger whom nobody has taken notice of.
func inDanger(e bots.Event, w bots.Wait, step int, f bots.Facts) (effects []bots.Effect) {
	if w.Seen != "" || step >= len(steps) {
		return nil
	}
	about, s := bots.Target{Kind: bots.KindConversation, ID: e.Stream}, steps[step]
	effects = []bots.Effect{bots.Notify{Level: s.level, Turn: s.turn, Template: "alarm-urgent", Vars: map[string]string{"Account": e.Account}, About: about}}
	if s.level == bots.LevelSupervisor {
		effects = append(effects, bots.Escalate{Why: "有人情况紧急，值班民警几次都没有回应，已提醒带班领导", About: about})
	}
	if step+1 < len(steps) {
		effects = append(effects, bots.Remind{Key: turnKey(bots.RemindUrgent, step+1), At: f.Now().Add(bots.RingAgain)})
	}
	return effects
}

// unsigned rings the supervisor for a hand-over sheet that is not signed by both, and the next one
// half an hour later.
func unsigned(e bots.Event, turn int, f bots.Facts) []bots.Effect {
	about := bots.Target{Kind: bots.KindHandOver, ID: strings.TrimPrefix(e.Stream, bots.HandOverStream(""))}
	sheet, ok := f.Record(about.Kind, about.ID)
	if !ok || turn >= turns {
		return nil
	}
	h := sheet.Meta()
	if h.State != bots.HandOverDrawn && h.State != bots.HandOverLeft {
		return nil
	}
	minutes := strconv.Itoa(int(f.Now().Sub(h.Created) / time.Minute))
	effects := []bots.Effect{
		bots.Notify{Level: bots.LevelSupervisor, Turn: turn, Template: "alarm-handover", Vars: map[string]string{"Minutes": minutes}, About: about},
		bots.Remind{Key: turnKey(bots.RemindUnsigned, turn+1), At: f.Now().Add(bots.SignWithin)},
	}
	if turn == 0 {
		effects = append(effects, bots.Escalate{Why: "交接单已过 " + minutes + " 分钟还没有双方签字", About: about})
	}
	return effects
}
