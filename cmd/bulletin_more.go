package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

// attach uploads the pictures a bulletin names.
func (f *bulletinFlags) attach(ctx context.Context, c *api.Client, b *view.BulletinText) error {
	files := f.images
	if f.cover != "" && !slices.Contains(files, f.cover) {
		files = append(slices.Clone(files), f.cover)
	}
	for _, path := range files {
		p, err := upload(ctx, c, path)
		if err != nil {
			return err
		}
		if path == f.cover {
			b.Extras.Cover = p.Name
		}
		b.Extras.Pictures = append(b.Extras.Pictures, p)
	}
	return nil
}

func upload(ctx context.Context, c *api.Client, path string) (adapters.Picture, error) {
	file, err := os.Open(path)
	if err != nil {
		return adapters.Picture{}, mend(err, "check --image and --cover")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, view.MaxPicture+1))
	if err != nil {
		return adapters.Picture{}, err
	}
	if len(data) > view.MaxPicture {
		return adapters.Picture{}, mend(fmt.Errorf("picture %s is larger than 1 MiB", path), "make it smaller")
	}
	return c.KeepPicture(ctx, filepath.Base(path), data)
}

// previewTo has the platform show a bulletin's drafts to an officer.
func (t *tool) previewTo(ctx context.Context, c *api.Client, id, to string, accounts []string) error {
	if to == "" {
		return usagef("say with --to which officer sees the preview")
	}
	b, err := c.Bulletin(ctx, id)
	if err != nil {
		return sought(err, "bulletin", id, "netpatrol bulletin list shows the ids")
	}
	n := 0
	for _, draft := range b.Drafts {
		if _, account, _ := strings.Cut(strings.TrimPrefix(draft, b.ID), "."); len(accounts) > 0 && !slices.Contains(accounts, account) {
			continue
		}
		n++
		if err := t.decided(c.PreviewDraft(ctx, draft, to)); err != nil {
			return err
		}
	}
	if n == 0 {
		return mend(fmt.Errorf("bulletin %s goes out on none of these accounts", id), "leave out --account for all of them")
	}
	return nil
}

func (t *tool) bulletinDrafts() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "drafts ACCOUNT", Short: "List the drafts made in the console of an account's platform", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			list, err := c.ConsoleDrafts(ctx, args[0])
			if err != nil {
				return sought(err, "account", args[0], "netpatrol accounts list shows the ids")
			}
			return t.print(list, func(w io.Writer) {
				rows := [][]string{{"REF", "TITLE", "TEXT"}}
				for _, p := range list {
					rows = append(rows, []string{string(p.Ref), oneLine(p.Title, 30), oneLine(p.Text, 50)})
				}
				table(w, rows...)
			})
		}),
	})
}

func (t *tool) bulletinPull() *cobra.Command {
	schedule, slot := "", ""
	cmd := t.withJSON(&cobra.Command{
		Use: "pull ACCOUNT REF", Short: "Make a bulletin of a draft in the platform's console; somebody else approves it, and it is sent as it is", Args: cobra.ExactArgs(2),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			at, err := slotFlag(slot)
			if err != nil {
				return err
			}
			return t.decided(c.PullDraft(ctx, args[0], adapters.Ref(args[1]), schedule, at))
		}),
	})
	cmd.Flags().StringVar(&schedule, "schedule", "", "schedule it goes out with (default: as soon as it is approved)")
	cmd.Flags().StringVar(&slot, "slot", "", `moment of the schedule, such as "2026-12-01T09:00:00+08:00"`)
	cmd.MarkFlagsRequiredTogether("schedule", "slot")
	return cmd
}

func slotFlag(slot string) (time.Time, error) {
	if slot == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, slot)
	if err != nil {
		return at, usagef(`--slot %q is not a moment: write it as "2026-12-01T09:00:00+08:00"`, slot)
	}
	return at, nil
}

// forecast says, beside the result, what a new bulletin means for the quotas of its accounts.
func (t *tool) forecast(all []view.Forecast, b view.BulletinText) {
	for _, q := range all {
		if len(b.Accounts) > 0 && !slices.Contains(b.Accounts, q.Account) {
			continue
		}
		line := quotaLine(q)
		when := "now"
		if !b.Slot.IsZero() {
			when = short(b.Slot)
		}
		switch left := q.Left(); {
		case left <= 0:
			line += fmt.Sprintf("; one more at %s is too many and waits until %s", when, short(q.Ends))
		case left == 1:
			line += fmt.Sprintf("; this one, at %s, is the last", when)
		}
		fmt.Fprintln(t.err, line)
	}
}

// quotaLine is how a quota stands.
func quotaLine(q view.Forecast) string {
	period := "in " + q.Per.String()
	switch {
	case q.Monthly:
		period = "this month"
	case q.Per == 24*time.Hour:
		period = "today"
	}
	if time.Until(q.At).Abs() > time.Hour {
		period += " (" + short(q.At) + ")"
	}
	line := fmt.Sprintf("%s: %s %d of %d used, %d reserved", q.Account, period, q.Used, q.N, q.Reserved)
	if q.Advisory {
		line += " (people send; nothing is held back)"
	}
	return line
}

// approvers names who approved a bulletin, each once.
func approvers(b api.Bulletin) string {
	var who []string
	for _, s := range b.Signs {
		if !slices.Contains(who, s.Officer) {
			who = append(who, s.Officer)
		}
	}
	return strings.Join(who, ",")
}
