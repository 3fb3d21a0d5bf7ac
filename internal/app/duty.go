package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// dutyZone is the zone of the wall clock by which shifts go. The configuration was checked.
func (a *App) dutyZone() *time.Location {
	zone, err := time.LoadLocation(a.o.Config.Duty.Zone)
	if err != nil || a.o.Config.Duty.Zone == "" {
		return time.FixedZone("CST", 8*60*60)
	}
	return zone
}

// onDuty is who is rung: the groups of a level each time, and of its persons one after the other, from
// the first again, as long as nobody takes notice. They are those whom the rota names; when it names nobody who
// can be reached, those of the configured ring. A level without anybody falls to the one below.
func (a *App) onDuty(tx record.Tx, at time.Time, level, turn int) ([]engine.Contact, error) {
	rota, err := record.LoadRota(record.InTx(tx), a.dutyZone())
	if err != nil {
		return nil, err
	}
	return a.rung(rota, at, level, turn), nil
}

func (a *App) rung(rota *record.Rota, at time.Time, level, turn int) []engine.Contact {
	for ; level > 0; level-- {
		if who := a.ringing(rota, record.Levels()[level-1], at, turn); len(who) > 0 {
			return who
		}
	}
	return nil
}

func (a *App) ringing(rota *record.Rota, level string, at time.Time, turn int) []engine.Contact {
	var who []engine.Contact
	for _, r := range a.o.Config.Duty.Ring {
		if r.Level == level && r.Officer == "" {
			who = append(who, contact(r))
		}
	}
	persons := a.reached(rota.At(level, at))
	if len(persons) == 0 {
		persons = a.reached(rota.Present(a.ringOf(level), at))
	}
	if len(persons) > 0 {
		who = append(who, persons[turn%len(persons)]...)
	}
	return who
}

func contact(r config.Ring) engine.Contact {
	return engine.Contact{Officer: r.Officer, Account: r.Account, To: adapters.Person{ID: r.To}}
}

// ringOf are the officers whom the configuration names at a level, each once.
func (a *App) ringOf(level string) (officers []string) {
	for _, r := range a.o.Config.Duty.Ring {
		if r.Level == level && r.Officer != "" && !slices.Contains(officers, r.Officer) {
			officers = append(officers, r.Officer)
		}
	}
	return officers
}

// reached are the contacts of each person on duty who has any.
func (a *App) reached(who []record.OnDuty) (all [][]engine.Contact) {
	for _, o := range who {
		if by := a.contactsOf(o.Officer); len(by) > 0 {
			all = append(all, by)
		}
	}
	return all
}

// contactsOf is by what an officer is reached, at whatever level the configuration says so.
func (a *App) contactsOf(officer string) (by []engine.Contact) {
	for _, r := range a.o.Config.Duty.Ring {
		if c := contact(r); r.Officer == officer && !slices.Contains(by, c) {
			by = append(by, c)
		}
	}
	return by
}

// reach is by what one officer is reached, or whoever stands in for them.
func (a *App) reach(tx record.Tx, at time.Time, officer string) ([]engine.Contact, error) {
	rota, err := record.LoadRota(record.InTx(tx), a.dutyZone())
	if err != nil {
		return nil, err
	}
	for _, who := range a.reached(rota.Present([]string{officer}, at)) {
		return who, nil
	}
	return nil, nil
}

// duty is what the pages know of the configured ring.
func (a *App) duty() view.DutyRing {
	return view.DutyRing{
		Zone:     a.dutyZone(),
		Officers: func(level string) []string { return a.ringOf(level) },
		Groups: func(level string) (groups []string) {
			for _, r := range a.o.Config.Duty.Ring {
				if r.Level == level && r.Officer == "" {
					groups = append(groups, r.Account)
				}
			}
			return groups
		},
		Reach: func(officer string) (by []string) {
			for _, c := range a.contactsOf(officer) {
				by = append(by, c.Account+" "+c.To.ID)
			}
			return by
		},
	}
}

// promised is within how long a person answers what is written now, for the public to read. It stands only while
// somebody on duty is there to be rung; when that cannot be read, nothing is promised.
func (a *App) promised(ctx context.Context) time.Duration {
	d, err := view.DutyOf(ctx, a.store, a.duty(), time.Now())
	if err != nil {
		a.o.Log.WarnContext(ctx, "who is on duty could not be read: no promise is shown to the public", "err", err)
		return 0
	}
	if first := d.Levels[0]; first.Silent() || first.Gap() {
		return 0
	}
	return a.o.Config.Duty.Promise
}

// sweepDuty puts away the shifts and leaves that are long past, so that the rota stays short.
func (a *App) sweepDuty(ctx context.Context, now time.Time) error {
	var errs []error
	for _, kind := range []bots.RecordKind{bots.KindShift, bots.KindLeave} {
		page, err := a.store.List(ctx, record.Query{Kind: kind, State: record.DutyActive, Limit: 1000})
		errs = append(errs, err)
		for _, r := range page {
			if over(r, now) {
				errs = append(errs, a.store.Update(ctx, func(tx record.Tx) error { return putAway(tx, kind, r.Meta().ID, now) }))
			}
		}
	}
	return errors.Join(errs...)
}

func over(r bots.Record, now time.Time) bool {
	switch r := r.(type) {
	case *record.Shift:
		return r.Over(now)
	case *record.Leave:
		return r.Over(now)
	}
	return false
}

func putAway(tx record.Tx, kind bots.RecordKind, id string, now time.Time) error {
	r, err := tx.Get(kind, id)
	if err != nil || r.Meta().State != record.DutyActive {
		return err
	}
	r.Meta().State, r.Meta().Updated = record.DutyOver, now
	return tx.Put(r)
}
