package cmd

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) receivedCommand() *cobra.Command {
	return group("received", "Clue packages that other units handed over to us", t.receivedList(), t.receivedShow(), t.receivedAnswer())
}

func (t *tool) receivedList() *cobra.Command {
	var state string
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List packages, oldest first", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: state}, c.ReceivedPackages)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeReceived(w, all) })
		}),
	})
	c.Flags().StringVar(&state, "state", api.Any, "received, accepted, duplicate, not-ours, result or withdrawn; every state if left out")
	return c
}

func writeReceived(w io.Writer, all []api.Received) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nothing was handed over to us")
		return
	}
	rows := [][]string{{"ID", "CODE", "STATE", "FROM", "REVISION", "CAME"}}
	for _, r := range all {
		rows = append(rows, []string{r.ID, r.Code, r.State, oneLine(r.From, 40), strconv.Itoa(r.Revision), short(r.Created)})
	}
	table(w, rows...)
}

func (t *tool) receivedShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show what a package tells, and what was answered", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.ReceivedPackage(ctx, args[0])
			if err != nil {
				return noReceived(args[0], err)
			}
			return t.print(r, func(w io.Writer) { writePackage(w, r) })
		}),
	})
}

func writePackage(w io.Writer, r api.Received) {
	fields(w, "id", r.ID, "version", strconv.FormatUint(r.Version, 10), "code", r.Code, "state", r.State, "from", printable(r.From), "revision", strconv.Itoa(r.Revision), "emergency", yes(r.Emergency), "came", moment(r.Created))
	for _, l := range r.Lines {
		fields(w, printable(l.Kind), printable(l.Value)+" "+printable(l.Role))
	}
	for _, n := range r.Notes {
		what := "corrected"
		if n.Withdrawn {
			what = "withdrawn"
		}
		fields(w, what, moment(n.At)+" "+oneLine(n.Text, 200))
	}
	for _, a := range r.Answers {
		fields(w, "answered", moment(a.At)+" "+a.As+" by "+a.By+" "+oneLine(a.Number+" "+a.Note, 200))
	}
}

func (t *tool) receivedAnswer() *cobra.Command {
	var seen uint64
	var number, note string
	c := t.withJSON(&cobra.Command{
		Use: "answer ID accepted|duplicate|not-ours|result", Short: "Answer a package, as it stood at the version you read", Args: cobra.ExactArgs(2),
		Long: `Answer a package that another unit handed over to us. Its system reads the answer at its next look. A
result needs --note; after accepted or duplicate only results follow.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.AnswerPackage(ctx, args[0], seen, args[1], number, note)
			return t.settled(r, noReceived(args[0], err), "answered")
		}),
	})
	c.Flags().Uint64Var(&seen, "seen", 0, "the version you read, as show prints it")
	c.Flags().StringVar(&number, "number", "", "under which we keep it")
	c.Flags().StringVar(&note, "note", "", "what is to be said; of a result, what came of it")
	_ = c.MarkFlagRequired("seen")
	return c
}

func noReceived(id string, err error) error {
	return sought(err, "package", id, "netpatrol handoff received list shows the ids")
}
