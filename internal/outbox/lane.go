package outbox

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"netpatrol/internal/record"
)

// lane is an account and a channel, worked by one goroutine that starts at most width
// calls at once. Emergencies have a lane of their own in which nobody waits for anybody.
type lane struct {
	o    *Outbox
	name string
	kick chan struct{}

	leasing sync.Mutex // one at a time takes the lease

	mu     sync.Mutex
	active bool              // a worker is on it
	epoch  uint64            // of our lease; 0: none
	rest   time.Time         // not worked before then: somebody else's, or the store is failing
	busy   map[string]uint64 // items under way here, whatever the store says of them, and our epoch when they began
	asked  bool              // to look at the whole of it
	offers []*record.Item    // the worker has not taken yet
}

// lane returns the one lane of that name.
func (o *Outbox) lane(name string) *lane {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.lanes[name]
	if l == nil {
		l = &lane{o: o, name: name, kick: make(chan struct{}, 1), busy: map[string]uint64{}}
		o.lanes[name] = l
	}
	return l
}

// activate sees to it that a worker looks at the lane from now on.
func (o *Outbox) activate(ctx context.Context, name string, work *sync.WaitGroup) {
	l := o.lane(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active {
		l.asked = true
		nudge(l.kick)
		return
	}
	if time.Now().Before(l.rest) {
		return
	}
	l.active = true
	work.Go(func() { l.work(ctx) })
}

// offer gives the lane's worker an item; false: there is no worker.
func (l *lane) offer(it *record.Item) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.active {
		return false
	}
	if len(l.offers) < maxLine {
		l.offers = append(l.offers, it)
	} else {
		l.asked = true
	}
	nudge(l.kick)
	return true
}

// heard returns what the worker was offered since it last asked, and whether it must look.
func (l *lane) heard() (offers []*record.Item, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	offers, asked = l.offers, l.asked
	l.offers, l.asked = nil, false
	return offers, asked
}

func (l *lane) working() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.active
}

func (l *lane) take(item string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.busy[item]; ok {
		return false
	}
	l.busy[item] = l.epoch
	return true
}

func (l *lane) let(item string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.busy, item)
}

func (l *lane) isBusy(item string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.busy[item]
	return ok
}

// underWay says whether an item is being worked on here under the epoch we hold: then its claim, if
// it has one, is ours.
func (l *lane) underWay(item string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	epoch, ok := l.busy[item]
	return ok && epoch == l.epoch
}

// errMoved says the item was changed by somebody else between reading and claiming.
var errMoved = errors.New("the item was changed meanwhile")

// errStays says the item is not done with, so that whatever is behind it must wait.
var errStays = errors.New("the item is not settled")

// settle decides what an error means for the lane.
func (l *lane) settle(err error) {
	var held *heldError
	switch {
	case err == nil, errors.Is(err, errStays), errors.Is(err, errMoved), errors.Is(err, record.ErrNotFound), errors.Is(err, context.Canceled):
		return
	case errors.As(err, &held):
		l.restUntil(held.until)
	case errors.Is(err, record.ErrFenced):
		l.o.log.Warn("lane passed to another holder", "lane", l.name)
		l.lose()
	default:
		l.o.log.Error("lane rests", "lane", l.name, "err", err)
		l.restUntil(time.Now().Add(l.o.pace.Backoff))
	}
}

func (l *lane) restUntil(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.After(l.rest) {
		l.rest = t
	}
}

func (l *lane) resting() bool { return time.Now().Before(l.restsUntil()) }

func (l *lane) restsUntil() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rest
}

func (l *lane) account() string {
	return l.name[:strings.LastIndexByte(l.name, '/')]
}

func (l *lane) emergency() bool { return strings.HasSuffix(l.name, "/emergency") }

// width is how many calls the account allows at once on this lane.
func (l *lane) width() int {
	if a, ok := l.o.o.Accounts(l.account()); ok {
		return max(1, a.Caps().Limits.LaneWidth)
	}
	return 1
}

// survey looks at the whole lane once and returns what is to be done, in order.
func (l *lane) survey(ctx context.Context) (jobs []job, n *line, err error) {
	if err := l.lease(ctx); err != nil {
		return nil, nil, err
	}
	open := map[string]string{} // recipient -> the item whose outcome is open
	asks, err := l.openOutcomes(ctx, open)
	if err != nil {
		return nil, nil, err
	}
	n, err = l.dueItems(ctx, open)
	if err != nil {
		return nil, nil, err
	}
	return append(asks, n.jobs...), n, nil
}

// openOutcomes finds what left, or may have left, and is not settled. Claims without a
// holder become unknown. Whoever has such an item open is blocked.
func (l *lane) openOutcomes(ctx context.Context, open map[string]string) ([]job, error) {
	var jobs []job
	now := time.Now()
	for _, state := range []string{record.ItemClaimed, record.ItemUnknown, record.ItemAccepted} {
		items, err := l.left(ctx, state)
		if err != nil {
			return nil, err
		}
		if state == record.ItemClaimed {
			if err := l.bury(ctx, items); err != nil {
				return nil, err
			}
		}
		for _, it := range items {
			if state != record.ItemAccepted && !l.isBusy(it.ID) {
				open[it.Recipient()] = it.ID
			}
			if j, ok := l.ask(it, now); ok {
				jobs = append(jobs, j)
			}
		}
	}
	return jobs, nil
}

// left lists the items in a state; of the claimed ones only those that nobody is working on here. Many
// may be under way, and each look would read them all.
func (l *lane) left(ctx context.Context, state string) ([]*record.Item, error) {
	q := record.Query{State: state, Limit: pageSize}
	if state != record.ItemClaimed {
		return l.list(ctx, q)
	}
	q.Kind, q.Stream, q.Heads = record.KindItem, l.name, true
	heads, err := l.o.o.Store.List(ctx, q)
	if err != nil {
		return nil, err
	}
	var items []*record.Item
	for _, h := range heads {
		if l.underWay(h.Meta().ID) {
			continue
		}
		it, err := record.Fetch[record.Item](ctx, l.o.o.Store, h.Meta().ID)
		switch {
		case err == nil && it.State == state:
			items = append(items, it)
		case err != nil && !errors.Is(err, record.ErrNotFound):
			return nil, err
		}
	}
	return items, nil
}

// ask returns the job of asking the platform about an item, when its time has come.
func (l *lane) ask(it *record.Item, now time.Time) (job, bool) {
	if it.Due.IsZero() || it.Due.After(now) || l.isBusy(it.ID) {
		return job{}, false
	}
	switch {
	case it.State == record.ItemAccepted:
		return job{item: it, do: l.check}, true
	case it.State == record.ItemUnknown && (!it.Untold || repeatable(it)):
		return job{item: it, do: l.resolve}, true
	}
	return job{}, false
}

// explain writes on waiting items why they wait, for people to see.
func (l *lane) explain(ctx context.Context, waits map[string]string) error {
	if len(waits) == 0 {
		return nil
	}
	return l.o.o.Store.Update(ctx, func(tx record.Tx) error {
		for id, why := range waits {
			it, err := record.Load[record.Item](tx, id)
			if errors.Is(err, record.ErrNotFound) || err == nil && it.State != record.ItemDue {
				continue
			}
			if err != nil {
				return err
			}
			it.Why = why
			if err := tx.Put(it); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *lane) list(ctx context.Context, q record.Query) ([]*record.Item, error) {
	q.Kind, q.Stream = record.KindItem, l.name
	page, err := l.o.o.Store.List(ctx, q)
	if err != nil {
		return nil, err
	}
	items := make([]*record.Item, len(page))
	for i, r := range page {
		items[i] = r.(*record.Item)
	}
	return items, nil
}

// halt returns the station's halt; none recorded means none.
func (o *Outbox) halt(ctx context.Context) (*record.Halt, error) {
	h, err := record.Fetch[record.Halt](ctx, o.o.Store, record.HaltID)
	if errors.Is(err, record.ErrNotFound) {
		return &record.Halt{}, nil
	}
	return h, err
}
