package cmd

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) lookupCommand() *cobra.Command {
	return group("lookup", "Lookup codes of people who reported at the kiosk", t.lookupList(), t.lookupGive())
}

func (t *tool) lookupList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list CONVERSATION", Short: "Say how the codes of a conversation stand; the codes themselves are kept nowhere", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			all, err := c.Lookups(ctx, args[0])
			if err != nil {
				return noConversation(args[0], err)
			}
			slices.SortFunc(all, func(a, b api.LookupCode) int { return b.Given.Compare(a.Given) })
			return t.print(all, func(w io.Writer) { writeLookups(w, all) })
		}),
	})
}

func writeLookups(w io.Writer, all []api.LookupCode) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nobody got a lookup code for this conversation")
		return
	}
	rows := [][]string{{"GIVEN", "BY", "STATE", "UNTIL", "ENDED BY"}}
	for _, l := range all {
		by := l.By
		if by == "" {
			by = "kiosk"
		}
		rows = append(rows, []string{short(l.Given), by, l.State, short(l.Until), dash(l.EndedBy)})
	}
	table(w, rows...)
}

func (t *tool) lookupGive() *cobra.Command {
	var how string
	c := t.withJSON(&cobra.Command{
		Use: "give CONVERSATION", Short: "Give a new code in place of the old ones; it is printed once", Args: cobra.ExactArgs(1),
		Long: `Give somebody who reported at the kiosk a new lookup code: theirs was lost, or others have seen it. The old
ones end at once. --reason says how you know that it is the reporter: at the counter, or by the number
they left. The code is printed once and kept nowhere.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			g, err := c.GiveLookup(ctx, args[0], how)
			return t.handed(g, g.Lookup, noConversation(args[0], err), "given; for the reporter alone:")
		}),
	})
	c.Flags().StringVar(&how, "reason", "", "how you know that it is the reporter; it is kept with the record")
	_ = c.MarkFlagRequired("reason")
	return c
}

func noConversation(id string, err error) error {
	return sought(err, "conversation", id, "netpatrol waits and netpatrol why CODE show the ids")
}
