// Package custombot is a bot of one's own: it answers a few standing questions, such as
// "反诈热线是多少", when they are the whole of a private message.
package custombot

import (
	"embed"
	"unicode/utf8"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

//go:embed text
var Texts embed.FS // the answers, to be put on top of netpatrol's templates

// topics maps what people ask to the template that answers it.
var topics = []struct{ ask, template string }{
	{"反诈热线", "faq-hotline"}, {"反诈电话", "faq-hotline"},
	{"怎么报案", "faq-report"}, {"报案需要什么", "faq-report"},
	{"几点上班", "faq-hours"}, {"工作时间", "faq-hours"},
}

// longest bounds a plain question, in characters; the intake listens to whole stories.
const longest = 20

// FAQ is safe for concurrent use.
type FAQ struct{ questions *match.Matcher }

// New compiles the questions.
func New() (*FAQ, error) {
	asks := make([]string, len(topics))
	for i, t := range topics {
		asks[i] = t.ask
	}
	m, err := match.NewMatcher(match.NewFolder(), asks)
	return &FAQ{m}, err
}

// Name implements [bots.Bot].
func (*FAQ) Name() string { return "faq" }

// Decide implements [bots.Bot]. Place it before the intake: the first reply wins.
func (b *FAQ) Decide(e bots.Event, f bots.Facts) (effects []bots.Effect, err error) {
	h, ok := e.Body.(*bots.Heard)
	if !ok || e.Kind != bots.MessageHeard || utf8.RuneCountInString(h.Text) > longest {
		return nil, bots.ErrNotMine
	}
	b.questions.Scan(h.Text, func(topic int, _ match.Span) {
		if len(effects) == 0 {
			effects = []bots.Effect{bots.Reply{Template: topics[topic].template, Purpose: bots.ForReply}}
		}
	})
	return effects, nil
}
