package engine

import (
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// maxFiles bounds the files a proof of receipt covers.
const maxFiles = 1000

// prove writes the proof of receipt for a text that has room for one. It is signed anew each
// time, over what has been received by then; there is none of what was erased.
func (c *commit) prove(d *bots.Draft) (string, error) {
	t, ok := c.e.o.Writer.Describe(d.Template)
	if c.e.o.Prove == nil || d.About.Kind != bots.KindReport || !ok || !slices.Contains(t.Vars, "Proof") {
		return "", nil
	}
	r, err := record.Load[bots.Report](c.tx, d.About.ID)
	if err != nil || r.Erased {
		return "", err
	}
	kept, err := c.tx.List(record.Query{Kind: record.KindEvidence, Stream: r.Stream, State: record.EvidenceKept, Limit: maxFiles})
	if err != nil {
		return "", err
	}
	return c.e.o.Prove(r, record.FilesOf(r, kept)), nil
}
