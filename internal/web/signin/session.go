package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// The states of sessions, by what carries them.
const (
	webSession = "web" // a browser's cookie
	apiSession = "api" // a bearer token
)

// The keys of a browser's session.
const (
	keyOfficer = "officer"
	keyMark    = "mark"
)

// Cookie is the name of the console's session cookie.
const Cookie = "netpatrol"

// cookie is the name of this door's cookie: two doors of one host do not take each other's.
func (d *Door) cookie() string {
	if d.outside {
		return Cookie + "-site"
	}
	return Cookie
}

// newSessions does without scs.New, which starts a goroutine that nobody can be sure to stop.
func newSessions(d *Door, secure bool) *scs.SessionManager {
	return &scs.SessionManager{
		IdleTimeout: d.idle, Lifetime: d.lifetime, Store: &sessionStore{door: d}, HashTokenInStore: true, Codec: plainCodec{},
		Cookie: scs.SessionCookie{Name: d.cookie(), Path: d.path, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode},
		ErrorFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		},
	}
}

// plainCodec writes a session so that the same session is the same bytes, which gob does
// not; its values are strings and truths.
type plainCodec struct{}

type plainSession struct {
	Ends   time.Time      `json:"ends"`
	Values map[string]any `json:"values"`
}

// Encode implements [scs.Codec].
func (plainCodec) Encode(ends time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(plainSession{ends, values})
}

// Decode implements [scs.Codec].
func (plainCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var p plainSession
	if err := json.Unmarshal(b, &p); err != nil {
		return time.Time{}, nil, fmt.Errorf("decode a session: %w", err)
	}
	if p.Values == nil {
		p.Values = map[string]any{}
	}
	return p.Ends, p.Values, nil
}

// Sessions are the browser sessions of the console; the cookie is HttpOnly, SameSite=Lax,
// and ends with the browser.
func (d *Door) Sessions() *scs.SessionManager { return d.sessions }

// Enter makes the request's session an officer's, under a new token.
func (d *Door) Enter(ctx context.Context, o *record.Officer) error {
	if err := d.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	d.sessions.Put(ctx, keyOfficer, o.ID)
	d.sessions.Put(ctx, keyMark, mark(o))
	d.sessions.Put(ctx, keyForm, rand.Text())
	return nil
}

// Leave ends the request's session.
func (d *Door) Leave(ctx context.Context) error {
	if err := d.sessions.Destroy(ctx); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}

// Current returns the officer of the request's session, or ErrDenied.
func (d *Door) Current(ctx context.Context) (*record.Officer, error) {
	o, err := d.officer(ctx, d.sessions.GetString(ctx, keyOfficer))
	if err != nil {
		return nil, err
	}
	if d.sessions.GetString(ctx, keyMark) != mark(o) {
		return nil, ErrDenied
	}
	return d.present(ctx, o)
}

// sessionStore keeps scs sessions as records. Its tokens arrive hashed.
type sessionStore struct{ door *Door }

var _ scs.CtxStore = (*sessionStore)(nil)

// slack is how far a session's end may lag, so that reading pages does not write.
const slack = time.Minute

// FindCtx implements [scs.CtxStore].
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	r, err := record.Fetch[record.Session](ctx, s.door.store, webSession+"."+token)
	if errors.Is(err, record.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read a session: %w", err)
	}
	if !time.Now().Before(r.Due) {
		return nil, false, nil
	}
	return r.Data, true, nil
}

// CommitCtx implements [scs.CtxStore].
func (s *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	id := webSession + "." + token
	old, err := record.Fetch[record.Session](ctx, s.door.store, id)
	if err == nil && bytes.Equal(old.Data, b) && expiry.Sub(old.Due) < slack {
		return nil
	}
	return s.door.keep(ctx, id, webSession, b, expiry)
}

// DeleteCtx implements [scs.CtxStore].
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.door.drop(ctx, webSession+"."+token)
}

// Find, Commit and Delete complete [scs.Store]; scs calls the others.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements [scs.Store].
func (s *sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete implements [scs.Store].
func (s *sessionStore) Delete(token string) error {
	return s.DeleteCtx(context.Background(), token)
}

func (d *Door) keep(ctx context.Context, id, state string, data []byte, until time.Time) error {
	err := d.store.Update(ctx, func(tx record.Tx) error {
		r, err := record.Load[record.Session](tx, id)
		if errors.Is(err, record.ErrNotFound) {
			r, err = &record.Session{Head: bots.Head{ID: id, Created: time.Now()}}, nil
		}
		if err != nil {
			return err
		}
		r.State, r.Data, r.Due, r.Updated = state, data, until, time.Now()
		return tx.Put(r)
	})
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

func (d *Door) drop(ctx context.Context, ids ...string) error {
	err := d.store.Update(ctx, func(tx record.Tx) error {
		for _, id := range ids {
			if err := tx.Delete(record.KindSession, id); err != nil && !errors.Is(err, record.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Sweep drops at most a hundred sessions of each sort that are over. The console calls
// it at every sign-in, so that old ones never pile up.
func (d *Door) Sweep(ctx context.Context) error {
	var over []string
	for _, state := range []string{webSession, apiSession} {
		page, err := d.store.List(ctx, record.Query{Kind: record.KindSession, State: state, DueBefore: time.Now(), Limit: 100})
		if err != nil {
			return fmt.Errorf("list sessions that are over: %w", err)
		}
		for _, r := range page {
			over = append(over, r.Meta().ID)
		}
	}
	if len(over) == 0 {
		return nil
	}
	return d.drop(ctx, over...)
}
