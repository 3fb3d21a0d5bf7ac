package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"

	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// Cluster is clues whose texts are nearly the same.
type Cluster struct {
	Envelope
	*bots.Cluster
}

// ClusterView is a cluster with one page of what belongs to it, newest first.
type ClusterView struct {
	Cluster Cluster  `json:"cluster"`
	Clues   []Clue   `json:"members"`
	Askers  []Report `json:"askers"` // people who sent us the same text
	After   string   `json:"after,omitempty"`
}

// Dismissed is what became of the open clues of a cluster's page.
type Dismissed struct {
	Clues   []string          `json:"clues"`             // that were dismissed
	Refused map[string]string `json:"refused,omitempty"` // why others were not, by clue
	Waiting []string          `json:"waiting,omitempty"` // accepted and not decided yet: repeat the call
	More    bool              `json:"more,omitempty"`    // the cluster has a next page
}

func newCluster(r *bots.Cluster) Cluster { return Cluster{envelope(&r.Head), r} }

func (a *API) clusterRoutes() {
	a.get("GET /api/v1/clusters", a.clusters)
	a.get("GET /api/v1/clusters/{id}", a.cluster)
	a.get("POST /api/v1/clusters/{id}/dismiss", a.dismissCluster)
}

// clusters lists them for whoever may see their clues.
func (a *API) clusters(c call) (any, error) {
	if !view.May(c.officer, bots.KindClue) {
		return nil, errNotYours
	}
	return list(a, bots.ClusterOpen, newCluster)(c)
}

func (a *API) clusterOf(c call) (view.Cluster, error) {
	if !view.May(c.officer, bots.KindClue) {
		return view.Cluster{}, errNotYours
	}
	return view.ClusterOf(c.Context(), a.desk, c.PathValue("id"), c.URL.Query().Get("after"), defaultPage)
}

func (a *API) cluster(c call) (any, error) {
	k, err := a.clusterOf(c)
	if err != nil {
		return nil, err
	}
	v := ClusterView{Cluster: newCluster(k.Cluster), Clues: []Clue{}, Askers: []Report{}, After: k.Next}
	for _, m := range k.Members {
		v.Clues = append(v.Clues, newClue(m))
	}
	for _, r := range k.Askers {
		v.Askers = append(v.Askers, newReport(r))
	}
	return v, nil
}

// dismissCluster dismisses every open clue of a page, each for itself.
func (a *API) dismissCluster(c call) (any, error) {
	var in Decision
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	if len(in.FormKey) > maxFormKey {
		return nil, invalid("formKey", "at most %d characters", maxFormKey)
	}
	var why bots.Decision
	if err := reason(&in, &why); err != nil {
		return nil, err
	}
	k, err := a.clusterOf(c)
	if err != nil {
		return nil, err
	}
	key := cmp.Or(in.FormKey, rand.Text())
	done := Dismissed{Clues: []string{}, Refused: map[string]string{}, More: k.Next != ""}
	for _, d := range k.Dismissals(why.Reason) {
		d.Officer = c.officer.ID
		res, err := a.desk.Submit(c.Context(), d, "api/"+key+"/"+d.On.ID)
		switch {
		case err != nil:
			return nil, err
		case res.Status == bots.Refused:
			done.Refused[d.On.ID] = res.Message
		case res.Status == bots.Applied:
			done.Clues = append(done.Clues, d.On.ID)
		default:
			done.Waiting = append(done.Waiting, d.On.ID)
		}
	}
	return done, nil
}

// Clusters lists clusters: those with clues that nobody has decided on, unless p says otherwise.
func (c *Client) Clusters(ctx context.Context, p Paging) (Page[Cluster], error) {
	return read[Page[Cluster]](ctx, c, p.path("/clusters"))
}

// Cluster returns a cluster with one page of what belongs to it.
func (c *Client) Cluster(ctx context.Context, id, after string) (ClusterView, error) {
	return read[ClusterView](ctx, c, at("/clusters", id)+"?after="+url.QueryEscape(after))
}

// DismissCluster dismisses every open clue of a cluster's first page, each for itself: one that waits for its warning stays.
func (c *Client) DismissCluster(ctx context.Context, id, why string) (d Dismissed, err error) {
	err = c.do(ctx, http.MethodPost, at("/clusters", id, "dismiss"), Decision{Reason: why}, &d)
	return d, err
}
