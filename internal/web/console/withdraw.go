package console

import (
	"errors"
	"net/url"
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// withdrawals are what was done to take a bulletin back, the newest first.
func (c *Console) withdrawals(v *visit, b *bots.Bulletin) (out []*view.Matter, err error) {
	for _, id := range slices.Backward(b.Withdrawals) {
		m, err := view.MatterOf(v.ctx(), c.desk, c.station, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Standing are the accounts on which the bulletin can be read and nobody has asked for its
// withdrawal.
func (b bulletinPage) Standing() (accounts []string) {
	for _, s := range b.Sends {
		if s.Item != nil && s.Item.Stands() && !b.leaves(s.Item.ID) {
			accounts = append(accounts, s.Draft.Account)
		}
	}
	return accounts
}

func (b bulletinPage) leaves(item string) bool {
	return slices.ContainsFunc(b.Taking, func(m *view.Matter) bool {
		return m.Draft.Withdraws == item && (m.Draft.State == bots.DraftAwaiting || m.Item != nil && !m.Item.Final())
	})
}

func (c *Console) withdrawBulletin(v *visit) error {
	back := "/bulletins/" + url.PathEscape(v.id())
	d := bots.Decision{Verb: bots.TakeBack, On: on(bots.KindBulletin, v.id()), Reason: v.value("reason")}
	return c.decide(v, d, back, back, "已申请撤回，每个账号各一份，由另一位审核人员批准后从平台删除。")
}

// sentWord is how a send stands: what takes something back is delivered to nobody.
func sentWord(i *record.Item) string {
	switch {
	case i.Withdraws == "":
		return stateWord(i.State)
	case i.State == record.ItemDelivered:
		return "已撤回"
	case i.State == record.ItemDue:
		return "等待撤回"
	case i.State == record.ItemClaimed:
		return "正在撤回"
	case i.State == record.ItemByHand:
		return "人工删除"
	}
	return stateWord(i.State)
}

// takedown is a post that a person deletes on the platform.
type takedown struct {
	task
	Post *record.Item // as it came out; nil: no longer known
}

func (c *Console) showTakedown(v *visit, status int, n *notice, t task) error {
	post, err := record.Fetch[record.Item](v.ctx(), c.desk, t.Withdraws)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	return c.showAs(v, status, "takedown", "人工删除 · "+t.Code, "by-hand", n, takedown{t, post})
}

func (c *Console) goneTask(v *visit) error {
	return c.onTask(v, bots.ProveHand, nil, "已登记删除，通报记为已撤回。")
}
