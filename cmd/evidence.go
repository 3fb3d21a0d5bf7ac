package cmd

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) evidenceCommand() *cobra.Command {
	return group("evidence", "Pictures, voices and videos that people sent", t.evidenceList(), t.evidenceShow())
}

func (t *tool) evidenceList() *cobra.Command {
	var state string
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List evidence, oldest first: what was kept, is waited for, refused or lost, and why", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: state}, c.Evidence)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeEvidence(w, all) })
		}),
	})
	c.Flags().StringVar(&state, "state", api.Any, "waiting, kept, refused or lost; every state if left out")
	return c
}

func writeEvidence(w io.Writer, all []api.Evidence) {
	if len(all) == 0 {
		fmt.Fprintln(w, "no evidence")
		return
	}
	rows := [][]string{{"ID", "STATE", "ACCOUNT", "TYPE", "BYTES", "SENT", "SHA-256 OR REASON"}}
	for _, e := range all {
		why := e.Reason
		if e.SHA256 != "" {
			why = e.SHA256
		}
		rows = append(rows, []string{e.ID, e.State, dash(e.Account), dash(e.Type), sizeOf(e), short(e.Sent), dash(oneLine(why, 64))})
	}
	table(w, rows...)
}

func sizeOf(e api.Evidence) string {
	if e.Size == 0 {
		return "-"
	}
	return strconv.FormatInt(e.Size, 10)
}

// scanOf is what a scanner for malware said of what is kept.
func scanOf(e api.Evidence) string {
	switch s := e.Scan; {
	case s.Verdict != "":
		return strings.TrimSpace(s.Verdict + " " + s.Name + " by " + s.Engine)
	case s.Problem != "":
		return "not scanned: " + oneLine(s.Problem, 120)
	case e.SHA256 != "":
		return "not scanned"
	}
	return ""
}

func (t *tool) evidenceShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show one piece of evidence: where it came from, its digest, how it stands", Args: cobra.ExactArgs(1),
		Long: `Show what is known of one piece of evidence. The picture, voice or video itself is shown
and downloaded at the desk, where every look is written to the audit.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			e, err := c.EvidenceOf(ctx, args[0])
			if err != nil {
				return sought(err, "evidence", args[0], "netpatrol evidence list shows the ids")
			}
			return t.print(e, func(w io.Writer) {
				fields(w, "id", e.ID, "state", e.State, "reason", e.Reason, "account", e.Account, "from", printable(e.From.Handle), "report", e.Report,
					"event", e.Event, "sent", moment(e.Sent), "settled", moment(e.Settled), "type", e.Type, "bytes", sizeOf(e), "sha-256", e.SHA256, "scan", scanOf(e))
			})
		}),
	})
}
