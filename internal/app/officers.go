package app

import (
	"context"
	"errors"
	"time"

	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// syncOfficers brings the officers' records in step with the configuration: who is
// listed may sign in, who is not is suspended. Passwords and links are never in the configuration.
func syncOfficers(ctx context.Context, s tokenStore, officers []config.Officer) error {
	listed := map[string]bool{}
	for _, o := range officers {
		listed[o.ID] = true
		if err := keepOfficer(ctx, s, o); err != nil {
			return err
		}
	}
	known, err := s.List(ctx, record.Query{Kind: record.KindOfficer, State: record.OfficerActive, Limit: 1000})
	if err != nil {
		return err
	}
	for _, r := range known {
		if id := r.Meta().ID; !listed[id] && !r.(*record.Officer).Outside() { // who signs in for a site is listed nowhere
			if err := suspend(ctx, s, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func keepOfficer(ctx context.Context, s tokenStore, o config.Officer) error {
	return s.Update(ctx, func(tx record.Tx) error {
		r, err := record.Load[record.Officer](tx, o.ID)
		if errors.Is(err, record.ErrNotFound) {
			r, err = &record.Officer{}, nil
			r.ID, r.Created = o.ID, time.Now()
		}
		if err != nil {
			return err
		}
		r.Name, r.UID, r.State, r.Updated = o.Name, o.UID, record.OfficerActive, time.Now()
		r.Roles = nil
		for _, role := range o.Roles {
			r.Roles = append(r.Roles, record.Role(role))
		}
		return tx.Put(r)
	})
}

func suspend(ctx context.Context, s tokenStore, id string) error {
	return s.Update(ctx, func(tx record.Tx) error {
		r, err := record.Load[record.Officer](tx, id)
		if err != nil {
			return err
		}
		r.State, r.Updated = "suspended", time.Now()
		return tx.Put(r)
	})
}

// SignInCode gives an officer a fresh one-time sign-in code, good for [record.InviteLife].
func (a *App) SignInCode(ctx context.Context, officer string) (string, error) {
	code, link := signin.NewCode()
	return code, a.store.Update(ctx, func(tx record.Tx) error {
		r, err := record.Load[record.Officer](tx, officer)
		if err != nil {
			return err
		}
		r.Link, r.Updated = link, time.Now()
		r.LinkEnds = r.Updated.Add(record.InviteLife)
		return tx.Put(r)
	})
}
