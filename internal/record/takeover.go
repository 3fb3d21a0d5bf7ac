package record

import (
	"netpatrol/adapters"
	"netpatrol/bots"
)

// Takeover is what stood on the platform before an account was taken over: its console's
// automatic replies, menu, followers and articles. It is kept so that whoever wants the
// old state back knows what it was. Its id is the account's; a later one takes its place.
type Takeover struct {
	bots.Head
	Account string          `json:"account"`
	By      string          `json:"by"` // officer who asked
	Survey  adapters.Survey `json:"survey"`
}

// RecordKind implements [bots.Record].
func (*Takeover) RecordKind() bots.RecordKind { return KindTakeover }
