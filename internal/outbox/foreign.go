package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// lately is how many of an account's own sends are looked through for one the platform names.
const lately = 50

// Spent counts a send that somebody made in the platform's own console against the account's
// quotas, once for each ref. One of ours is counted already.
func (o *Outbox) Spent(ctx context.Context, account string, ch adapters.Channel, ref adapters.Ref) error {
	open, ok := o.o.Accounts(account)
	if !ok {
		return fmt.Errorf("count %s of account %s: %w", ref, account, errNotOpen)
	}
	it := &record.Item{Account: account, Channel: ch}
	it.ID = "console/" + o.o.Tag("spent", string(ref))
	quotas := o.allowances(open.Caps().Limits, it)
	if len(quotas) == 0 {
		return nil
	}
	return o.o.Store.Update(ctx, func(tx record.Tx) error {
		own, err := ours(tx, account, ch, ref)
		if err != nil || own {
			return err
		}
		now := time.Now()
		ledgers := make([]*record.Ledger, len(quotas))
		for i := range quotas {
			if ledgers[i], err = loadLedger(tx, quotas[i].ledger, now); err != nil {
				return err
			}
			ledgers[i].Entries = quotas[i].counting(ledgers[i].Entries, now)
		}
		return enter(tx, it, ledgers, now)
	})
}

var errNotOpen = errors.New("the account is not open")

// ours says whether a ref is that of a send of ours, or may be: one whose answer is still out.
func ours(tx record.Tx, account string, ch adapters.Channel, ref adapters.Ref) (bool, error) {
	page, err := tx.List(record.Query{Kind: record.KindItem, Stream: record.Lane(account, ch, ""), Newest: true, Limit: lately})
	if err != nil {
		return false, err
	}
	for _, r := range page {
		it, ok := r.(*record.Item)
		if !ok || it.Erased {
			continue
		}
		if it.Receipt.Ref == ref || it.State == record.ItemClaimed || it.State == record.ItemUnknown {
			return true, nil
		}
	}
	return false, nil
}
