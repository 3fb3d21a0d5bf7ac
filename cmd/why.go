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

func (t *tool) whyCommand() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "why CODE", Short: "Tell the whole story of a message by the code printed in it", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			s, err := c.Why(ctx, args[0])
			if err != nil {
				return sought(err, "message or report with the code", args[0], "a code stands at the end of a message, a report's reference in its receipt; netpatrol queue show ID tells a draft's code")
			}
			return t.print(s, func(w io.Writer) { writeStory(w, s) })
		}),
	})
}

// writeStory tells it in the order it happened.
func writeStory(w io.Writer, s api.Story) {
	fields(w, "code", s.Code, "leads to", s.On.String())
	if e := s.Event; e != nil {
		fmt.Fprintf(w, "\nheard %s as %s, event %s\n", moment(e.Accepted), e.Kind, e.ID)
	}
	writeSubject(w, s)
	if s.Tape != nil {
		fmt.Fprintf(w, "\nthe bots read %d facts and proposed\n", len(s.Tape.Reads))
		for _, effect := range s.Tape.Effects {
			fmt.Fprintf(w, "  %s\n", oneLine(effect, 160))
		}
	}
	for _, m := range s.Messages {
		writeMessage(w, m)
	}
	fmt.Fprintln(w, "\naudit")
	rows := [][]string{}
	for _, a := range s.Audit {
		rows = append(rows, []string{fmt.Sprintf("  %d", a.Seq), moment(a.At), a.Who, a.Did, a.On.String(), a.Detail})
	}
	table(w, rows...)
}

func writeSubject(w io.Writer, s api.Story) {
	if r := s.Report; r != nil {
		state := r.State
		if r.Emergency {
			state += ", an emergency"
		}
		fmt.Fprintf(w, "\nreport %s, %s\n", r.Reference, state)
		for _, l := range r.Lines {
			quoted(w, l.Text)
		}
	}
	if c := s.Clue; c != nil {
		fmt.Fprintf(w, "\nclue %s, %s, stance %s, by %s\n", c.Category, c.State, c.Stance, printable(c.Author.Handle))
		quoted(w, c.Text)
	}
	if v := s.Warning; v != nil {
		fmt.Fprintf(w, "\nwarning %s: %s (rule %s, version %d)\n", v.State, v.Why, v.Rule, v.Rev)
	}
	if b := s.Bulletin; b != nil {
		fmt.Fprintf(w, "\nbulletin %q, %s, by %s\n", b.Title, b.State, b.Author)
		if r := b.Refutes; r != nil {
			fields(w, "  verified by", printable(r.Basis))
			quoted(w, strings.Join(r.Claims, "\n"))
		}
		for _, s := range b.Signs {
			fields(w, "  approved", moment(s.At)+" by "+s.Officer+" on "+s.Account, "  seal", shortSeal(s.Seal))
		}
		for _, g := range b.Gone {
			fields(w, "  withdrawn", moment(g.At)+" from "+g.Account+", asked for by "+g.By, "  because", g.Why, "  by", g.Code)
		}
	}
}

func writeMessage(w io.Writer, m api.Matter) {
	d := m.Draft
	fmt.Fprintf(w, "\nmessage %s, %s, by %s to %s on %s (%s)\n", d.Code, d.State, d.Author, to(d.To.Handle, d.Channel), d.Account, d.Channel)
	quoted(w, d.Text)
	fields(w, "  corrects", d.Corrects, "  drafted", moment(d.Created), "  decided by", d.DecidedBy, "  reason", d.Reason)
	if a := m.Approval; a != nil {
		by := "officer " + a.Officer
		if a.Officer == "" {
			by = "standing approval " + a.Standing
		}
		if a.OneOfficer {
			by += " (one-officer station)"
		}
		fields(w, "  approved", moment(a.At)+" by "+by, "  seal", shortSeal(a.Seal))
	}
	if m.Item == nil {
		return
	}
	writeAttempts(w, m.Item)
	fields(w, "  corrected by", strings.Join(m.Item.Corrected, ", "))
	fields(w, "  send", m.Item.State, "  because", m.Item.Why, "  platform id", string(m.Item.Receipt.Ref), "  link", m.Item.Receipt.URL, "  altered", m.Item.Altered)
	for _, o := range m.Outcomes {
		if o.Kind == bots.SendEnded {
			fmt.Fprintf(w, "  told the bots: %s\n", moment(o.Accepted))
		}
	}
}
