package outbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// allowance is one quota as it applies to one item.
type allowance struct {
	ledger string // record id
	limit  int    // how many may be out, for this item's purpose
	n      int    // the platform's figure, for people
	per    time.Duration
	zone   *time.Location // whose midnight resets it; nil: a sliding window
	quota  adapters.Quota
}

// allowances lists the quotas that bound an item. A quota of a whole app is kept per
// account, because an account does not say which app it shares.
func (o *Outbox) allowances(lim adapters.Limits, it *record.Item) []allowance {
	var out []allowance
	for _, q := range lim.Quotas {
		if q.N <= 0 || q.Per <= 0 || q.Scope == adapters.ScopeItem || q.Channel != "" && q.Channel != it.Channel || q.Pushes && it.Extras.Quiet {
			continue
		}
		if q.Scope == adapters.ScopeRecipient && it.Recipient() == "" {
			continue
		}
		out = append(out, o.allowance(q, it))
	}
	return out
}

func (o *Outbox) allowance(q adapters.Quota, it *record.Item) allowance {
	a := allowance{limit: q.N, n: q.N, per: q.Per, quota: q}
	if q.Zone != "" {
		a.zone = zone(q.Zone)
	}
	a.ledger = record.QuotaLedgerID(it.Account, q)
	if q.Scope == adapters.ScopeRecipient {
		a.ledger += "/" + o.o.Tag("quota/"+it.Account, it.Recipient())
	}
	a.fit()
	if it.Purpose != bots.ForEmergency && it.Channel != adapters.Public && it.Channel != adapters.Moderators && a.limit > 1 { // promise 12
		a.limit-- // the last credit is kept for an emergency card
	}
	return a
}

// binding leaves out the quotas that a person spends, later and elsewhere: what we leave for
// them to send uses nothing up yet.
func binding(all []allowance) []allowance {
	return slices.DeleteFunc(all, func(a allowance) bool { return a.quota.Advisory })
}

// zone returns nil for a zone it does not know: a sliding window is stricter than the day
// it stands for.
func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// ledgerMax bounds the entries of one ledger record, which must stay well below 64 KiB.
const ledgerMax = 400

// fit turns a large quota into a smaller one over a shorter sliding window that never
// allows more: 500,000 a day becomes 400 in 69 seconds.
func (a *allowance) fit() {
	if a.limit <= ledgerMax {
		return
	}
	k := (a.limit + ledgerMax - 1) / ledgerMax
	a.limit, a.per, a.zone = a.limit/k, a.per/time.Duration(k), nil
}

// ends is when an entry made at at no longer counts.
func (a allowance) ends(at time.Time) time.Time {
	if a.zone == nil {
		return at.Add(a.per)
	}
	return record.QuotaEnds(a.quota, a.per, a.zone, at)
}

// counting drops the entries that no longer count.
func (a allowance) counting(entries []record.LedgerEntry, now time.Time) []record.LedgerEntry {
	return slices.DeleteFunc(entries, func(e record.LedgerEntry) bool { return !a.ends(e.At).After(now) })
}

// frees is when a place becomes free; zero: there is one now.
func (a allowance) frees(entries []record.LedgerEntry) time.Time {
	if len(entries) < a.limit {
		return time.Time{}
	}
	ends := make([]time.Time, len(entries))
	for i, e := range entries {
		ends[i] = a.ends(e.At)
	}
	slices.SortFunc(ends, time.Time.Compare)
	return ends[len(ends)-a.limit]
}

// reserve counts an item in every ledger that bounds it, all or none. It returns the
// quota that is used up and when it frees, if one is. An item that is counted already
// (its last outcome was unknown) is not counted twice.
func reserve(tx record.Tx, it *record.Item, all []allowance, now time.Time) (full *allowance, until time.Time, err error) {
	ledgers := make([]*record.Ledger, len(all))
	for i := range all {
		a := &all[i]
		if ledgers[i], err = loadLedger(tx, a.ledger, now); err != nil {
			return nil, until, err
		}
		ledgers[i].Entries = a.counting(ledgers[i].Entries, now)
		frees := a.frees(ledgers[i].Entries)
		if counted(ledgers[i], it.ID) {
			continue
		}
		if it.Purpose == bots.ForEmergency { // promise 12
			continue
		}
		if frees.After(until) { // promise 13
			full, until = a, frees
		}
	}
	if full != nil {
		return full, until, nil
	}
	return nil, until, enter(tx, it, ledgers, now)
}

func enter(tx record.Tx, it *record.Item, ledgers []*record.Ledger, now time.Time) error {
	for _, l := range ledgers {
		if counted(l, it.ID) {
			continue
		}
		l.Entries, l.Updated = append(l.Entries, record.LedgerEntry{Item: it.ID, At: now}), now
		if err := tx.Put(l); err != nil {
			return err
		}
		it.Reserved = append(it.Reserved, l.ID)
	}
	return nil
}

func counted(l *record.Ledger, item string) bool {
	return slices.ContainsFunc(l.Entries, func(e record.LedgerEntry) bool { return e.Item == item })
}

// release gives back what an item reserved: it certainly did not leave.
func release(tx record.Tx, it *record.Item, now time.Time) error {
	for _, id := range it.Reserved {
		l, err := loadLedger(tx, id, now)
		if err != nil {
			return err
		}
		l.Entries = slices.DeleteFunc(l.Entries, func(e record.LedgerEntry) bool { return e.Item == it.ID })
		l.Updated = now
		if err := tx.Put(l); err != nil {
			return err
		}
	}
	it.Reserved = nil
	return nil
}

func loadLedger(tx record.Tx, id string, now time.Time) (*record.Ledger, error) {
	l, err := record.Load[record.Ledger](tx, id)
	if errors.Is(err, record.ErrNotFound) {
		return &record.Ledger{Head: bots.Head{ID: id, State: "open", Created: now, Updated: now}}, nil
	}
	return l, err
}

// plainTag shortens a digest of a value, for assemblies that give no keyed one.
func plainTag(scope, value string) string {
	sum := sha256.Sum256([]byte(scope + "\x00" + value))
	return hex.EncodeToString(sum[:10])
}
