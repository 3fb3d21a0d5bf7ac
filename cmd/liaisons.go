package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

func (t *tool) liaisonsCommand() *cobra.Command {
	return group("liaisons", "A site's own security officers, who sign in for that site alone", t.liaisonsList(), t.liaisonsInvite(), t.liaisonsEnd())
}

func (t *tool) liaisonsList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list SITE", Short: "List who signs in for a site, or was invited to", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			all, err := c.Liaisons(ctx, args[0])
			if err != nil {
				return noSite(args[0], err)
			}
			return t.print(all, func(w io.Writer) { writeLiaisons(w, all) })
		}),
	})
}

func writeLiaisons(w io.Writer, all []api.Liaison) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nobody signs in for this site")
		return
	}
	rows := [][]string{{"ID", "NAME", "STATE", "INVITED UNTIL"}}
	for _, l := range all {
		rows = append(rows, []string{l.ID, oneLine(l.Name, 40), l.State, short(l.Invited)})
	}
	table(w, rows...)
}

func (t *tool) liaisonsInvite() *cobra.Command {
	var i api.Invited
	c := t.withJSON(&cobra.Command{
		Use: "invite SITE NAME", Short: "Invite a site's security officer; the address is printed once", Args: cobra.ExactArgs(2),
		Long: `Invite a site's own security officer, or invite one again: an invitation that was made before, and the
old sign-in, end. NAME is what they sign in with, before the @: lower-case letters, digits, dots and
dashes. The address that is printed lets whoever opens it in: give it to that person alone.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			i.Name = args[1]
			g, err := c.InviteLiaison(ctx, args[0], i)
			return t.handed(g, g.Address, noSite(args[0], err), "invited; for this person alone, good for seven days:")
		}),
	})
	c.Flags().StringVar(&i.Called, "called", "", "how the person is called")
	_ = c.MarkFlagRequired("called")
	return c
}

// handed prints a secret that was made for somebody.
func (t *tool) handed(g api.Given, secret string, err error, words string) error {
	if err != nil || g.Status != bots.Applied {
		return t.decided(g.Result, err)
	}
	return t.print(g, func(w io.Writer) { fmt.Fprintln(w, words); fmt.Fprintln(w, secret) })
}

func (t *tool) liaisonsEnd() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "end ID", Short: "End somebody's sign-in at once, with every session", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.RevokeLiaison(ctx, args[0])
			return t.settled(r, sought(err, "site's security officer", args[0], "netpatrol sites liaisons list SITE shows the ids"), "ended")
		}),
	})
}
