package cmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

func (t *tool) handoffUnits() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "units", Short: "List the units to which a clue can be handed over", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			p, err := c.HandoffUnits(ctx)
			if err != nil {
				return err
			}
			return t.print(p.Records, func(w io.Writer) {
				if len(p.Records) == 0 {
					fmt.Fprintln(w, "there is nobody to hand over to: configure units and the way to them")
					return
				}
				rows := [][]string{{"ID", "WAY", "NAME"}}
				for _, u := range p.Records {
					rows = append(rows, []string{u.ID, u.Way, printable(u.Name)})
				}
				table(w, rows...)
			})
		}),
	})
}

func (t *tool) handoffPrepare() *cobra.Command {
	var h api.Handing
	c := t.withJSON(&cobra.Command{
		Use: "prepare report/ID|clue/ID", Short: "Prepare a package about a report or a clue; nothing leaves before it is approved", Args: cobra.ExactArgs(1),
		Long: `Prepare a package for another unit. It holds the numbers, links and names that were found. Of a
report, --words puts in what the person wrote, with numbers masked, and --identity who they are: a
second officer must then approve it. "handoff show" shows the package, "handoff approve" lets it leave.`,
		Example: "  netpatrol handoff prepare report/01JF8Z2Q4M --unit meilan --words",
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			var r bots.Result
			var err error
			switch kind, id, _ := strings.Cut(args[0], "/"); kind {
			case "report":
				r, err = c.HandReport(ctx, id, h)
				err = sought(err, "report", id, "netpatrol duty handover open names reports that are open")
			case "clue":
				r, err = c.HandClue(ctx, id, h)
				err = sought(err, "clue", id, "netpatrol clusters list and show name the clues")
			default:
				return usagef("%q is no report or clue: write report/ID or clue/ID", args[0])
			}
			return t.prepared(r, err)
		}),
	})
	c.Flags().StringVar(&h.Unit, "unit", "", "that gets the package: netpatrol handoff units lists them")
	c.Flags().BoolVar(&h.Words, "words", false, "what the person wrote goes along")
	c.Flags().BoolVar(&h.Identity, "identity", false, "who the person is goes along")
	_ = c.MarkFlagRequired("unit")
	return c
}

// kindHandoff is the kind of what a preparation makes.
const kindHandoff bots.RecordKind = "handoff"

func (t *tool) prepared(r bots.Result, err error) error {
	words := ""
	for _, m := range r.Made {
		if m.Kind == kindHandoff {
			words = "prepared " + m.ID + "; nothing has left: netpatrol handoff approve " + m.ID
		}
	}
	return t.settled(r, err, words)
}

func (t *tool) handoffApprove() *cobra.Command {
	var seen uint64
	c := t.withJSON(&cobra.Command{
		Use: "approve ID", Short: "Approve exactly the package that is shown, and let it leave", Args: cobra.ExactArgs(1),
		Long: `Approve a package. What is approved is the version seen: either --seen with the version that
"handoff show" printed, or the package is shown now and you are asked. A package that tells who reported,
or in what words, needs a second officer.`,
		Example: "  netpatrol handoff show 01JF8Z2Q4M\n  netpatrol handoff approve 01JF8Z2Q4M --seen 1",
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			version, err := t.readPackage(ctx, c, args[0], seen)
			if err != nil {
				return err
			}
			r, err := c.ApproveHandoff(ctx, args[0], version)
			return t.settled(r, noHandoff(args[0], err), "approved: it is sent")
		}),
	})
	c.Flags().Uint64Var(&seen, "seen", 0, "the version you have seen")
	return c
}

// readPackage shows a package and asks, unless the officer says which version they have seen.
func (t *tool) readPackage(ctx context.Context, c *api.Client, id string, seen uint64) (uint64, error) {
	if seen > 0 {
		return seen, nil
	}
	h, err := c.Handoff(ctx, id)
	if err != nil {
		return 0, noHandoff(id, err)
	}
	writeHandoff(t.err, h)
	return t.seen(h.Version, "approve exactly this, for "+printable(h.Package.ToUnit)+"?", "nothing was approved")
}

// writeContents shows everything that the other unit is told.
func writeContents(w io.Writer, h api.Handoff) {
	p := h.Package
	fields(w, "reference", p.Reference, "platform", p.Platform, "category", p.Category, "grade", p.Grade, "emergency", yes(p.Emergency),
		"heard", moment(p.Heard), "post", printable(p.Post), "author", printable(p.Author), "places", strings.Join(p.Places, ", "), "who reported", printable(p.Reporter))
	for _, i := range p.Indicators {
		fields(w, i.Kind, strings.TrimSpace(printable(i.Value)+" "+i.Role))
	}
	for _, e := range p.Evidence {
		fields(w, "evidence", e)
	}
	for _, text := range p.Words {
		quoted(w, text)
	}
}

func (t *tool) handoffResend() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "resend ID", Short: "Send a package again at once, with a new link in place of the old one", Args: cobra.ExactArgs(1),
		Example: "  netpatrol handoff resend 01JF8Z2Q4M",
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.ResendHandoff(ctx, args[0])
			return t.settled(r, noHandoff(args[0], err), "it is sent again; an older link opens no more")
		}),
	})
}

func (t *tool) handoffCorrect() *cobra.Command {
	return t.amend("correct", "Tell every unit that got a package what was wrong in it; it is answered again",
		`  netpatrol handoff correct 01JF8Z2Q4M --reason "the last digit of the account is 7"`, "what was wrong, and what is right", "corrected: every unit that got it is told",
		func(ctx context.Context, c *api.Client, id, why string) (bots.Result, error) {
			return c.CorrectHandoff(ctx, id, why)
		})
}

func (t *tool) handoffWithdraw() *cobra.Command {
	return t.amend("withdraw", "Take a package back, from every unit that got it",
		`  netpatrol handoff withdraw 01JF8Z2Q4M --reason "it was a false alarm"`, "why; every unit that got it is told", "withdrawn: every unit that got it is told",
		func(ctx context.Context, c *api.Client, id, why string) (bots.Result, error) {
			return c.WithdrawHandoff(ctx, id, why)
		})
}

// amend is a command that tells every receiver something about a package.
func (t *tool) amend(verb, short, example, says, words string, do func(context.Context, *api.Client, string, string) (bots.Result, error)) *cobra.Command {
	var reason string
	c := t.withJSON(&cobra.Command{
		Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1), Example: example,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := do(ctx, c, args[0], reason)
			return t.settled(r, noHandoff(args[0], err), words)
		}),
	})
	c.Flags().StringVar(&reason, "reason", "", says)
	_ = c.MarkFlagRequired("reason")
	return c
}
