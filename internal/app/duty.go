package app

import (
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
)

// onDuty is who is rung: the groups of a level each time, and of its persons one after the other
// as long as nobody takes notice. A level without anybody falls to the one below.
func (a *App) onDuty(_ record.Tx, _ time.Time, level, turn int) ([]engine.Contact, error) {
	for ; level > 0; level-- {
		if who := ringing(a.o.Config.Duty.Ring, config.Levels()[level-1], turn); len(who) > 0 {
			return who, nil
		}
	}
	return nil, nil
}

func ringing(rings []config.Ring, level string, turn int) (who []engine.Contact) {
	person := 0
	for _, r := range rings {
		if r.Level != level {
			continue
		}
		if r.Officer != "" {
			if person++; person-1 != turn {
				continue
			}
		}
		who = append(who, engine.Contact{Officer: r.Officer, Account: r.Account, To: adapters.Person{ID: r.To}})
	}
	return who
}
