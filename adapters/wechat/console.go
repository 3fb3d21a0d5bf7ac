package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"netpatrol/adapters"
)

var _ adapters.Drafter = (*account)(nil)

// Drafts lists the drafts that people made in WeChat's console.
func (a *account) Drafts(ctx context.Context) ([]adapters.Prepared, error) {
	const op = "drafts"
	var all []listed
	err := a.walk(ctx, op, "/cgi-bin/draft/batchget", func(l listed) bool {
		all = append(all, l)
		return false
	})
	if err != nil {
		return nil, err
	}
	var out []adapters.Prepared
	for _, l := range all {
		var n note
		ours, err := a.memory.load(ctx, draftPrefix+l.MediaID, &n)
		if err != nil {
			return nil, &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
		}
		if ours && !n.Theirs || len(l.Content.News) == 0 {
			continue
		}
		out = append(out, adapters.Prepared{
			Ref: draftRef(l.MediaID), Title: l.Content.News[0].Title, Text: allWords(l.Content.News), Hash: hashOf(l.Content.News),
		})
	}
	return out, nil
}

// allWords are the words of every article, the title of each after the first before it.
func allWords(articles []news) string {
	var b strings.Builder
	for i, n := range articles {
		if i > 0 {
			b.WriteString("\n\n【" + n.Title + "】\n")
		}
		b.WriteString(strings.TrimSpace(words(n.Content)))
	}
	return b.String()
}

// hashOf covers everything of a draft that its readers get.
func hashOf(articles []news) string {
	h := sha256.New()
	for _, n := range articles {
		b, _ := json.Marshal([]string{n.Type, n.Title, n.Author, n.Digest, n.Link, n.Cover, n.Content}) // strings always encode
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// unchanged returns the media_id of a console draft, after making sure that it is still
// what was approved. One that is gone after an earlier attempt may have been sent by that: the platform,
// asked under the same key, says so.
func (a *account) unchanged(ctx context.Context, op string, at adapters.Attempt, p adapters.Part) (string, []news, error) {
	mediaID, ok := id(p.Source, draftPrefix)
	if !ok {
		return "", nil, rejected(op, adapters.ScopeItem, errors.New("the draft of the console has no media_id"))
	}
	is, err := a.articlesOf(ctx, op, mediaID)
	switch {
	case err != nil:
		return "", nil, err
	case is == nil && at.N > 1:
		return mediaID, nil, nil
	case is == nil:
		return "", nil, &adapters.Error{Class: adapters.Gone, Scope: adapters.ScopeItem, Op: op, Err: errors.New("the draft is no longer in the console's draft box")}
	}
	if hashOf(is) != p.SourceHash { // promise 1
		return "", nil, rejected(op, adapters.ScopeItem, errors.New("the draft was changed in the console after it was approved"))
	}
	return mediaID, is, nil
}

// leaveTheirs leaves a console draft where it is, for a person to send.
func (a *account) leaveTheirs(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	mediaID, is, err := a.unchanged(ctx, "publish", at, p)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if len(is) > 0 {
		a.noteTheirs(ctx, mediaID, is[0], p)
	}
	return adapters.Receipt{Ref: draftRef(mediaID), Pending: true}, nil
}

// noteTheirs remembers what a console draft held. It carries no code of ours.
func (a *account) noteTheirs(ctx context.Context, mediaID string, first news, p adapters.Part) {
	n := note{Title: p.Title, Print: fingerprint(first.Content), Theirs: true}
	if err := a.memory.keep(context.WithoutCancel(ctx), draftPrefix+mediaID, n, forever()); err != nil {
		a.log.Warn("what the draft holds cannot be kept: that a person has sent it will not be noticed", "error", err)
	}
}
