package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// untilOpen is how often to look whether an account has been opened; that costs nothing.
const untilOpen = 200 * time.Millisecond

var errNotOpen = errors.New("the account is not open")

// asking is the source under which it is kept that a platform could not be asked who we are.
const asking = "identity"

// watchIdentity asks the platform daily who it says we are. A change holds sends. A platform that
// cannot be asked shows as trouble of the account.
func (e *Engine) watchIdentity(ctx context.Context, a *Account) {
	for ctx.Err() == nil {
		wait := e.o.Pace.Identity
		if err := e.checkIdentity(ctx, a); errors.Is(err, errNotOpen) {
			wait = min(wait, untilOpen)
		} else if err != nil {
			e.o.Log.WarnContext(ctx, "identity", "account", a.Record.ID, "err", err)
			e.ill(ctx, a, asking, err)
			wait = min(wait, e.o.Pace.Retry)
		} else {
			e.well(ctx, a, asking, 0)
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

func (e *Engine) checkIdentity(ctx context.Context, a *Account) error {
	open := a.Open()
	if open == nil {
		return errNotOpen
	}
	within, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	who, err := open.Identity(within)
	if err != nil {
		return err
	}
	a.self.Store(&who.Person)
	if err := e.expects(ctx, a, who.Until); err != nil {
		return err
	}
	return e.o.Store.Update(ctx, func(tx record.Tx) error { return identified(tx, a.Record.ID, who, open.Caps(), time.Now()) })
}

// identified writes down who the platform says an account is and what it can do, and raises an alarm when that is
// somebody else than before or than was configured.
func identified(tx record.Tx, id string, who adapters.Identity, caps adapters.Caps, now time.Time) error {
	rec, err := record.Load[bots.Account](tx, id)
	if err != nil {
		return err
	}
	before := *rec
	rec.Self, rec.Handle = who.ID, who.Handle
	rec.Lookable, rec.Private, rec.Flags = caps.Lookup != nil, caps.Message != nil, flagKinds(caps)
	changed := record.Identified(rec, identityDigest(who), who.Confirmed)
	mismatch := record.Principal(rec, who.Principal, who.Expected) && rec.Mismatch != ""
	if reflect.DeepEqual(before, *rec) {
		return nil
	}
	rec.Updated = now
	on := bots.Target{Kind: bots.KindAccount, ID: rec.ID}
	tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "identify", On: on, Detail: who.Evidence})
	alarm := func(key string) {
		raise(tx, &bots.Event{Head: bots.Head{ID: rec.ID + "." + key}, Accepted: now}, rec.Suspect, on)
	}
	if mismatch { // as often as it happens anew
		alarm("principal." + now.UTC().Format("20060102"))
	}
	if changed {
		alarm(rec.Identity[:12])
	}
	return tx.Put(rec)
}

// beforeLive bounds how long an officer waits for a platform to say who we are.
const beforeLive = 5 * time.Second

// lookAgain asks the platform who we are before an account may do more. What cannot be asked
// now is decided on what was last said.
func (e *Engine) lookAgain(ctx context.Context, d bots.Decision) {
	a, ok := e.accounts[d.On.ID]
	if !ok || d.Verb != bots.ConfirmMode {
		return
	}
	within, cancel := context.WithTimeout(ctx, beforeLive)
	defer cancel()
	if err := e.checkIdentity(within, a); err != nil {
		e.o.Log.WarnContext(ctx, "identity", "account", a.Record.ID, "err", err)
	}
}

func flagKinds(caps adapters.Caps) []adapters.FlagKind {
	if caps.Flag == nil {
		return nil
	}
	return caps.Flag.FlagKinds()
}

func identityDigest(who adapters.Identity) string {
	sum := sha256.Sum256([]byte(who.ID + "\x00" + who.Handle + "\x00" + who.Name))
	return hex.EncodeToString(sum[:])
}
