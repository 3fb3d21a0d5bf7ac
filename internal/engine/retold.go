package engine

import (
	"context"
	"errors"
	"slices"
	"sync"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// mostClaims bounds how many bulletins a text is held against for saying the same in other words: the newest.
const mostClaims = 200

// knownClaims are the claims of the newest bulletins that refute something, made ready once and until there is another.
type knownClaims struct {
	mu   sync.Mutex
	ids  []string // of bulletins
	of   []string // of each claim, its bulletin
	like func(text string) (claim, percent int)
}

// claimsStream is of the ties by which all bulletins that refute something are found.
func (e *Engine) claimsStream() string { return record.AlikeStream(e.o.Tags.Tag, "every claim") }

// retold is the bulletin whose claim a text tells in other words; none, unless it is out and stands.
func (e *Engine) retold(ctx context.Context, account, text string) ([]bots.Alike, error) {
	page, err := e.o.Store.List(ctx, record.Query{Kind: bots.KindTie, Stream: e.claimsStream(), Limit: mostClaims, Newest: true, Heads: true})
	if err != nil || len(page) == 0 {
		return nil, err
	}
	var ids []string
	for _, t := range page {
		ids = append(ids, record.TiedTo(t.Meta()).ID)
	}
	id, percent, err := e.known.find(ctx, e, ids, text)
	if err != nil || id == "" {
		return nil, err
	}
	b, err := record.Fetch[bots.Bulletin](ctx, e.o.Store, id)
	if err != nil || b.State != bots.BulletinReleased || b.Refutes == nil {
		return nil, err
	}
	a, err := e.saidWhere(ctx, account, b, percent)
	if err != nil || a.Percent == 0 {
		return nil, err
	}
	a.On, a.Retold = bots.Target{Kind: bots.KindBulletin, ID: id}, true
	return []bots.Alike{a}, nil
}

// find is the bulletin that a text is most like, and how surely.
func (k *knownClaims) find(ctx context.Context, e *Engine, ids []string, text string) (string, int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Equal(k.ids, ids) {
		if err := k.learn(ctx, e, ids); err != nil {
			return "", 0, err
		}
	}
	claim, percent := k.like(text)
	if claim < 0 {
		return "", 0, nil
	}
	return k.of[claim], percent, nil
}

func (k *knownClaims) learn(ctx context.Context, e *Engine, ids []string) error {
	var texts, of []string
	for _, id := range ids {
		b, err := record.Fetch[bots.Bulletin](ctx, e.o.Store, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if b.Refutes != nil {
			for _, claim := range b.Refutes.Claims {
				texts, of = append(texts, claim), append(of, id)
			}
		}
	}
	k.ids, k.of, k.like = ids, of, e.o.Sieve.Claims(texts)
	return nil
}
