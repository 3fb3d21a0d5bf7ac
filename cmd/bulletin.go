package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func (t *tool) bulletinCommand() *cobra.Command {
	return group("bulletin", "Public notices: write, preview, approve", t.bulletinNew(), t.bulletinPreview(), t.bulletinApprove(), t.bulletinList())
}

// bulletinFlags is a bulletin as it is given on the command line.
type bulletinFlags struct {
	view.BulletinText
	file, slot string
}

func (f *bulletinFlags) on(c *cobra.Command) *cobra.Command {
	flags := c.Flags()
	flags.StringVar(&f.Title, "title", "", "title")
	flags.StringVar(&f.Text, "text", "", "text")
	flags.StringVar(&f.file, "file", "", "file with the text; - is standard input")
	flags.StringVar(&f.Language, "language", "", "language tag (default: the station's)")
	flags.StringVar(&f.Schedule, "schedule", "", "schedule it goes out with (default: as soon as it is approved)")
	flags.StringVar(&f.slot, "slot", "", `moment of the schedule, such as "2026-12-01T09:00:00+08:00"`)
	flags.StringSliceVar(&f.Accounts, "account", nil, "account that publishes it; may be repeated (default: all of the schedule, or all that can)")
	_ = c.MarkFlagRequired("title")
	c.MarkFlagsMutuallyExclusive("text", "file")
	c.MarkFlagsOneRequired("text", "file")
	c.MarkFlagsRequiredTogether("schedule", "slot")
	return c
}

// maxBulletin bounds a text given as a file, in bytes; the daemon takes less.
const maxBulletin = 64 << 10

func (f *bulletinFlags) read(in io.Reader) (view.BulletinText, error) {
	if f.slot != "" {
		at, err := time.Parse(time.RFC3339, f.slot)
		if err != nil {
			return f.BulletinText, usagef(`--slot %q is not a moment: write it as "2026-12-01T09:00:00+08:00"`, f.slot)
		}
		f.Slot = at
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
			return t.decided(c.NewBulletin(ctx, b))
		}),
	}))
}

func (t *tool) bulletinPreview() *cobra.Command {
	f := new(bulletinFlags)
	return f.on(t.withJSON(&cobra.Command{
		Use: "preview", Short: "Show a bulletin as each account would publish it", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			b, err := f.read(t.in)
			if err != nil {
				return err
			}
			shown, err := c.PreviewBulletin(ctx, b)
			if err != nil {
				return err
			}
			return t.previewed(shown)
		}),
	}))
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
	return t.withJSON(&cobra.Command{
		Use: "approve ID", Short: "Approve a bulletin: each account's message is shown and asked for", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			b, err := c.Bulletin(ctx, args[0])
			if err != nil {
				return sought(err, "bulletin", args[0], "netpatrol bulletin list shows the ids")
			}
			for _, draft := range b.Drafts {
				if err := t.approveOne(ctx, c, draft); err != nil {
					return err
				}
			}
			return nil
		}),
	})
}

// approveOne asks for one draft of a bulletin; one that is decided already is passed over.
func (t *tool) approveOne(ctx context.Context, c *api.Client, draft string) error {
	m, err := c.Draft(ctx, draft)
	if err != nil {
		return err
	}
	if m.Draft.State != "awaiting" {
		fmt.Fprintf(t.err, "%s on %s is %s\n", draft, m.Draft.Account, m.Draft.State)
		return nil
	}
	version, err := t.look(ctx, c, draft, 0)
	if err != nil {
		return err
	}
	return t.decided(c.Approve(ctx, draft, version))
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
			return t.print(list, func(w io.Writer) { writeBulletins(w, list) })
		}),
	})
	c.Flags().StringVar(&state, "state", "", "only those drafted, approved, released, missed or returned")
	return c
}

func writeBulletins(w io.Writer, list []api.Bulletin) {
	rows := [][]string{{"ID", "STATE", "SCHEDULE", "SLOT", "BY", "TITLE", "REASON"}}
	for _, b := range list {
		rows = append(rows, []string{b.ID, b.State, dash(b.Schedule), short(b.Slot), b.Author, oneLine(b.Title, 30), b.Reason})
	}
	table(w, rows...)
}
