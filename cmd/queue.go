package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

func (t *tool) queueCommand() *cobra.Command {
	return group("queue", "What waits: drafts to decide on, sends held, unknown or to be made by hand, and those that something keeps back",
		t.queueList(), t.queueShow(), t.queueApprove(), t.queueReject(),
		t.queueSettle(), t.queueHold(), t.queueResume(), t.queueSendHeld(), t.queueByHand(), t.queueCorrect(), t.queueFlag())
}

// waiting is all that waits for a person, and the sends that leave by themselves once what keeps them back is over.
type waiting struct {
	Awaiting []api.Draft `json:"awaiting"`
	Held     []api.Item  `json:"held"`
	Unknown  []api.Item  `json:"unknown"`
	ByHand   []api.Item  `json:"byHand"`
	KeptBack []api.Item  `json:"keptBack"` // due, with why they have not left: halted, over quota, the platform fails
}

func (t *tool) queueList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list", Short: "List drafts awaiting a decision, and sends held, unknown, to be made by hand or kept back", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := gather(ctx, c)
			if err != nil {
				return err
			}
			return t.print(all, all.write)
		}),
	})
}

func gather(ctx context.Context, c *api.Client) (w waiting, err error) {
	if w.Awaiting, err = pages(ctx, api.Paging{}, c.Drafts); err != nil {
		return w, err
	}
	slices.SortStableFunc(w.Awaiting, byUrgency)
	if w.Held, err = pages(ctx, api.Paging{State: "held"}, c.Items); err != nil {
		return w, err
	}
	if w.Unknown, err = pages(ctx, api.Paging{State: "unknown"}, c.Items); err != nil {
		return w, err
	}
	if w.ByHand, err = pages(ctx, api.Paging{State: "by-hand"}, c.Items); err != nil {
		return w, err
	}
	w.KeptBack, err = pages(ctx, api.Paging{State: "due"}, c.Items)
	w.KeptBack = slices.DeleteFunc(w.KeptBack, func(i api.Item) bool { return i.Why == "" })
	return w, err
}

// byUrgency puts an emergency card first that an account in mode suggest holds for a person.
func byUrgency(a, b api.Draft) int {
	urgent := func(d api.Draft) int {
		if d.Purpose == bots.ForEmergency {
			return 0
		}
		return 1
	}
	return urgent(a) - urgent(b)
}

// mostListed bounds what one command lists.
const mostListed = 2000

// pages follows a list to its end, or to mostListed.
func pages[T any](ctx context.Context, p api.Paging, page func(context.Context, api.Paging) (api.Page[T], error)) ([]T, error) {
	all := []T{}
	for p.Limit = 200; ; {
		got, err := page(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, got.Records...)
		if p.After = got.After; p.After == "" || len(all) >= mostListed {
			return all, nil
		}
	}
}

func (q waiting) write(w io.Writer) {
	if len(q.Awaiting)+len(q.Held)+len(q.Unknown)+len(q.ByHand)+len(q.KeptBack) == 0 {
		fmt.Fprintln(w, "nothing waits for a person")
		return
	}
	rows := [][]string{{"ID", "WHAT", "STATE", "ACCOUNT", "TO", "SINCE", "UNTIL", "TEXT OR REASON"}}
	for _, d := range q.Awaiting {
		rows = append(rows, []string{d.ID, string(d.Purpose), d.State, d.Account, to(d.To.Handle, d.Channel), short(d.Created), short(d.Expires), oneLine(d.Text, 36)})
	}
	for _, items := range [][]api.Item{q.Held, q.Unknown, q.ByHand, q.KeptBack} {
		for _, i := range items {
			rows = append(rows, []string{i.ID, string(i.Purpose), i.State, i.Account, to(i.To.Handle, i.Channel), short(i.Updated), short(i.Expires), oneLine(i.Why, 36)})
		}
	}
	table(w, rows...)
}

func to(handle string, by adapters.Channel) string {
	switch by {
	case adapters.Public:
		return "everyone"
	case adapters.Moderators:
		return "moderators"
	}
	return dash(printable(handle))
}

func (t *tool) queueShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show a draft or a send: the evidence, the exact message, how it stands", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			m, err := matter(ctx, c, args[0])
			if err != nil {
				return err
			}
			return t.print(m, func(w io.Writer) { writeMatter(w, m) })
		}),
	})
}

func (t *tool) queueApprove() *cobra.Command {
	var seen uint64
	c := t.withJSON(&cobra.Command{
		Use: "approve ID...", Short: "Approve exactly the message that is shown, or one bulletin's for several accounts in one act", Args: cobra.MinimumNArgs(1),
		Long: `Approve a draft. What is approved is the version seen: either --seen with the version
that "queue show" printed, or the draft is shown now and you are asked. If anybody
changed it meanwhile, the approval is refused.

Several drafts of one bulletin, or several that take it back, are approved in one act: every
different text is shown once, in full, with the accounts that get exactly it, and you are asked once.
Each account gets an approval of its own. What changed meanwhile is refused and named; the rest goes
through. "bulletin approve" does it for all accounts of a bulletin.`,
		Example: "  netpatrol queue approve 01JF8Z2Q4M.weibo --seen 1\n  netpatrol queue approve 01JF8Z2Q4M.weibo 01JF8Z2Q4M.wechat",
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if len(args) > 1 && seen > 0 {
				return usagef("--seen is of one draft: leave it out, and the drafts are shown")
			}
			if len(args) > 1 {
				return t.approveMany(ctx, c, args)
			}
			version, err := t.look(ctx, c, args[0], seen)
			if err != nil {
				return err
			}
			r, err := c.Approve(ctx, args[0], version)
			return t.decided(r, noDraft(args[0], err))
		}),
	})
	c.Flags().Uint64Var(&seen, "seen", 0, "the version you have seen")
	return c
}

func noDraft(id string, err error) error {
	return sought(err, "draft", id, "netpatrol queue list shows the ids of drafts that wait for a decision")
}

// look shows a draft and asks, unless the officer says which version they have seen.
func (t *tool) look(ctx context.Context, c *api.Client, id string, seen uint64) (uint64, error) {
	if seen > 0 {
		return seen, nil
	}
	m, err := c.Draft(ctx, id)
	if err != nil {
		return 0, noDraft(id, err)
	}
	writeMatter(t.err, m)
	sure, err := t.sure("approve exactly this?")
	if err != nil {
		return 0, err
	}
	if !sure {
		return 0, mend(errors.New("nothing was approved"), "answer yes, or pass --seen %d", m.Draft.Version)
	}
	return m.Draft.Version, nil
}

func (t *tool) queueReject() *cobra.Command {
	var seen uint64
	var reason string
	c := t.withJSON(&cobra.Command{
		Use: "reject ID", Short: "Return a draft to its author, with the reason", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if seen == 0 {
				m, err := c.Draft(ctx, args[0])
				if err != nil {
					return noDraft(args[0], err)
				}
				seen = m.Draft.Version
			}
			r, err := c.Reject(ctx, args[0], seen, reason)
			return t.decided(r, noDraft(args[0], err))
		}),
	})
	c.Flags().Uint64Var(&seen, "seen", 0, "the version you have seen (default: the present one)")
	c.Flags().StringVar(&reason, "reason", "", "why; it is kept with the draft")
	_ = c.MarkFlagRequired("reason")
	return c
}

// ask1 runs a command against the daemon.
func (t *tool) ask1(do func(ctx context.Context, c *api.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		client, err := t.client()
		if err != nil {
			return err
		}
		defer client.Close()
		return do(c.Context(), client, args)
	}
}

// decided prints what a decision came to. A refusal is a failure.
func (t *tool) decided(r bots.Result, err error) error { return t.settled(r, err, "") }

// settled says in words what an applied decision came to.
func (t *tool) settled(r bots.Result, err error, words string) error {
	if err != nil {
		return err
	}
	if r.Status == bots.Refused {
		return &api.Error{Code: r.Code, Message: r.Message}
	}
	return t.print(r, func(w io.Writer) {
		if words != "" && r.Status == bots.Applied {
			fmt.Fprintln(w, words)
			return
		}
		fmt.Fprint(w, r.Status)
		for _, made := range r.Made {
			fmt.Fprintf(w, " %s", made)
		}
		fmt.Fprintln(w)
	})
}

// writeMatter shows a draft as an officer needs it to decide: first what it is about,
// then exactly what will leave.
func writeMatter(w io.Writer, m api.Matter) {
	d := m.Draft
	if c := m.Clue; c != nil {
		fields(w, "clue", c.ID, "category", string(c.Category), "stance", string(c.Stance), "author", printable(c.Author.Handle), "link", printable(c.URL), "seen", moment(c.Seen))
		quoted(w, c.Text)
	}
	if m.Warning != nil {
		fields(w, "why", m.Warning.Why, "rule", fmt.Sprintf("%s, version %d", m.Warning.Rule, m.Warning.Rev))
	}
	if d.Withdraws != "" {
		fields(w, "takes back", string(d.Parent))
		quoted(w, d.PostText)
	}
	if b := m.Bulletin; b != nil && b.Refutes != nil && d.Withdraws == "" {
		for _, claim := range b.Refutes.Claims {
			fields(w, "refutes", printable(claim))
		}
		fields(w, "verified by", printable(b.Refutes.Basis))
	}
	if r := m.Report; r != nil {
		fields(w, "report", r.Reference, "emergency", yes(r.Emergency))
		for _, l := range r.Lines {
			quoted(w, l.Text)
		}
	}
	length := ""
	if m.Measure != nil {
		length = fmt.Sprintf("%d of %d %s", m.Measure.Length, m.Measure.Max, m.Measure.Unit)
	}
	fields(w, "draft", d.ID, "version", fmt.Sprint(d.Version), "state", d.State, "purpose", string(d.Purpose),
		"account", d.Account, "channel", string(d.Channel), "flagged as", string(d.Flag), "to", to(d.To.Handle, d.Channel), "author", d.Author,
		"length", length, "expires", moment(d.Expires), "code", d.Code, "seal", shortSeal(d.Seal), "reason", d.Reason, "decided by", d.DecidedBy)
	quoted(w, d.Text)
	if m.Item != nil {
		writeSend(w, m.Item)
	}
}

func shortSeal(seal string) string { return seal[:min(16, len(seal))] }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
