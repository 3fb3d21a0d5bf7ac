package wechat

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
)

const (
	// maxSkew is how far a callback's timestamp may be from our clock.
	maxSkew = 5 * time.Minute
	// maxPassive bounds a passive reply in bytes; commonly measured, not documented.
	maxPassive = 2048
	verifying  = "verify callback"
)

// receiver understands callbacks. It holds nothing that changes but scratch space.
type receiver struct {
	appID string
	token []byte
	keys  []*aesKey // current first
	mode  string
	buffers
	macs sync.Pool // of hash.Hash, keyed with the token
}

var _ adapters.Receiver = (*receiver)(nil)

func newReceiver(c adapters.Config, o options) (*receiver, error) {
	r := &receiver{appID: o.appID, token: []byte(trimmed(c, "token")), mode: o.mode}
	if len(r.token) == 0 {
		return nil, misconfigured(c, "secret token is missing: it is the Token of the server settings (服务器配置) in the console")
	}
	for _, name := range []string{"aes_key", "aes_key_previous"} {
		encoded := trimmed(c, name)
		if encoded == "" {
			continue
		}
		k, err := newAESKey(encoded)
		if err != nil {
			return nil, misconfigured(c, "secret %s: %v", name, err)
		}
		r.keys = append(r.keys, k)
	}
	if r.mode != modePlain && trimmed(c, "aes_key") == "" {
		return nil, misconfigured(c, "secret aes_key is missing: mode %s needs the EncodingAESKey of the server settings", r.mode)
	}
	return r, nil
}

func trimmed(c adapters.Config, secret string) string {
	return strings.TrimSpace(c.Secrets[secret].Reveal())
}

// reply is what Encode must know of the message it answers.
type reply struct {
	to, from    string
	key         *aesKey // nil: answer in the clear
	created     int64   // when the platform made the message, in seconds
	seed, nonce string
}

// Verify authenticates a callback: the URL verification (GET), whose echo is the Ack, or
// a push. In the clear WeChat signs only token, timestamp and nonce, not the body; safe mode
// covers it, and so the mode "safe" takes nothing else. Source: message push, encryption guide.
func (r *receiver) Verify(c adapters.Callback, now time.Time) (adapters.Delivery, error) {
	if err := fresh(c.Query.Get("timestamp"), now); err != nil {
		return adapters.Delivery{}, refused(err)
	}
	if c.Method == http.MethodGet {
		return r.handshake(c.Query)
	}
	scratch := r.get()
	defer r.put(scratch)
	body, key, err := r.open(scratch, c)
	if err != nil {
		return adapters.Delivery{}, refused(err)
	}
	p, err := readPush(body)
	if err != nil {
		return adapters.Delivery{}, refused(err)
	}
	in := p.inbound(r.digest)
	d := adapters.Delivery{Items: []adapters.Inbound{in}, Ack: []byte("success"), ContentType: "text/plain; charset=utf-8"}
	if d.Replyable = p.replyable(in.Kind); d.Replyable {
		d.State = reply{to: p.From, from: p.To, key: key, created: in.At.Unix(), seed: in.Key, nonce: c.Query.Get("nonce")}
	}
	return d, nil
}

func refused(err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Op: verifying, Err: err}
}

// fresh bounds for how long a captured callback is of use. What is repeated within that
// time has the same key.
func fresh(stamp string, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("there is no timestamp")
	}
	if d := now.Sub(time.Unix(seconds, 0)); d > maxSkew || d < -maxSkew {
		return fmt.Errorf("the timestamp is %s away from our clock, at most %s is allowed", d.Round(time.Second), maxSkew)
	}
	return nil
}

func (r *receiver) handshake(q url.Values) (adapters.Delivery, error) {
	scratch := r.get()
	defer r.put(scratch)
	if !r.signed(scratch, q, "signature") || q.Get("echostr") == "" {
		return adapters.Delivery{}, refused(errors.New("the signature is wrong: compare the secret token with the Token in the console"))
	}
	return adapters.Delivery{Ack: []byte(q.Get("echostr")), ContentType: "text/plain; charset=utf-8"}, nil
}

// signed checks the signature under name, over the token, timestamp, nonce and more.
func (r *receiver) signed(scratch *bytes.Buffer, q url.Values, name string, more ...[]byte) bool {
	parts := append([][]byte{r.token, []byte(q.Get("timestamp")), []byte(q.Get("nonce"))}, more...)
	return sameSignature(q.Get(name), signature(scratch, parts...))
}

// open authenticates a push and returns its plain document and the key it was under.
func (r *receiver) open(scratch *bytes.Buffer, c adapters.Callback) ([]byte, *aesKey, error) {
	if c.Query.Get("encrypt_type") == "aes" {
		return r.openEncrypted(scratch, c)
	}
	if r.mode == modeSafe {
		return nil, nil, errors.New("the push is not encrypted, but the account is in safe mode: choose 安全模式 in the console, or set option mode")
	}
	if !r.signed(scratch, c.Query, "signature") {
		return nil, nil, errors.New("the signature is wrong")
	}
	return c.Body, nil, nil
}

func (r *receiver) openEncrypted(scratch *bytes.Buffer, c adapters.Callback) ([]byte, *aesKey, error) {
	encrypted, err := envelope(c.Body)
	if err != nil {
		return nil, nil, err
	}
	if !r.signed(scratch, c.Query, "msg_signature", encrypted) {
		return nil, nil, errors.New("the msg_signature is wrong")
	}
	for _, k := range r.keys {
		var plain []byte
		if plain, err = k.decrypt(scratch, encrypted, r.appID); err == nil {
			return plain, k, nil
		}
	}
	return nil, nil, cmp.Or(err, errors.New("the push is encrypted, but there is no secret aes_key"))
}

// envelope finds the encrypted part of a push, in XML or JSON.
func envelope(body []byte) ([]byte, error) {
	if isJSON(body) {
		var e struct{ Encrypt string }
		if err := json.Unmarshal(body, &e); err != nil || e.Encrypt == "" {
			return nil, errors.New("the push holds nothing encrypted")
		}
		return []byte(e.Encrypt), nil
	}
	var found []byte
	err := scanXML(body, func(depth int, name, value []byte) {
		if depth == 2 && string(name) == "Encrypt" {
			found = value
		}
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("the push holds nothing encrypted")
	}
	return found, nil
}

func isJSON(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '{'
}

// digest tells senders apart in keys without naming them: an HMAC under the account's
// token, 16 hex digits.
func (r *receiver) digest(parts ...string) string {
	h, ok := r.macs.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, r.token)
	}
	defer r.macs.Put(h)
	h.Reset()
	var space [128]byte
	for _, p := range parts {
		line := append(strconv.AppendInt(space[:0], int64(len(p)), 10), ':')
		h.Write(append(line, p...))
	}
	return hex.EncodeToString(h.Sum(space[:0])[:8])
}

const replyType = "application/xml; charset=utf-8"

// Encode wraps a passive text reply, encrypted under the key of the message it answers.
// Same message, same text and same second give the same bytes. Too long is a
// [*adapters.TooLong] in an error of class Rejected.
func (r *receiver) Encode(d adapters.Delivery, text string, now time.Time) ([]byte, string, error) {
	const op, contentType = "encode reply", replyType
	to, ok := d.State.(reply)
	if !ok {
		return nil, "", rejected(op, adapters.ScopeItem, errors.New("this callback cannot be answered in place"))
	}
	if text == "" {
		return nil, "", rejected(op, adapters.ScopeItem, errors.New("the text is empty"))
	}
	if len(text) > maxPassive {
		return nil, "", rejected(op, adapters.ScopeItem, &adapters.TooLong{Length: len(text), Max: maxPassive, Unit: adapters.Bytes})
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	plain := "<xml><ToUserName>" + cdata(to.to) + "</ToUserName><FromUserName>" + cdata(to.from) + "</FromUserName><CreateTime>" + stamp +
		"</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>" + cdata(text) + "</Content></xml>"
	if to.key == nil {
		return []byte(plain), contentType, nil
	}
	return []byte(r.seal(to, plain, stamp)), contentType, nil
}

// seal encrypts a reply. The 16 bytes that must differ from message to message follow
// from the key and the message, so that no dice are needed.
func (r *receiver) seal(to reply, plain, stamp string) string {
	h := hmac.New(sha256.New, to.key.raw)
	h.Write([]byte(to.seed + "\n" + plain))
	encrypted := to.key.encrypt(h.Sum(nil)[:16], []byte(plain), r.appID)
	scratch := r.get()
	defer r.put(scratch)
	sum := signature(scratch, r.token, []byte(stamp), []byte(to.nonce), []byte(encrypted))
	return "<xml><Encrypt>" + cdata(encrypted) + "</Encrypt><MsgSignature>" + cdata(string(sum[:])) + "</MsgSignature><TimeStamp>" + stamp +
		"</TimeStamp><Nonce>" + cdata(to.nonce) + "</Nonce></xml>"
}

// cdata quotes text for XML, dropping characters that XML cannot hold.
func cdata(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}
