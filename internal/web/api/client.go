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
	"netpatrol/internal/record"
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

// Bulletins lists bulletins.
func (c *Client) Bulletins(ctx context.Context, p Paging) (Page[Bulletin], error) {
	return read[Page[Bulletin]](ctx, c, p.path("/bulletins"))
}

// Bulletin returns one bulletin.
func (c *Client) Bulletin(ctx context.Context, id string) (Bulletin, error) {
	return read[Bulletin](ctx, c, at("/bulletins", id))
}

// NewBulletin drafts a bulletin; somebody else must approve it.
func (c *Client) NewBulletin(ctx context.Context, b view.BulletinText) (bots.Result, error) {
	return c.decide(ctx, "/bulletins", Decision{Bulletin: &b})
}

// PreviewBulletin shows a bulletin as each account would publish it. Nothing is stored.
func (c *Client) PreviewBulletin(ctx context.Context, b view.BulletinText) ([]view.Preview, error) {
	var out Page[view.Preview]
	err := c.do(ctx, http.MethodPost, "/bulletins/preview", b, &out)
	return out.Records, err
}

// KeepPicture uploads a file of a bulletin, at most 1 MiB, under the name its text shows it by.
func (c *Client) KeepPicture(ctx context.Context, name string, data []byte) (adapters.Picture, error) {
	var out adapters.Picture
	err := c.do(ctx, http.MethodPost, "/pictures", PictureUpload{Name: name, Data: data}, &out)
	return out, err
}

// Quotas forecasts how every account's quotas for bulletins stand at a moment; the zero time is now.
func (c *Client) Quotas(ctx context.Context, at time.Time) ([]view.Forecast, error) {
	path := "/quotas"
	if !at.IsZero() {
		path += "?at=" + url.QueryEscape(at.Format(time.RFC3339))
	}
	page, err := read[Page[view.Forecast]](ctx, c, path)
	return page.Records, err
}

// PreviewDraft shows a bulletin's draft to an officer on the platform itself.
func (c *Client) PreviewDraft(ctx context.Context, draft, to string) (bots.Result, error) {
	return c.decide(ctx, "/drafts/"+url.PathEscape(draft)+"/preview", Decision{To: to})
}

// ConsoleDrafts lists the drafts that people made in the console of an account's platform.
func (c *Client) ConsoleDrafts(ctx context.Context, account string) ([]adapters.Prepared, error) {
	page, err := read[Page[adapters.Prepared]](ctx, c, "/accounts/"+url.PathEscape(account)+"/console-drafts")
	return page.Records, err
}

// PullDraft makes a bulletin of one of them, for a slot of a schedule or, without one, to leave
// once it is approved.
func (c *Client) PullDraft(ctx context.Context, account string, ref adapters.Ref, schedule string, slot time.Time) (bots.Result, error) {
	d := Decision{Ref: ref}
	if schedule != "" {
		d.Bulletin = &view.BulletinText{Schedule: schedule, Slot: slot}
	}
	return c.decide(ctx, "/accounts/"+url.PathEscape(account)+"/console-drafts", d)
}

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
