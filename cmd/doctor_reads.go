package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
)

// abilities makes a harmless read for each, and names those that only a send could try.
func (d *doctor) abilities(ctx context.Context, c adapters.Caps) {
	d.watches(ctx, c.Watch)
	if c.Stream != nil {
		d.stream(ctx, c.Stream)
	}
	d.looks(ctx, c)
	if c.Search != nil {
		_, err := within(ctx, func(ctx context.Context) (adapters.Batch, error) { return c.Search.SearchPosts(ctx, "反诈", "", 1) })
		d.note("search", "", err)
	}
	if c.Find != nil {
		q := adapters.FindQuery{Channel: adapters.Public, Code: "netpatrol-doctor", Since: time.Now().Add(-time.Minute)}
		_, err := within(ctx, func(ctx context.Context) (adapters.Finding, error) { return c.Find.Find(ctx, q) })
		d.note("find", "our own posts can be listed", err)
	}
	if c.Menu != nil {
		got, err := within(ctx, c.Menu.Menu)
		d.note("menu", fmt.Sprintf("%d entries read", len(got)), err)
	}
	if c.Drafts != nil {
		got, err := within(ctx, c.Drafts.Drafts)
		d.note("drafts", fmt.Sprintf("%d drafts read", len(got)), err)
	}
	if c.Webhook != nil {
		d.callback(ctx)
	}
	d.untried(c)
	slices.SortStableFunc(d.found, func(a, b diagnosis) int { return cmp.Compare(rank(a), rank(b)) })
}

// watches reads one item of each source.
func (d *doctor) watches(ctx context.Context, w adapters.Watcher) {
	if w == nil {
		return
	}
	for _, s := range d.account.Watch {
		got, err := within(ctx, func(ctx context.Context) (adapters.Batch, error) { return w.Poll(ctx, s, "", 1) })
		d.note("watch "+s, fmt.Sprintf("%d items read", len(got.Items)), err)
		for _, in := range got.Items {
			if in.Kind != adapters.KindMessage { // nobody counts who read what was written in private
				d.post = cmp.Or(d.post, in.Ref)
			}
		}
	}
}

// looks reads a post again, its figures, and a file: of what a watch has read, else under an id that need not
// lead anywhere. An answer that nothing is there shows as well that we may ask.
func (d *doctor) looks(ctx context.Context, c adapters.Caps) {
	post, detail := d.post, "what was read can be read again"
	if post == "" {
		post, detail = d.platform.Manifest.Probe, "a post can be asked for"
	}
	switch {
	case c.Lookup == nil:
	case post == "":
		d.skip("lookup", "nothing was read that could be looked at again"+d.needs("lookup"))
	default:
		_, err := within(ctx, func(ctx context.Context) (adapters.Sight, error) { return c.Lookup.Look(ctx, post) })
		d.note("lookup", detail, err)
	}
	if c.Measure != nil {
		d.measure(ctx, c, post)
	}
	if c.Media != nil {
		d.media(ctx, c.Media)
	}
}

// measure reads the figures of a day that is surely counted, where there are any, else those of a post.
func (d *doctor) measure(ctx context.Context, c adapters.Caps, post adapters.Ref) {
	detail := "the figures of a post can be asked for"
	if c.CountsDays {
		post, detail = adapters.Ref("day:"+time.Now().In(china).AddDate(0, 0, -2).Format(time.DateOnly)), "the figures of a day can be read"
	}
	if post == "" {
		d.skip("measure", "nothing was read whose figures could be asked for"+d.needs("measure"))
		return
	}
	_, err := within(ctx, func(ctx context.Context) ([]adapters.Figure, error) {
		return c.Measure.Figures(ctx, []adapters.Ref{post})
	})
	d.note("measure", detail, err)
}

// media asks for a file that is not there. Where the platform does not say so in a way that is known, only a
// file that somebody sent could tell more.
func (d *doctor) media(ctx context.Context, m adapters.MediaFetcher) {
	nothing := adapters.Media{Ref: d.platform.Manifest.Probe, URL: strings.TrimRight(d.account.BaseURL, "/") + "/netpatrol-doctor.png"}
	if nothing.Ref == "" {
		d.skip("media", "only a file that somebody sent could try it"+d.needs("media"))
		return
	}
	_, err := within(ctx, func(ctx context.Context) (struct{}, error) {
		got, err := m.FetchMedia(ctx, nothing)
		if err == nil {
			_ = got.Body.Close() // whatever it is, it is not wanted
		}
		return struct{}{}, err
	})
	var e *adapters.Error
	errors.As(err, &e)
	switch {
	case err == nil || e != nil && e.Class == adapters.Gone:
		d.note("media", "a file can be asked for", nil)
	case e != nil && e.Phase == adapters.Answered && (e.Class == adapters.Rejected || e.Class == adapters.NotSent):
		d.skip("media", "only a file that somebody sent could try it; asked for one that is not there, the platform answers "+err.Error()+d.needs("media"))
	default:
		d.note("media", "", err)
	}
}

// untried names the abilities that no read could try, and why.
func (d *doctor) untried(c adapters.Caps) {
	for name, able := range map[string]bool{
		"publish": c.Publish != nil, "message": c.Message != nil, "comment": c.Comment != nil, "retract": c.Retract != nil,
		"flag": c.Flag != nil, "handover": c.Handover != nil, "preview": c.Preview != nil, "notice": c.Notice != nil,
	} {
		if able {
			d.skip(name, "only a send could try it"+d.needs(name))
		}
	}
	if c.Survey != nil {
		d.skip("survey", "it makes many calls: netpatrol accounts takeover makes them")
	}
}
