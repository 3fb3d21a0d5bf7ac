package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) queueCorrect() *cobra.Command {
	var text string
	c := t.withJSON(&cobra.Command{
		Use: "correct CODE", Short: "Set a message right that is out and proves wrong, for everybody who got it", Args: cobra.ExactArgs(1),
		Long: `Draft a correction of the message with that code, with what is right: a bulletin's on every account
on which it came out, any other to whom it went. It names the code of the wrong message. A
bulletin's and a warning's correction waits for a second officer; an answer's leaves at once. Without
--text the text is read from standard input. "why CODE" shows both.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if text == "" {
				b, err := io.ReadAll(io.LimitReader(t.lines, 1<<20))
				if err != nil {
					return fmt.Errorf("read what is right: %w", err)
				}
				text = string(b)
			}
			item, err := sentAs(ctx, c, args[0])
			if err != nil {
				return err
			}
			r, err := c.Correct(ctx, item, text)
			return t.settled(r, err, "drafted; netpatrol why "+args[0]+" names the corrections")
		}),
	})
	c.Flags().StringVar(&text, "text", "", "what is right")
	return c
}

// sentAs is the send that a code was printed in.
func sentAs(ctx context.Context, c *api.Client, code string) (item string, err error) {
	s, err := c.Why(ctx, code)
	if err != nil {
		return "", sought(err, "message with the code", code, "a code stands at the end of a message")
	}
	for _, m := range s.Messages {
		if m.Draft.Code == s.Code && m.Item != nil {
			return m.Item.ID, nil
		}
	}
	return "", mend(errors.New("no message with that code left"), "netpatrol why %s tells what became of it", code)
}
