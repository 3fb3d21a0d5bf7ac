package engine

import (
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// hearing is a desk whose account is called 测试网警 in any text.
func hearing(t *testing.T) *desk {
	t.Helper()
	return newDesk(t, deskOptions{named: func(account, text string) bool { return account == "wb" && strings.Contains(text, "@测试网警") }})
}

func TestAPostThatNamesUsIsAMention(t *testing.T) {
	for name, c := range map[string]struct {
		kind adapters.Kind
		from string
		text string
		want bots.EventKind
	}{
		"a watched post":            {adapters.KindPost, "p", "求助@测试网警快看", bots.MentionHeard},
		"a comment":                 {adapters.KindComment, "p", "求助@测试网警快看", bots.MentionHeard},
		"a comment that does not":   {adapters.KindComment, "p", "求助", bots.CommentHeard},
		"a private message":         {adapters.KindMessage, "p", "@测试网警 在吗", bots.MessageHeard},
		"a post by nobody we know":  {adapters.KindPost, "", "@测试网警 在吗", bots.MentionHeard},
		"a post by the account":     {adapters.KindPost, "self", "@测试网警 在吗", ""},
		"a post by a colleague":     {adapters.KindPost, "colleague", "@测试网警 收到", ""},
		"a colleague's message":     {adapters.KindMessage, "colleague", "测试一下", ""},
		"a post that does not":      {adapters.KindPost, "p", "今天天气真好", ""},
		"a post that only has hits": {adapters.KindPost, "p", "刷单日结", bots.PostSeen},
	} {
		t.Run(name, func(t *testing.T) {
			d := hearing(t)
			d.hears(adapters.Inbound{Key: "1", Kind: c.kind, Ref: "1", From: adapters.Person{ID: c.from}, Text: c.text})
			d.settle()
			events := d.all(bots.KindEvent, "")
			if c.want == "" {
				if len(events) != 0 {
					t.Errorf("%d events", len(events))
				}
				return
			}
			e := one[bots.Event](d)
			if e.Kind != c.want {
				t.Errorf("%s, want %s", e.Kind, c.want)
			}
			if talks := strings.HasPrefix(e.Stream, "conv/"); talks != (c.from != "" && c.want != bots.PostSeen) {
				t.Errorf("it belongs to %s", e.Stream)
			}
		})
	}
}
