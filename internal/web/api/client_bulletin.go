package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// Bulletins lists bulletins.
func (c *Client) Bulletins(ctx context.Context, p Paging) (Page[Bulletin], error) {
	return read[Page[Bulletin]](ctx, c, p.path("/bulletins"))
}

// Bulletin returns one bulletin.
func (c *Client) Bulletin(ctx context.Context, id string) (Bulletin, error) {
	return read[Bulletin](ctx, c, at("/bulletins", id))
}

// NewBulletin drafts a bulletin; somebody else must approve it.
func (c *Client) NewBulletin(ctx context.Context, b view.BulletinText) (bots.Result, error) {
	return c.decide(ctx, "/bulletins", Decision{Bulletin: &b})
}

// PreviewBulletin shows a bulletin as each account would publish it. Nothing is stored.
func (c *Client) PreviewBulletin(ctx context.Context, b view.BulletinText) ([]view.Preview, error) {
	var out Page[view.Preview]
	err := c.do(ctx, http.MethodPost, "/bulletins/preview", b, &out)
	return out.Records, err
}

// KeepPicture uploads a file of a bulletin, at most 1 MiB, under the name its text shows it by.
func (c *Client) KeepPicture(ctx context.Context, name string, data []byte) (adapters.Picture, error) {
	var out adapters.Picture
	err := c.do(ctx, http.MethodPost, "/pictures", PictureUpload{Name: name, Data: data}, &out)
	return out, err
}

// Quotas forecasts how every account's quotas for bulletins stand at a moment; the zero time is now.
func (c *Client) Quotas(ctx context.Context, at time.Time) ([]view.Forecast, error) {
	path := "/quotas"
	if !at.IsZero() {
		path += "?at=" + url.QueryEscape(at.Format(time.RFC3339))
	}
	page, err := read[Page[view.Forecast]](ctx, c, path)
	return page.Records, err
}

// PreviewDraft shows a bulletin's draft to an officer on the platform itself.
func (c *Client) PreviewDraft(ctx context.Context, draft, to string) (bots.Result, error) {
	return c.decide(ctx, "/drafts/"+url.PathEscape(draft)+"/preview", Decision{To: to})
}

// ConsoleDrafts lists the drafts that people made in the console of an account's platform.
func (c *Client) ConsoleDrafts(ctx context.Context, account string) ([]adapters.Prepared, error) {
	page, err := read[Page[adapters.Prepared]](ctx, c, "/accounts/"+url.PathEscape(account)+"/console-drafts")
	return page.Records, err
}

// PullDraft makes a bulletin of one of them, for a slot of a schedule or, without one, to leave
// once it is approved.
func (c *Client) PullDraft(ctx context.Context, account string, ref adapters.Ref, schedule string, slot time.Time) (bots.Result, error) {
	d := Decision{Ref: ref}
	if schedule != "" {
		d.Bulletin = &view.BulletinText{Schedule: schedule, Slot: slot}
	}
	return c.decide(ctx, "/accounts/"+url.PathEscape(account)+"/console-drafts", d)
}
