package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"netpatrol/internal/app"
	"netpatrol/internal/config"
)

func (t *tool) storeCommand() *cobra.Command {
	return group("store", "The records on disk", t.withJSON(&cobra.Command{
		Use: "check", Short: "Read every record, compare the indexes and recompute the audit chain; the daemon must not be running", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := t.load()
			if err != nil {
				return err
			}
			return t.storeCheck(c.Context(), cfg)
		},
	}))
}

func (t *tool) storeCheck(ctx context.Context, cfg *config.Config) error {
	r, err := app.CheckStore(ctx, cfg.State)
	if err != nil {
		return mend(err, "%s", storeMend(err))
	}
	err = t.print(r, func(w io.Writer) {
		fields(w, "records", fmt.Sprint(r.Records), "audit entries", fmt.Sprint(r.Entries))
		for _, f := range r.Faults {
			fmt.Fprintf(w, "fault: %s\n", printable(f))
		}
	})
	if err == nil && len(r.Faults) > 0 {
		err = mend(errors.New("the store is damaged"), bringBack)
	}
	return err
}

const bringBack = "keep a copy of the state directory untouched, and bring back the last backup"

// storeMend says what to do about a store that does not open.
func storeMend(err error) string {
	if app.StoreDamaged(err) {
		return bringBack
	}
	return "stop the daemon first: one process at a time may open the store"
}
