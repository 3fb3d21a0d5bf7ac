package cmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) haltCommand() *cobra.Command {
	var everything bool
	var reason string
	c := t.withJSON(&cobra.Command{
		Use: "halt", Short: "Stop sends: public and unsolicited ones, or everything", Args: cobra.NoArgs,
		Long: `Stop what is public or nobody asked for: bulletins, warnings, answers in public. With
--everything, private answers stop too; emergency cards still leave. What is stopped waits in plain sight until "netpatrol resume".`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			if everything {
				r, err := c.Halt(ctx, "everything", reason)
				return t.settled(r, err, "all sends but emergency cards are stopped; netpatrol resume lets them go on")
			}
			r, err := c.Halt(ctx, "unsolicited", reason)
			return t.settled(r, err, "bulletins, warnings and public answers are stopped; netpatrol resume lets them go on")
		}),
	})
	c.Flags().BoolVar(&everything, "everything", false, "stop answers too")
	c.Flags().StringVar(&reason, "reason", "", "why; officers see it")
	_ = c.MarkFlagRequired("reason")
	c.AddCommand(t.haltStatus())
	return c
}

func (t *tool) haltStatus() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "status", Short: "Say whether sends are stopped", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			h, err := c.Halted(ctx)
			if err != nil {
				return err
			}
			return t.print(h, func(w io.Writer) {
				level := string(h.Level)
				if level == "" {
					level = "nothing"
				}
				fields(w, "stopped", level, "by", h.By, "since", moment(h.At), "reason", h.Reason)
			})
		}),
	})
}

func (t *tool) resumeCommand() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "resume", Short: "Let sends go on", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			r, err := c.Resume(ctx)
			return t.settled(r, err, "sends go on")
		}),
	})
}
