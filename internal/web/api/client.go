package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// Client calls the API. It is safe for concurrent use, except for Login. What the API refuses comes back
// as an [*Error]; a daemon that cannot be reached as any other error.
type Client struct {
	http  *http.Client
	base  string
	token string
}

// NewClient returns a client for a unix socket's path, or for a base URL that begins
// with http:// or https://. With an empty token the socket's peer says who is asking.
func NewClient(addr, token string) *Client {
	c := &Client{http: &http.Client{Timeout: time.Minute}, base: strings.TrimRight(addr, "/"), token: token}
	if !strings.HasPrefix(addr, "http://") && !strings.HasPrefix(addr, "https://") {
		c.base = "http://netpatrol"
		c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", addr)
		}}
	}
	return c
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	req, err := c.request(ctx, method, path, in)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("reach the daemon (is `netpatrol serve` running?): %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusAccepted {
		return failure(res)
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("read the answer to %s: %w", path, err)
	}
	return nil
}

func (c *Client) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

func failure(res *http.Response) error {
	e := &Error{Status: res.StatusCode}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxBody)).Decode(e); err != nil || e.Code == "" {
		e.Code, e.Message = "http", "the daemon answered "+res.Status
	}
	return e
}

func read[T any](ctx context.Context, c *Client, path string) (T, error) {
	var out T
	err := c.do(ctx, http.MethodGet, path, nil, &out)
	return out, err
}

// decide posts a decision. Its Result is applied, or pending: then it was accepted and Made names
// the event that will hold what it came to.
func (c *Client) decide(ctx context.Context, path string, d Decision) (bots.Result, error) {
	if d.FormKey == "" {
		d.FormKey = rand.Text()
	}
	var out bots.Result
	err := c.do(ctx, http.MethodPost, path, d, &out)
	return out, err
}

// Paging asks for one page. The zero value is the first page in the list's own state and
// order. Any, as State, lists every state.
type Paging struct {
	State  string
	Stream string
	After  string // as the last page said
	Newest bool
	Limit  int // at most 200
}

// Any lists records whatever their state.
const Any = "*"

func (p Paging) path(base string) string {
	v := url.Values{}
	switch p.State {
	case "":
	case Any:
		v.Set("state", "")
	default:
		v.Set("state", p.State)
	}
	if p.Stream != "" {
		v.Set("stream", p.Stream)
	}
	if p.After != "" {
		v.Set("after", p.After)
	}
	if p.Newest {
		v.Set("order", "newest")
	}
	if p.Limit > 0 {
		v.Set("limit", strconv.Itoa(p.Limit))
	}
	if len(v) == 0 {
		return base
	}
	return base + "?" + v.Encode()
}

func at(base, id string, verb ...string) string {
	return base + "/" + url.PathEscape(id) + strings.Join(append([]string{""}, verb...), "/")
}

// Login signs in with a name and a password, or a one-time code, and uses the token from then on.
func (c *Client) Login(ctx context.Context, in LoginRequest) (Login, error) {
	var out Login
	if err := c.do(ctx, http.MethodPost, "/login", in, &out); err != nil {
		return out, err
	}
	c.token = out.Token
	return out, nil
}

// Logout ends the token.
func (c *Client) Logout(ctx context.Context) error {
	var out struct{}
	return c.do(ctx, http.MethodPost, "/logout", struct{}{}, &out)
}

// Whoami says who the API takes the caller for.
func (c *Client) Whoami(ctx context.Context) (Whoami, error) { return read[Whoami](ctx, c, "/whoami") }

// Summary says how the desk stands.
func (c *Client) Summary(ctx context.Context) (view.Summary, error) {
	return read[view.Summary](ctx, c, "/summary")
}

// Drafts lists drafts: those awaiting a decision, unless p says otherwise.
func (c *Client) Drafts(ctx context.Context, p Paging) (Page[Draft], error) {
	return read[Page[Draft]](ctx, c, p.path("/drafts"))
}

// Draft returns a draft with its evidence.
func (c *Client) Draft(ctx context.Context, id string) (Matter, error) {
	return read[Matter](ctx, c, at("/drafts", id))
}

// Approve approves exactly the version seen.
func (c *Client) Approve(ctx context.Context, draft string, seen uint64) (bots.Result, error) {
	return c.decide(ctx, at("/drafts", draft, "approve"), Decision{Seen: seen})
}

// Reject returns a draft to its author, with the reason.
func (c *Client) Reject(ctx context.Context, draft string, seen uint64, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/drafts", draft, "reject"), Decision{Seen: seen, Reason: reason})
}

// Edit changes a draft's text; somebody else must then approve it.
func (c *Client) Edit(ctx context.Context, draft string, seen uint64, text string) (bots.Result, error) {
	return c.decide(ctx, at("/drafts", draft, "edit"), Decision{Seen: seen, Text: text})
}

// Items lists sends.
func (c *Client) Items(ctx context.Context, p Paging) (Page[Item], error) {
	return read[Page[Item]](ctx, c, p.path("/items"))
}

// Item returns a send with its attempts.
func (c *Client) Item(ctx context.Context, id string) (Item, error) {
	return read[Item](ctx, c, at("/items", id))
}

// Settle says what became of a send whose outcome is unknown: delivered, due or closed.
func (c *Client) Settle(ctx context.Context, item, as string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "settle"), Decision{As: as})
}

// SendHeld lets a warning leave that is held because its post could not be looked at; it is
// marked "not looked".
func (c *Client) SendHeld(ctx context.Context, item string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "send-held"), Decision{})
}

// ResumeHeld lets a held send go on. Whatever held it is checked again before it leaves.
func (c *Client) ResumeHeld(ctx context.Context, item string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "resume"), Decision{})
}

// Hold keeps a due send back.
func (c *Client) Hold(ctx context.Context, item string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "hold"), Decision{})
}

// Correct drafts a correction for everybody who got a message that is out and proves wrong; text
// says what is right. Each is approved as a message of its kind.
func (c *Client) Correct(ctx context.Context, item, text string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "correct"), Decision{Text: text})
}

// TakeHand makes the caller the one who posts a send by hand. looked says that the post a
// warning is about still stands unchanged.
func (c *Client) TakeHand(ctx context.Context, item string, looked bool) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "take"), Decision{Looked: looked})
}

// GiveHand gives a task back that was not posted. An approver may do it for somebody else, with a reason.
func (c *Client) GiveHand(ctx context.Context, item, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "give"), Decision{Reason: reason})
}

// ProveHand says what was posted, and where. A text that differs from the approved one needs
// a reason, and a second officer's ConfirmHand.
func (c *Client) ProveHand(ctx context.Context, item, link, text, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "prove"), Decision{Link: link, Text: text, Reason: reason})
}

// ConfirmHand confirms that another text than the approved one was posted.
func (c *Client) ConfirmHand(ctx context.Context, item string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "confirm-hand"), Decision{})
}

// CloseHand ends a task that will not be posted, with a reason.
func (c *Client) CloseHand(ctx context.Context, item, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "close-hand"), Decision{Reason: reason})
}

// Note enters what an officer read on an account that people work by hand: a message, a
// mention or a post. A post that matches no rule is refused and not kept.
func (c *Client) Note(ctx context.Context, account string, kind adapters.Kind, from, text, link string) (bots.Result, error) {
	return c.decide(ctx, at("/accounts", account, "note"), Decision{Kind: kind, From: from, Text: text, Link: link})
}

// LookBack says what became of a warned post that only people can see: removed or kept.
func (c *Client) LookBack(ctx context.Context, warning, as string) (bots.Result, error) {
	return c.decide(ctx, at("/warnings", warning, "look-back"), Decision{As: as})
}

// Reports lists what people told us.
func (c *Client) Reports(ctx context.Context, p Paging) (Page[Report], error) {
	return read[Page[Report]](ctx, c, p.path("/reports"))
}

// Report returns one report.
func (c *Client) Report(ctx context.Context, id string) (Report, error) {
	return read[Report](ctx, c, at("/reports", id))
}

// CloseReport closes a report.
func (c *Client) CloseReport(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/reports", id, "close"), Decision{})
}

// Evidence lists the pictures, voices and videos that people sent. Their bytes are shown and
// downloaded at the desk only.
func (c *Client) Evidence(ctx context.Context, p Paging) (Page[Evidence], error) {
	return read[Page[Evidence]](ctx, c, p.path("/evidence"))
}

// EvidenceOf returns one piece of evidence.
func (c *Client) EvidenceOf(ctx context.Context, id string) (Evidence, error) {
	return read[Evidence](ctx, c, at("/evidence", id))
}

// Conversations lists conversations.
func (c *Client) Conversations(ctx context.Context, p Paging) (Page[Conversation], error) {
	return read[Page[Conversation]](ctx, c, p.path("/conversations"))
}

// Conversation returns a conversation with what was said in it.
func (c *Client) Conversation(ctx context.Context, id string) (Talk, error) {
	return read[Talk](ctx, c, at("/conversations", id))
}

// Reply answers in a conversation in the officer's own words.
func (c *Client) Reply(ctx context.Context, conversation, text string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "reply"), Decision{Text: text})
}

// KeepCase keeps a conversation although the person may ask to be forgotten, with a reason.
func (c *Client) KeepCase(ctx context.Context, conversation, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "keep"), Decision{Reason: reason})
}

// LetGo ends what KeepCase began: the conversation is erased when the person asks for it.
func (c *Client) LetGo(ctx context.Context, conversation string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "let-go"), Decision{})
}

// Clues lists clues.
func (c *Client) Clues(ctx context.Context, p Paging) (Page[Clue], error) {
	return read[Page[Clue]](ctx, c, p.path("/clues"))
}

// Clue returns one clue.
func (c *Client) Clue(ctx context.Context, id string) (Clue, error) {
	return read[Clue](ctx, c, at("/clues", id))
}

// DismissClue ends a clue that nobody acts on, with a reason.
func (c *Client) DismissClue(ctx context.Context, clue, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/clues", clue, "dismiss"), Decision{Reason: reason})
}

// Warnings lists warnings.
func (c *Client) Warnings(ctx context.Context, p Paging) (Page[Warning], error) {
	return read[Page[Warning]](ctx, c, p.path("/warnings"))
}

// Warning returns one warning.
func (c *Client) Warning(ctx context.Context, id string) (Warning, error) {
	return read[Warning](ctx, c, at("/warnings", id))
}

// DecideAppeal decides an appeal: the warning is upheld or withdrawn.
func (c *Client) DecideAppeal(ctx context.Context, warning, as, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/warnings", warning, "decide-appeal"), Decision{As: as, Reason: reason})
}
