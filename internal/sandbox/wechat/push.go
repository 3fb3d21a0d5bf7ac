package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Outcome is how one delivery of a callback ended.
type Outcome string

// The outcomes.
const (
	Answered  Outcome = "answered"  // in time, with a reply, "success" or nothing
	Late      Outcome = "late"      // not within the deadline
	Broken    Outcome = "broken"    // the connection failed
	Refused   Outcome = "refused"   // with another status than 200
	Malformed Outcome = "malformed" // with something that is no reply
	Cut       Outcome = "cut"       // by a fault, after the request was sent
	Lost      Outcome = "lost"      // by a fault: answered, but the answer never arrived
	Forged    Outcome = "forged"    // a fault made it false, and it was refused: as it should be
	Swallowed Outcome = "swallowed" // a fault made it false, and it was taken nevertheless
)

// Push is one callback.
type Push struct {
	ID           int
	Who          string // empty: nobody's
	OpenID       string
	Kind         string // text, image …, or "event:" and its name
	MsgID        string // of messages
	At           time.Time
	Deliveries   []Delivery
	Acknowledged bool   // some delivery was answered properly, and the platform learnt it
	Reply        string // digest of the passive reply shown on the phone
	// Contradicted is set when a redelivery was answered with another reply than the
	// one before.
	Contradicted bool
	Done         bool
}

// Delivery is one try of a callback.
type Delivery struct {
	At      time.Time
	Took    time.Duration // on the clock of [Options].Now
	Outcome Outcome
	Status  int
	Fault   PushFaultKind
	Reply   string // digest of the reply inside; empty: none
	Why     string // what was wrong
}

type push struct {
	Push
	follower *follower // nil: nobody's
	heard    bool      // the follower waits for a reply
	fields   []field
	seen     []string // digests of the replies, in order
	tries    int
}

// Pushes lists every callback, oldest first.
func (p *Platform) Pushes() []Push {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Push, len(p.pushes))
	for i, x := range p.pushes {
		out[i] = x.Push
		out[i].Deliveries = slices.Clone(x.Deliveries)
	}
	return out
}

// Unheard lists the callbacks that ended without ever being answered properly.
func (p *Platform) Unheard() []Push {
	return slices.DeleteFunc(p.Pushes(), func(x Push) bool { return x.Acknowledged || !x.Done })
}

// deliver delivers a callback until it is answered.
func (p *Platform) deliver(x *push) {
	for n := 1; n <= p.opts.Deliveries; n++ {
		if n > 1 && !p.pause(p.opts.RetryDelay) {
			return
		}
		f := p.drawPush(x)
		if f != nil && f.Kind == HoldBack && !p.pause(f.Delay) {
			return
		}
		d := p.try(x, f)
		if d.Outcome == Answered || d.Outcome == Malformed {
			p.repeat(x, f)
			break
		}
		if p.closed() || d.Outcome == Forged || d.Outcome == Swallowed {
			break
		}
	}
	p.conclude(x)
}

// repeat delivers once more what was answered already.
func (p *Platform) repeat(x *push, f *pushFault) {
	if f == nil || f.Kind != Again || !p.pause(f.Delay) {
		return
	}
	p.try(x, nil)
}

func (p *Platform) closed() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// conclude tells the follower when nobody answered, or nobody can read the answer.
func (p *Platform) conclude(x *push) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.Done = true
	if !x.Acknowledged && x.follower != nil && x.heard && !x.forged() && !p.closed() {
		p.unavailable(x.follower)
	}
	p.touch()
}

func (x *push) forged() bool {
	return slices.ContainsFunc(x.Deliveries, func(d Delivery) bool { return d.Outcome == Forged || d.Outcome == Swallowed })
}

// unavailable is the notice that the account's service is out of order.
func (p *Platform) unavailable(f *follower) {
	p.counts.Unavailable++
	p.show(f, Bubble{Via: ViaSystem, Text: "该公众号提供的服务出现故障，请稍后再试"})
}

// try delivers once and writes down how it went. Two at once are two tries.
func (p *Platform) try(x *push, f *pushFault) Delivery {
	if f != nil && f.Kind == Twice {
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.tryOnce(x, nil)
		}()
		defer func() { <-done }()
	}
	return p.tryOnce(x, f)
}

func (p *Platform) tryOnce(x *push, f *pushFault) Delivery {
	d := Delivery{At: p.opts.Now()}
	if f != nil {
		d.Fault = f.Kind
	}
	status, body, err := p.post(p.wrap(x, f), f)
	if err == nil && d.Fault == CutOff {
		err = errCut // answered faster than the platform could hang up
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	d.Took, d.Status = p.opts.Now().Sub(d.At), status
	p.judge(x, &d, body, err)
	x.Deliveries = append(x.Deliveries, d)
	p.counts.Deliveries++
	if d.Outcome == Late {
		p.counts.DeadlinesMissed++
	}
	p.touch()
	return d
}

var (
	errLate   = errors.New("not answered in time")
	errCut    = errors.New("cut by a fault")
	errClosed = errors.New("the platform was closed")
)

// judge decides what an answer is worth. The lock is held.
func (p *Platform) judge(x *push, d *Delivery, body []byte, err error) {
	switch {
	case errors.Is(err, errLate):
		d.Outcome, d.Why = Late, err.Error()
	case errors.Is(err, errCut):
		d.Outcome, d.Why = Cut, err.Error()
	case err != nil:
		d.Outcome, d.Why = Broken, err.Error()
	case d.Fault.forges():
		d.Outcome = Swallowed
		if d.Status != http.StatusOK {
			d.Outcome = Forged
		}
	case d.Status != http.StatusOK:
		d.Outcome, d.Why = Refused, "status "+strconv.Itoa(d.Status)
	default:
		p.takeReply(x, d, body)
	}
}

// post sends a wrapped callback and reads the answer, all within the deadline.
func (p *Platform) post(e wrapped, f *pushFault) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), p.opts.Deadline, errLate)
	defer cancel()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-p.done:
			end(errClosed)
		case <-stop:
		}
	}()
	if f != nil && f.Kind == CutOff {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { end(errCut) }})
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(e.body))
	if err != nil {
		return 0, nil, fmt.Errorf("push to %s: %w", p.opts.CallbackURL, err)
	}
	req.Header.Set("Content-Type", e.mime)
	req.Header.Set("User-Agent", "Mozilla/4.0")
	return readAnswer(ctx, p.client, req)
}

const maxReply = 1 << 20

func readAnswer(ctx context.Context, client *http.Client, req *http.Request) (status int, body []byte, err error) {
	res, err := client.Do(req)
	if err == nil {
		defer res.Body.Close()
		status = res.StatusCode
		body, err = io.ReadAll(io.LimitReader(res.Body, maxReply))
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return status, body, err
}

// wrapped is a callback ready for the wire.
type wrapped struct {
	url, mime string
	body      []byte
}

// wrap signs and, by mode, encrypts a callback. Every delivery has a timestamp and a
// nonce of its own; whether the real platform repeats them is not documented.
func (p *Platform) wrap(x *push, f *pushFault) wrapped {
	p.mu.Lock()
	defer p.mu.Unlock()
	kind := PushFaultKind("")
	if f != nil {
		kind = f.Kind
	}
	at := p.opts.Now()
	if kind == Stale {
		at = at.Add(-time.Hour)
	}
	x.tries++
	try := fmt.Sprint(x.ID, " ", x.tries)
	ts, nonce := strconv.FormatInt(at.Unix(), 10), p.nonce(try)
	q := url.Values{"timestamp": {ts}, "nonce": {nonce}, "openid": {x.OpenID}, "signature": {sign(p.opts.Token, ts, nonce)}}
	fields := x.fields
	if p.opts.Mode != Plain && kind != Bared {
		sealed := p.sealed(p.render(fields), try, kind)
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sign(p.opts.Token, ts, nonce, sealed))
		if p.opts.Mode == Safe {
			fields = fields[:1] // ToUserName
		}
		fields = append(slices.Clone(fields), text("Encrypt", sealed))
	}
	if kind == BadSignature {
		q.Set("signature", sign("somebody", ts, nonce))
		q.Set("msg_signature", sign("somebody", ts, nonce))
	}
	mime := "text/xml"
	if p.opts.JSON {
		mime = "application/json"
	}
	return wrapped{withQuery(p.opts.CallbackURL, q), mime, p.render(fields)}
}

func (p *Platform) render(fields []field) []byte {
	if p.opts.JSON {
		return asJSON(fields)
	}
	return asXML(fields)
}

// sealed encrypts a callback, with what a fault makes wrong about it.
func (p *Platform) sealed(message []byte, try string, kind PushFaultKind) string {
	key, appID := p.key, p.opts.AppID
	switch {
	case kind == OtherApp:
		appID = "wx0000000000000000"
	case kind == OlderKey && p.older != nil:
		key = p.older
	}
	out, err := seal(key, []byte(p.derive(16, "random", try)), message, appID)
	if err != nil {
		panic(fmt.Sprintf("sandbox: %v", err)) // the key was checked by New
	}
	return out
}

// nonce is a number of ten digits. It follows from what it is for and not from what
// else happens at the time, so that a seed replays.
func (p *Platform) nonce(of string) string {
	n := uint64(0)
	for _, c := range []byte(p.derive(12, "nonce", of)) {
		n = n*31 + uint64(c)
	}
	return strconv.FormatUint(1_000_000_000+n%1_000_000_000, 10)
}

func withQuery(base string, q url.Values) string {
	u, err := url.Parse(base)
	if err != nil {
		return base // the request will fail and say so
	}
	all := u.Query()
	for k, v := range q {
		all[k] = v
	}
	u.RawQuery = all.Encode()
	return u.String()
}

// RotateKey sets a new EncodingAESKey, as an administrator does in the console. Pushes
// with an [OlderKey] fault still use the one before, as those under way do.
func (p *Platform) RotateKey(encoded string) error {
	key, err := decodeKey(encoded)
	if err != nil {
		return fmt.Errorf("rotate the EncodingAESKey: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.older, p.key = p.key, key
	return nil
}

// VerifyURL is what the console does when an administrator saves the callback's
// address: the account must echo a text.
func (p *Platform) VerifyURL(ctx context.Context) error {
	p.mu.Lock()
	ts, nonce, echo := strconv.FormatInt(p.opts.Now().Unix(), 10), p.nonce("verify"), p.nonce("echo 1")+p.nonce("echo 2")
	p.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, p.opts.Deadline, errLate)
	defer cancel()
	q := url.Values{"timestamp": {ts}, "nonce": {nonce}, "echostr": {echo}, "signature": {sign(p.opts.Token, ts, nonce)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, withQuery(p.opts.CallbackURL, q), nil)
	if err != nil {
		return fmt.Errorf("verify the callback's address: %w", err)
	}
	status, body, err := readAnswer(ctx, p.client, req)
	switch {
	case err != nil:
		return fmt.Errorf("verify the callback's address: %w", err)
	case status != http.StatusOK || string(body) != echo:
		return fmt.Errorf("verify the callback's address: got %d %q, want 200 and the echostr %q", status, body, echo)
	}
	return nil
}
