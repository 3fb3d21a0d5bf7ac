package adaptertest_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// toy is an adapter for an imaginary platform that has everything: pending posts,
// keys, webhooks, a stream. Each bug breaks one rule of the seam, so that the suite
// can show that it notices.
type toy struct {
	base   string
	secret adapters.Secret
	host   adapters.Host
	bug    bug
	quit   chan struct{}
}

type bug string

const (
	healthy         bug = ""
	retriesPost     bug = "retries a POST"
	replays         bug = "lets net/http replay a POST"
	leaksInError    bug = "leaks the token in an error"
	leaksInLog      bug = "logs the token"
	skipsCursor     bug = "moves the cursor past what it did not return"
	swallowsPage    bug = "goes on after a part of a poll failed"
	claimsNil       bug = "claims an ability it does not have"
	hidesAbility    bug = "has an ability it does not claim"
	typedNil        bug = "puts a nil pointer into an ability"
	believes200     bug = "takes HTTP 200 for success"
	timeoutNotSent  bug = "calls a timeout not sent"
	gatewayNotSent  bug = "calls a 502 not sent"
	refusedUnknown  bug = "calls a refused connection unknown"
	noDeadline      bug = "ignores the attempt's deadline"
	keepsGoroutine  bug = "leaves a goroutine"
	noLengthCheck   bug = "sends what is too long"
	wrongUnit       bug = "counts characters where the platform counts bytes"
	errorIsDeletion bug = "takes an error for a deletion"
	errorIsAbsence  bug = "takes a failed listing for absence"
	halfCode        bug = "finds a code inside a longer one"
	forgetsWait     bug = "forgets how long to wait"
	untypedError    bug = "returns a plain error"
	secondDelete    bug = "fails to delete what is gone"
	checkMutates    bug = "publishes again to check"
	failedIsPending bug = "keeps a failed publish pending"
	personInKey     bug = "puts a person's id into the key"
	keyByPath       bug = "gives another key by stream"
	acceptsReplay   bug = "accepts a callback of last hour"
	ignoresBody     bug = "does not check the callback's body"
	sendsOnOpen     bug = "sends something while opening"
	quotesAtLength  bug = "repeats all the platform says"
	ignoresExists   bug = "does not understand that it exists"
	ignoresEmit     bug = "goes on streaming after emit failed"
	wrongOrder      bug = "returns the newest first"
	dropsKey        bug = "drops the idempotency key"
	wrongPerson     bug = "writes to somebody else"
	inPublic        bug = "publishes what was private"
	noEvidence      bug = "confirms an identity without evidence"
	oneDrawer       bug = "flags everything as one kind"
	anyDrawer       bug = "flags as what the platform does not know"
	flagsTwice      bug = "does not understand that a flag stands"
)

func toyPlatform(b bug) adapters.Platform {
	prov := adapters.Provenance{Source: "imagined", CheckedOn: "2026-11-22"}
	m := adapters.Manifest{Name: "toy", Title: "Toy", Docs: "docs/toy.md",
		Limits:  adapters.Limits{Text: []adapters.TextLimit{{Channel: adapters.Public, Max: 90, Unit: adapters.Bytes, Provenance: prov}, {Channel: adapters.Private, Max: 90, Unit: adapters.FullWidths, Provenance: prov}}},
		Idem:    map[adapters.Channel]adapters.Idempotency{adapters.Public: adapters.Keyed, adapters.Private: adapters.ByLookup, adapters.Moderators: adapters.Keyed},
		Secrets: []adapters.Setting{{Name: "token", Required: true, Help: "the token"}, {Name: "hook", Help: "signs callbacks"}}}
	for _, name := range []string{"publish", "message", "watch", "stream", "webhook", "find", "retract", "lookup", "measure", "flag"} {
		if b != hidesAbility || name != "measure" {
			m.Abilities = append(m.Abilities, adapters.Ability{Name: name})
		}
	}
	if b == claimsNil {
		m.Abilities = append(m.Abilities, adapters.Ability{Name: "search"})
	}
	return adapters.Platform{Manifest: m, Open: func(ctx context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
		return openToy(ctx, b, c, h)
	}}
}

func openToy(ctx context.Context, b bug, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	if c.Secrets["token"] == "" {
		return nil, &adapters.Error{Class: adapters.Rejected, Op: "open", Err: errors.New("secret token is missing")}
	}
	t := &toy{base: c.BaseURL, secret: c.Secrets["token"], host: h, bug: b, quit: make(chan struct{})}
	switch b {
	case keepsGoroutine:
		go func() { <-t.quit }()
	case leaksInLog:
		h.Log.With("request", 1).Debug("open", "token", t.secret.Reveal())
	case sendsOnOpen:
		_, _ = t.post(ctx, adapters.Attempt{Key: "hello"}, "/posts", "", "here we are")
	}
	_, err := t.Identity(ctx)
	return t, err
}

func (t *toy) Identity(ctx context.Context) (adapters.Identity, error) {
	var me struct{ ID string }
	if err := t.get(ctx, "identity", "/me", &me); err != nil {
		return adapters.Identity{}, err
	}
	if me.ID == "" {
		return adapters.Identity{}, &adapters.Error{Class: adapters.NotSent, Op: "identity", Phase: adapters.Answered}
	}
	return adapters.Identity{Person: adapters.Person{ID: me.ID}, Confirmed: t.bug == noEvidence}, nil
}

func (t *toy) Caps() adapters.Caps {
	c := adapters.Caps{Limits: toyPlatform("").Manifest.Limits, Publish: t, Message: t, Watch: t, Stream: t, Webhook: t, Find: t, Retract: t, Lookup: t, Measure: t, Flag: t}
	if t.bug == typedNil {
		c.Measure = (*toy)(nil)
	}
	return c
}

func (t *toy) Close() error { return nil }

func (t *toy) do(ctx context.Context, op, method, path string, body any, key string) (int, []byte, *adapters.Error) {
	if ctx.Err() != nil {
		return 0, nil, &adapters.Error{Class: adapters.NotSent, Op: op, Err: ctx.Err()}
	}
	var trace adapters.Trace
	raw, _ := json.Marshal(body)
	r, err := http.NewRequestWithContext(trace.Watch(ctx), method, t.base+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
	}
	r.Header.Set("Authorization", t.secret.Reveal())
	switch {
	case key != "" && t.bug == replays:
		r.Header.Set("Idempotency-Key", key)
	case key != "" && t.bug != dropsKey:
		r.Header["idempotency-key"] = []string{key}
	}
	resp, err := t.host.Write.Do(r)
	if err == nil {
		defer resp.Body.Close()
		raw, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	}
	if err != nil {
		e := trace.Fail(op, err)
		switch {
		case t.bug == timeoutNotSent:
			e.Class = adapters.NotSent
		case t.bug == refusedUnknown:
			e.Class = adapters.Unknown
		case t.bug == leaksInError:
			e.Err = fmt.Errorf("calling %s with %s: %w", path, t.secret.Reveal(), err)
		}
		return 0, nil, e
	}
	return resp.StatusCode, raw, t.refusal(op, resp, raw)
}

func (t *toy) refusal(op string, resp *http.Response, raw []byte) *adapters.Error {
	if resp.StatusCode == 200 {
		return nil
	}
	e := &adapters.Error{Op: op, Phase: adapters.Answered, Code: strconv.Itoa(resp.StatusCode)}
	if t.bug == quotesAtLength {
		e.Err = errors.New(strings.ReplaceAll(string(raw), t.secret.Reveal(), ""))
	}
	switch resp.StatusCode {
	case 401:
		e.Class = adapters.AuthExpired
	case 404:
		e.Class = adapters.Gone
	case 409:
		var said struct{ ID adapters.Ref }
		if json.Unmarshal(raw, &said) == nil && t.bug != ignoresExists {
			e.Class, e.Ref = adapters.Rejected, said.ID
		}
	case 429:
		e.Class = adapters.RateLimited
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && t.bug != forgetsWait {
			date, _ := http.ParseTime(resp.Header.Get("Date"))
			e.Until = date.Add(time.Duration(s) * time.Second)
		}
	case 502:
		if t.bug == gatewayNotSent {
			e.Class = adapters.NotSent
		}
	}
	return e
}

func (t *toy) get(ctx context.Context, op, path string, out any) error {
	_, raw, e := t.do(ctx, op, http.MethodGet, path, nil, "")
	if e != nil {
		if e.Class == adapters.Unknown {
			e.Class = adapters.NotSent
		}
		return e
	}
	if json.Unmarshal(raw, out) != nil {
		return &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered}
	}
	return nil
}

type toyPost struct {
	ID, Who, To, Text, State string
	Edited                   time.Time
}

func (t *toy) post(ctx context.Context, at adapters.Attempt, path, to, text string) (adapters.Receipt, error) {
	ch := map[string]adapters.Channel{"/posts": adapters.Public, "/messages": adapters.Private}[path]
	limit, _ := t.Caps().Limits.For(ch)
	if t.bug == wrongUnit {
		limit.Unit = adapters.Runes
	}
	if err := limit.Check(text); err != nil && t.bug != noLengthCheck {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: "post", Err: err}
	}
	if !at.Deadline.IsZero() && t.bug != noDeadline {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, at.Deadline)
		defer cancel()
	}
	_, raw, e := t.do(ctx, "post", http.MethodPost, path, map[string]string{"text": text, "to": to}, at.Key)
	if e != nil && e.Class == adapters.Unknown && t.bug == retriesPost {
		_, raw, e = t.do(ctx, "post", http.MethodPost, path, map[string]string{"text": text, "to": to}, at.Key)
	}
	if e != nil {
		if t.bug == untypedError {
			return adapters.Receipt{}, errors.New("it did not work")
		}
		return adapters.Receipt{}, e
	}
	var p toyPost
	if err := json.Unmarshal(raw, &p); (err != nil || p.ID == "") && t.bug != believes200 {
		return adapters.Receipt{}, &adapters.Error{Op: "post", Phase: adapters.Answered, Err: errors.New("no id")}
	}
	return adapters.Receipt{Ref: adapters.Ref(p.ID), Pending: p.State == "pending"}, nil
}

func (t *toy) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	limit, _ := t.Caps().Limits.For(adapters.Public)
	if err := limit.Check(b.Text); err != nil {
		return adapters.Plan{}, err
	}
	return adapters.Plan{Parts: []adapters.Part{{Text: b.Text, Length: limit.Measure(b.Text), Max: limit.Max, Unit: limit.Unit}}}, nil
}

func (t *toy) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	return t.post(ctx, at, "/posts", "", p.Text)
}

func (t *toy) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	switch t.bug {
	case wrongPerson:
		return t.post(ctx, at, "/messages", "somebody", m.Text)
	case inPublic:
		return t.post(ctx, at, "/posts", "", m.Text)
	}
	return t.post(ctx, at, "/messages", m.To.ID, m.Text)
}

func (t *toy) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	if t.bug == checkMutates {
		_, _, _ = t.do(ctx, "check", http.MethodPut, "/posts/"+string(r.Ref), nil, "")
	}
	var p toyPost
	if err := t.get(ctx, "check", "/posts/"+string(r.Ref), &p); err != nil {
		return adapters.Receipt{}, err
	}
	if p.State == "failed" && t.bug != failedIsPending {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: "check", Phase: adapters.Answered, Ref: r.Ref}
	}
	return adapters.Receipt{Ref: r.Ref, Pending: p.State != ""}, nil
}

func (t *toy) Sources() []string { return []string{"wall"} }

// Poll lists ids first and fetches each post then, so that it can fail half-way.
func (t *toy) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	if source != "wall" {
		return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Op: "poll"}
	}
	var page struct{ IDs []string }
	if err := t.get(ctx, "poll", "/wall?after="+url.QueryEscape(string(cur)), &page); err != nil {
		return adapters.Batch{}, err
	}
	if page.IDs == nil {
		return adapters.Batch{}, &adapters.Error{Class: adapters.NotSent, Op: "poll", Phase: adapters.Answered}
	}
	b := adapters.Batch{Next: cur, More: len(page.IDs) > limit}
	if n := len(page.IDs); t.bug == skipsCursor && n > 0 {
		b.Next = adapters.Cursor(page.IDs[n-1])
	}
	for _, id := range page.IDs[:min(limit, len(page.IDs))] {
		var p toyPost
		if err := t.get(ctx, "poll", "/posts/"+id, &p); err != nil && t.bug == swallowsPage {
			continue
		} else if err != nil {
			return adapters.Batch{}, err
		}
		if t.bug != skipsCursor {
			b.Next = adapters.Cursor(id)
		}
		if t.bug == wrongOrder {
			b.Items = append([]adapters.Inbound{t.inbound(p)}, b.Items...)
		} else {
			b.Items = append(b.Items, t.inbound(p))
		}
	}
	if b.Next == "" {
		b.Next = "0"
	}
	return b, nil
}

func (t *toy) inbound(p toyPost) adapters.Inbound {
	key := p.ID
	if t.bug == personInKey {
		key += p.Who
	}
	return adapters.Inbound{Key: key, Kind: adapters.KindMessage, Ref: adapters.Ref(p.ID), From: adapters.Person{ID: p.Who}, Text: p.Text}
}

func (t *toy) Stream(ctx context.Context, up func(), emit func(adapters.Inbound) error) error {
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, t.base+"/stream", nil)
	r.Header.Set("Authorization", t.secret.Reveal())
	resp, err := t.host.Read.Do(r)
	if err != nil {
		return &adapters.Error{Class: adapters.NotSent, Op: "stream", Err: adapters.Redact(err)}
	}
	defer resp.Body.Close()
	up()
	for d := json.NewDecoder(resp.Body); ; {
		var p toyPost
		if err := d.Decode(&p); err != nil {
			return &adapters.Error{Class: adapters.NotSent, Op: "stream", Err: err}
		}
		in := t.inbound(p)
		if t.bug == keyByPath {
			in.Key = "stream-" + in.Key
		}
		if err := emit(in); err != nil && t.bug != ignoresEmit {
			return err
		}
	}
}

func (t *toy) Verify(c adapters.Callback, now time.Time) (adapters.Delivery, error) {
	forged := func(why string) (adapters.Delivery, error) {
		return adapters.Delivery{}, &adapters.Error{Class: adapters.Rejected, Op: "verify", Err: errors.New(why)}
	}
	sent, err := strconv.ParseInt(c.Query.Get("at"), 10, 64)
	if err != nil {
		return forged("no time")
	}
	if skew := now.Sub(time.Unix(sent, 0)).Abs(); skew > 5*time.Minute && t.bug != acceptsReplay {
		return forged("replayed or skewed")
	}
	body := c.Body
	if t.bug == ignoresBody {
		body = nil
	}
	if sig := c.Header.Get("Signature"); !hmac.Equal([]byte(sig), []byte(toySign(c.Query.Get("at"), body))) && !(t.bug == ignoresBody && sig == toySign(c.Query.Get("at"), c.Body)) {
		if t.bug != ignoresBody || len(sig) != 64 {
			return forged("wrong signature")
		}
	}
	var p toyPost
	if json.Unmarshal(c.Body, &p) != nil && t.bug != ignoresBody {
		return forged("not JSON")
	}
	return adapters.Delivery{Items: []adapters.Inbound{t.inbound(p)}, Ack: []byte("ok"), Replyable: true}, nil
}

func (t *toy) Encode(_ adapters.Delivery, text string, _ time.Time) ([]byte, string, error) {
	return []byte(text), "text/plain", nil
}

const toyHook = "hook-secret-of-the-toy"

func toySign(at string, body []byte) string {
	m := hmac.New(sha256.New, []byte(toyHook))
	fmt.Fprintf(m, "%s.%s", at, body)
	return hex.EncodeToString(m.Sum(nil))
}

func (t *toy) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	var list struct{ Posts []toyPost }
	if err := t.get(ctx, "find", "/sent", &list); err != nil {
		if t.bug == errorIsAbsence {
			return adapters.Finding{Verdict: adapters.Absent}, nil
		}
		return adapters.Finding{}, err
	}
	for _, p := range list.Posts {
		if strings.HasSuffix(p.Text, " "+q.Code) || t.bug == halfCode && strings.Contains(p.Text, q.Code) {
			return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: adapters.Ref(p.ID)}}, nil
		}
	}
	if list.Posts == nil {
		return adapters.Finding{}, nil
	}
	return adapters.Finding{Verdict: adapters.Absent}, nil
}

func (t *toy) Withdraw(ctx context.Context, _ adapters.Attempt, r adapters.Receipt) error {
	_, _, e := t.do(ctx, "withdraw", http.MethodDelete, "/posts/"+string(r.Ref), nil, "")
	if e != nil && (e.Class != adapters.Gone || t.bug == secondDelete) {
		return e
	}
	return nil
}

func (t *toy) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	var p toyPost
	err := t.get(ctx, "look", "/posts/"+string(ref), &p)
	if adapters.ClassOf(err) == adapters.Gone || err != nil && t.bug == errorIsDeletion {
		return adapters.Sight{}, nil
	}
	if err == nil && p.ID == "" {
		err = &adapters.Error{Class: adapters.NotSent, Op: "look", Phase: adapters.Answered}
	}
	if err != nil {
		return adapters.Sight{}, err
	}
	return adapters.Sight{Exists: true, Text: p.Text, Edited: p.Edited, Author: adapters.Person{ID: p.Who}}, nil
}

func (t *toy) Figures(_ context.Context, refs []adapters.Ref) (out []adapters.Figure, _ error) {
	for _, r := range refs {
		out = append(out, adapters.Figure{Ref: r, Name: "reads", Value: 1})
	}
	return out, nil
}

type toyFlag struct {
	Post, Text string
	Kind       adapters.FlagKind
}

func (t *toy) FlagKinds() []adapters.FlagKind {
	return []adapters.FlagKind{adapters.FlagSpam, adapters.FlagOther}
}

func (t *toy) Flag(ctx context.Context, at adapters.Attempt, g adapters.Flag) (adapters.Receipt, error) {
	if !slices.Contains(t.FlagKinds(), g.Kind) && t.bug != anyDrawer {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Unsupported, Op: "flag", Err: errors.New("no such kind")}
	}
	if t.bug == oneDrawer {
		g.Kind = adapters.FlagSpam
	}
	if !at.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, at.Deadline)
		defer cancel()
	}
	_, raw, e := t.do(ctx, "flag", http.MethodPost, "/flags", toyFlag{Post: string(g.Post), Text: g.Text, Kind: g.Kind}, "")
	if e != nil {
		return adapters.Receipt{}, e
	}
	var said struct {
		ID     adapters.Ref
		Stands bool
	}
	if err := json.Unmarshal(raw, &said); err != nil || said.ID == "" {
		return adapters.Receipt{}, &adapters.Error{Op: "flag", Phase: adapters.Answered, Err: errors.New("no id")}
	}
	return adapters.Receipt{Ref: said.ID, Existed: said.Stands && t.bug != flagsTwice}, nil
}
