package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"netpatrol/adapters"
)

var _ adapters.Menuer = (*account)(nil)

// The platform's limits on a menu: three entries with five each below. Lengths are in bytes,
// and unconfirmed.
const (
	maxEntries      = 3
	maxLower        = 5
	maxEntryLabel   = 16
	maxLowerLabel   = 60
	menuShown       = "/cgi-bin/get_current_selfmenu_info"
	pressed, leads  = "click", "view"
	menuUnavailable = 46003 // there is no menu
)

// button is a menu entry in the platform's words. What stands below comes as a list, or
// wrapped in one more object.
type button struct {
	Type string  `json:"type,omitempty"`
	Name string  `json:"name"`
	Key  string  `json:"key,omitempty"`
	URL  string  `json:"url,omitempty"`
	Sub  buttons `json:"sub_button,omitempty"`
}

type buttons []button

// UnmarshalJSON implements [json.Unmarshaler].
func (b *buttons) UnmarshalJSON(raw []byte) error {
	var plain []button
	if err := json.Unmarshal(raw, &plain); err == nil {
		*b = plain
		return nil
	}
	var wrapped struct{ List []button }
	err := json.Unmarshal(raw, &wrapped)
	*b = wrapped.List
	return err
}

// Menu reads the menu that shows, whether it was made in the console or by this interface.
func (a *account) Menu(ctx context.Context) ([]adapters.MenuEntry, error) {
	var got struct {
		Info struct {
			Button buttons `json:"button"`
		} `json:"selfmenu_info"`
		Open int `json:"is_menu_open"`
	}
	err := a.http.do(ctx, call{op: "menu", path: menuShown, get: true}, &got)
	if code(err) == menuUnavailable || err == nil && got.Open == 0 {
		return nil, nil
	}
	return entries(got.Info.Button), err
}

func entries(list buttons) (all []adapters.MenuEntry) {
	for _, b := range list {
		e := adapters.MenuEntry{Label: b.Name, Entries: entries(b.Sub)}
		switch b.Type {
		case pressed:
			e.Key = b.Key
		case leads:
			e.URL = b.URL
		default:
			e.Other = b.Type
		}
		all = append(all, e)
	}
	return all
}

// SetMenu replaces the menu. People may go on seeing the old one for a day, or until they
// open the account anew.
func (a *account) SetMenu(ctx context.Context, at adapters.Attempt, list []adapters.MenuEntry) error {
	const op = "set menu"
	if err := fits(list, maxEntries, maxEntryLabel); err != nil {
		return rejected(op, adapters.ScopeItem, err)
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	body := map[string]any{"button": toButtons(list)}
	return a.http.do(ctx, call{op: op, path: "/cgi-bin/menu/create", body: body, mutating: true, ack: true}, nil)
}

func fits(list []adapters.MenuEntry, most, label int) error {
	if n := len(list); n == 0 || n > most {
		return fmt.Errorf("the menu has %d entries side by side, the platform shows 1 to %d", n, most)
	}
	for _, e := range list {
		switch {
		case e.Label == "" || len(e.Label) > label:
			return fmt.Errorf("the label %q has %d bytes, the platform takes 1 to %d", e.Label, len(e.Label), label)
		case len(e.Entries) == 0 && e.Key == "" && e.URL == "":
			return fmt.Errorf("nothing would happen on pressing %q", e.Label)
		case len(e.Entries) == 0:
			continue
		case label == maxLowerLabel:
			return errors.New("the platform shows no third level of a menu")
		}
		if err := fits(e.Entries, maxLower, maxLowerLabel); err != nil {
			return err
		}
	}
	return nil
}

func toButtons(list []adapters.MenuEntry) (all buttons) {
	for _, e := range list {
		b := button{Name: e.Label}
		switch {
		case len(e.Entries) > 0:
			b.Sub = toButtons(e.Entries)
		case e.URL != "":
			b.Type, b.URL = leads, e.URL
		default:
			b.Type, b.Key = pressed, e.Key
		}
		all = append(all, b)
	}
	return all
}
