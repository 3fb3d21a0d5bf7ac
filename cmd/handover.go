package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) handOverCommand() *cobra.Command {
	return group("handover", "Hand-over sheets: what is open, signed by who leaves and who comes",
		t.handOverOpen(), t.handOverList(), t.handOverShow(), t.handOverDraw(), t.handOverSign(), t.handOverRemark())
}

func (t *tool) handOverOpen() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "open", Short: "List what is open now, the most pressing first: what a sheet would hold", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			p, err := c.OpenItems(ctx)
			if err != nil {
				return err
			}
			return t.print(p.Records, func(w io.Writer) { writeOpen(w, p.Records) })
		}),
	})
}

func writeOpen(w io.Writer, all []api.OpenItem) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nothing is open")
		return
	}
	rows := [][]string{{"DUE", "WHAT", "CODE", "ACCOUNT", "IN HAND", "RECORD"}}
	for _, i := range all {
		rows = append(rows, []string{short(i.Due), i.What, dash(i.Code), dash(i.Account), dash(i.Who), i.On.String()})
	}
	table(w, rows...)
}

func (t *tool) handOverList() *cobra.Command {
	var state string
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List hand-over sheets, oldest first", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: state}, c.HandOvers)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeHandOvers(w, all) })
		}),
	})
	c.Flags().StringVar(&state, "state", api.Any, "drawn, left, taken or replaced; every state if left out")
	return c
}

func writeHandOvers(w io.Writer, all []api.HandOver) {
	if len(all) == 0 {
		fmt.Fprintln(w, "no hand-over sheets")
		return
	}
	rows := [][]string{{"ID", "STATE", "FROM", "TO", "DRAWN", "OPEN"}}
	for _, h := range all {
		rows = append(rows, []string{h.ID, h.State, h.From, h.To, short(h.Created), fmt.Sprint(len(h.Open) + h.More)})
	}
	table(w, rows...)
}

func (t *tool) handOverShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show one sheet", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			h, err := c.HandOver(ctx, args[0])
			if err != nil {
				return noHandOver(args[0], err)
			}
			return t.print(h, func(w io.Writer) { writeHandOver(w, h) })
		}),
	})
}

func writeHandOver(w io.Writer, h api.HandOver) {
	fields(w, "sheet", h.ID, "version", fmt.Sprint(h.Version), "state", h.State, "drawn by", cmp.Or(h.By, "the rota, at the end of a shift"), "drawn", moment(h.Created))
	fields(w, "leaves", strings.TrimSpace(h.From+" "+signed(moment(h.LeftAt))), "comes", strings.TrimSpace(h.To+" "+signed(moment(h.TakenAt))))
	writeOpen(w, h.Open)
	if h.More > 0 {
		fmt.Fprintf(w, "and %d more\n", h.More)
	}
	if h.Notes != "" {
		quoted(w, h.Notes)
	}
	for _, r := range h.Remarks {
		fields(w, r.By+", "+short(r.At), oneLine(r.Text, 200))
	}
}

func signed(at string) string {
	if at == "" {
		return "(not signed)"
	}
	return "signed " + at
}

func (t *tool) handOverDraw() *cobra.Command {
	var from, notes string
	c := t.withJSON(&cobra.Command{
		Use: "draw TO", Short: "Draw a sheet up: what is open now, for you and the officer who comes", Args: cobra.ExactArgs(1),
		Long: `Draw a sheet up. It freezes what is open now. Who leaves signs it, then who comes; when that has
not happened within half an hour, the supervisor is rung. A sheet of the same officer that is not signed
by both is replaced.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.DrawHandOver(ctx, from, args[0], notes)
			return t.decided(r, err)
		}),
	})
	c.Flags().StringVar(&from, "from", "", "officer who leaves (default: you)")
	c.Flags().StringVar(&notes, "notes", "", "what is to be said besides; no names or numbers of citizens")
	return c
}

func (t *tool) handOverSign() *cobra.Command {
	var seen uint64
	c := t.withJSON(&cobra.Command{
		Use: "sign ID", Short: "Sign exactly the sheet that is shown", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			version, err := t.readSheet(ctx, c, args[0], seen)
			if err != nil {
				return err
			}
			r, err := c.SignHandOver(ctx, args[0], version)
			return t.settled(r, noHandOver(args[0], err), "signed")
		}),
	})
	c.Flags().Uint64Var(&seen, "seen", 0, "the version you have seen")
	return c
}

// readSheet shows a sheet and asks, unless the officer says which version they have seen.
func (t *tool) readSheet(ctx context.Context, c *api.Client, id string, seen uint64) (uint64, error) {
	if seen > 0 {
		return seen, nil
	}
	h, err := c.HandOver(ctx, id)
	if err != nil {
		return 0, noHandOver(id, err)
	}
	writeHandOver(t.err, h)
	return t.seen(h.Version, "sign exactly this?", "nothing was signed")
}

// seen asks about what was just shown, and returns its version when the officer says yes.
func (t *tool) seen(version uint64, question, otherwise string) (uint64, error) {
	sure, err := t.sure(question)
	if err != nil {
		return 0, err
	}
	if !sure {
		return 0, mend(errors.New(otherwise), "answer yes, or pass --seen %d", version)
	}
	return version, nil
}

func (t *tool) handOverRemark() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "remark ID TEXT", Short: "Add a remark to a sheet, as one of its two officers", Args: cobra.ExactArgs(2),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.RemarkHandOver(ctx, args[0], args[1])
			return t.settled(r, noHandOver(args[0], err), "noted")
		}),
	})
}

func noHandOver(id string, err error) error {
	return sought(err, "hand-over sheet", id, "netpatrol duty handover list shows the ids")
}
