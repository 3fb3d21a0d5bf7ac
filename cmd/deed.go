package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

// deed is a command that decides one thing about one record.
type deed struct {
	use, short string
	done       string                           // what is said when it is decided
	lost       func(id string, err error) error // what is said when there is no such record
}

const keptReason = "why; it is kept with the record"

func (t *tool) deed(d deed, do func(c *api.Client, ctx context.Context, id string) (bots.Result, error)) *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: d.use, Short: d.short, Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := do(c, ctx, args[0])
			return t.settled(r, d.lost(args[0], err), d.done)
		}),
	})
}

// deedWhy is a deed with a reason.
func (t *tool) deedWhy(d deed, help string, do func(c *api.Client, ctx context.Context, id, why string) (bots.Result, error)) *cobra.Command {
	var why string
	c := t.deed(d, func(c *api.Client, ctx context.Context, id string) (bots.Result, error) { return do(c, ctx, id, why) })
	c.Flags().StringVar(&why, "reason", "", help)
	return c
}
