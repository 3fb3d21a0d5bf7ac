// Package signin is the one door through which officers come in: by password, by a
// one-time code, by a bearer token, or by the unix user at the other end of a socket.
// Whatever the way, what comes out is an active [record.Officer]; a unix user or a
// token by itself is nobody.
//
// # Failure model
//
// Every refusal is [ErrDenied], whether the name is unknown, the password wrong, the
// officer suspended or the tries too many, and costs about the same time. An error
// of the store is passed on as it is and signs nobody in. Failed passwords are
// throttled per name in memory; a restart forgets them. At the door that stands open to the
// internet all passwords together are bounded, too, because each costs much work: while strangers try
// many, the site's people come in by an invitation.
package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"golang.org/x/time/rate"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// ErrDenied is every refusal to sign somebody in.
var ErrDenied = errors.New("the name or password is wrong, or there were too many tries: wait a minute and try again")

// Store is the part of the store the door uses.
type Store interface {
	record.Reader
	Update(ctx context.Context, change func(record.Tx) error) error
}

// Options say how the door works. The zero durations mean the defaults.
type Options struct {
	Store    Store
	Secure   bool          // the console is reached by https: the cookie says so
	Idle     time.Duration // a session unused for so long ends; default 2h
	Lifetime time.Duration // every session ends after so long; default 12h
	// Outside: the door is that of partner sites' own security officers, and nobody else's. No other door lets
	// them in, and this one no officer. Its cookie is seen by pages under Path only.
	Outside bool
	Path    string // default /
}

// Door signs officers in. It is safe for concurrent use.
type Door struct {
	store    Store
	sessions *scs.SessionManager
	throttle *throttle
	pace     *rate.Limiter // of passwords at the door outside, under whatever names; nil: none
	work     chan struct{} // bounds how many passwords are checked or set at once
	idle     time.Duration
	lifetime time.Duration
	seen     atomic.Int64 // Unix time presence was last written down
	outside  bool
	path     string
}

// New returns a door.
func New(o Options) *Door {
	if o.Idle == 0 {
		o.Idle = 2 * time.Hour
	}
	if o.Lifetime == 0 {
		o.Lifetime = 12 * time.Hour
	}
	d := &Door{store: o.Store, throttle: newThrottle(), work: make(chan struct{}, 2), idle: o.Idle, lifetime: o.Lifetime, outside: o.Outside, path: cmp.Or(o.Path, "/")}
	if d.outside {
		d.pace = rate.NewLimiter(outsideASecond, outsideAtOnce)
	}
	d.sessions = newSessions(d, o.Secure)
	return d
}

// ByPassword signs in with a name and a password.
func (d *Door) ByPassword(ctx context.Context, name, password string) (*record.Officer, error) {
	if len(name) > maxName || len(password) > maxPassword || !d.throttle.allow(name) {
		return nil, ErrDenied
	}
	if d.pace != nil && !d.pace.Allow() {
		return nil, ErrDenied
	}
	o, err := d.officer(ctx, name)
	if err != nil && !errors.Is(err, ErrDenied) {
		return nil, err
	}
	var stored string
	if o != nil {
		stored = o.Password
	}
	right, err := d.check(ctx, stored, password)
	if err != nil {
		return nil, err
	}
	if o == nil || !right {
		return nil, ErrDenied
	}
	d.throttle.forget(name)
	if err := d.note(ctx, o.ID, "sign-in", "password"); err != nil {
		return nil, err
	}
	return d.present(ctx, o)
}

const (
	maxName     = 64
	maxPassword = 256

	// Passwords that are looked at outside: one takes a fifth of a second of a processor, which the desk needs more.
	outsideASecond = 1
	outsideAtOnce  = 20
)

// turn waits until a password may be checked or set: each takes 64 MiB of memory while it lasts.
func (d *Door) turn(ctx context.Context) (done func(), err error) {
	select {
	case d.work <- struct{}{}:
		return func() { <-d.work }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for other passwords: %w", ctx.Err())
	}
}

// check costs the same whether or not there is a password to compare with.
func (d *Door) check(ctx context.Context, stored, password string) (bool, error) {
	done, err := d.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	if stored == "" {
		derive(password, make([]byte, saltLen), standard)
		return false, nil
	}
	return CheckPassword(stored, password) == nil, nil
}

// officer returns an active officer, or ErrDenied.
func (d *Door) officer(ctx context.Context, id string) (*record.Officer, error) {
	if id == "" {
		return nil, ErrDenied
	}
	o, err := record.Fetch[record.Officer](ctx, d.store, id)
	if errors.Is(err, record.ErrNotFound) {
		return nil, ErrDenied
	}
	if err != nil {
		return nil, fmt.Errorf("read officer %s: %w", id, err)
	}
	if o.State != record.OfficerActive { // promise 2
		return nil, ErrDenied
	}
	if o.Outside() != d.outside { // promise 2
		return nil, ErrDenied
	}
	return o, nil
}

// NewCode makes a one-time sign-in code and what [record.Officer.Link] keeps of it.
func NewCode() (code, link string) {
	code = rand.Text()
	return code, HashCode(code)
}

// HashCode is the hex SHA-256 of a one-time code.
func HashCode(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// Peek names the officer a one-time code belongs to, without using it up.
func (d *Door) Peek(ctx context.Context, code string) (*record.Officer, error) {
	return d.match(ctx, func(o *record.Officer) bool { return sameLink(o, code) })
}

func sameLink(o *record.Officer, code string) bool {
	if !o.LinkEnds.IsZero() && !time.Now().Before(o.LinkEnds) {
		return false
	}
	return o.Link != "" && subtle.ConstantTimeCompare([]byte(o.Link), []byte(HashCode(code))) == 1
}

// ByCode signs in with a one-time code and uses it up: of two callers with one code,
// one gets in.
func (d *Door) ByCode(ctx context.Context, code string) (*record.Officer, error) {
	o, err := d.Peek(ctx, code)
	if err != nil {
		return nil, err
	}
	o.Link = ""
	o.Updated = time.Now()
	err = d.store.Update(ctx, func(tx record.Tx) error {
		used := *o // the closure may run twice; Put raises the version
		tx.Audit(entry(o.ID, "sign-in", "one-time code"))
		return tx.Put(&used)
	})
	if errors.Is(err, record.ErrConflict) {
		return nil, ErrDenied
	}
	if err != nil {
		return nil, fmt.Errorf("use up a sign-in code: %w", err)
	}
	if o, err = d.officer(ctx, o.ID); err != nil {
		return nil, err
	}
	return d.present(ctx, o)
}

// ByUID finds the officer whose socket connections come from a unix user. A user that
// belongs to two officers belongs to neither.
func (d *Door) ByUID(ctx context.Context, uid int) (*record.Officer, error) {
	o, err := d.match(ctx, func(o *record.Officer) bool { return o.UID != nil && *o.UID == uid })
	if err != nil {
		return nil, err
	}
	return d.present(ctx, o)
}

// match returns the only active officer that fits.
func (d *Door) match(ctx context.Context, fits func(*record.Officer) bool) (*record.Officer, error) {
	all, err := d.store.List(ctx, record.Query{Kind: record.KindOfficer, State: record.OfficerActive, Limit: 1000})
	if err != nil {
		return nil, fmt.Errorf("list officers: %w", err)
	}
	var found *record.Officer
	for _, r := range all {
		o, ok := r.(*record.Officer)
		if !ok || o.State != record.OfficerActive || o.Outside() != d.outside || !fits(o) {
			continue
		}
		if found != nil {
			return nil, ErrDenied
		}
		found = o
	}
	if found == nil {
		return nil, ErrDenied
	}
	return found, nil
}

// SetPassword changes an officer's own password. An officer who has one must give it.
// Every other session and token of theirs ends.
func (d *Door) SetPassword(ctx context.Context, id, current, next string) error {
	o, err := d.officer(ctx, id)
	if err != nil {
		return err
	}
	if o.Password != "" {
		if _, err := d.ByPassword(ctx, id, current); err != nil {
			return err
		}
	}
	if o.Password, err = d.hash(ctx, next); err != nil {
		return err
	}
	o.Updated = time.Now()
	err = d.store.Update(ctx, func(tx record.Tx) error {
		changed := *o
		tx.Audit(entry(id, "set-password", ""))
		return tx.Put(&changed)
	})
	if err != nil {
		return fmt.Errorf("store a new password: %w", err)
	}
	return nil
}

func (d *Door) hash(ctx context.Context, password string) (string, error) {
	done, err := d.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return HashPassword(password)
}

// mark changes with the password: a session made under another one is over.
func mark(o *record.Officer) string { return HashCode(o.Password)[:16] }

func (d *Door) note(ctx context.Context, officer, did, how string) error {
	err := d.store.Update(ctx, func(tx record.Tx) error {
		tx.Audit(entry(officer, did, how))
		return nil
	})
	if err != nil {
		return fmt.Errorf("record a %s: %w", did, err)
	}
	return nil
}

func entry(officer, did, how string) record.AuditEntry {
	return record.AuditEntry{
		At: time.Now(), Who: officer, Did: did, Detail: how,
		On: bots.Target{Kind: record.KindOfficer, ID: officer},
	}
}
