package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/internal/web/api"
)

func (t *tool) queueFlag() *cobra.Command {
	var as, note string
	c := t.withJSON(&cobra.Command{
		Use: "flag CLUE", Short: "Draft a report of a clue's post to its platform's own moderators",
		Long: "Draft a report of a clue's post to its platform's own moderators, where the platform takes such reports.\n" +
			"It is approved like a warning: in the words of the template one officer's approval is enough, with a --note a second one approves.",
		Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.FlagPost(ctx, args[0], adapters.FlagKind(as), note)
			return t.decided(r, err)
		}),
	})
	c.Flags().StringVar(&as, "as", "", "illegal, spam, inappropriate or other, as far as the platform knows it")
	c.Flags().StringVar(&note, "note", "", "your own words to the moderators (default: none)")
	_ = c.MarkFlagRequired("as")
	return c
}
