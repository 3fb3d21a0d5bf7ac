package cmd

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/internal/web/api"
)

func (t *tool) queueByHand() *cobra.Command {
	return group("by-hand", "Sends that a person makes, and what a person read, where no program may",
		t.byHandList(), t.byHandTake(), t.byHandGive(), t.byHandProve(), t.byHandCompare(), t.byHandConfirm(), t.byHandGone(), t.byHandClose(), t.byHandNote())
}

func (t *tool) byHandList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list", Short: "List what waits to be posted by hand", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: "by-hand"}, c.Items)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeTasks(w, all) })
		}),
	})
}

func writeTasks(w io.Writer, all []api.Item) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nothing waits to be posted by hand")
		return
	}
	rows := [][]string{{"ID", "WHAT", "ACCOUNT", "TO", "UNTIL", "TAKEN BY", "WHERE", "TEXT"}}
	for _, i := range all {
		var until time.Time
		taken, place := "", ""
		if i.Hand != nil {
			until, taken, place = i.Hand.Deadline, i.Hand.Taken, i.Hand.Place
			if i.Hand.Unproven {
				taken += ", unproven"
			}
		}
		rows = append(rows, []string{i.ID, string(i.Purpose), i.Account, to(i.To.Handle, i.Channel), short(until), dash(taken), dash(printable(place)), oneLine(i.Text, 36)})
	}
	table(w, rows...)
}

func (t *tool) byHandTake() *cobra.Command {
	var looked bool
	c := t.withJSON(&cobra.Command{
		Use: "take ID", Short: "Take a task: you post it, nobody else does; its text is printed", Args: cobra.ExactArgs(1),
		Long: `Take a task. From then on nobody else can take or post it, until it is proven or given back. The
exact text is printed. A warning's post must be looked at first: --looked says that it is
still there and unchanged.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.TakeHand(ctx, args[0], looked)
			if err != nil {
				return noTask(args[0], err)
			}
			i, err := c.Item(ctx, args[0])
			if err != nil {
				return noTask(args[0], err)
			}
			if i.Withdraws != "" {
				return t.settled(r, nil, "taken; delete "+string(i.Parent)+" there, then say so: netpatrol queue by-hand gone "+i.ID)
			}
			return t.settled(r, nil, "taken; post exactly this:\n"+i.Text)
		}),
	})
	c.Flags().BoolVar(&looked, "looked", false, "I looked at the post: it is still there and unchanged")
	return c
}

func (t *tool) byHandGive() *cobra.Command {
	return t.deedWhy(deed{"give ID", "Give a task back that was not posted", "given back: anybody may take it", noTask},
		"why, when an approver gives back what somebody else took", (*api.Client).GiveHand)
}

func (t *tool) byHandProve() *cobra.Command {
	var link, text, reason string
	c := t.withJSON(&cobra.Command{
		Use: "prove ID", Short: "Say what was posted, and where: it is compared with what was approved", Args: cobra.ExactArgs(1),
		Long: `Prove a task that you took: the link of what was posted, and its text as it stands there. The
text is compared with the approved one; white space and widths of characters do not count. Another
text is refused and the place shown, or, with --reason, waits for "queue by-hand confirm" by a
second officer. Without --text the text is read from standard input.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if text == "" {
				b, err := io.ReadAll(io.LimitReader(t.lines, 1<<20))
				if err != nil {
					return fmt.Errorf("read the text as posted: %w", err)
				}
				text = string(b)
			}
			r, err := c.ProveHand(ctx, args[0], link, text, reason)
			words := "delivered: what was posted is what was approved"
			if reason != "" {
				words = "noted; if the text differs, a second officer must confirm it"
			}
			return t.settled(r, noTask(args[0], err), words)
		}),
	})
	c.Flags().StringVar(&link, "link", "", "of what was posted; only a private message may be without")
	c.Flags().StringVar(&text, "text", "", "as it stands there")
	c.Flags().StringVar(&reason, "reason", "", "why it differs from what was approved")
	return c
}

func (t *tool) byHandConfirm() *cobra.Command {
	return t.deed(deed{"confirm ID", "Confirm that another text than the approved one was posted", "delivered, marked as altered", noTask}, (*api.Client).ConfirmHand)
}

func (t *tool) byHandClose() *cobra.Command {
	c := t.deedWhy(deed{"close ID", "End a task that will not be posted", "closed: it is not posted", noTask}, keptReason, (*api.Client).CloseHand)
	_ = c.MarkFlagRequired("reason")
	return c
}

func (t *tool) byHandNote() *cobra.Command {
	var kind, from, text, link string
	c := t.withJSON(&cobra.Command{
		Use: "note ACCOUNT", Short: "Enter what somebody wrote where no program can listen", Args: cobra.ExactArgs(1),
		Long: `Enter what somebody wrote on a site without an interface: a private message to us, a mention, or a
post seen on patrol. It is decided like anything heard elsewhere, and keeps who typed it in. A post
that matches no rule is refused and not kept.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.Note(ctx, args[0], adapters.Kind(kind), from, text, link)
			return t.settled(r, sought(err, "account", args[0], "netpatrol accounts list"), "entered")
		}),
	})
	c.Flags().StringVar(&kind, "kind", "", "message, mention or post")
	c.Flags().StringVar(&from, "from", "", "who wrote it, as the site calls them")
	c.Flags().StringVar(&text, "text", "", "what they wrote")
	c.Flags().StringVar(&link, "link", "", "where it stands; a private message has none")
	for _, f := range []string{"kind", "from", "text"} {
		_ = c.MarkFlagRequired(f)
	}
	return c
}

func noTask(id string, err error) error {
	return sought(err, "send", id, "netpatrol queue by-hand list shows what waits to be posted")
}
