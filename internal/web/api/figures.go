package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// figures counts a period for those who may see what is counted. They name nobody.
func (a *API) figures(c call) (any, error) {
	if !view.May(c.officer, bots.KindWait) {
		return nil, errNotYours
	}
	q, now := c.URL.Query(), time.Now()
	p, err := view.PeriodOf(q.Get("from"), q.Get("to"), now)
	if bad := new(view.PeriodError); errors.As(err, &bad) {
		return nil, newFault(http.StatusUnprocessableEntity, "period", bad.Error())
	}
	p.Name, p.Compared = q.Get("name"), q.Get("before") != ""
	return view.FiguresOf(c.Context(), a.desk, p, now)
}

// Figures counts the days from one to the other, such as 2026-11-01; empty: the month so far. Before also counts
// as long a time just before.
func (c *Client) Figures(ctx context.Context, from, to string, before bool) (*view.Figures, error) {
	q := url.Values{"from": {from}, "to": {to}}
	if before {
		q.Set("before", "1")
	}
	return read[*view.Figures](ctx, c, "/figures?"+q.Encode())
}
