package console

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// clueCard is one card of the list: a cluster of clues, or a clue alone.
type clueCard struct {
	*bots.Clue               // the newest of the cluster
	Group      *bots.Cluster // nil: a clue alone
}

// Link leads to the clue, or to the others that are like it.
func (k clueCard) Link() string {
	if k.Group != nil && (k.Group.Clues > 1 || k.Group.Asked > 0) {
		return clusterPath(k.Group.ID)
	}
	return cluePath(k.ID)
}

func clusterPath(id string) string { return "/clusters/" + url.PathEscape(id) }

// openClues lists what waits, one card for each cluster.
func (c *Console) openClues(v *visit, q record.Query) (cards []clueCard, next string, err error) {
	q.State = bots.ClusterOpen
	groups, err := view.List[bots.Cluster](v.ctx(), c.desk, q)
	if err != nil {
		return nil, "", err
	}
	for _, g := range groups {
		clue, err := record.Fetch[bots.Clue](v.ctx(), c.desk, g.Newest)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		cards = append(cards, clueCard{clue, g})
	}
	return cards, more(groups), nil
}

// settledClues lists what was decided, each clue for itself.
func (c *Console) settledClues(v *visit, q record.Query) (cards []clueCard, next string, err error) {
	clues, err := view.List[bots.Clue](v.ctx(), c.desk, q)
	for _, clue := range clues {
		cards = append(cards, clueCard{Clue: clue})
	}
	return cards, more(clues), err
}

type clusterPage struct{ view.Cluster }

// Decidable says how many of the members that are shown can be dismissed together.
func (p clusterPage) Decidable() int { return len(p.Dismissals("")) }

func (c *Console) cluster(v *visit) error {
	if err := may(v, bots.KindClue); err != nil {
		return err
	}
	p, err := c.clusterPage(v)
	if err != nil {
		return err
	}
	return c.show(v, "cluster", "同源线索", "clues", p)
}

func (c *Console) clusterPage(v *visit) (p clusterPage, err error) {
	p.Cluster, err = view.ClusterOf(v.ctx(), c.desk, v.id(), v.r.URL.Query().Get("after"), perPage)
	return p, err
}

// dismissCluster dismisses every open clue of the page, each for itself: what waits for its warning stays.
func (c *Console) dismissCluster(v *visit) error {
	back, reason := clusterPath(v.id()), v.value("reason")
	if reason == "" {
		c.say(v, notice{Text: "请写明不予处理的理由，理由会随记录保存。", Bad: true})
		return v.to(back)
	}
	p, err := c.clusterPage(v)
	if err != nil {
		return err
	}
	key, done, refused := v.nonce, 0, ""
	for _, d := range p.Dismissals(reason) {
		v.nonce = key + "/" + d.On.ID
		a, err := c.submit(v, d)
		if err != nil {
			return err
		}
		if a.refused != "" {
			refused = a.refused
			continue
		}
		done++
	}
	n := notice{Text: fmt.Sprintf("%d 条已记为不予处理，理由记录在案。", done)}
	if refused != "" {
		n.Text, n.Bad = n.Text+"其余没有动："+strings.TrimSuffix(refused, "。")+"。", true
	}
	c.say(v, n)
	return v.to(back)
}

// mostSharing bounds the reports that are listed beside one that names the same thing.
const mostSharing = 50

// sharing are other people's reports that name something this one names, newest first.
func (c *Console) sharing(v *visit, r *bots.Report) (all []*bots.Report, err error) {
	seen := map[string]bool{r.ID: true}
	for _, stream := range r.Shared {
		ties, err := view.List[bots.Tie](v.ctx(), c.desk, record.Query{Stream: stream, Limit: mostSharing})
		if err != nil {
			return nil, err
		}
		for _, t := range ties {
			if t.Erased || seen[t.On.ID] || len(all) == mostSharing {
				continue
			}
			seen[t.On.ID] = true
			if all, err = view.Appended(v.ctx(), c.desk, all, t.On.ID); err != nil {
				return nil, err
			}
		}
	}
	all = slices.DeleteFunc(all, func(o *bots.Report) bool { return o.Conversation == r.Conversation })
	slices.SortFunc(all, func(a, b *bots.Report) int { return b.Created.Compare(a.Created) })
	return all, nil
}
