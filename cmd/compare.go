package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

// compareCall is what an officer says of a screenshot.
type compareCall struct {
	save, differs, shows string
	same                 bool
	seen                 uint64
}

func (t *tool) byHandCompare() *cobra.Command {
	var x compareCall
	c := t.withJSON(&cobra.Command{
		Use: "compare ID", Short: "Hold the screenshot of what a colleague posted against what was approved", Args: cobra.ExactArgs(1),
		Long: `Compare a send of which a screenshot is all there is to show. Without --same or --differs the lines of
the approved text are printed, numbered, and with --save the screenshot is written to a file. Look at it,
then say that it shows every line and nothing else (--same), or which it does not (--differs 2,4) and what
stands there instead (--shows). Who posted it cannot compare it. That you looked is in the audit.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if x.same && x.differs != "" {
				return usagef("say --same or --differs, not both")
			}
			if x.same || x.differs != "" {
				return t.compare(ctx, c, args[0], x)
			}
			return t.comparison(ctx, c, args[0], x.save)
		}),
	})
	c.Flags().StringVar(&x.save, "save", "", "file to write the screenshot to, such as shot.jpg; it must not exist")
	c.Flags().BoolVar(&x.same, "same", false, "the screenshot shows every line and nothing else")
	c.Flags().StringVar(&x.differs, "differs", "", "numbers of the lines that it does not show, such as 2,4")
	c.Flags().StringVar(&x.shows, "shows", "", "what stands there instead")
	c.Flags().Uint64Var(&x.seen, "seen", 0, "the version you compared, as it was printed")
	return c
}

// comparison shows what is to be compared.
func (t *tool) comparison(ctx context.Context, c *api.Client, id, save string) error {
	x, err := c.Comparison(ctx, id)
	if err != nil {
		return noTask(id, err)
	}
	if save != "" {
		if err := newFile(save, x.Shot); err != nil {
			return err
		}
	}
	return t.print(x, func(w io.Writer) {
		fields(w, "version", strconv.FormatUint(x.Version, 10), "posted by", x.By, "link", x.Link)
		for n, l := range x.Lines {
			fmt.Fprintf(w, "%3d | %s\n", n+1, printable(l))
		}
	})
}

// newFile writes what only the officer may read to a file that was not there.
func newFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return mend(fmt.Errorf("write %s: %w", name, pathless(err)), "name a file that is not there yet")
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// compare says what the officer saw. Without a version it is the one that stands now.
func (t *tool) compare(ctx context.Context, c *api.Client, id string, x compareCall) error {
	i, err := c.Item(ctx, id)
	if err != nil {
		return noTask(id, err)
	}
	if x.seen == 0 {
		return usagef("say with --seen which version you compared: netpatrol queue by-hand compare %s prints it", id)
	}
	lines, err := saidOf(len(i.Compared()), x.differs)
	if err != nil {
		return err
	}
	r, err := c.Compare(ctx, id, x.seen, lines, x.shows)
	words := "delivered: the screenshot shows what was approved"
	if x.differs != "" {
		words = "noted: another text stands there; a colleague is told"
	}
	return t.settled(r, noTask(id, err), words)
}

// saidOf is same or differs of each of n lines.
func saidOf(n int, differs string) ([]string, error) {
	lines := slices.Repeat([]string{"same"}, n)
	if differs == "" {
		return lines, nil
	}
	for part := range strings.SplitSeq(differs, ",") {
		at, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || at < 1 || at > n {
			return nil, usagef("--differs %s: name lines by their numbers, 1 to %d", differs, n)
		}
		lines[at-1] = "differs"
	}
	return lines, nil
}
