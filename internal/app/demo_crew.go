package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

// crew are the demo's officers. They work through the API, as people's clicks do, and
// remember the digest of every text they approved, and every template they gave a standing
// approval.
type crew struct {
	chen, lin, wu *api.Client

	mu       sync.Mutex
	approved map[string]bool          // hex SHA-256 of an approved text
	standing map[string]bool          // version of a template; see templateVersion
	decided  map[string]*decidedCount // by account
}

// decidedCount is what the officers decided on one account: warnings, and bulletins approved.
type decidedCount struct{ approved, rejected, bulletins int }

func (c *crew) of(account string) *decidedCount {
	if c.decided[account] == nil {
		c.decided[account] = &decidedCount{}
	}
	return c.decided[account]
}

// newCrew signs three officers in, each with a one-time code, once the desk answers.
func newCrew(ctx context.Context, a *App, base string) (*crew, error) {
	c := &crew{approved: map[string]bool{}, standing: map[string]bool{}, decided: map[string]*decidedCount{}}
	for id, client := range map[string]**api.Client{"chen": &c.chen, "lin": &c.lin, "wu": &c.wu} {
		code, err := a.SignInCode(ctx, id)
		if err != nil {
			return nil, err
		}
		*client = api.NewClient(base, "")
		if err := signIn(ctx, *client, code); err != nil {
			return nil, fmt.Errorf("sign %s in: %w", id, err)
		}
	}
	return c, nil
}

// signIn tries until the desk listens.
func signIn(ctx context.Context, c *api.Client, code string) error {
	for {
		_, err := c.Login(ctx, api.LoginRequest{Code: code})
		var refused *api.Error
		if err == nil || errors.As(err, &refused) || ctx.Err() != nil {
			return err
		}
		sleep(ctx, 50*time.Millisecond)
	}
}

// open takes an account live in two steps of two people.
func (c *crew) open(ctx context.Context, account string) error {
	for _, mode := range []bots.Mode{bots.Suggest, bots.Live} {
		if err := applied(c.lin.RequestMode(ctx, account, mode, "演示平台的开户函")); err != nil {
			return err
		}
		if err := applied(c.wu.ConfirmMode(ctx, account, "演示平台的开户函")); err != nil {
			return err
		}
	}
	return nil
}

// setMenu puts the configured menu under an account, as somebody who has looked at it.
func (c *crew) setMenu(ctx context.Context, account string) error {
	m, err := c.lin.Menu(ctx, account)
	if err != nil || m.Same {
		return err
	}
	if m, err = c.lin.SetMenu(ctx, account, m.Seen); err == nil && !m.Same {
		err = fmt.Errorf("the menu of %s is not the one that was set: %+v", account, m.Shown)
	}
	return err
}

// approveAnswers gives the answers that ship their standing approvals.
func (c *crew) approveAnswers(ctx context.Context) error {
	all, err := c.lin.Templates(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if !record.Solicited(t.Purpose) {
			continue
		}
		r, err := c.lin.ProposeStanding(ctx, t.Name, t.Rev, nil, time.Now().AddDate(0, 6, 0))
		if err := applied(r, err); err != nil {
			return fmt.Errorf("template %s: %w", t.Name, err)
		}
		if err := applied(c.wu.ConfirmStanding(ctx, r.Made[0].ID)); err != nil {
			return err
		}
		c.standing[templateVersion(t.Name, t.Rev)] = true
	}
	return nil
}

func templateVersion(name string, rev int) string { return fmt.Sprintf("%s@%d", name, rev) }

// applied makes an error of a decision that was not applied.
func applied(r bots.Result, err error) error {
	if err != nil {
		return err
	}
	if r.Status != bots.Applied {
		return fmt.Errorf("%s (%s): %s", r.Status, r.Code, r.Message)
	}
	return nil
}

// work decides on whatever waits, and writes a bulletin until one has left.
func (c *crew) work(ctx context.Context) error {
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := errors.Join(c.decideAll(ctx), c.keepBulletin(ctx), c.takeBack(ctx)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (c *crew) decideAll(ctx context.Context) error {
	page, err := c.lin.Drafts(ctx, api.Paging{})
	if err != nil {
		return err
	}
	for _, d := range page.Records {
		if err := c.decide(ctx, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// decide looks at a draft as an officer does and approves or rejects it: the scam is
// warned about, the rumour is left until somebody has checked it.
func (c *crew) decide(ctx context.Context, id string) error {
	m, err := c.lin.Draft(ctx, id)
	if err != nil || m.Draft.State != bots.DraftAwaiting {
		return err
	}
	d := m.Draft
	if m.Clue != nil && m.Clue.Category.IsRumour() {
		r, err := c.chen.Reject(ctx, d.ID, d.Version, "先向学校和辖区派出所核实，未核实前不警示")
		return c.note(func() { c.of(d.Account).rejected++ }, r, err)
	}
	if flagged, err := c.flagged(ctx, m); err != nil || !flagged {
		return err
	}
	if d.Purpose == bots.ForFlag {
		r, err := c.chen.Approve(ctx, d.ID, d.Version)
		return c.note(func() { c.approved[textDigest(d.Text)] = true }, r, err)
	}
	if d.Purpose == bots.ForWithdrawal {
		r, err := c.lin.Approve(ctx, d.ID, d.Version)
		return c.note(func() {}, r, err)
	}
	if d.Purpose == bots.ForBulletin {
		r, err := c.lin.Approve(ctx, d.ID, d.Version)
		return c.note(func() { c.of(d.Account).bulletins++; c.approved[textDigest(d.Text)] = true }, r, err)
	}
	r, err := c.chen.Approve(ctx, d.ID, d.Version)
	return c.note(func() { c.of(d.Account).approved++; c.approved[textDigest(d.Text)] = true }, r, err)
}

// note writes down a decision that was applied; one that came too late is no error.
func (c *crew) note(write func(), r bots.Result, err error) error {
	var refused *api.Error
	if errors.As(err, &refused) && refused.Status == 409 || err == nil && r.Status != bots.Applied {
		return nil
	}
	if err == nil {
		c.mu.Lock()
		write()
		c.mu.Unlock()
	}
	return err
}

// keepBulletin sees to it that one bulletin is on its way.
func (c *crew) keepBulletin(ctx context.Context) error {
	page, err := c.wu.Bulletins(ctx, api.Paging{State: api.Any, Newest: true, Limit: 2})
	if err != nil {
		return err
	}
	page.Records = slices.DeleteFunc(page.Records, isMistaken)
	if len(page.Records) > 0 && page.Records[0].State != bots.BulletinMissed {
		return nil
	}
	return c.writeBulletin(ctx, 4*time.Second) // one draft an account is to be approved, on a busy machine
}

// writeBulletin binds a bulletin, for these accounts or all, to the first slot that leaves an
// approver so much time.
func (c *crew) writeBulletin(ctx context.Context, ahead time.Duration, accounts ...string) error {
	all, err := c.wu.Schedules(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	next := slices.IndexFunc(all[0].Next, func(at time.Time) bool { return time.Until(at) > ahead })
	if next < 0 {
		return fmt.Errorf("schedule %s has no slot to come", all[0].Name)
	}
	return applied(c.wu.NewBulletin(ctx, view.BulletinText{
		Title: "先垫付的兼职不要做", Schedule: all[0].Name, Slot: all[0].Next[next], Accounts: accounts,
		Text: "近期有人以“日结兼职、先小额返现”为名，诱导市民垫付货款后失联。凡是要求先垫付、交保证金的兼职都是诈骗。已经转账的，请立即拨打110。",
	}))
}
