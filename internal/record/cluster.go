package record

import (
	"strings"
	"time"

	"netpatrol/bots"
)

// The streams of ties. A key or a name is only in them as a keyed digest.

// AlikeStream is of what may be like a text that has the key.
func AlikeStream(tag func(scope, value string) string, key string) string {
	return "alike/" + tag("alike", key)
}

// SharedStream is of the reports that name one thing.
func SharedStream(tag func(scope, value string) string, what string) string {
	return "shared/" + tag("shared", what)
}

// ClusterStream is of the clues of a cluster, and of the reports about its text.
func ClusterStream(cluster string) string { return "cluster/" + cluster }

// NearStream is of the reports that tell in other words what a bulletin refutes.
func NearStream(bulletin string) string { return "near/" + bulletin }

// NearAlarm names the one alarm about them.
func NearAlarm(bulletin string) string { return "near/" + bulletin }

// SiteStream is of the reports by people who came from a partner site.
func SiteStream(site string) string { return "from-site/" + site }

// TieID names a tie to a stream: one for each who.
func TieID(stream, who string) string { return stream + "|" + who }

// AlikeWho is the who of a tie to an alike stream.
func AlikeWho(on bots.Target) string { return string(on.Kind) + "|" + on.ID }

// TiedTo reads from the head of a tie to an alike stream what it ties.
func TiedTo(h *bots.Head) bots.Target {
	_, who, _ := strings.Cut(h.ID, "|")
	kind, id, _ := strings.Cut(who, "|")
	return bots.Target{Kind: bots.RecordKind(kind), ID: id}
}

// NewCluster begins a cluster with its first clue, which [Cluster] then files in it. It is found by keys.
func NewCluster(first *bots.Clue, keys []string) *bots.Cluster {
	return &bots.Cluster{Head: bots.Head{ID: first.ID, Created: first.Created}, Category: first.Category, Keys: keys}
}

// Cluster files an open clue in a cluster.
func Cluster(k *bots.Cluster, clue *bots.Clue, now time.Time) {
	clue.Cluster = k.ID
	k.Clues++
	k.Open++
	k.State, k.Newest, k.Updated = bots.ClusterOpen, clue.ID, now
}

// SettleClue notes in its cluster that a clue is no longer in the state was.
func SettleClue(k *bots.Cluster, clue *bots.Clue, was string, now time.Time) {
	if clue.State == was {
		return
	}
	count := func(state string, by int) {
		switch state {
		case bots.ClueOpen:
			k.Open += by
		case bots.ClueWarned, bots.ClueFlagged:
			k.Acted += by
		}
	}
	count(was, -1)
	count(clue.State, 1)
	k.State, k.Updated = bots.ClusterOpen, now
	if k.Open <= 0 {
		k.State = bots.ClusterDone
	}
}

// What a bulletin may refute, because a record has a size.
const (
	maxClaims = 10
	maxClaim  = 2000 // bytes
	maxBasis  = 2000
)

// NewRefutation reads what a bulletin refutes: one claim a line, as it goes round, and who verified that
// it is false. Nil: it refutes nothing.
func NewRefutation(claims, basis string) (*bots.Refutation, error) {
	r := &bots.Refutation{Basis: strings.TrimSpace(basis)}
	for line := range strings.Lines(claims) {
		if line = strings.TrimSpace(line); line != "" {
			r.Claims = append(r.Claims, line)
		}
	}
	switch {
	case len(r.Claims) == 0 && r.Basis == "":
		return nil, nil
	case len(r.Claims) == 0:
		return nil, refuse("no-claim", "write the claim that is refuted, as it goes round")
	case r.Basis == "":
		return nil, refuse("no-basis", "say who verified that it is false, and by what: the approver sees it")
	case len(r.Claims) > maxClaims || len(r.Basis) > maxBasis:
		return nil, refuse("claim-long", "at most %d wordings, and %d bytes of who verified it", maxClaims, maxBasis)
	}
	for _, c := range r.Claims {
		if len(c) > maxClaim {
			return nil, refuse("claim-long", "a claim has at most %d bytes", maxClaim)
		}
	}
	return r, nil
}
