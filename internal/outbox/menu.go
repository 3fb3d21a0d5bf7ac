package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// ErrNoMenu says that an account has no menu, or is not open.
var ErrNoMenu = errors.New("this account has no menu that can be set")

// SetMenu puts a menu in the place of the one an account shows, in an officer's name. It is no
// message, but everybody reads it: its labels pass the linter, and it changes nothing while
// everything is halted or who the account is, is in doubt. Setting the same menu again is harmless, so an
// unknown outcome is an error like any other.
func (o *Outbox) SetMenu(ctx context.Context, account string, by *record.Officer, entries []adapters.MenuEntry) error {
	open, ok := o.o.Accounts(account)
	if !ok || open.Caps().Menu == nil {
		return ErrNoMenu
	}
	if err := o.lintMenu(entries); err != nil {
		return err
	}
	if err := o.note(ctx, account, by, "set-menu"); err != nil {
		return err
	}
	at := adapters.Attempt{Item: "menu/" + account, N: 1, Deadline: time.Now().Add(o.pace.Call)}
	_, err := o.bounded(ctx, at.Deadline, func(ctx context.Context) (adapters.Receipt, error) {
		return adapters.Receipt{Ref: adapters.Ref(at.Item)}, open.Caps().Menu.SetMenu(ctx, at, entries)
	})
	return err
}

func (o *Outbox) lintMenu(entries []adapters.MenuEntry) error {
	if o.o.Lint == nil {
		return nil
	}
	for _, e := range entries {
		if err := o.o.Lint(e.Label); err != nil { // promise 11
			return &record.Refusal{Code: "lint", Message: fmt.Sprintf("the label %q may not be shown: %v", e.Label, err)}
		}
		if err := o.lintMenu(e.Entries); err != nil {
			return err
		}
	}
	return nil
}

// note writes down whose deed it is before it is done, unless it may not be done now.
func (o *Outbox) note(ctx context.Context, account string, by *record.Officer, did string) error {
	return o.o.Store.Update(ctx, func(tx record.Tx) error {
		a, err := record.Load[bots.Account](tx, account)
		if err != nil {
			return err
		}
		h, err := record.Load[record.Halt](tx, record.HaltID)
		if errors.Is(err, record.ErrNotFound) {
			h, err = &record.Halt{}, nil
		}
		if err != nil {
			return err
		}
		if err := record.MaySetMenu(a, by, h); err != nil {
			return err
		}
		tx.Audit(record.AuditEntry{At: time.Now(), Who: by.ID, Did: did, On: bots.Target{Kind: bots.KindAccount, ID: account}})
		return nil
	})
}
