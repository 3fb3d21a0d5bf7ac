package weibo

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	// maxSkew is how far a callback's timestamp may be from our clock.
	maxSkew   = 5 * time.Minute
	verifying = "verify callback"
	plainText = "text/plain; charset=utf-8"
)

// receiver understands the fan service's callbacks. It holds nothing that changes.
type receiver struct {
	uid    string
	secret []byte
	limit  adapters.TextLimit
}

var _ adapters.Receiver = (*receiver)(nil)

// newReceiver returns nil without an app_secret.
func newReceiver(c adapters.Config, o options) *receiver {
	secret := strings.TrimSpace(c.Secrets["app_secret"].Reveal())
	if secret == "" {
		return nil
	}
	r := &receiver{uid: o.uid, secret: []byte(secret)}
	r.limit, _ = o.limits().For(adapters.Private)
	return r
}

// reply is what Encode must know of the message it answers.
type reply struct{ to, from string }

// Verify authenticates a callback: the check of the address (GET), whose echo is the Ack, or
// a message or event. The platform signs its secret, a time and a nonce, but not the body. It
// gives messages no id: the same words of the same person in the same second are one. Sources:
// Messages_api_start, Receive_General_Message, Receive_Event_Push.
func (r *receiver) Verify(c adapters.Callback, now time.Time) (adapters.Delivery, error) {
	if err := r.authentic(c.Query, now); err != nil {
		return adapters.Delivery{}, refused(err)
	}
	if c.Method == http.MethodGet {
		echo := c.Query.Get("echostr")
		if echo == "" {
			return adapters.Delivery{}, refused(errors.New("there is nothing to echo"))
		}
		return adapters.Delivery{Ack: []byte(echo), ContentType: plainText}, nil
	}
	p, err := readPush(c.Body)
	if err != nil {
		return adapters.Delivery{}, refused(err)
	}
	if p.receiver != "" && number(p.receiver) && p.receiver != r.uid {
		return adapters.Delivery{}, refused(errors.New("the callback is for another account: compare option uid"))
	}
	in := p.inbound(r.digest)
	d := adapters.Delivery{Items: []adapters.Inbound{in}, ContentType: plainText} // an empty answer accepts
	if d.Replyable = p.replyable(in.Kind); d.Replyable {
		d.State = reply{to: p.sender, from: r.uid}
	}
	return d, nil
}

func refused(err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Op: verifying, Err: err}
}

func (r *receiver) authentic(q url.Values, now time.Time) error {
	stamp, nonce := q.Get("timestamp"), q.Get("nonce")
	if stamp == "" || nonce == "" {
		return errors.New("the timestamp or nonce is missing")
	}
	if !hmac.Equal([]byte(signature(string(r.secret), stamp, nonce)), []byte(strings.ToLower(q.Get("signature")))) {
		return errors.New("the signature is wrong: compare the secret app_secret with the App Secret in the console")
	}
	at := parseTime(stamp)
	if d := now.Sub(at); at.IsZero() || d > maxSkew || d < -maxSkew {
		return fmt.Errorf("the timestamp is %s away from our clock, at most %s is allowed", d.Round(time.Second), maxSkew)
	}
	return nil
}

// signature is the hex SHA-1 over the three, in alphabetical order.
func signature(secret, stamp, nonce string) string {
	parts := []string{secret, stamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// digest tells messages apart in keys without naming anybody: an HMAC under the app's
// secret, 16 hex digits.
func (r *receiver) digest(parts ...string) string {
	h := hmac.New(sha256.New, r.secret)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Encode wraps a passive text reply. Same message and text give the same bytes. Too long is
// an [*adapters.TooLong] in an error of class Rejected. Source: Send_Passive_Response_Message.
func (r *receiver) Encode(d adapters.Delivery, text string, _ time.Time) ([]byte, string, error) {
	const op = "encode reply"
	to, ok := d.State.(reply)
	if !ok {
		return nil, "", rejected(op, adapters.ScopeItem, errors.New("this callback cannot be answered in place"))
	}
	if err := fits(op, r.limit, text); err != nil {
		return nil, "", err
	}
	body, err := json.Marshal(map[string]any{
		"result": true, "sender_id": json.Number(to.from), "receiver_id": json.Number(to.to), "type": "text", "data": url.QueryEscape(textData(text)),
	})
	if err != nil {
		return nil, "", rejected(op, adapters.ScopeItem, errors.New("the recipient has no uid"))
	}
	return body, "application/json; charset=utf-8", nil
}
