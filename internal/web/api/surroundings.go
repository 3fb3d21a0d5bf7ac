package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Takeover is what stood on the platform before an account was taken over.
type Takeover struct {
	Account string          `json:"account"`
	By      string          `json:"by"`
	At      time.Time       `json:"at"`
	Survey  adapters.Survey `json:"survey"`
}

func newTakeover(t *record.Takeover) Takeover {
	return Takeover{Account: t.Account, By: t.By, At: t.Updated, Survey: t.Survey}
}

// surroundings are those of an account the officer may see.
func (a *API) surroundings(c call) (view.Surroundings, string, error) {
	r, err := get[bots.Account](a, c)
	if err != nil {
		return nil, "", err
	}
	if a.station.Surroundings == nil {
		return nil, "", newFault(http.StatusNotFound, "no-surroundings", "this station cannot ask its platforms")
	}
	return a.station.Surroundings, r.ID, nil
}

func (a *API) menu(c call) (any, error) {
	s, account, err := a.surroundings(c)
	if err != nil {
		return nil, err
	}
	return asked(s.Menu(c.Context(), account))
}

func (a *API) setMenu(c call) (any, error) {
	var in struct {
		Seen string `json:"seen"`
	}
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	s, account, err := a.surroundings(c)
	if err != nil {
		return nil, err
	}
	return asked(s.SetMenu(c.Context(), account, c.officer, in.Seen))
}

func (a *API) survey(c call) (any, error) {
	s, account, err := a.surroundings(c)
	if err != nil {
		return nil, err
	}
	t, err := asked(s.Survey(c.Context(), account, c.officer))
	if err != nil {
		return nil, err
	}
	return newTakeover(t), nil
}

func (a *API) takeover(c call) (any, error) {
	r, err := get[bots.Account](a, c)
	if err != nil {
		return nil, err
	}
	t, err := record.Fetch[record.Takeover](c.Context(), a.desk, r.ID)
	if err != nil {
		return nil, err
	}
	return newTakeover(t), nil
}

// asked words what a platform could not tell: that is no fault of ours.
func asked[T any](v T, err error) (T, error) {
	var e *adapters.Error
	if errors.As(err, &e) {
		return v, newFault(http.StatusBadGateway, "platform", err.Error())
	}
	return v, err
}

// Menu compares the menu an account shows with the configured one.
func (c *Client) Menu(ctx context.Context, account string) (view.Menu, error) {
	return read[view.Menu](ctx, c, at("/accounts", account, "menu"))
}

// SetMenu puts the configured menu in the place of the one seen.
func (c *Client) SetMenu(ctx context.Context, account, seen string) (view.Menu, error) {
	var out view.Menu
	err := c.do(ctx, http.MethodPost, at("/accounts", account, "menu"), map[string]string{"seen": seen}, &out)
	return out, err
}

// Takeover returns what the last survey of an account found.
func (c *Client) Takeover(ctx context.Context, account string) (Takeover, error) {
	return read[Takeover](ctx, c, at("/accounts", account, "takeover"))
}

// Survey reads what stands on an account's platform, and keeps it.
func (c *Client) Survey(ctx context.Context, account string) (Takeover, error) {
	var out Takeover
	err := c.do(ctx, http.MethodPost, at("/accounts", account, "takeover"), struct{}{}, &out)
	return out, err
}
