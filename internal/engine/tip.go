package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// tipStream names what belongs to one tip. All of it is sealed under a key of its own.
func (e *Engine) tipStream(officer, formKey string) string {
	return "tip/" + e.o.Tags.Tag("tip", officer+"|"+formKey)
}

// KeepTipPicture keeps the picture of a tip that is about to be sent by the same form, and
// returns the fields that name it. A tip that is never sent leaves a stray file, which is swept.
func (e *Engine) KeepTipPicture(ctx context.Context, officer, formKey string, from io.Reader) (map[string]string, error) {
	if e.o.Evidence == nil {
		return nil, refuse("no-evidence", "this station keeps no evidence")
	}
	by, err := record.Fetch[record.Officer](ctx, e.o.Store, officer)
	if err != nil || !by.Is(record.Volunteer) {
		return nil, errors.Join(err, refuse("role", "%s is no volunteer", officer))
	}
	kept, err := e.o.Evidence.Keep(ctx, e.tipStream(officer, formKey), from)
	var unfit *Unfit
	if errors.As(err, &unfit) || err == nil && !strings.HasPrefix(kept.Type, "image/") {
		return nil, refuse("no-picture", "it is no picture that can be kept")
	}
	if err != nil {
		return nil, fmt.Errorf("keep the picture of a tip: %w", err)
	}
	return map[string]string{"picture": kept.SHA256, "type": kept.Type, "size": strconv.FormatInt(kept.Size, 10)}, nil
}

// sendTip files a volunteer's tip as a clue for an officer.
func (c *commit) sendTip(by *record.Officer, d *bots.Decision) error {
	today := "tips/" + by.ID
	clue, err := record.NewTip(by, c.counted(today), d.Fields)
	if err != nil {
		return err
	}
	clue.Head = c.head(bots.NewID(*c.ev, "clue"), bots.ClueOpen)
	clue.Seen, clue.Hits = c.now, c.e.o.Sieve.Sift(clue.Text)
	clue.Evidence = bots.Evidence("", by.ID, clue.Text, c.now)
	if err := c.tipPicture(clue, d.Fields); err != nil {
		return err
	}
	c.audit("tip", bots.Target{Kind: bots.KindClue, ID: clue.ID}, "", string(clue.Category)+" "+clue.Tip.Grade+clue.Tip.Worth)
	return errors.Join(c.cluster(clue), c.count(today), c.count("tips"), c.put(clue))
}

// counted is what [commit.count] has counted today.
func (c *commit) counted(name string) int {
	t, err := record.Load[bots.Tally](c.tx, c.e.tallyID(name, c.now))
	if err != nil {
		return 0
	}
	return int(t.N)
}

func (c *commit) tipPicture(clue *bots.Clue, f map[string]string) error {
	if f["picture"] == "" {
		return nil
	}
	size, err := strconv.ParseInt(f["size"], 10, 64)
	if err != nil {
		return refuse("no-picture", "the size of the picture is no number")
	}
	v := &record.Evidence{
		Head: c.head(clue.ID+".picture", record.EvidenceKept), Account: clue.Account, Event: c.ev.ID, By: clue.Tip.By,
		Sent: c.now, Settled: c.now, Type: f["type"], Size: size, SHA256: f["picture"],
	}
	clue.Tip.Picture = v.ID
	c.e.toScan(v, c.now)
	c.timed = true
	return c.tx.Put(v)
}
