package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) eraseCommand() *cobra.Command {
	var reason string
	var confirm bool
	c := t.withJSON(&cobra.Command{
		Use: "erase CONVERSATION", Short: "Erase what is kept of a person: two officers decide it", Args: cobra.ExactArgs(1),
		Long: `Erase what is kept of a person. Without a flag it only shows what would go. One officer asks
with --reason, a second one confirms with --confirm; then the key is destroyed under which
the reports, messages, evidence, drafts and sends of the conversation are sealed. That cannot
be undone, except from a backup of the key file. A case that is kept with a reason must be let
go first. Codes and the audit stay, and stay valid: they name nobody.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			switch {
			case confirm:
				r, err := c.Erase(ctx, args[0])
				return t.settled(r, err, "erased: the key is destroyed")
			case reason != "":
				r, err := c.AskErase(ctx, args[0], reason)
				return t.settled(r, err, "asked for; a second officer confirms with --confirm")
			}
			h, err := c.Holdings(ctx, args[0])
			if err != nil {
				return sought(err, "conversation", args[0], "it stands with the report: netpatrol why CODE")
			}
			return t.print(h, func(w io.Writer) { writeHoldings(w, h) })
		}),
	})
	c.Flags().StringVar(&reason, "reason", "", "why: ask for it, as the first of two officers")
	c.Flags().BoolVar(&confirm, "confirm", false, "confirm what another officer asked for")
	c.MarkFlagsMutuallyExclusive("reason", "confirm")
	return c
}

func writeHoldings(w io.Writer, h api.Holdings) {
	for _, r := range h.Records {
		fmt.Fprintf(w, "%d\t%s\n", r.N, r.Kind)
	}
	if len(h.Records) == 0 {
		fmt.Fprintln(w, "nothing is kept")
	}
	fields(w, "kept because", h.Kept, "asked for by", h.ForgetBy, "reason", printable(h.ForgetWhy))
}
