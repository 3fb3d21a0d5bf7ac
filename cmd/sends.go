package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

// settlements is what an officer may say of a send whose outcome is unknown, and what
// that means.
func settlements() map[string]string {
	return map[string]string{
		"delivered": "counted as delivered: it will not be sent again",
		"due":       "counted as not sent: it is due again",
		"closed":    "closed: nobody knows whether it left, and it will not be sent again",
	}
}

func (t *tool) queueSettle() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "settle ID delivered|due|closed", Short: "Say what became of a send whose outcome is unknown", Args: cobra.ExactArgs(2),
		Long: `Settle a send whose outcome is unknown, after looking on the platform for the code printed
in it ("queue show" tells the code).
  delivered  it is there: it is not sent again
  due        it is certainly not there: it is sent again
  closed     it cannot be told: it is not sent again`,
		RunE: func(c *cobra.Command, args []string) error {
			words, ok := settlements()[args[1]]
			if !ok {
				return usagef("%q is no outcome: settle as delivered, due or closed", args[1])
			}
			return t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
				r, err := c.Settle(ctx, args[0], args[1])
				return t.settled(r, noSend(args[0], err), words)
			})(c, args)
		},
	})
}

func (t *tool) queueHold() *cobra.Command {
	return t.onSend("hold ID", "Keep a send back that is due", `Keep a send back that is due. It waits in plain sight until "queue resume", and lapses when it
expires. A send that is under way can no longer be held.`,
		"held: it will not leave until it is resumed", (*api.Client).Hold)
}

func (t *tool) queueResume() *cobra.Command {
	return t.onSend("resume ID", "Let a held send go on; what held it is checked again", `Let a held send go on. Whatever held it is checked again before it leaves, so it may be held
again: a warning's post is looked at, quotas and a halt still count.`,
		"due again: what held it is checked before it leaves", (*api.Client).ResumeHeld)
}

func (t *tool) queueSendHeld() *cobra.Command {
	return t.onSend("send-held ID", "Let a warning leave although its post could not be looked at", `Let a warning leave that is held because its post could not be looked at; it is marked "not
looked", with your name. A send that is held for any other reason is refused: use "queue resume".`,
		`due: it leaves marked "not looked"`, (*api.Client).SendHeld)
}

// onSend is a command that decides on one send.
func (t *tool) onSend(use, short, long, words string, do func(*api.Client, context.Context, string) (bots.Result, error)) *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: use, Short: short, Long: long, Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := do(c, ctx, args[0])
			return t.settled(r, noSend(args[0], err), words)
		}),
	})
}

func noSend(id string, err error) error {
	return sought(err, "send", id, "netpatrol queue list shows sends that are held or unknown; netpatrol queue show takes a draft's id and names its send")
}

// matter finds a draft by its own id or by that of its send.
func matter(ctx context.Context, c *api.Client, id string) (api.Matter, error) {
	m, err := c.Draft(ctx, id)
	if !missing(err) {
		return m, err
	}
	i, err := c.Item(ctx, id)
	if err != nil {
		return m, sought(err, "draft or send", id, "netpatrol queue list shows the ids of what waits; by the code printed in a message, netpatrol why CODE tells its story")
	}
	return c.Draft(ctx, i.Draft)
}

// writeSend shows how a draft's send stands.
func writeSend(w io.Writer, i *api.Item) {
	fields(w, "send", i.ID, "is", i.State, "because", i.Why, "not looked", i.NotLooked, "platform id", string(i.Receipt.Ref), "link", i.Receipt.URL)
	if h := i.Hand; h != nil {
		fields(w, "by hand until", moment(h.Deadline), "where", printable(h.Place), "taken by", h.Taken, "posted by", h.By, "differs because", printable(h.Reason), "confirmed by", h.Second)
	}
	writeAttempts(w, i)
}

func writeAttempts(w io.Writer, i *api.Item) {
	for _, try := range i.Attempts {
		fmt.Fprintf(w, "  attempt %d: %s -> %s %s %s\n", try.N, moment(try.At), dash(try.Result), try.Code, try.Note)
	}
}

// sure asks; only "yes" is a yes. The question says what it is about.
func (t *tool) sure(question string) (bool, error) {
	fmt.Fprintf(t.err, "%s (yes/no) ", question)
	answer, err := t.lines.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read your answer: %w", err)
	}
	fmt.Fprintln(t.err)
	return strings.TrimSpace(answer) == "yes", nil
}

// shownObserved is how many of the messages that an account only observed are shown.
const shownObserved = 5

// observed shows what an account would have sent so far. It goes where questions go, so
// that a machine reads the result alone.
func (t *tool) observed(ctx context.Context, c *api.Client, id string) (api.AccountView, error) {
	a, err := c.Account(ctx, id)
	if err != nil {
		return a, sought(err, "account", id, "netpatrol accounts list shows the ids")
	}
	writeObserved(t.err, a)
	return a, nil
}

// wouldHave puts into words how many messages were found, and whether there may be more
// than were looked through.
func wouldHave(n int, more bool) string {
	switch {
	case n == 0 && more:
		return "there was nothing it would have sent among the newest that were looked through"
	case n == 0:
		return "there was nothing it would have sent"
	case more:
		return fmt.Sprintf("it would have sent %d or more messages; the newest:", n)
	case n == 1:
		return "it would have sent 1 message:"
	}
	return fmt.Sprintf("it would have sent %d messages; the newest:", n)
}

func writeObserved(w io.Writer, a api.AccountView) {
	n := len(a.Observed)
	fmt.Fprintf(w, "%s is in mode %s; while it observed, %s\n", a.Account.ID, a.Account.State, wouldHave(n, a.More))
	for _, d := range a.Observed[:min(shownObserved, n)] {
		fmt.Fprintf(w, "%s %s to %s\n", short(d.Created), d.Purpose, to(d.To.Handle, d.Channel))
		quoted(w, d.Text)
	}
}
