package bridge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"netpatrol/adapters"
)

var (
	_ adapters.Publisher = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
	_ adapters.Finder    = (*account)(nil)
	_ adapters.Retractor = (*account)(nil)
)

// refPattern are the ids of the contract: they stand in paths as they are, so that both
// sides sign the same characters.
var refPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$`)

// publication, message and comment are what we send; key is the idempotency key.
type publication struct {
	Key      string `json:"key"`
	Code     string `json:"code,omitempty"`
	Title    string `json:"title,omitempty"`
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
	After    string `json:"after,omitempty"`
}

type message struct {
	Key       string `json:"key"`
	Code      string `json:"code,omitempty"`
	To        person `json:"to"`
	Text      string `json:"text"`
	Language  string `json:"language,omitempty"`
	InReplyTo string `json:"in_reply_to,omitempty"`
}

type comment struct {
	Key      string `json:"key"`
	Code     string `json:"code,omitempty"`
	To       person `json:"to,omitzero"`
	Parent   string `json:"parent"`
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
}

type person struct {
	ID     string `json:"id"`
	Handle string `json:"handle,omitempty"`
	Name   string `json:"name,omitempty"`
}

func toPerson(p adapters.Person) person { return person{p.ID, p.Handle, p.Name} }

func (p person) person() adapters.Person {
	return adapters.Person{ID: p.ID, Handle: p.Handle, Name: p.Name}
}

// receipt is the site's proof of a send, and what it says of one later.
type receipt struct {
	Ref     string    `json:"ref"`
	URL     string    `json:"url,omitempty"`
	At      time.Time `json:"at,omitzero"`
	State   string    `json:"state"` // "done", "pending" or "refused"
	Existed bool      `json:"existed,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

// The states of a send.
const (
	stateDone    = "done"
	statePending = "pending" // the site will tell: an outcome event, or ask again
	stateRefused = "refused" // it will not appear
)

func (r receipt) receipt() adapters.Receipt {
	return adapters.Receipt{Ref: adapters.Ref(r.Ref), URL: r.URL, At: r.At.UTC(), Pending: r.State == statePending, Existed: r.Existed}
}

// understood says what is missing from a receipt.
func (r receipt) understood() error {
	switch {
	case !refPattern.MatchString(r.Ref):
		return errors.New("the site accepted the request but named no id of the contract")
	case r.State != stateDone && r.State != statePending && r.State != stateRefused:
		return fmt.Errorf("the state of the send is %q: it must be done, pending or refused", truncate(r.State, 20))
	}
	return nil
}

// Plan never cuts a bulletin: every post must carry who speaks and the code. Too long is
// a [*adapters.TooLong].
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	limit := a.limit(adapters.Public)
	if err := fits("plan", limit, b.Text); err != nil {
		return adapters.Plan{}, err
	}
	return adapters.Plan{Parts: []adapters.Part{{
		Title: b.Title, Text: b.Text, Language: b.Language,
		Length: limit.Measure(b.Text), Max: limit.Max, Unit: limit.Unit,
	}}}, nil
}

// limit is the site's text limit of a channel; without one characters are counted.
func (a *account) limit(ch adapters.Channel) adapters.TextLimit {
	if l, ok := a.caps.Limits.For(ch); ok {
		return l
	}
	return adapters.TextLimit{Channel: ch, Unit: adapters.Runes}
}

// Publish makes one public post.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	return a.send(ctx, at, "publish", adapters.Public, "/v1/publications", p.Text,
		publication{Key: at.Key, Code: at.Code, Title: p.Title, Text: p.Text, Language: p.Language, After: string(p.After)})
}

// Send writes to one person in private.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	if m.To.ID == "" {
		return adapters.Receipt{}, rejected("message", adapters.ScopeRecipient, errors.New("there is no recipient"))
	}
	return a.send(ctx, at, "message", adapters.Private, "/v1/messages", m.Text,
		message{Key: at.Key, Code: at.Code, To: toPerson(m.To), Text: m.Text, Language: m.Language, InReplyTo: string(m.InReplyTo)})
}

// Comment answers in public under a post.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	if c.Parent == "" {
		return adapters.Receipt{}, rejected("comment", adapters.ScopeItem, errors.New("there is no post to answer"))
	}
	return a.send(ctx, at, "comment", adapters.InReply, "/v1/comments", c.Text,
		comment{Key: at.Key, Code: at.Code, To: toPerson(c.To), Parent: string(c.Parent), Text: c.Text, Language: c.Language})
}

// send makes a text appear on the site.
func (a *account) send(ctx context.Context, at adapters.Attempt, op string, ch adapters.Channel, path, text string, body any) (adapters.Receipt, error) {
	if err := fits(op, a.limit(ch), text); err != nil {
		return adapters.Receipt{}, err
	}
	return a.make(ctx, at, op, path, body)
}

// make is the one place that makes something appear on the site.
func (a *account) make(ctx context.Context, at adapters.Attempt, op, path string, body any) (adapters.Receipt, error) {
	if at.Key == "" {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("the attempt has no idempotency key, without which the contract sends nothing"))
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	var r receipt
	k := call{op: op, method: http.MethodPost, path: path, body: body}
	if err := a.http.do(ctx, k, &r); err != nil {
		return adapters.Receipt{}, err
	}
	if err := r.understood(); err != nil { // promise 4
		return adapters.Receipt{}, notOfTheContract(k, err)
	}
	if r.State == stateRefused {
		return adapters.Receipt{}, a.refused(op, r)
	}
	return r.receipt(), nil
}

// refused is a send the site took and then decided against.
func (a *account) refused(op string, r receipt) error {
	e := rejected(op, adapters.ScopeItem, errors.New("the site refused it: "+a.http.siteText(problem{Detail: r.Reason}, nil)))
	e.Ref, e.Phase, e.Code = adapters.Ref(r.Ref), adapters.Answered, stateRefused
	return e
}

func fits(op string, l adapters.TextLimit, text string) error {
	if text == "" {
		return rejected(op, adapters.ScopeItem, errors.New("the text is empty"))
	}
	if err := l.Check(text); err != nil {
		return rejected(op, adapters.ScopeItem, err)
	}
	return nil
}

// Check asks what became of a send. A refused one is an error of class Rejected, one that
// was taken away an error of class Gone.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	k := call{op: "check", object: true}
	var err error
	if k.path, err = objectPath("check", "/v1/sends/", r.Ref); err != nil {
		return adapters.Receipt{}, err
	}
	var got receipt
	if err := a.http.do(ctx, k, &got); err != nil {
		return adapters.Receipt{}, err
	}
	if err := got.understood(); err != nil {
		return adapters.Receipt{}, notOfTheContract(k, err)
	}
	if got.State == stateRefused {
		return adapters.Receipt{}, a.refused("check", got)
	}
	return got.receipt(), nil
}

// finding is the site's answer to "do you know this key?".
type finding struct {
	Verdict string   `json:"verdict"` // "found", "absent" or "inconclusive"
	Receipt *receipt `json:"receipt,omitempty"`
}

// Find asks the site for the idempotency key. A site may only say absent of a key it
// would still remember, and that no request under way can still bring.
func (a *account) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	if q.Key == "" {
		return adapters.Finding{}, nil
	}
	k := call{op: "find", path: "/v1/sends", query: url.Values{"key": {q.Key}}}
	var f finding
	if err := a.http.do(ctx, k, &f); err != nil {
		return adapters.Finding{}, err
	}
	switch {
	case f.Verdict == "found" && f.Receipt != nil && f.Receipt.understood() == nil && f.Receipt.State != stateRefused:
		return adapters.Finding{Verdict: adapters.Found, Receipt: f.Receipt.receipt()}, nil
	case f.Verdict == "absent":
		return adapters.Finding{Verdict: adapters.Absent}, nil
	case f.Verdict == "inconclusive", f.Verdict == "found":
		return adapters.Finding{}, nil
	}
	return adapters.Finding{}, notOfTheContract(k, errors.New("the verdict must be found, absent or inconclusive"))
}

// Withdraw takes a send back. One that is gone already is success.
func (a *account) Withdraw(ctx context.Context, at adapters.Attempt, r adapters.Receipt) error {
	path, err := objectPath("withdraw", "/v1/sends/", r.Ref)
	if err != nil {
		return err
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	err = a.http.do(ctx, call{op: "withdraw", method: http.MethodDelete, path: path, object: true}, nil)
	if isGone(err) {
		return nil
	}
	return err
}

func objectPath(op, under string, ref adapters.Ref) (string, error) {
	if !refPattern.MatchString(string(ref)) {
		return "", rejected(op, adapters.ScopeItem, fmt.Errorf("%d bytes are no id of the contract", len(ref)))
	}
	return under + string(ref), nil
}
