package mastodon

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"netpatrol/adapters"
)

var (
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
)

// handlePattern is what one types to address somebody: name or name@server.
var handlePattern = regexp.MustCompile(`^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@[\p{L}\p{N}._-]+(?::[0-9]+)?)?$`)

// mentionPattern finds what a server would take as a mention. The character
// before it keeps e-mail addresses and links out.
var mentionPattern = regexp.MustCompile(`(?:^|[^=/\p{L}\p{N}_])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@[\p{L}\p{N}._-]+)?)`)

// Send posts to one person only: visibility direct, with the @handle put in
// front. A text that names anybody else is refused, because a direct post reaches
// everybody it names. The prefix counts towards the length.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	text, err := a.addressed("message", m.To, m.Text)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if other := a.otherMention(m.To, m.Text); other != "" {
		return adapters.Receipt{}, rejected("message", adapters.ScopeItem,
			errors.New("the text names another account, which would receive it too: write names without @"))
	}
	s, err := a.post(ctx, "message", adapters.Private, at, newStatus{Text: text, Visibility: "direct", Language: m.Language, ReplyTo: m.InReplyTo})
	if err != nil {
		return adapters.Receipt{}, err
	}
	if !s.reaches(m.To) {
		return adapters.Receipt{}, noteToSelf(s)
	}
	return s.receipt(), nil
}

// Comment answers in public, under somebody's post.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	if c.Parent == "" {
		return adapters.Receipt{}, rejected("comment", adapters.ScopeItem, errors.New("there is no post to answer"))
	}
	text, err := a.addressed("comment", c.To, c.Text)
	if err != nil {
		return adapters.Receipt{}, err
	}
	s, err := a.post(ctx, "comment", adapters.InReply, at, newStatus{Text: text, Visibility: a.options.replies, Language: c.Language, ReplyTo: c.Parent})
	if err != nil {
		return adapters.Receipt{}, err
	}
	return s.receipt(), nil
}

// addressed puts "@handle " in front.
func (a *account) addressed(op string, to adapters.Person, text string) (string, error) {
	handle := strings.TrimPrefix(to.Handle, "@")
	if !handlePattern.MatchString(handle) {
		return "", rejected(op, adapters.ScopeRecipient, fmt.Errorf("the recipient's handle (%d bytes) is none a server would understand", len(to.Handle)))
	}
	if text == "" {
		return "", rejected(op, adapters.ScopeItem, errors.New("the text is empty"))
	}
	return "@" + handle + " " + text, nil
}

// otherMention returns a handle in text that is neither the recipient nor us.
func (a *account) otherMention(to adapters.Person, text string) string {
	for _, m := range mentionPattern.FindAllStringSubmatch(text, -1) {
		if h := m[1]; !strings.EqualFold(h, strings.TrimPrefix(to.Handle, "@")) && !strings.EqualFold(h, a.self.Acct) {
			return h
		}
	}
	return ""
}

// reaches says whether the server will deliver a direct post to that person. A
// server that does not list mentions is believed.
func (s status) reaches(to adapters.Person) bool {
	if s.Mentions == nil {
		return true
	}
	for _, m := range s.Mentions {
		if to.ID != "" && string(m.ID) == to.ID || strings.EqualFold(m.Acct, strings.TrimPrefix(to.Handle, "@")) {
			return true
		}
	}
	return false
}

// noteToSelf: a direct post that names nobody the server knows is kept as a note
// to oneself, with a success. It reached nobody, and never will.
func noteToSelf(s status) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeRecipient, Op: "message", Phase: adapters.Answered, Ref: adapters.Ref(s.ID),
		Err: errors.New("the server does not know the recipient and kept the message as a note to ourselves")}
}
