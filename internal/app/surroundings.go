package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/outbox"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// surroundings asks the platforms for what stands around an account.
type surroundings struct{ a *App }

var _ view.Surroundings = surroundings{}

// wantedMenu is the menu as configured. What an entry means is its key.
func wantedMenu(c config.Account) []adapters.MenuEntry {
	all := []adapters.MenuEntry{}
	for _, e := range c.Menu {
		all = append(all, adapters.MenuEntry{Label: e.Label, Key: e.Means})
	}
	return all
}

// labels are what the entries of a menu say, by key.
func labels(c config.Account) map[string]string {
	all := map[string]string{}
	for _, e := range c.Menu {
		all[e.Means] = e.Label
	}
	return all
}

func (s surroundings) configured(id string) (config.Account, bool) {
	all := s.a.o.Config.Accounts
	i := slices.IndexFunc(all, func(c config.Account) bool { return c.ID == id })
	if i < 0 {
		return config.Account{}, false
	}
	return all[i], true
}

// Menu implements [view.Surroundings].
func (s surroundings) Menu(ctx context.Context, account string) (view.Menu, error) {
	c, known := s.configured(account)
	open, ok := s.a.opener.get(account)
	if !known || !ok || open.Caps().Menu == nil {
		return view.Menu{}, refused("no-menu", outbox.ErrNoMenu)
	}
	shown, err := open.Caps().Menu.Menu(ctx)
	if err != nil {
		return view.Menu{}, err
	}
	m := view.Menu{Shown: append([]adapters.MenuEntry{}, shown...), Wanted: wantedMenu(c), Seen: menuDigest(shown)}
	m.Same = reflect.DeepEqual(m.Shown, m.Wanted)
	return m, nil
}

func menuDigest(entries []adapters.MenuEntry) string {
	b, _ := json.Marshal(entries) // of plain values: it cannot fail
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// SetMenu implements [view.Surroundings].
func (s surroundings) SetMenu(ctx context.Context, account string, by *record.Officer, seen string) (view.Menu, error) {
	m, err := s.Menu(ctx, account)
	if err != nil {
		return m, err
	}
	if len(m.Wanted) == 0 {
		return m, &record.Refusal{Code: "no-menu", Message: "no menu is configured for this account: add menu: with its entries"}
	}
	if m.Seen != seen {
		return m, &record.Refusal{Code: "changed", Message: "the menu was changed on the platform after you looked at it: look again"}
	}
	if err := s.a.outbox.SetMenu(ctx, account, by, m.Wanted); err != nil {
		return m, err
	}
	return s.Menu(ctx, account)
}

// Survey implements [view.Surroundings].
func (s surroundings) Survey(ctx context.Context, account string, by *record.Officer) (*record.Takeover, error) {
	if err := record.MaySurvey(by); err != nil {
		return nil, err
	}
	open, ok := s.a.opener.get(account)
	if !ok || open.Caps().Survey == nil {
		return nil, &record.Refusal{Code: "no-survey", Message: "the account is not open, or its platform has nothing to take over"}
	}
	found, err := open.Caps().Survey.Survey(ctx)
	if err != nil {
		return nil, err
	}
	t := &record.Takeover{Account: account, By: by.ID, Survey: fitting(found)}
	return t, s.a.store.Update(ctx, func(tx record.Tx) error { return keepTakeover(tx, t, time.Now()) })
}

func keepTakeover(tx record.Tx, t *record.Takeover, now time.Time) error {
	t.Head = bots.Head{ID: t.Account, State: "kept", Created: now, Updated: now}
	old, err := record.Load[record.Takeover](tx, t.Account)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if err == nil {
		t.Head = old.Head
		t.Updated = now
	}
	tx.Audit(record.AuditEntry{At: now, Who: t.By, Did: "survey", On: bots.Target{Kind: bots.KindAccount, ID: t.Account}})
	return tx.Put(t)
}

// surveyMax bounds a kept survey in bytes of JSON; the store takes 64 KiB a record.
const surveyMax = 48 << 10

// fitting leaves the oldest articles, and then whole rules, out of a survey that is too large
// to keep, and says so.
func fitting(s adapters.Survey) adapters.Survey {
	for size(s) > surveyMax && len(s.Articles) > 0 {
		keep := len(s.Articles) * 3 / 4
		s.More += len(s.Articles) - keep
		s.Articles = s.Articles[:keep]
	}
	for size(s) > surveyMax && len(s.Replies) > 0 {
		s.Replies = s.Replies[:len(s.Replies)*3/4]
		s.Gaps = append(s.Gaps[:min(len(s.Gaps), 8)], "自动回复太多，只留存了前面的")
	}
	return s
}

func size(s adapters.Survey) int {
	b, _ := json.Marshal(s) // of plain values: it cannot fail
	return len(b)
}

func refused(code string, err error) error { return &record.Refusal{Code: code, Message: err.Error()} }

// inbox takes in what was heard, and counts what was sent from a platform's own console.
type inbox struct{ a *App }

// Receive implements [frontdoor.Inbox].
func (b inbox) Receive(ctx context.Context, account string, items []adapters.Inbound) error {
	if err := b.a.engine.Receive(ctx, account, items); err != nil {
		return err
	}
	for _, in := range items {
		if in.Spent == "" {
			continue
		}
		if err := b.a.outbox.Spent(ctx, account, in.Spent, in.Ref); err != nil {
			return err
		}
	}
	return nil
}

// yield leaves a message to the people of the platform's console while its account only
// observes: nobody else would answer.
func (a *App) yield(ctx context.Context, account string, d adapters.Delivery) (body []byte, contentType string, ok bool) {
	open, is := a.opener.get(account)
	if !is || open.Caps().Yield == nil || !slices.ContainsFunc(d.Items, func(in adapters.Inbound) bool { return in.Kind == adapters.KindMessage }) {
		return nil, "", false
	}
	rec, err := record.Fetch[bots.Account](ctx, a.store, account)
	if err != nil || rec.Mode() != bots.Observe {
		return nil, "", false
	}
	body, contentType, err = open.Caps().Yield.Yield(d)
	return body, contentType, err == nil
}
