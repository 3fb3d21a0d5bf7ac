package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func leaseID(lane string) string { return "lane/" + lane }

// heldError says who else works a lane, and until when.
type heldError struct {
	owner string
	until time.Time
}

func (e *heldError) Error() string {
	return fmt.Sprintf("the lane is worked by %s until %s", e.owner, e.until.Format(time.RFC3339))
}

func (l *lane) held() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.epoch
}

func (l *lane) lose() { l.setEpoch(0) }

func (l *lane) setEpoch(e uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch = e
}

// lease makes the lane ours under a new epoch, unless it is ours already. A lease that
// lapsed but that nobody took is still ours: every claim renews it in its own commit.
func (l *lane) lease(ctx context.Context) error {
	l.leasing.Lock()
	defer l.leasing.Unlock()
	if l.held() != 0 {
		return nil
	}
	var epoch uint64
	err := l.o.o.Store.Update(ctx, func(tx record.Tx) error {
		now := time.Now()
		lease, err := loadLease(tx, l.name, now)
		if err != nil {
			return err
		}
		if lease.Owner != l.o.o.Owner && now.Before(lease.Until) {
			return &heldError{lease.Owner, lease.Until}
		}
		lease.Owner, lease.Epoch, lease.Until = l.o.o.Owner, lease.Epoch+1, now.Add(l.o.pace.Lease)
		lease.Updated = now
		epoch = lease.Epoch
		return tx.Put(lease)
	})
	if err != nil {
		return err
	}
	l.setEpoch(epoch)
	l.o.step(StepLeased)
	return nil
}

func loadLease(tx record.Tx, lane string, now time.Time) (*record.Lease, error) {
	lease, err := record.Load[record.Lease](tx, leaseID(lane))
	if errors.Is(err, record.ErrNotFound) {
		return &record.Lease{Head: bots.Head{ID: leaseID(lane), Stream: lane, State: "taken", Created: now}}, nil
	}
	return lease, err
}

// renew checks inside a commit that the lane is still ours and lengthens the lease, unless that
// was done a moment ago: claims that change no common record can be decided side by side.
func (l *lane) renew(tx record.Tx, now time.Time) (epoch uint64, until time.Time, err error) {
	lease, err := record.View[record.Lease](tx, leaseID(l.name))
	if err != nil {
		return 0, until, fmt.Errorf("renew the lease of %s: %w", l.name, err)
	}
	epoch = l.held()
	if lease.Owner != l.o.o.Owner || lease.Epoch != epoch { // promise 4
		return 0, until, record.ErrFenced
	}
	if lease.Until.Sub(now) > l.o.pace.Lease*31/32 {
		return epoch, lease.Until, nil
	}
	longer := *lease
	longer.Until, longer.Updated = now.Add(l.o.pace.Lease), now
	return epoch, longer.Until, tx.Put(&longer)
}

// giveBack ends all our leases now.
func (o *Outbox) giveBack(ctx context.Context) error {
	o.mu.Lock()
	mine := map[string]uint64{}
	for name, l := range o.lanes {
		if e := l.held(); e != 0 {
			mine[name] = e
		}
	}
	o.mu.Unlock()
	if len(mine) == 0 {
		return nil
	}
	return o.o.Store.Update(ctx, func(tx record.Tx) error {
		now := time.Now()
		for name, epoch := range mine {
			lease, err := loadLease(tx, name, now)
			if err != nil {
				return err
			}
			if lease.Owner != o.o.Owner || lease.Epoch != epoch {
				continue
			}
			lease.Until, lease.Updated = now, now
			if err := tx.Put(lease); err != nil {
				return err
			}
		}
		return nil
	})
}

// bury makes the outcome of every claim without a holder unknown.
func (l *lane) bury(ctx context.Context, claimed []*record.Item) error {
	var dead []string
	for _, it := range claimed {
		if l.orphan(it, time.Now()) { // promise 4
			dead = append(dead, it.ID)
		}
	}
	if len(dead) == 0 {
		return nil
	}
	defer nudge(l.o.news)
	return l.o.o.Store.Update(ctx, func(tx record.Tx) error {
		now := time.Now()
		if _, _, err := l.renew(tx, now); err != nil {
			return err
		}
		for _, id := range dead {
			if err := l.lost(tx, id, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// orphan says whether a claim is without a holder: made under another epoch, or under ours
// by a call that is over and was never recorded.
func (l *lane) orphan(it *record.Item, now time.Time) bool {
	if it.Epoch != l.held() {
		return true
	}
	if l.isBusy(it.ID) || len(it.Attempts) == 0 {
		return false
	}
	last := it.Attempts[len(it.Attempts)-1]
	return now.After(last.At.Add(l.o.pace.Lease))
}

func (l *lane) lost(tx record.Tx, id string, now time.Time) error {
	it, err := record.Load[record.Item](tx, id)
	if err != nil {
		return err
	}
	if !l.orphan(it, now) {
		return nil
	}
	if err := it.Lost(now); err != nil {
		return nil // somebody recorded its result meanwhile
	}
	it.Why = whyLost
	it.Tell(now)
	return l.o.save(tx, it, "lost", now)
}
