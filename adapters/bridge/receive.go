package bridge

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"netpatrol/adapters"
)

// pushTarget is what a site signs as the target of a push, wherever our address for it
// is: proxies in front of us may change the path.
const pushTarget = "/v1/events"

// receiver understands pushes. It holds nothing that changes.
type receiver struct{ secrets []string }

var _ adapters.Receiver = (*receiver)(nil)

// newReceiver takes a configuration newClient has accepted.
func newReceiver(c adapters.Config) *receiver {
	s, _ := secrets(c)
	return &receiver{s}
}

// Verify authenticates a push and translates its events. A captured push is of use for
// five minutes and no more than a delivery repeated: its events have the same ids.
func (r *receiver) Verify(c adapters.Callback, now time.Time) (adapters.Delivery, error) {
	if c.Method != http.MethodPost {
		return adapters.Delivery{}, rejected("verify push", adapters.ScopeItem, errors.New("events are pushed with POST"))
	}
	if err := signedBy(r.secrets, c.Method, pushTarget, c.Header, c.Body, now); err != nil {
		return adapters.Delivery{}, rejected("verify push", adapters.ScopeItem, err)
	}
	var p page
	if err := json.Unmarshal(c.Body, &p); err != nil || len(p.Items) == 0 {
		return adapters.Delivery{}, rejected("verify push", adapters.ScopeItem, errors.New("a push must hold items"))
	}
	items, err := inbounds(p.Items)
	if err != nil {
		return adapters.Delivery{}, rejected("verify push", adapters.ScopeItem, err)
	}
	ack := []byte(`{"accepted":` + strconv.Itoa(len(items)) + `}`)
	return adapters.Delivery{Items: items, Ack: ack, ContentType: "application/json"}, nil
}

// Encode fails: what we answer goes to /v1/messages.
func (r *receiver) Encode(adapters.Delivery, string, time.Time) ([]byte, string, error) {
	return nil, "", &adapters.Error{Class: adapters.Unsupported, Op: "encode reply", Err: errors.New("the bridge takes no answer in place of an acknowledgement")}
}
