package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) bulletinWithdraw() *cobra.Command {
	reason := ""
	c := t.withJSON(&cobra.Command{
		Use: "withdraw CODE", Short: "Ask to take a bulletin back from every account on which it stands; somebody else approves it", Args: cobra.ExactArgs(1),
		Long: `Ask that the bulletin with that code is deleted wherever it came out. Each account's withdrawal
waits for an approver who did not ask for it: "bulletin approve ID --withdrawal" lets them go.
Where no program can delete, it becomes a task by hand. What others shared or copied stays; if the
text was wrong, publish a correction too: "queue correct". "why CODE" tells what became of it.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			s, err := c.Why(ctx, args[0])
			if err != nil {
				return sought(err, "message with the code", args[0], "a code stands at the end of a message")
			}
			if s.Bulletin == nil {
				return mend(errors.New("that is no bulletin: a private message cannot be taken back"), "set it right with netpatrol queue correct %s", args[0])
			}
			r, err := c.WithdrawBulletin(ctx, s.Bulletin.ID, reason)
			return t.settled(r, err, "asked for; an approver decides: netpatrol queue list")
		}),
	})
	c.Flags().StringVar(&reason, "reason", "", "why; it is kept with the bulletin")
	_ = c.MarkFlagRequired("reason")
	return c
}

func (t *tool) byHandGone() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "gone ID", Short: "Say that you took a post down, of a withdrawal that no program can make", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.GoneByHand(ctx, args[0])
			return t.settled(r, noTask(args[0], err), "withdrawn")
		}),
	})
}
