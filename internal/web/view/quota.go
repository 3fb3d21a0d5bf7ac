package view

import (
	"context"
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Forecast is how one of an account's quotas for bulletins stands in the period of a moment.
type Forecast struct {
	Account  string        `json:"account"`
	N        int           `json:"n"`                  // what the platform allows
	Per      time.Duration `json:"per"`                // in nanoseconds
	Monthly  bool          `json:"monthly,omitempty"`  // by calendar month
	Used     int           `json:"used"`               // sent, or being sent
	Reserved int           `json:"reserved"`           // written or approved, and not sent yet
	At       time.Time     `json:"at"`                 // the moment asked for
	Ends     time.Time     `json:"ends"`               // when what is sent at that moment no longer counts
	Advisory bool          `json:"advisory,omitempty"` // a person sends: nothing is held back here
}

// Left is what is left once everything reserved has been sent; below zero: so many will wait.
func (f Forecast) Left() int { return f.N - f.Used - f.Reserved }

// Forecasts says how an account's quotas for bulletins stand at a moment. A bulletin written
// for that moment is not counted yet.
func Forecasts(ctx context.Context, s record.Reader, st Station, account string, at, now time.Time) ([]Forecast, error) {
	var out []Forecast
	if st.Quotas == nil {
		return nil, nil
	}
	waits, err := waiting(ctx, s, account, now)
	if err != nil {
		return nil, err
	}
	for _, q := range st.Quotas(account) {
		if q.N <= 0 || q.Channel != adapters.Public || q.Scope != adapters.ScopeAccount {
			continue
		}
		f := Forecast{Account: account, N: q.N, Per: q.Per, Monthly: q.Monthly, At: at, Advisory: q.Advisory, Ends: ends(q, at)}
		counted, err := ledger(ctx, s, account, q)
		if err != nil {
			return nil, err
		}
		for _, e := range counted {
			if !e.At.After(at) && ends(q, e.At).After(at) || samePeriod(q, e.At, at) {
				f.Used++
				delete(waits, e.Item)
			}
		}
		for _, w := range waits {
			if samePeriod(q, w.at, at) && !(q.Pushes && w.quiet) && (!w.left || q.Advisory) {
				f.Reserved++
			}
		}
		out = append(out, f)
	}
	return out, nil
}

func ends(q adapters.Quota, at time.Time) time.Time {
	zone, err := time.LoadLocation(q.Zone)
	if q.Zone == "" || err != nil {
		zone = nil
	}
	return record.QuotaEnds(q, q.Per, zone, at)
}

// samePeriod says whether two sends count in one period.
func samePeriod(q adapters.Quota, a, b time.Time) bool {
	if q.Zone != "" {
		return ends(q, a).Equal(ends(q, b))
	}
	return a.Sub(b).Abs() < q.Per
}

func ledger(ctx context.Context, s record.Reader, account string, q adapters.Quota) ([]record.LedgerEntry, error) {
	l, err := record.Fetch[record.Ledger](ctx, s, record.QuotaLedgerID(account, q))
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return l.Entries, nil
}

// wait is a bulletin on its way to an account.
type wait struct {
	at    time.Time
	quiet bool
	left  bool // left for a person to send
}

// waiting finds the bulletins that are written or approved for an account and not sent yet,
// by the item they are or will be.
func waiting(ctx context.Context, s record.Reader, account string, now time.Time) (map[string]wait, error) {
	out := map[string]wait{}
	for _, state := range []string{bots.DraftAwaiting, bots.DraftApproved} {
		drafts, err := List[bots.Draft](ctx, s, record.Query{State: state, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, d := range drafts {
			if d.Account == account && d.Purpose == bots.ForBulletin {
				out[d.ID+".item"] = wait{at: later(d.NotBefore, now), quiet: d.Extras.Quiet}
			}
		}
	}
	lane := record.Lane(account, adapters.Public, bots.ForBulletin)
	for _, state := range []string{record.ItemDue, record.ItemHeld, record.ItemAccepted} {
		items, err := List[record.Item](ctx, s, record.Query{Stream: lane, State: state, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			out[i.ID] = wait{at: later(i.Due, now), quiet: i.Extras.Quiet, left: state == record.ItemAccepted}
		}
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
