package signin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"netpatrol/internal/record"
)

// bearer is what a token's session says.
type bearer struct {
	Officer string    `json:"officer"`
	Mark    string    `json:"mark"`
	Ends    time.Time `json:"ends"` // whatever happens
}

func tokenID(token string) string { return apiSession + "." + HashCode(token) }

// IssueToken makes a bearer token for an officer who has just signed in. It ends when
// unused for Options.Idle, and after Options.Lifetime.
func (d *Door) IssueToken(ctx context.Context, o *record.Officer) (token string, ends time.Time, err error) {
	token = rand.Text()
	ends = time.Now().Add(d.lifetime)
	data, err := json.Marshal(bearer{Officer: o.ID, Mark: mark(o), Ends: ends})
	if err != nil {
		return "", ends, fmt.Errorf("encode a token: %w", err)
	}
	return token, ends, d.keep(ctx, tokenID(token), apiSession, data, d.due(ends))
}

func (d *Door) due(ends time.Time) time.Time {
	if idle := time.Now().Add(d.idle); idle.Before(ends) {
		return idle
	}
	return ends
}

// ByToken finds the officer behind a bearer token and keeps the token alive.
func (d *Door) ByToken(ctx context.Context, token string) (*record.Officer, error) {
	id := tokenID(token)
	r, err := record.Fetch[record.Session](ctx, d.store, id)
	if errors.Is(err, record.ErrNotFound) {
		return nil, ErrDenied
	}
	if err != nil {
		return nil, fmt.Errorf("read a token: %w", err)
	}
	var b bearer
	if err := json.Unmarshal(r.Data, &b); err != nil {
		return nil, fmt.Errorf("decode a token: %w", err)
	}
	if now := time.Now(); !now.Before(r.Due) || !now.Before(b.Ends) {
		return nil, ErrDenied
	}
	o, err := d.officer(ctx, b.Officer)
	if err != nil {
		return nil, err
	}
	if b.Mark != mark(o) {
		return nil, ErrDenied
	}
	if due := d.due(b.Ends); due.Sub(r.Due) > slack {
		if err := d.keep(ctx, id, apiSession, r.Data, due); err != nil {
			return nil, err
		}
	}
	return d.present(ctx, o)
}

// RevokeToken ends a token; one that is unknown is no error.
func (d *Door) RevokeToken(ctx context.Context, token string) error {
	return d.drop(ctx, tokenID(token))
}
