package api

import (
	"context"
	"net/http"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Holdings is what is kept of a person and would be erased, and who has asked for that.
type Holdings struct {
	Kept      string         `json:"kept,omitempty"`      // why it is kept all the same
	ForgetBy  string         `json:"forgetBy,omitempty"`  // who asked for its erasure
	ForgetWhy string         `json:"forgetWhy,omitempty"` // why
	Erased    bool           `json:"erased,omitempty"`
	Records   []view.Holding `json:"records"`
}

func (a *API) holdings(c call) (any, error) {
	if !view.May(c.officer, bots.KindConversation) {
		return nil, newFault(http.StatusForbidden, "role", "your roles do not see what is kept of people")
	}
	conv, err := record.Fetch[bots.Conversation](c.Context(), a.desk, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	all, err := view.Holdings(c.Context(), a.desk, conv.ID)
	return Holdings{Kept: conv.Kept, ForgetBy: conv.ForgetBy, ForgetWhy: conv.ForgetWhy, Erased: conv.Erased, Records: all}, err
}

// Holdings counts what is kept of a person.
func (c *Client) Holdings(ctx context.Context, conversation string) (Holdings, error) {
	return read[Holdings](ctx, c, at("/conversations", conversation, "holdings"))
}

// AskErase asks for the erasure of what is kept of a person, with a reason: a second officer
// confirms it.
func (c *Client) AskErase(ctx context.Context, conversation, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "ask-erase"), Decision{Reason: reason})
}

// Erase confirms what another officer asked for. It cannot be undone.
func (c *Client) Erase(ctx context.Context, conversation string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "erase"), Decision{})
}
