package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// mostCandidates bounds what a text is held against.
const mostCandidates = 16

// lister lists heads, in a transaction or outside.
type lister func(record.Query) ([]bots.Record, error)

// alikeStreams are the streams of the ties by which a text is found; none for a text that is too short.
func (e *Engine) alikeStreams(text string) []string {
	keys := e.o.Sieve.Keys(text)
	for i, k := range keys {
		keys[i] = record.AlikeStream(e.o.Tags.Tag, k)
	}
	return keys
}

// candidates are what a text might be like, what shares most with it first.
func candidates(list lister, streams []string, kind bots.RecordKind) ([]string, error) {
	shared := map[string]int{}
	for _, s := range streams {
		page, err := list(record.Query{Kind: bots.KindTie, Stream: s, Limit: mostCandidates, Newest: true, Heads: true})
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if on := record.TiedTo(r.Meta()); on.Kind == kind && !r.Meta().Erased {
				shared[on.ID]++
			}
		}
	}
	ids := slices.SortedFunc(maps.Keys(shared), func(a, b string) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a, b))
	})
	return ids[:min(len(ids), mostCandidates)], nil
}

// cluster files a new clue in the cluster whose text it repeats, or in one of its own. It happens inside the
// commit, so that of twenty copies that come at once nineteen find the first.
func (c *commit) cluster(clue *bots.Clue) error {
	streams := c.e.alikeStreams(clue.Text)
	k, err := c.clusterOf(clue, streams)
	if err != nil {
		return err
	}
	if k == nil {
		k = record.NewCluster(clue, streams)
		for _, s := range streams {
			if err := c.tieAlike(s, bots.Target{Kind: bots.KindCluster, ID: k.ID}); err != nil {
				return err
			}
		}
	}
	record.Cluster(k, clue, c.now)
	on := bots.Target{Kind: bots.KindClue, ID: clue.ID}
	return errors.Join(c.tx.Put(k), c.tie(record.ClusterStream(k.ID), clue.ID, on))
}

// clusterOf is the one a clue names or repeats; nil: none.
func (c *commit) clusterOf(clue *bots.Clue, streams []string) (*bots.Cluster, error) {
	ids, err := []string{clue.Cluster}, error(nil)
	if clue.Cluster == "" {
		if ids, err = candidates(c.tx.List, streams, bots.KindCluster); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		first, err := record.Load[bots.Clue](c.tx, id)
		if errors.Is(err, record.ErrNotFound) || err == nil && clue.Cluster == "" && (first.Erased || !c.e.o.Sieve.Same(first.Text, clue.Text)) {
			continue
		}
		if err != nil {
			return nil, err
		}
		k, err := record.Load[bots.Cluster](c.tx, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		return k, err
	}
	return nil, nil
}

// settled notes in its cluster that a clue was decided on; was is its state before.
func (c *commit) settled(clue *bots.Clue, was string) error {
	k, err := record.Load[bots.Cluster](c.tx, clue.Cluster)
	if errors.Is(err, record.ErrNotFound) {
		return nil // a clue from before there were clusters
	}
	if err != nil {
		return err
	}
	record.SettleClue(k, clue, was, c.now)
	return c.tx.Put(k)
}

// tieAlike ties what a text may be like to one of the text's streams. What it is can be read from the head.
func (c *commit) tieAlike(stream string, on bots.Target) error {
	return c.tie(stream, record.AlikeWho(on), on)
}

// tie ties a record to a stream, once for each who.
func (c *commit) tie(stream, who string, on bots.Target) error {
	id := record.TieID(stream, who)
	t, err := record.Load[bots.Tie](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		t, err = &bots.Tie{Head: c.head(id, "kept")}, nil
		t.Stream = stream
	}
	if err != nil {
		return err
	}
	t.On, t.Updated = on, c.now
	return c.tx.Put(t)
}

// mostShared bounds the ties a report remembers, because a record has a size.
const mostShared = 40

// share ties a report to the others that name the same thing.
func (c *commit) share(x bots.Share) error {
	r, err := record.Load[bots.Report](c.tx, x.Report)
	if err != nil {
		return err
	}
	stream := c.e.sharedStream(x.What)
	if len(r.Shared) < mostShared && !slices.Contains(r.Shared, stream) {
		r.Shared = append(r.Shared, stream)
		if err := c.tx.Put(r); err != nil {
			return err
		}
	}
	return c.tie(stream, c.ev.Stream, bots.Target{Kind: bots.KindReport, ID: x.Report})
}

// unshare ends what share tied. An officer who was told of the tie before stays told.
func (c *commit) unshare(x bots.Unshare) error {
	r, err := record.Load[bots.Report](c.tx, x.Report)
	if err != nil {
		return err
	}
	stream := c.e.sharedStream(x.What)
	r.Shared = slices.DeleteFunc(slices.Clone(r.Shared), func(s string) bool { return s == stream })
	c.audit("unshare", bots.Target{Kind: bots.KindReport, ID: r.ID}, r.Reference, "")
	err = c.tx.Delete(bots.KindTie, record.TieID(stream, c.ev.Stream))
	if errors.Is(err, record.ErrNotFound) {
		err = nil
	}
	return errors.Join(err, c.tx.Put(r))
}

func (e *Engine) sharedStream(what string) string { return record.SharedStream(e.o.Tags.Tag, what) }

// joinCluster counts who sent us the text of a cluster.
func (c *commit) joinCluster(x bots.JoinCluster) error {
	k, err := record.Load[bots.Cluster](c.tx, x.Cluster)
	if err != nil {
		return err
	}
	stream := record.ClusterStream(k.ID)
	_, err = record.HeadOf(c.tx, bots.KindTie, record.TieID(stream, c.ev.Stream))
	if errors.Is(err, record.ErrNotFound) {
		k.Asked++
		k.Updated, err = c.now, c.tx.Put(k)
	}
	return errors.Join(err, c.tie(stream, c.ev.Stream, bots.Target{Kind: bots.KindReport, ID: x.Report}))
}

// refutes makes a bulletin be found by the claims it refutes, once it is out.
func (c *commit) refutes(b *bots.Bulletin) error {
	if b.Refutes == nil {
		return nil
	}
	for _, claim := range b.Refutes.Claims {
		streams := c.e.alikeStreams(claim)
		if len(streams) == 0 {
			return refuse("claim-short", "the claim is too short to be told from other texts: %s", claim)
		}
		for _, s := range streams {
			if err := c.tieAlike(s, bots.Target{Kind: bots.KindBulletin, ID: b.ID}); err != nil {
				return err
			}
		}
	}
	return c.tieAlike(c.e.claimsStream(), bots.Target{Kind: bots.KindBulletin, ID: b.ID})
}

// Alike implements [bots.Facts].
func (f *facts) Alike(text string, limit int) []bots.Alike {
	f.alive()
	all, err := f.e.alike(f.ctx, f.ev.Account, text)
	f.fail(err)
	all = all[:min(len(all), limit)]
	var answer any
	if len(all) > 0 {
		answer = all
	}
	f.note(askAlike(text, limit), answer, 0) // advisory, as counts are
	return all
}

func askAlike(text string, limit int) string {
	return fmt.Sprintf("alike %s %d", digestOf(text), limit)
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

func (e *Engine) alike(ctx context.Context, account, text string) (all []bots.Alike, err error) {
	streams := e.alikeStreams(text)
	list := func(q record.Query) ([]bots.Record, error) { return e.o.Store.List(ctx, q) }
	for kind, look := range map[bots.RecordKind]func(context.Context, string, string, string) (bots.Alike, error){
		bots.KindCluster: e.likeCluster, bots.KindBulletin: e.refuted,
	} {
		ids, err := candidates(list, streams, kind)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			a, err := look(ctx, account, id, text)
			if err != nil && !errors.Is(err, record.ErrNotFound) {
				return nil, err
			}
			if a.Percent > 0 {
				a.On = bots.Target{Kind: kind, ID: id}
				all = append(all, a)
			}
		}
	}
	if !slices.ContainsFunc(all, func(a bots.Alike) bool { return a.On.Kind == bots.KindBulletin }) {
		retold, err := e.retold(ctx, account, text)
		if err != nil {
			return nil, err
		}
		all = append(all, retold...)
	}
	slices.SortFunc(all, func(a, b bots.Alike) int {
		return cmp.Or(cmp.Compare(b.Percent, a.Percent), strings.Compare(a.On.String(), b.On.String()))
	})
	return all, nil
}

// likeCluster holds a text against a cluster. One whose clues were all dismissed is like nothing.
func (e *Engine) likeCluster(ctx context.Context, _, id, text string) (bots.Alike, error) {
	k, err := record.Fetch[bots.Cluster](ctx, e.o.Store, id)
	if err != nil || k.Open+k.Acted == 0 {
		return bots.Alike{}, err
	}
	first, err := record.Fetch[bots.Clue](ctx, e.o.Store, id)
	if err != nil || first.Erased {
		return bots.Alike{}, err
	}
	return bots.Alike{Percent: e.o.Sieve.Repeats(text, first.Text), Category: k.Category}, nil
}

// refuted holds a text against a bulletin. One that is not out, or that was set right since, refutes nothing. A text that repeats
// a claim and changes anything in it, a place or a figure above all, is only near it.
func (e *Engine) refuted(ctx context.Context, account, id, text string) (a bots.Alike, err error) {
	b, err := record.Fetch[bots.Bulletin](ctx, e.o.Store, id)
	if err != nil || b.State != bots.BulletinReleased || b.Refutes == nil {
		return a, err
	}
	percent, copies := 0, false
	for _, claim := range b.Refutes.Claims {
		percent = max(percent, e.o.Sieve.Repeats(text, claim))
		copies = copies || e.o.Sieve.Copies(text, claim)
	}
	if percent == 0 {
		return a, nil
	}
	a, err = e.saidWhere(ctx, account, b, percent)
	a.Retold = !copies
	return a, err
}

// saidWhere is where a bulletin came out first, preferring the account that is asked.
func (e *Engine) saidWhere(ctx context.Context, account string, b *bots.Bulletin, percent int) (a bots.Alike, err error) {
	for _, draft := range b.Drafts {
		out, err := e.cameOut(ctx, draft)
		if err != nil {
			return a, err
		}
		if out == nil || a.Code != "" && out.Account != account && !cameOutAt(out).Before(a.At) {
			continue
		}
		speaks, err := record.Fetch[bots.Account](ctx, e.o.Store, out.Account)
		if err != nil {
			return a, err
		}
		a = bots.Alike{Percent: percent, Title: b.Title, Unit: speaks.Unit, Code: out.Code, At: cameOutAt(out)}
		if out.Account == account {
			return a, nil
		}
	}
	return a, nil
}

// cameOut is the send a draft became, if it is out and nothing set it right; else nil.
func (e *Engine) cameOut(ctx context.Context, draft string) (*record.Item, error) {
	d, err := record.Fetch[bots.Draft](ctx, e.o.Store, draft)
	if err != nil || d.Item == "" {
		return nil, err
	}
	i, err := record.Fetch[record.Item](ctx, e.o.Store, d.Item)
	if err != nil || i.State != record.ItemDelivered || !i.Gone.IsZero() || len(i.Corrected) > 0 {
		return nil, err
	}
	return i, nil
}

// cameOutAt is when, as the platform says, else as we know.
func cameOutAt(i *record.Item) time.Time {
	if !i.Receipt.At.IsZero() || len(i.Attempts) == 0 {
		return i.Receipt.At
	}
	return i.Attempts[len(i.Attempts)-1].Ended
}

// clusteredMark notes that every open clue belongs to a cluster.
const clusteredMark = "clustered"

// clusterOld files clues from before there were clusters, once.
func (e *Engine) clusterOld(ctx context.Context) error {
	_, err := record.Fetch[record.Mark](ctx, e.o.Store, clusteredMark)
	if !errors.Is(err, record.ErrNotFound) {
		return err
	}
	q := record.Query{Kind: bots.KindClue, State: bots.ClueOpen, Limit: 200}
	for {
		page, err := e.o.Store.List(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := e.clusterOne(ctx, r.Meta()); err != nil {
				return fmt.Errorf("clue %s: %w", r.Meta().ID, err)
			}
		}
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].Meta().ID
	}
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		return tx.Put(&record.Mark{Head: bots.Head{ID: clusteredMark, State: "done"}, Value: "1"})
	})
}

func (e *Engine) clusterOne(ctx context.Context, h *bots.Head) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		clue, err := record.Load[bots.Clue](tx, h.ID)
		if err != nil || clue.Erased || clue.Cluster != "" {
			return err
		}
		c := e.newCommit(tx, &bots.Event{Head: *h, Accepted: clue.Updated}, nil)
		if err := c.cluster(clue); err != nil {
			return err
		}
		return tx.Put(clue)
	})
}
