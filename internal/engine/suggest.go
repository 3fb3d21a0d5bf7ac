package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Suggestions are the answers that bots suggest in a conversation: rendered, and only those that
// the linter and the platform would let pass. It reads, and changes nothing.
func (e *Engine) Suggestions(ctx context.Context, conversation string, now time.Time) ([]bots.Suggested, error) {
	l := looker{
		get:  func(kind bots.RecordKind, id string) (bots.Record, error) { return e.o.Store.Get(ctx, kind, id) },
		list: func(q record.Query) ([]bots.Record, error) { return e.o.Store.List(ctx, q) },
	}
	conv, err := find[bots.Conversation](l, conversation)
	if err != nil || conv == nil {
		return nil, err
	}
	return e.suggested(l, conv, now)
}

// looker reads records, inside a commit or outside.
type looker struct {
	get  func(bots.RecordKind, string) (bots.Record, error)
	list func(record.Query) ([]bots.Record, error)
}

// find reads a record; nil: there is none.
func find[T any, P interface {
	*T
	bots.Record
}](l looker, id string) (*T, error) {
	if id == "" {
		return nil, nil
	}
	r, err := l.get(P(nil).RecordKind(), id)
	if errors.Is(err, record.ErrNotFound) || err == nil && r.Meta().Erased {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return any(r).(*T), nil
}

func (e *Engine) suggested(l looker, conv *bots.Conversation, now time.Time) ([]bots.Suggested, error) {
	account, err := find[bots.Account](l, conv.Account)
	if err != nil || account == nil || account.Mode() == bots.Observe {
		return nil, err
	}
	s, err := situation(l, conv, now)
	if err != nil {
		return nil, err
	}
	var all []bots.Suggested
	for _, b := range e.o.Bots {
		chooser, ok := b.(bots.Suggester)
		if !ok {
			continue
		}
		for _, x := range chooser.Suggest(s) {
			if r, fits := e.wordedFor(conv, account, s.Report.Reference, x); fits {
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// situation is what a suggestion may rest on.
func situation(l looker, conv *bots.Conversation, now time.Time) (bots.Situation, error) {
	s := bots.Situation{Now: now, Warned: conv.Warning != ""}
	r, err := find[bots.Report](l, conv.Report)
	if err != nil {
		return s, err
	}
	if r != nil {
		s.Report = *r
	}
	newest, err := l.list(record.Query{Kind: bots.KindEvent, Stream: cmp.Or(conv.Stream, conv.ID), Newest: true, Limit: 20})
	if err != nil {
		return s, err
	}
	for _, one := range newest {
		ev, ok := one.(*bots.Event)
		if !ok || ev.Kind != bots.MessageHeard {
			continue
		}
		if h, ok := ev.Body.(*bots.Heard); ok && h.Text != "" {
			s.Last = h.Text
			break
		}
	}
	return s, nil
}

// standIn stands where the code of a real message will stand.
const standIn = "22222222"

// wordedFor renders a suggestion; false: it would not be let pass, or a template is amiss.
func (e *Engine) wordedFor(conv *bots.Conversation, account *bots.Account, reference string, x bots.Suggestion) (s bots.Suggested, fits bool) {
	lang, vars := cmp.Or(conv.Language, account.Language), map[string]string{}
	maps.Copy(vars, x.Vars)
	vars["Unit"], vars["Code"], vars["Automatic"], vars["Reference"] = account.Unit, standIn, "", reference
	whole, err := e.o.Writer.Render(lang, x.Template, vars)
	if err != nil {
		return s, false
	}
	vars["Text"] = standIn
	own, err := e.o.Writer.Render(lang, officerTemplate, vars)
	if err != nil {
		return s, false
	}
	speaker, ok := strings.CutPrefix(own.Text, standIn)
	body, ends := strings.CutSuffix(whole.Text, speaker)
	if !ok || !ends || e.o.Writer.Lint(whole.Text) != nil {
		return s, false
	}
	s = bots.Suggested{Suggestion: x, Rev: whole.Rev, Text: strings.TrimSpace(body)}
	if l, limited := e.limits(account.ID, adapters.Private); limited {
		if l.Check(whole.Text) != nil {
			return s, false
		}
		s.Length, s.Max, s.Unit = l.Measure(whole.Text), l.Max, l.Unit
	}
	return s, true
}

// officerTemplate carries an officer's own words.
const officerTemplate = "officer"

// wording is what an officer's answer is made of: a suggestion's template where the text is that of
// one, unchanged; else their own words.
func (c *commit) wording(conv *bots.Conversation, text string) (template string, vars map[string]string, err error) {
	all, err := c.e.suggested(looker{c.tx.Get, c.tx.List}, conv, c.now)
	if err != nil {
		return "", nil, err
	}
	for _, s := range all {
		if s.Text == strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) {
			return s.Template, maps.Clone(s.Vars), nil
		}
	}
	return officerTemplate, map[string]string{"Text": text}, nil
}
