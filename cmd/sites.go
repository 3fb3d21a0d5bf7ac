package cmd

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

// china is the zone of the days that letters name.
var china = time.FixedZone("CST", 8*60*60)

func (t *tool) sitesCommand() *cobra.Command {
	return group("sites", "Partner sites: their badge, and what they are asked to put right", t.sitesList(), t.sitesShow(), t.sitesAdd(), t.sitesConfirm(), t.sitesRetire(), t.sitesKeep(), t.sitesLetGo(),
		t.sitesRectify(), t.sitesSign(), t.sitesRemind(), t.sitesInterview(), t.sitesSettle(), t.liaisonsCommand())
}

func (t *tool) sitesList() *cobra.Command {
	var state string
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List partner sites: where each stands, when its badge was seen", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: state}, c.Sites)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeSites(w, all) })
		}),
	})
	c.Flags().StringVar(&state, "state", api.Any, "proposed, active or retired; every state if left out")
	return c
}

func writeSites(w io.Writer, all []api.Site) {
	if len(all) == 0 {
		fmt.Fprintln(w, "there are no partner sites")
		return
	}
	rows := [][]string{{"ID", "STATE", "NAME", "OFFICER", "BADGE SEEN", "PROBLEM"}}
	for _, s := range all {
		rows = append(rows, []string{s.ID, s.State, oneLine(s.Name, 30), s.Officer, short(s.Seen), dash(oneLine(s.Problem, 40))})
	}
	table(w, rows...)
}

// siteStory is a site with what it was asked.
type siteStory struct {
	api.Site
	Asked []api.Rectification `json:"asked"`
}

func (t *tool) sitesShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show one partner site and what it was asked to put right", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			s, err := c.Site(ctx, args[0])
			if err != nil {
				return noSite(args[0], err)
			}
			asked, err := pages(ctx, api.Paging{State: api.Any, Stream: s.Stream}, c.Rectifications)
			if err != nil {
				return err
			}
			return t.print(siteStory{s, asked}, func(w io.Writer) { writeSite(w, s, asked) })
		}),
	})
}

func writeSite(w io.Writer, s api.Site, asked []api.Rectification) {
	fields(w, "id", s.ID, "state", s.State, "name", printable(s.Name), "page", s.Page, "contact", printable(s.Contact), "officer", s.Officer, "registered by", s.By,
		"confirmed by", s.Confirmed, "badge seen", moment(s.Seen), "looked", moment(s.Looked), "problem", printable(s.Problem), "reason", printable(s.Reason), "kept", printable(s.Kept))
	for _, r := range asked {
		fmt.Fprintln(w)
		writeRectification(w, r)
	}
}

func writeRectification(w io.Writer, r api.Rectification) {
	fields(w, "rectification", r.ID, "state", r.State, "version", strconv.FormatUint(r.Version, 10), "code", r.Code, "findings", oneLine(r.Findings, 200), "deadline", moment(r.Deadline),
		"asked by", r.By, "signed by", r.Signed, "result", oneLine(r.Result, 200))
	for _, m := range r.Reminders {
		fields(w, "reminded", moment(m.At)+" "+m.By)
	}
	for _, i := range r.Interviews {
		fields(w, "interview", i.Held.In(china).Format(time.DateOnly)+" "+oneLine(i.Present, 80), "agreed", oneLine(i.Agreed, 200))
	}
	if r.Letter != "" {
		fmt.Fprintf(w, "letter\n%s\n", "  | "+strings.ReplaceAll(r.Letter, "\n", "\n  | "))
	}
}

func (t *tool) sitesAdd() *cobra.Command {
	var p api.Partner
	var file string
	c := t.withJSON(&cobra.Command{
		Use: "add ID | --file CSV", Short: "Register a partner site, or all of a file; somebody else confirms them",
		Long: `Register a partner site. Its id stands in its badge and never changes: lower-case letters, digits and
dashes. Somebody else confirms it; then the badge on its page is looked for every six hours.

--file reads a table as CSV in UTF-8, as spreadsheets save it, with the header id,name,page,contact,officer.
A line that is refused is named, and the others are registered.`,
		Args: func(_ *cobra.Command, args []string) error {
			if (file == "") != (len(args) == 1) {
				return usagef("give one id, or a file with --file")
			}
			return nil
		},
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if file != "" {
				return t.registerAll(ctx, c, file)
			}
			r, err := c.RegisterSite(ctx, args[0], p)
			return t.settled(r, err, "registered; somebody else confirms it with netpatrol sites confirm "+args[0])
		}),
	})
	c.Flags().StringVar(&p.Name, "name", "", "what the site calls itself")
	c.Flags().StringVar(&p.Page, "page", "", "address of the page that carries the badge")
	c.Flags().StringVar(&p.Contact, "contact", "", "how to reach its operator")
	c.Flags().StringVar(&p.Officer, "officer", "", "id of the officer who looks after it")
	c.Flags().StringVar(&file, "file", "", "a table of sites, instead of one")
	return c
}

func (t *tool) sitesConfirm() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "confirm ID...", Short: "Confirm sites that somebody else registered", Args: cobra.MinimumNArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			for _, id := range args {
				r, err := c.ConfirmSite(ctx, id)
				if err := t.settled(r, noSite(id, err), "confirmed "+id); err != nil {
					return err
				}
			}
			return nil
		}),
	})
}

func (t *tool) sitesRetire() *cobra.Command {
	return t.deedWhy(deed{"retire ID", "End a partnership", "retired", noSite}, keptReason, (*api.Client).RetireSite)
}

func (t *tool) sitesKeep() *cobra.Command {
	return t.deedWhy(deed{"keep ID", "Keep what there is of a site beyond its retention: letters, interviews, answers, who signed in for it", "kept", noSite}, keptReason, (*api.Client).KeepSite)
}

func (t *tool) sitesLetGo() *cobra.Command {
	return t.deed(deed{"let-go ID", "End what keep began: it is deleted when its retention has passed", "no longer kept", noSite}, (*api.Client).LetSiteGo)
}

func (t *tool) sitesRectify() *cobra.Command {
	var a api.Asking
	var by string
	c := t.withJSON(&cobra.Command{
		Use: "rectify ID", Short: "Ask a site to put something right; the letter is written and waits to be signed", Args: cobra.ExactArgs(1),
		Long: `Ask a site to put something right. --findings stays in the house; --points is what the letter says, and
must repeat no reporter's words, name no minute and count no fewer than three people. The letter leaves
the house once somebody else has read and signed it.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			day, err := time.ParseInLocation(time.DateOnly, by, china)
			if err != nil {
				return mend(fmt.Errorf("%q is no day", by), "write --by as 2026-12-10")
			}
			a.Deadline = day.Add(24*time.Hour - time.Second) // the whole last day
			r, err := c.AskSite(ctx, args[0], a)
			return t.settled(r, noSite(args[0], err), "written; somebody else reads the letter in netpatrol sites show "+args[0]+" and signs it")
		}),
	})
	c.Flags().StringVar(&a.Findings, "findings", "", "what was found")
	c.Flags().StringVar(&a.Points, "points", "", "what of it the letter says")
	c.Flags().StringVar(&by, "by", "", "the last day, such as 2026-12-10")
	return c
}

func (t *tool) sitesSign() *cobra.Command {
	var seen uint64
	c := t.withJSON(&cobra.Command{
		Use: "sign RECTIFICATION", Short: "Sign a letter that somebody else wrote, as it stood at the version you read", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.SignLetter(ctx, args[0], seen)
			return t.settled(r, noRectification(args[0], err), "signed; print it and give it to the site")
		}),
	})
	c.Flags().Uint64Var(&seen, "seen", 0, "the version you read, as netpatrol sites show prints it")
	return c
}

func (t *tool) sitesRemind() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "remind RECTIFICATION", Short: "Write a reminder from its template; it is printed", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.RemindSite(ctx, args[0])
			if err != nil {
				return noRectification(args[0], err)
			}
			now, err := c.Rectification(ctx, args[0])
			if err != nil || len(now.Reminders) == 0 {
				return t.settled(r, err, "written")
			}
			return t.settled(r, nil, "written; print it and give it to the site:\n"+now.Reminders[len(now.Reminders)-1].Letter)
		}),
	})
}

func (t *tool) sitesInterview() *cobra.Command {
	var i api.Interview
	c := t.withJSON(&cobra.Command{
		Use: "interview RECTIFICATION", Short: "Write an interview with the operator down", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.NoteInterview(ctx, args[0], i)
			return t.settled(r, noRectification(args[0], err), "noted")
		}),
	})
	c.Flags().StringVar(&i.Held, "on", "", "the day, such as 2026-11-26")
	c.Flags().StringVar(&i.Present, "present", "", "who was present")
	c.Flags().StringVar(&i.Note, "note", "", "what was said")
	c.Flags().StringVar(&i.Agreed, "agreed", "", "what was agreed")
	return c
}

func (t *tool) sitesSettle() *cobra.Command {
	var what string
	c := t.withJSON(&cobra.Command{
		Use: "settle RECTIFICATION answered|fixed|open", Short: "Say where it stands: answered, put right, or not after all", Args: cobra.ExactArgs(2),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.SettleRectification(ctx, args[0], args[1], what)
			return t.settled(r, noRectification(args[0], err), "settled")
		}),
	})
	c.Flags().StringVar(&what, "reason", "", "what was answered, or found when looking again")
	return c
}

func noSite(id string, err error) error {
	return sought(err, "partner site", id, "netpatrol sites list shows the ids")
}

func noRectification(id string, err error) error {
	return sought(err, "rectification", id, "netpatrol sites show SITE shows the ids")
}
