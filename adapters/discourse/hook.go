package discourse

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	verifying = "verify callback"
	// maxAge is how long after a post's last change a callback about it is taken: Discourse
	// tries again after 1, 5, 25 and 125 minutes. What the last try brings, the poll has found.
	maxAge = 40 * time.Minute
	// maxAhead is how far the forum's clock may run before ours.
	maxAhead = 5 * time.Minute
)

// receiver understands webhooks. It holds nothing that changes.
type receiver struct {
	secret     []byte
	self, base string
}

var _ adapters.Receiver = (*receiver)(nil)

// Verify authenticates a webhook by its HMAC over the raw body. The signature covers no
// time, so that an old callback is known by the time of the post in it. Events other than
// about posts are acknowledged and say nothing.
func (r *receiver) Verify(c adapters.Callback, now time.Time) (adapters.Delivery, error) {
	if err := r.signed(c); err != nil {
		return adapters.Delivery{}, refused(err)
	}
	d := adapters.Delivery{Ack: []byte("ok"), ContentType: "text/plain; charset=utf-8"}
	var body struct {
		Post *post `json:"post"`
	}
	if err := json.Unmarshal(c.Body, &body); err != nil {
		return adapters.Delivery{}, refused(errors.New("the body is no JSON: set the webhook's content type to application/json"))
	}
	if body.Post == nil {
		return d, nil
	}
	in, err := r.translate(*body.Post, c.Header.Get("X-Discourse-Event"), now)
	if err != nil {
		return adapters.Delivery{}, refused(err)
	}
	if in.Kind != "" {
		d.Items = []adapters.Inbound{in}
	}
	return d, nil
}

func (r *receiver) signed(c adapters.Callback) error {
	given, hasPrefix := strings.CutPrefix(c.Header.Get("X-Discourse-Event-Signature"), "sha256=")
	sum, err := hex.DecodeString(given)
	if !hasPrefix || err != nil {
		return errors.New("there is no signature: set a secret in the forum's webhook")
	}
	mac := hmac.New(sha256.New, r.secret)
	mac.Write(c.Body)
	if !hmac.Equal(sum, mac.Sum(nil)) {
		return errors.New("the signature is wrong")
	}
	return nil
}

// translate gives the same item as the poll. What we wrote ourselves is none.
func (r *receiver) translate(p post, event string, now time.Time) (adapters.Inbound, error) {
	if p.ID == 0 {
		return adapters.Inbound{}, errors.New("the post has no id")
	}
	if err := fresh(p, now); err != nil {
		return adapters.Inbound{}, err
	}
	kinds := map[string]adapters.Kind{"regular": adapters.KindPost, "private_message": adapters.KindMessage}
	kind, known := kinds[p.Archetype]
	if !known || strings.EqualFold(p.Username, r.self) {
		return adapters.Inbound{}, nil // whether it is private is left to the poll, which knows
	}
	in := p.inbound(kind, r.self, r.base)
	switch event {
	case "post_created", "post_recovered":
	case "post_edited":
		in.Kind, in.Key = adapters.KindEdited, fmt.Sprintf("%s@%d", p.ID, p.Updated.Unix())
	case "post_destroyed":
		in.Kind, in.Key, in.Text = adapters.KindDeleted, p.ID.String()+"!deleted", ""
	default:
		return adapters.Inbound{}, nil
	}
	return in, nil
}

func fresh(p post, now time.Time) error {
	last := p.Created.Time
	if p.Updated.After(last) {
		last = p.Updated.Time
	}
	if age := now.Sub(last); age > maxAge || age < -maxAhead {
		return fmt.Errorf("the post's last change is %s from our clock: too old, or ahead of it", age.Round(time.Second))
	}
	return nil
}

// Encode implements [adapters.Receiver]. Discourse takes no answer but an acknowledgement.
func (*receiver) Encode(adapters.Delivery, string, time.Time) ([]byte, string, error) {
	return nil, "", &adapters.Error{Class: adapters.Unsupported, Op: "encode", Err: errors.New("a webhook takes no reply in its answer")}
}

func refused(err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Op: verifying, Err: err}
}
