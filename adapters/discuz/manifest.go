package discuz

import (
	"errors"
	"strconv"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

const checkedOn = "2026-11-25"

// Manifest is what the adapter can do on paper.
func Manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "discuz", Title: "Discuz! X", Docs: "docs/discuz.md",
		Probe: "1.1",
		Watch: []string{messagesSource, noticesSource},
		Abilities: []adapters.Ability{
			{Name: "publish", Permission: "发新话题", Note: "a thread in one board; it may wait for a moderator"},
			{Name: "message", Permission: "发短消息"}, {Name: "comment", Permission: "发表回复"},
			{Name: "watch", Permission: "浏览版块", Note: "messages, notices, and threads:FID for the new threads of a board"},
			{Name: "find", Note: "that a post is absent is never said: it may be waiting for a moderator"},
			{Name: "measure", Note: "views and replies of a thread"}, {Name: "lookup", Permission: "浏览版块"},
		},
		Limits: limits(options{max: defaultMax}),
		Idem: map[adapters.Channel]adapters.Idempotency{
			adapters.Public: adapters.ByLookup, adapters.Private: adapters.ByLookup, adapters.InReply: adapters.ByLookup,
		},
		Options: []adapters.Setting{
			{Name: "username", Required: true, Help: "the account the board's operator has issued to the agency"},
			{Name: "forum", Required: true, Help: "number of the board in which bulletins are posted, as in forum.php?mod=forumdisplay&fid=2"},
			{Name: "typeid", Help: "number of the thread type, for boards that demand one"},
			{Name: "max_message", Help: "bytes of a post, as the board's settings say; default 10000"},
		},
		Secrets: []adapters.Setting{{Name: "password", Required: true, Help: "of that account"}},
	}
}

const (
	defaultMax = 10000
	// subjectBytes bounds a thread's subject. Boards count bytes in their own charset, of
	// which UTF-8 never has fewer.
	subjectBytes = 80
)

func limits(o options) adapters.Limits {
	from := adapters.Provenance{Source: "Discuz! X default settings, which every board may change", CheckedOn: checkedOn}
	l := adapters.Limits{LaneWidth: 1}
	for _, ch := range []adapters.Channel{adapters.Public, adapters.Private, adapters.InReply} {
		l.Text = append(l.Text, adapters.TextLimit{Channel: ch, Max: o.max, Unit: adapters.Bytes, Provenance: from})
	}
	return l
}

// options are the account's settings, checked.
type options struct {
	username      string
	password      adapters.Secret
	board, typeID forum.ID
	max           int
}

func readOptions(c adapters.Config) (options, error) {
	o := options{username: strings.TrimSpace(c.Options["username"]), password: adapters.Secret(strings.TrimSpace(c.Secrets["password"].Reveal())), max: defaultMax}
	switch {
	case o.username == "":
		return o, forum.Misconfigured(c, "option username is missing: it is the account the board's operator has issued")
	case o.password == "":
		return o, forum.Misconfigured(c, "secret password is missing: it is that of the account the board's operator has issued")
	}
	var err error
	if o.board, err = number(c.Options["forum"]); err != nil || o.board == 0 {
		return o, forum.Misconfigured(c, "option forum is %q: set it to the number of the board in which bulletins are posted", c.Options["forum"])
	}
	if o.typeID, err = number(c.Options["typeid"]); err != nil {
		return o, forum.Misconfigured(c, "option typeid is %q, which is no number", c.Options["typeid"])
	}
	if m, err := number(c.Options["max_message"]); err != nil {
		return o, forum.Misconfigured(c, "option max_message is %q, which is no number", c.Options["max_message"])
	} else if m > 0 {
		o.max = int(min(m, 1<<20))
	}
	return o, nil
}

// number reads a setting; nothing is zero.
func number(text string) (forum.ID, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("no number")
	}
	return forum.ID(n), nil
}
