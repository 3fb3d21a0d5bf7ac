package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) handoffCommand() *cobra.Command {
	return group("handoff", "Clue packages for other units", t.handoffList(), t.handoffShow(), t.handoffUnits(), t.handoffPrepare(), t.handoffApprove(),
		t.handoffResend(), t.handoffCorrect(), t.handoffWithdraw(), t.handoffExport(), t.handoffSlip(), t.receivedCommand())
}

func (t *tool) handoffList() *cobra.Command {
	var state string
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List hand-offs, oldest first: to whom, how each stands, until when it is due", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: state}, c.Handoffs)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeHandoffs(w, all) })
		}),
	})
	c.Flags().StringVar(&state, "state", api.Any, "prepared, approved, sent, accepted, duplicate, not-ours, result, corrected or withdrawn; every state if left out")
	return c
}

func writeHandoffs(w io.Writer, all []api.Handoff) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nothing was handed over")
		return
	}
	rows := [][]string{{"ID", "CODE", "STATE", "TO", "WAY", "ABOUT", "DUE", "PROBLEM"}}
	for _, h := range all {
		rows = append(rows, []string{h.ID, h.Code, h.State, h.Package.ToUnit, h.Way, h.About.String(), short(h.Due), dash(oneLine(h.Problem, 40))})
	}
	table(w, rows...)
}

func (t *tool) handoffShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show one hand-off: what was sent, and what the other unit answered", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			h, err := c.Handoff(ctx, args[0])
			if err != nil {
				return noHandoff(args[0], err)
			}
			return t.print(h, func(w io.Writer) { writeHandoff(w, h) })
		}),
	})
}

func writeHandoff(w io.Writer, h api.Handoff) {
	fields(w, "id", h.ID, "version", fmt.Sprint(h.Version), "code", h.Code, "state", h.State, "to", h.Package.ToUnit, "way", h.Way, "about", h.About.String(), "prepared by", h.By,
		"approved by", h.Approver, "sent", moment(h.Sent), "due", moment(h.Due), "problem", h.Problem, "link", h.Link, "digest", h.Digest)
	writeContents(w, h)
	for _, n := range h.Notes {
		fields(w, "note", moment(n.At)+" "+oneLine(n.Text, 200))
	}
	for _, a := range h.Answers {
		fields(w, "answer", moment(a.At)+" "+a.As+" "+oneLine(a.Number+" "+a.Note, 200))
	}
}

func (t *tool) handoffExport() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "export ID", Short: "Write the signed files of a package into a directory, for a carrier or to print", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			p, err := c.HandoffFiles(ctx, args[0])
			if err != nil {
				return noHandoff(args[0], err)
			}
			to := filepath.Join(dir, p.Code)
			if err := os.Mkdir(to, 0o700); err != nil {
				return mend(fmt.Errorf("write the package: %w", pathless(err)), "remove %s, or name another directory with --to", to)
			}
			for _, f := range p.Files {
				if err := os.WriteFile(filepath.Join(to, filepath.Base(f.Name)), f.Data, 0o600); err != nil {
					return fmt.Errorf("write the package: %w", err)
				}
			}
			_, err = fmt.Fprintf(t.out, "%d files in %s\n", len(p.Files), to)
			return err
		}),
	}
	c.Flags().StringVar(&dir, "to", ".", "directory in which a directory named by the code is made")
	return c
}

func (t *tool) handoffSlip() *cobra.Command {
	var h api.Handing
	c := t.withJSON(&cobra.Command{
		Use: "import-slip CODE", Short: "Take in a return slip: the code that the other unit ticked", Args: cobra.ExactArgs(1),
		Long: `Take in a return slip by the code beside the answer that the other unit ticked. The code holds the
answer and characters that only this station can make: one that was mistyped is refused. A slip with
a result needs --note.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			h.Slip = args[0]
			r, err := c.ImportSlip(ctx, h)
			return t.settled(r, err, "taken in")
		}),
	})
	c.Flags().StringVar(&h.Note, "note", "", "what the slip says besides")
	c.Flags().StringVar(&h.Number, "number", "", "under which the other unit keeps it")
	return c
}

func noHandoff(id string, err error) error {
	return sought(err, "hand-off", id, "netpatrol handoff list shows the ids")
}
