package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) auditCommand() *cobra.Command {
	return group("audit", "The chain of deeds", t.withJSON(&cobra.Command{
		Use: "verify", Short: "Recompute the audit chain; exit 1 when it does not hold", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			r, err := c.VerifyAudit(ctx)
			if err != nil {
				return err
			}
			err = t.print(r, func(w io.Writer) {
				fields(w, "entries", fmt.Sprint(r.Entries), "sealed up to", fmt.Sprint(r.Sealed), "not sealed yet", fmt.Sprint(r.Unsealed),
					"head", r.Head, "anchor", r.Anchor)
				for _, f := range r.Faults {
					fmt.Fprintf(w, "fault: %s\n", f)
				}
			})
			if err == nil && !r.OK {
				err = mend(errors.New("the audit chain does not hold"), "keep a copy of the state directory untouched, and compare with the last anchor and backup")
			}
			return err
		}),
	}))
}
