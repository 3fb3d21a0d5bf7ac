package cmd

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func (t *tool) waitsCommand() *cobra.Command {
	var figures bool
	c := t.withJSON(&cobra.Command{
		Use: "waits", Short: "Who waits for a person's answer, and how the promise was kept day by day", Args: cobra.NoArgs,
		Long: `List who has written and waits for an officer, the oldest first. Automatic answers do not count;
an officer's answer or logged call does. With --days the figures of each day: how many were answered,
what half and nine tenths of them did not wait longer than, and how many waited longer than was promised.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			if figures {
				w, err := c.WaitFigures(ctx)
				if err != nil {
					return err
				}
				return t.print(w.Days, func(out io.Writer) { writeDays(out, w.Days) })
			}
			all, err := pages(ctx, api.Paging{}, c.Waits)
			if err != nil {
				return err
			}
			return t.print(all, func(out io.Writer) { writeWaits(out, all) })
		}),
	})
	c.Flags().BoolVar(&figures, "days", false, "the figures of each day")
	return c
}

func writeWaits(w io.Writer, all []api.Wait) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nobody waits for an answer")
		return
	}
	rows := [][]string{{"SINCE", "UNTIL", "ACCOUNT", "RUNG", "SEEN BY", "CONVERSATION"}}
	for _, x := range all {
		rows = append(rows, []string{short(x.Since), short(x.Deadline), x.Account, fmt.Sprint(x.Alarms), dash(x.Seen), x.Conversation})
	}
	table(w, rows...)
}

func writeDays(w io.Writer, days []view.WaitDay) {
	if len(days) == 0 {
		fmt.Fprintln(w, "nobody has waited yet")
		return
	}
	rows := [][]string{{"DAY", "ANSWERED", "HALF WITHIN", "90% WITHIN", "MISSED"}}
	for _, d := range days {
		rows = append(rows, []string{d.Day, fmt.Sprint(d.Answered), d.P50.Round(time.Second).String(), d.P90.Round(time.Second).String(), fmt.Sprint(d.Missed)})
	}
	table(w, rows...)
}
