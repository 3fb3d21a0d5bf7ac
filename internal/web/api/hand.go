package api

import (
	"context"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Comparing is what an officer needs who holds a screenshot against what was approved.
type Comparing struct {
	Item    string   `json:"item"`
	Version uint64   `json:"version"`
	By      string   `json:"by"` // who posted it
	Link    string   `json:"link,omitempty"`
	Lines   []string `json:"lines"` // say of each whether the screenshot shows it
	Shot    []byte   `json:"shot"`  // the screenshot, as a JPEG
}

// shotSide is the longer side of a screenshot, in pixels.
const shotSide = 1600

// comparison shows a screenshot that waits to be compared. That somebody looked is written down first.
func (a *API) comparison(c call) (any, error) {
	i, err := get[record.Item](a, c)
	if err != nil {
		return nil, err
	}
	if i.Hand == nil || !i.Hand.Unproven || i.Hand.Shot == "" || a.shots == nil {
		return nil, &record.Refusal{Code: "not-shown", Message: "no screenshot waits to be compared"}
	}
	e, err := record.Fetch[record.Evidence](c.Context(), a.desk, i.Hand.Shot)
	if err != nil {
		return nil, err
	}
	if !view.Sees(c.officer, e) {
		return nil, errNotYours
	}
	err = view.Look(c.Context(), a.desk, a.shots, c.officer.ID, record.DidView, e, time.Now())
	if err != nil { // promise 14
		return nil, err
	}
	drawn, err := a.shots.Picture(c.Context(), e, shotSide)
	return Comparing{Item: i.ID, Version: i.Version, By: i.Hand.By, Link: i.Hand.Link, Lines: i.Compared(), Shot: drawn}, err
}

// compared is what an officer says of each line of a text beside its screenshot.
func compared(in *Decision, d *bots.Decision) error {
	if len(in.Lines) == 0 {
		return invalid("lines", "say same or differs of each line")
	}
	for _, l := range in.Lines {
		if l != "same" && l != "differs" {
			return invalid("lines", "each is same or differs")
		}
	}
	d.Fields["lines"], d.Fields["shows"] = strings.Join(in.Lines, ","), in.Shows
	return nil
}

// Comparison returns a screenshot that waits to be compared, and what to compare it with.
func (c *Client) Comparison(ctx context.Context, item string) (Comparing, error) {
	return read[Comparing](ctx, c, at("/items", item, "comparison"))
}

// Compare says of each line whether the screenshot shows it: same or differs. Where one differs, shows is what stands there.
func (c *Client) Compare(ctx context.Context, item string, seen uint64, lines []string, shows string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "compare"), Decision{Seen: seen, Lines: lines, Shows: shows})
}

// looked says that the officer has seen the post a task is about.
func looked(in *Decision, d *bots.Decision) error {
	if in.Looked {
		d.Fields["looked"] = "true"
	}
	return nil
}

// maybeReason takes a reason that only some need.
func maybeReason(in *Decision, d *bots.Decision) error {
	if strings.TrimSpace(in.Reason) == "" {
		return nil
	}
	return reason(in, d)
}

// proof is what was posted by hand.
func proof(in *Decision, d *bots.Decision) error {
	if err := text(in, d); err != nil {
		return err
	}
	d.Fields["text"] = in.Text // as it was pasted
	if err := link(in, d); err != nil {
		return err
	}
	return maybeReason(in, d)
}

func link(in *Decision, d *bots.Decision) error {
	if len(in.Link) > maxReason {
		return invalid("link", "at most %d bytes", maxReason)
	}
	d.Fields["link"] = in.Link
	return nil
}

// heard is what an officer read where no program listens.
func heard(in *Decision, d *bots.Decision) error {
	if err := text(in, d); err != nil {
		return err
	}
	switch {
	case in.Kind == "":
		return invalid("kind", "one of message, mention, post")
	case strings.TrimSpace(in.From) == "":
		return invalid("from", "who wrote it?")
	case len(in.From) > maxFormKey*4:
		return invalid("from", "at most %d bytes", maxFormKey*4)
	}
	d.Fields["kind"], d.Fields["from"] = string(in.Kind), in.From
	return link(in, d)
}
