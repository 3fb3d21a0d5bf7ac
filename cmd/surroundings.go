package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func (t *tool) accountsMenu() *cobra.Command {
	show := t.withJSON(&cobra.Command{
		Use: "show ACCOUNT", Short: "Show the menu people see, and the configured one", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			m, err := c.Menu(ctx, args[0])
			if err != nil {
				return err
			}
			return t.print(m, func(w io.Writer) { writeMenus(w, m) })
		}),
	})
	push := t.withJSON(&cobra.Command{
		Use: "push ACCOUNT", Short: "Put the configured menu in the place of the one people see", Args: cobra.ExactArgs(1),
		Long: `Put the configured menu (menu: of the account) in the place of the whole menu that people see. The
difference is shown first, and you are asked. It needs an approver or admin.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error { return t.pushMenu(ctx, c, args[0]) }),
	})
	return group("menu", "The menu an account shows on its platform", show, push)
}

func (t *tool) pushMenu(ctx context.Context, c *api.Client, account string) error {
	m, err := c.Menu(ctx, account)
	if err != nil {
		return err
	}
	if m.Same {
		return t.print(m, func(w io.Writer) { fmt.Fprintln(w, "nothing to do: people see the configured menu") })
	}
	if !t.json {
		writeDifference(t.out, m)
	}
	sure, err := t.sure("set it so?")
	if err == nil && !sure {
		err = mend(errors.New("the menu stays as it is"), "answer yes to set it")
	}
	if err != nil {
		return err
	}
	if m, err = c.SetMenu(ctx, account, m.Seen); err != nil {
		return err
	}
	return t.print(m, func(w io.Writer) {
		fmt.Fprintln(w, "set; people may see the old one until they open the account anew")
	})
}

func writeMenus(w io.Writer, m view.Menu) {
	fmt.Fprintln(w, "people see:")
	writeMenu(w, "  ", m.Shown)
	if m.Same {
		fmt.Fprintln(w, "it is the configured one")
		return
	}
	fmt.Fprintln(w, "configured:")
	writeMenu(w, "  ", m.Wanted)
}

func writeMenu(w io.Writer, indent string, entries []adapters.MenuEntry) {
	if len(entries) == 0 {
		fmt.Fprintln(w, indent+"no menu")
	}
	for _, line := range menuLines(entries) {
		fmt.Fprintln(w, indent+line)
	}
}

// menuLines writes one line an entry, what stands below it after its label.
func menuLines(entries []adapters.MenuEntry) (lines []string) {
	for _, e := range entries {
		does := e.URL
		switch {
		case e.Key != "":
			does = "key " + e.Key
		case e.Other != "":
			does = e.Other
		}
		if does != "" {
			does = " (" + does + ")"
		}
		lines = append(lines, printable(e.Label+does))
		for _, below := range menuLines(e.Entries) {
			lines = append(lines, printable(e.Label)+" > "+below)
		}
	}
	return lines
}

// writeDifference marks what goes with a minus and what comes with a plus.
func writeDifference(w io.Writer, m view.Menu) {
	shown, wanted := menuLines(m.Shown), menuLines(m.Wanted)
	stays := map[string]bool{}
	for _, line := range wanted {
		stays[line] = true
	}
	here := map[string]bool{}
	for _, line := range shown {
		here[line] = true
		if !stays[line] {
			fmt.Fprintln(w, "- "+line)
		}
	}
	for _, line := range wanted {
		mark := "+ "
		if here[line] {
			mark = "  "
		}
		fmt.Fprintln(w, mark+line)
	}
}

func (t *tool) accountsTakeover() *cobra.Command {
	last := false
	c := t.withJSON(&cobra.Command{
		Use: "takeover ACCOUNT", Short: "Read what an account has before it is taken over, and what will stop working", Args: cobra.ExactArgs(1),
		Long: `Read from the platform what the account has before its messages come to netpatrol: automatic
replies, menu, number and groups of followers, past articles. What will stop working is named, and the
way back. It changes nothing, and is kept: --last shows what was found then.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			read := c.Survey
			if last {
				read = c.Takeover
			}
			found, err := read(ctx, args[0])
			if err != nil {
				return err
			}
			return t.print(found, func(w io.Writer) { writeTakeover(w, found) })
		}),
	})
	c.Flags().BoolVar(&last, "last", false, "show what was found last time, and ask nobody")
	return c
}

func writeTakeover(w io.Writer, t api.Takeover) {
	s := t.Survey
	fields(w, "account", t.Account, "read", moment(t.At)+" by "+t.By, "followers", fmt.Sprint(s.Followers), "articles", fmt.Sprint(len(s.Articles)+s.More))
	for _, g := range s.Groups {
		fmt.Fprintf(w, "group %s: %s, %d followers\n", g.ID, oneLine(g.Name, 60), g.Members)
	}
	for _, stop := range s.Stops {
		fmt.Fprintf(w, "will stop: %s\n", stop)
	}
	if s.Back != "" {
		fmt.Fprintf(w, "the way back: %s\n", s.Back)
	}
	for _, gap := range s.Gaps {
		fmt.Fprintf(w, "not read: %s\n", oneLine(gap, 200))
	}
	fmt.Fprintln(w, "menu:")
	writeMenu(w, "  ", s.Menu)
	if len(s.Replies) > 0 {
		fmt.Fprintln(w, "automatic replies:")
	}
	for _, r := range s.Replies {
		fmt.Fprintf(w, "  %s\n", printable(strings.Join(append([]string{r.Name}, r.When...), " · ")))
		for _, says := range r.Says {
			quoted(w, says)
		}
	}
	for i, a := range s.Articles {
		if i == 0 {
			fmt.Fprintln(w, "articles, newest first:")
		}
		fmt.Fprintf(w, "  %s  %s\n", a.At.Local().Format(time.DateOnly), oneLine(a.Title, 60))
	}
	if s.More > 0 {
		fmt.Fprintf(w, "  and %d more\n", s.More)
	}
}
