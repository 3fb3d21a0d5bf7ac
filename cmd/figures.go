package cmd

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func (t *tool) figuresCommand() *cobra.Command {
	var from, to string
	var before, asCSV bool
	c := t.withJSON(&cobra.Command{
		Use: "figures", Short: "Count a period: bulletins, reports, answers, clues, warnings, by unit and account", Args: cobra.NoArgs,
		Long: `Count what is on record of some days in China, the month so far if none are given: bulletins, reports,
answers, clues, warnings, hand-offs, and how long people waited for a person. With --before as long a
time just before is counted, too: what a campaign changed. Warnings count on the day they were proposed,
with what has become of them by now. The figures name units and accounts, and nobody.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			f, err := c.Figures(ctx, from, to, before)
			switch {
			case err != nil:
				return err
			case asCSV:
				return csv.NewWriter(t.out).WriteAll(f.Table([5]string{"unit", "account", "figure", "now", "before"}, func(m view.Counted) string { return string(m) }))
			}
			return t.print(f, func(w io.Writer) { writeFigures(w, f) })
		}),
	})
	c.Flags().StringVar(&from, "from", "", "the first day, such as 2026-11-01")
	c.Flags().StringVar(&to, "to", "", "the last day, such as 2026-11-30")
	c.Flags().BoolVar(&before, "before", false, "compare with as long a time just before")
	c.Flags().BoolVar(&asCSV, "csv", false, "print a table for a spreadsheet: everything, each unit, each account")
	return c
}

func writeFigures(w io.Writer, f *view.Figures) {
	fmt.Fprintf(w, "%s to %s", f.From.In(china).Format(time.DateOnly), f.Last().Format(time.DateOnly))
	header := []string{"", "NOW"}
	if f.Compared {
		fmt.Fprintf(w, ", before: from %s", f.Before().In(china).Format(time.DateOnly))
		header = []string{"", "NOW", "BEFORE", "CHANGE"}
	}
	fmt.Fprintln(w)
	rows := [][]string{header}
	for _, m := range view.Everything() {
		row := []string{string(m), fmt.Sprint(f.Whole.Now[m])}
		if f.Compared {
			row = append(row, fmt.Sprint(f.Whole.Before[m]), change(f.Whole, m))
		}
		rows = append(rows, row)
	}
	table(w, rows...)
	fmt.Fprintln(w)
	table(w, accountFigures(f)...)
}

func change(l view.FigureLine, m view.Counted) string {
	if percent, ok := l.Change(m); ok {
		return fmt.Sprintf("%+d%%", percent)
	}
	return "-"
}

// accountFigures is what people ask of each account first; --csv has all.
func accountFigures(f *view.Figures) [][]string {
	rows := [][]string{{"ACCOUNT", "BULLETINS", "REPORTS", "ANSWERS", "CLUES", "WARNINGS SENT", "POSTS REMOVED", "MISSED", "UNIT"}}
	for _, l := range f.Accounts {
		row := []string{dash(l.Account)}
		for _, m := range []view.Counted{view.Bulletins, view.Reports, view.AnswersSent, view.Clues, view.WarningsSent, view.PostsRemoved, view.MissedPromise} {
			row = append(row, fmt.Sprint(l.Now[m]))
		}
		rows = append(rows, append(row, dash(l.Unit)))
	}
	return rows
}
