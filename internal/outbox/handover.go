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

// Why a package does not leave.
var (
	ErrNotApproved = errors.New("the package is not what an officer approved")
	ErrNotTrusted  = errors.New("who the account is on the other side, is not confirmed: set it live")
	ErrNoCourier   = errors.New("the account is not open, or the other side takes no packages")
)

// HandOver takes a clue package to another unit's system: files are what [record.Handoff] stands for
// and key names these bytes, so that the other side takes them once and an unknown outcome may be tried
// again. It is no message to a citizen: no quota, lane or halt is in its way.
func (o *Outbox) HandOver(ctx context.Context, account string, h *record.Handoff, key string, p adapters.Package) error {
	if !h.Whole() { // promise 1
		return fmt.Errorf("hand over %s: %w", h.Code, ErrNotApproved)
	}
	a, err := record.Fetch[bots.Account](ctx, o.o.Store, account)
	if err != nil {
		return fmt.Errorf("account %s, by which %s is handed over: %w", account, h.Code, err)
	}
	if a.Mode() != bots.Live || a.Suspect != "" { // promise 7
		return fmt.Errorf("hand over %s by account %s: %w", h.Code, account, ErrNotTrusted)
	}
	open, ok := o.o.Accounts(account)
	if !ok || open.Caps().Handover == nil {
		return fmt.Errorf("hand over %s by account %s: %w", h.Code, account, ErrNoCourier)
	}
	at := adapters.Attempt{Item: h.ID, N: h.Tries + 1, Key: key, Code: h.Code, Deadline: time.Now().Add(o.pace.Call)}
	_, err = o.bounded(ctx, at.Deadline, func(ctx context.Context) (adapters.Receipt, error) {
		return open.Caps().Handover.HandOver(ctx, at, p)
	})
	return err
}
