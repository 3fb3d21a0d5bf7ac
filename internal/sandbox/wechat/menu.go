package wechat

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// AutoReply is what the console answers by itself while server mode is off.
type AutoReply struct {
	OnFollow string
	Default  string
	Keywords []Keyword
}

// Keyword is one rule of the console's auto-replies.
type Keyword struct{ Rule, Contains, Answer string }

// SetAutoReply sets the console's auto-replies. They work only while no CallbackURL is
// set, but the API lists them either way.
func (p *Platform) SetAutoReply(a AutoReply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.autoReply = a
}

// autoAnswer is what the console answers to a message.
func (p *Platform) autoAnswer(f *follower, said string) {
	if p.opts.CallbackURL != "" {
		return
	}
	answer := p.autoReply.Default
	for _, k := range p.autoReply.Keywords {
		if strings.Contains(said, k.Contains) {
			answer = k.Answer
			break
		}
	}
	if answer != "" {
		p.show(f, Bubble{Via: ViaAuto, Text: answer})
	}
}

func getAutoReply(c *call) (any, error) {
	a := c.p.autoReply
	list := []object{}
	for _, k := range a.Keywords {
		list = append(list, object{
			"rule_name": k.Rule, "create_time": 1700000000, "reply_mode": "reply_all",
			"keyword_list_info": []object{{"type": "text", "match_mode": "contain", "content": k.Contains}},
			"reply_list_info":   []object{{"type": "text", "content": k.Answer}},
		})
	}
	out := object{
		"is_add_friend_reply_open": count(a.OnFollow != ""), "is_autoreply_open": count(a.Default != "" || len(list) > 0),
		"keyword_autoreply_info": object{"list": list},
	}
	if a.OnFollow != "" {
		out["add_friend_autoreply_info"] = object{"type": "text", "content": a.OnFollow}
	}
	if a.Default != "" {
		out["message_default_autoreply_info"] = object{"type": "text", "content": a.Default}
	}
	return out, nil
}

// button is one entry of the menu at the foot of the chat.
type button struct {
	Type string   `json:"type,omitempty"`
	Name string   `json:"name"`
	Key  string   `json:"key,omitempty"`
	URL  string   `json:"url,omitempty"`
	Sub  []button `json:"sub_button,omitempty"`
}

const (
	maxButtons    = 3
	maxSubButtons = 5
	maxButtonName = 16 // bytes
	maxSubName    = 60
)

// menuCreate is POST /cgi-bin/menu/create.
func menuCreate(c *call) (any, error) {
	var in struct{ Button []button }
	if escaped(c.body) {
		return nil, refuse(40033, "invalid charset, please use utf-8 without \\uxxxx")
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if n := len(in.Button); n == 0 || n > maxButtons {
		return nil, refuse(40017, "invalid button size")
	}
	for _, b := range in.Button {
		if err := b.check(maxButtonName); err != nil {
			return nil, err
		}
		if len(b.Sub) > maxSubButtons {
			return nil, refuse(40023, "invalid sub button size")
		}
		for _, s := range b.Sub {
			if err := s.check(maxSubName); err != nil {
				return nil, err
			}
		}
	}
	c.p.menu = in.Button
	return ok(), nil
}

func (b button) check(limit int) error {
	switch {
	case b.Name == "" || len(b.Name) > limit || !utf8.ValidString(b.Name):
		return refuse(40018, "invalid button name size")
	case len(b.Sub) > 0:
		return nil
	case b.Type == "click" && b.Key == "":
		return refuse(40019, "invalid button key size")
	case b.Type == "view" && b.URL == "":
		return refuse(40020, "invalid button url size")
	case b.Type == "":
		return refuse(40016, "invalid button type")
	}
	return nil
}

func menuGet(c *call) (any, error) {
	if c.p.menu == nil {
		return nil, refuse(46003, "menu no exist")
	}
	return object{"menu": object{"button": c.p.menu}}, nil
}

func menuDelete(c *call) (any, error) {
	c.p.menu = nil
	return ok(), nil
}

// selfMenuInfo is GET /cgi-bin/get_current_selfmenu_info: the menu that shows, whoever
// made it.
func selfMenuInfo(c *call) (any, error) {
	shown := c.p.menu
	if shown == nil {
		shown = c.p.selfMenu
	}
	if shown == nil {
		return object{"is_menu_open": 0}, nil
	}
	return object{"is_menu_open": 1, "selfmenu_info": object{"button": shown}}, nil
}

// ConsoleMenu sets a menu by hand, as the JSON of its buttons.
func (p *Platform) ConsoleMenu(buttons string) error {
	var in []button
	if err := json.Unmarshal([]byte(buttons), &in); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.selfMenu = in
	return nil
}

// buttons are what the phone shows.
func (p *Platform) buttons() []button {
	if b, made := p.menu.([]button); made {
		return b
	}
	b, _ := p.selfMenu.([]button)
	return b
}
