package bots

import "time"

// The kinds of [Cluster] and [Tie].
const (
	KindCluster RecordKind = "cluster"
	KindTie     RecordKind = "tie"
)

// Cluster is near-duplicate clues: one card on the desk. Its id is that of its first clue, whose text the
// others are held against. It holds nobody's words. States: open while one of its clues waits
// for an officer, else done.
type Cluster struct {
	Head
	Category Category `json:"category"`
	Clues    int      `json:"clues"`           // that ever belonged to it
	Open     int      `json:"open"`            // that nobody has decided on
	Acted    int      `json:"acted,omitempty"` // whose authors were warned, or that were reported to their platform
	Asked    int      `json:"asked,omitempty"` // people who sent us the same text, to report it or to ask
	Newest   string   `json:"newest"`          // its newest clue
	Keys     []string `json:"keys,omitempty"`  // streams of the ties by which it is found
}

// RecordKind implements [Record].
func (*Cluster) RecordKind() RecordKind { return KindCluster }

// The states of a cluster.
const (
	ClusterOpen = "open"
	ClusterDone = "done"
)

// Tie says that a record has something in common with every other one that is tied to the same Stream: a
// number that several reports name, the text of several clues. What it is cannot be read from the Stream,
// which is a keyed digest.
type Tie struct {
	Head
	On Target `json:"on"`
}

// RecordKind implements [Record].
func (*Tie) RecordKind() RecordKind { return KindTie }

// Refutation is what a bulletin says is false. People who send us one of its claims are told so.
type Refutation struct {
	Claims []string `json:"claims"` // the rumour as it goes round, in each of its wordings
	Basis  string   `json:"basis"`  // who verified it and by what, as the approver saw it
}

// Alike is something we know that a text reads nearly like.
type Alike struct {
	On      Target `json:"on"`      // a cluster, or a bulletin that refutes the text
	Percent int    `json:"percent"` // how surely
	// Retold says that it tells what a bulletin refutes in other words, or of another place or with other figures: near it, and for
	// an officer to compare.
	Retold bool `json:"retold,omitempty"`

	Category Category `json:"category,omitempty"` // of a cluster

	// Of a bulletin: where it came out first, preferring the account that is asked.
	Title string    `json:"title,omitempty"`
	Unit  string    `json:"unit,omitempty"` // who speaks there
	Code  string    `json:"code,omitempty"` // printed in it
	At    time.Time `json:"at,omitzero"`
}

// Told are the variables of the template that tells somebody of a bulletin: when, by whom and where their
// text was refuted. Dates are those of Beijing.
func (a Alike) Told() map[string]string {
	beijing := time.FixedZone("Asia/Shanghai", 8*60*60)
	return map[string]string{"Title": a.Title, "By": a.Unit, "Notice": a.Code, "Date": a.At.In(beijing).Format("2006年1月2日"), "Day": a.At.In(beijing).Format(time.DateOnly)}
}

// Share ties a report to every other one that names the same thing: a number, an account, a link. What
// is the bot's word for it and is kept as a keyed digest only. Of one conversation the newest report
// counts. [Facts.Find] with [KindTie] and What for the stream lists who named it, one id a conversation.
type Share struct{ Report, What string }

// JoinCluster says that a report is about the text of a cluster. It counts once for a conversation.
type JoinCluster struct{ Cluster, Report string }

// JoinNear says that a report tells what a bulletin refutes in other words, see [Alike.Retold]. It counts once for a conversation,
// and all who send such a thing are one alarm about the bulletin.
type JoinNear struct{ Bulletin, Report string }

func (Share) effect()       {}
func (JoinCluster) effect() {}
func (JoinNear) effect()    {}
