package api

import (
	"context"
	"net/http"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Accounts lists the accounts.
func (c *Client) Accounts(ctx context.Context, p Paging) (Page[Account], error) {
	return read[Page[Account]](ctx, c, p.path("/accounts"))
}

// Pulses lists how the accounts are doing; a pulse has its account's id. An account of which
// nothing was heard yet has none.
func (c *Client) Pulses(ctx context.Context, p Paging) (Page[Pulse], error) {
	return read[Page[Pulse]](ctx, c, p.path("/pulses"))
}

// Account returns an account with what it would have sent so far.
func (c *Client) Account(ctx context.Context, id string) (AccountView, error) {
	return read[AccountView](ctx, c, at("/accounts", id))
}

// RequestMode asks for another mode of an account; a second officer confirms it. Where the
// platform does not confirm the agency, attest says on what the officer rests that it is theirs.
func (c *Client) RequestMode(ctx context.Context, account string, to bots.Mode, attest string) (bots.Result, error) {
	return c.decide(ctx, at("/accounts", account, "request-mode"), Decision{Mode: to, Attest: attest})
}

// ConfirmMode confirms the mode somebody else asked for.
func (c *Client) ConfirmMode(ctx context.Context, account, attest string) (bots.Result, error) {
	return c.decide(ctx, at("/accounts", account, "confirm-mode"), Decision{Attest: attest})
}

// Schedules lists when bulletins come due.
func (c *Client) Schedules(ctx context.Context) ([]view.Schedule, error) {
	return read[[]view.Schedule](ctx, c, "/schedules")
}

// Templates lists the outgoing texts with their versions.
func (c *Client) Templates(ctx context.Context) ([]view.Template, error) {
	return read[[]view.Template](ctx, c, "/templates")
}

// Standings lists standing approvals.
func (c *Client) Standings(ctx context.Context, p Paging) (Page[Standing], error) {
	return read[Page[Standing]](ctx, c, p.path("/standing"))
}

// ProposeStanding is the first half of a standing approval. No accounts: all of them.
func (c *Client) ProposeStanding(ctx context.Context, template string, rev int, accounts []string, until time.Time) (bots.Result, error) {
	return c.decide(ctx, "/standing", Decision{Template: template, Rev: rev, Accounts: accounts, Until: until})
}

// ConfirmStanding is the second half, by another officer.
func (c *Client) ConfirmStanding(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/standing", id, "confirm"), Decision{})
}

// RevokeStanding ends a standing approval at once, with the reason. One officer suffices.
func (c *Client) RevokeStanding(ctx context.Context, id, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/standing", id, "revoke"), Decision{Reason: reason})
}

// Halted says whether sends are stopped.
func (c *Client) Halted(ctx context.Context) (Halt, error) { return read[Halt](ctx, c, "/halt") }

// Halt stops sends.
func (c *Client) Halt(ctx context.Context, level record.HaltLevel, reason string) (bots.Result, error) {
	return c.decide(ctx, "/halt", Decision{Level: level, Reason: reason})
}

// Resume lifts the halt.
func (c *Client) Resume(ctx context.Context) (bots.Result, error) {
	return c.decide(ctx, "/resume", Decision{})
}

// Alarms lists alarms.
func (c *Client) Alarms(ctx context.Context, p Paging) (Page[Alarm], error) {
	return read[Page[Alarm]](ctx, c, p.path("/alarms"))
}

// Acknowledge says an alarm was seen.
func (c *Client) Acknowledge(ctx context.Context, alarm string) (bots.Result, error) {
	return c.decide(ctx, at("/alarms", alarm, "acknowledge"), Decision{})
}

// AcknowledgeEvent says a parked event was seen.
func (c *Client) AcknowledgeEvent(ctx context.Context, event string) (bots.Result, error) {
	return c.decide(ctx, at("/events", event, "acknowledge"), Decision{})
}

// Events lists the heads of events.
func (c *Client) Events(ctx context.Context, p Paging) (Page[Event], error) {
	return read[Page[Event]](ctx, c, p.path("/events"))
}

// Event returns the head of one event, with its result if it was a decision.
func (c *Client) Event(ctx context.Context, id string) (Event, error) {
	return read[Event](ctx, c, at("/events", id))
}

// Why tells the whole story behind a code.
func (c *Client) Why(ctx context.Context, code string) (Story, error) {
	return read[Story](ctx, c, at("/why", code))
}

// VerifyAudit verifies the audit chain, and that it passes through anchors kept elsewhere, one a line.
func (c *Client) VerifyAudit(ctx context.Context, anchors string) (r view.AuditReport, err error) {
	err = c.do(ctx, http.MethodPost, "/audit/verify", map[string]string{"anchors": anchors}, &r)
	return r, err
}
