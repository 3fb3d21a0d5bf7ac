package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func (t *tool) bulletinCommand() *cobra.Command {
	return group("bulletin", "Public notices: write, preview, approve", t.bulletinNew(), t.bulletinPreview(), t.bulletinApprove(), t.bulletinList(), t.bulletinDrafts(), t.bulletinPull(), t.bulletinWithdraw())
}

// bulletinFlags is a bulletin as it is given on the command line.
type bulletinFlags struct {
	view.BulletinText
	file, slot, cover string
	images            []string
}

// on adds the flags to a command that always writes.
func (f *bulletinFlags) on(c *cobra.Command) *cobra.Command {
	f.flags(c)
	_ = c.MarkFlagRequired("title")
	c.MarkFlagsOneRequired("text", "file")
	return c
}

func (f *bulletinFlags) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.Title, "title", "", "title")
	flags.StringVar(&f.Text, "text", "", "text")
	flags.StringVar(&f.file, "file", "", "file with the text; - is standard input")
	flags.StringVar(&f.Language, "language", "", "language tag (default: the station's)")
	flags.StringVar(&f.Schedule, "schedule", "", "schedule it goes out with (default: as soon as it is approved)")
	flags.StringVar(&f.slot, "slot", "", `moment of the schedule, such as "2026-12-01T09:00:00+08:00"`)
	flags.StringSliceVar(&f.Accounts, "account", nil, "account that publishes it; may be repeated (default: all of the schedule, or all that can)")
	flags.StringSliceVar(&f.images, "image", nil, "picture that the text shows as ![description](its file name); may be repeated")
	flags.StringVar(&f.cover, "cover", "", "picture above the article, where the platform has one")
	flags.BoolVar(&f.Extras.Quiet, "quiet", false, "publish without notifying followers, where the platform knows the difference")
	flags.StringArrayVar(&f.Refutes, "refutes", nil, "claim that it refutes, as it goes round; may be repeated, one wording each. Who sends us one is told that it is refuted")
	flags.StringVar(&f.Basis, "basis", "", "who verified that the claim is false, and by what; the approver sees it")
	flags.BoolVar(&f.Quotes, "quotes", false, "what reporters wrote, too, is nobody's own words, such as what a swindler sends around; the approver sees the places")
	c.MarkFlagsRequiredTogether("refutes", "basis")
	c.MarkFlagsMutuallyExclusive("text", "file")
	c.MarkFlagsRequiredTogether("schedule", "slot")
}

// maxBulletin bounds a text given as a file, in bytes; the daemon takes less.
const maxBulletin = 64 << 10

func (f *bulletinFlags) read(in io.Reader) (view.BulletinText, error) {
	var err error
	if f.Slot, err = slotFlag(f.slot); err != nil {
		return f.BulletinText, err
	}
	if f.file == "" {
		return f.BulletinText, nil
	}
	if f.file != "-" {
		opened, err := os.Open(f.file)
		if err != nil {
			return f.BulletinText, mend(err, "check --file")
		}
		defer opened.Close()
		in = opened
	}
	b, err := io.ReadAll(io.LimitReader(in, maxBulletin))
	f.Text = strings.TrimSpace(string(b))
	return f.BulletinText, err
}

func (t *tool) bulletinNew() *cobra.Command {
	f := new(bulletinFlags)
	return f.on(t.withJSON(&cobra.Command{
		Use: "new", Short: "Draft a bulletin; somebody else approves it", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			b, err := f.read(t.in)
			if err != nil {
				return err
			}
			if err := f.attach(ctx, c, &b); err != nil {
				return err
			}
			ahead, err := c.Quotas(ctx, b.Slot)
			if err != nil {
				return err
			}
			if err := t.decided(c.NewBulletin(ctx, b)); err != nil {
				return err
			}
			t.forecast(ahead, b)
			return nil
		}),
	}))
}

func (t *tool) bulletinPreview() *cobra.Command {
	f := new(bulletinFlags)
	to := ""
	cmd := t.withJSON(&cobra.Command{
		Use: "preview [ID]", Short: "Show a bulletin as each account would publish it, or send it to an officer on the platform", Args: cobra.MaximumNArgs(1),
		Long: "Without an ID, a bulletin that is not written yet is shown here as each account would publish it; give --title and --text or --file.\n\n" +
			"With an ID and --to OFFICER, the platform shows the bulletin to that officer's own account there, which the configuration names under\n" +
			"officers, previews. Nothing is published, and nothing counts against a publishing quota.",
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if len(args) == 1 {
				return t.previewTo(ctx, c, args[0], to, f.Accounts)
			}
			if to != "" {
				return usagef("--to needs the ID of a bulletin: netpatrol bulletin list shows them")
			}
			if f.Title == "" || f.Text == "" && f.file == "" {
				return usagef("give the ID of a bulletin and --to, or --title and --text (or --file) of one that is not written yet")
			}
			b, err := f.read(t.in)
			if err != nil {
				return err
			}
			if err := f.attach(ctx, c, &b); err != nil {
				return err
			}
			shown, err := c.PreviewBulletin(ctx, b)
			if err != nil {
				return err
			}
			return t.previewed(shown)
		}),
	})
	f.flags(cmd)
	cmd.Flags().StringVar(&to, "to", "", "officer who is shown the bulletin on the platform itself")
	return cmd
}

// previewed prints previews and fails when one of them could not be approved.
func (t *tool) previewed(shown []view.Preview) error {
	err := t.print(shown, func(w io.Writer) {
		for _, p := range shown {
			length := ""
			if p.Max > 0 {
				length = fmt.Sprintf("%d of %d %s", p.Length, p.Max, p.Unit)
			}
			fields(w, "account", p.Account, "posts", fmt.Sprint(len(p.Parts)), "length", length)
			for _, part := range p.Parts {
				quoted(w, part)
			}
			for _, lost := range p.Degraded {
				fmt.Fprintf(w, "cannot be shown: %s\n", lost)
			}
			for _, problem := range p.Problems {
				fmt.Fprintf(w, "problem: %s\n", problem)
			}
		}
	})
	for _, p := range shown {
		if err == nil && len(p.Problems) > 0 {
			err = mend(fmt.Errorf("the bulletin cannot leave by %s as it stands", p.Account), "change the text as the problems say")
		}
	}
	return err
}

func (t *tool) bulletinApprove() *cobra.Command {
	var except []string
	withdrawal := false
	c := t.withJSON(&cobra.Command{
		Use: "approve ID", Short: "Approve a bulletin for all its accounts in one act: every different text is shown once", Args: cobra.ExactArgs(1),
		Long: `Approve a bulletin for all its accounts: every different text is shown once, in full, with the
accounts that get exactly it, and you are asked once. Each account gets an approval of its own. What is
not ready is named, with the reason, and left out; "queue approve" decides on it for itself.`,
		Example: "  netpatrol bulletin approve 01JF8Z2Q4M --except tieba,forum\n  netpatrol bulletin approve 01JF8Z2Q4M --withdrawal",
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			return t.approveTogether(ctx, c, args[0], withdrawal, func(k api.SealedCopy) bool { return !slices.Contains(except, k.Account) })
		}),
	})
	c.Flags().StringSliceVar(&except, "except", nil, "accounts to leave out")
	c.Flags().BoolVar(&withdrawal, "withdrawal", false, "approve that it is taken back, where somebody asked for that")
	return c
}

func (t *tool) bulletinList() *cobra.Command {
	state := ""
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List bulletins, newest first", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			p := api.Paging{State: state, Newest: true}
			if state == "" {
				p.State = api.Any
			}
			list, err := pages(ctx, p, c.Bulletins)
			if err != nil {
				return err
			}
			quotas, err := c.Quotas(ctx, time.Time{})
			if err != nil {
				return err
			}
			return t.print(list, func(w io.Writer) {
				writeBulletins(w, list)
				for _, q := range quotas {
					fmt.Fprintln(w, quotaLine(q))
				}
			})
		}),
	})
	c.Flags().StringVar(&state, "state", "", "only those drafted, approved, released, missed, returned or withdrawn")
	return c
}

func writeBulletins(w io.Writer, list []api.Bulletin) {
	rows := [][]string{{"ID", "STATE", "SCHEDULE", "SLOT", "BY", "APPROVED BY", "TITLE", "REASON"}}
	for _, b := range list {
		rows = append(rows, []string{b.ID, b.State, dash(b.Schedule), short(b.Slot), b.Author, dash(approvers(b)), oneLine(b.Title, 30), b.Reason})
	}
	table(w, rows...)
}
