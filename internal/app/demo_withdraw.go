package app

import (
	"context"
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

// mistaken is the title of a bulletin that the demo's editor gets wrong and has withdrawn.
const mistaken = "反诈宣传进社区（日期有误）"

// takeBack publishes a bulletin with a mistake on the microblog, once the right one is out, and
// asks that it is taken back; the approver decides on either.
func (c *crew) takeBack(ctx context.Context) error {
	page, err := c.wu.Bulletins(ctx, api.Paging{State: api.Any, Newest: true, Limit: 20})
	if err != nil {
		return err
	}
	wrong := slices.IndexFunc(page.Records, isMistaken)
	switch {
	case wrong < 0 && slices.ContainsFunc(page.Records, func(b api.Bulletin) bool { return b.State == bots.BulletinReleased }):
		b := view.BulletinText{Title: mistaken, Text: "本周日在市民广场讲解常见骗局，欢迎参加。参加不收任何费用。", Accounts: []string{"weibo"}}
		r, err := c.wu.NewBulletin(ctx, b)
		return c.note(func() {}, r, err)
	case wrong >= 0 && page.Records[wrong].State == bots.BulletinReleased && len(page.Records[wrong].Withdrawals) == 0:
		r, err := c.wu.WithdrawBulletin(ctx, page.Records[wrong].ID, "日期写错了")
		return c.note(func() {}, r, err) // refused until it is out
	}
	return nil
}

func isMistaken(b api.Bulletin) bool { return b.Title == mistaken }
