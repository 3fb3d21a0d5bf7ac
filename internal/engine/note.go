package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// noted are the kinds of things an officer can enter. It never changes.
var noted = []adapters.Kind{adapters.KindMessage, adapters.KindMention, adapters.KindPost}

// bySight is the source of what officers enter.
const bySight = "by-hand"

// note accepts what an officer read on a site where no program can listen, as if an adapter
// had heard it, with who typed it in. It is not kept as a decision: a post that matches nothing is not
// stored at all.
func (e *Engine) note(ctx context.Context, d *bots.Decision, formKey string) (bots.Result, error) {
	in, err := e.noteOf(ctx, d, formKey)
	var refused *record.Refusal
	if errors.As(err, &refused) {
		return bots.Result{Status: bots.Refused, Code: refused.Code, Message: refused.Message}, nil
	}
	if err != nil {
		return bots.Result{}, err
	}
	ev := e.translate(e.accounts[d.On.ID], in, bySight)
	if ev == nil { // promise 8
		return bots.Result{Status: bots.Refused, Code: "no-match", Message: "it matches no rule, or one of us wrote it: nothing was kept"}, nil
	}
	ev.Body.(*bots.Heard).Noted = d.Officer
	return e.await(ctx, ev)
}

// noteOf checks what an officer entered.
func (e *Engine) noteOf(ctx context.Context, d *bots.Decision, formKey string) (*adapters.Inbound, error) {
	by, err := record.Fetch[record.Officer](ctx, e.o.Store, d.Officer)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, err
	}
	f, a := d.Fields, e.accounts[d.On.ID]
	text, from, link := strings.TrimSpace(f["text"]), strings.TrimPrefix(strings.TrimSpace(f["from"]), "@"), strings.TrimSpace(f["link"])
	kind := adapters.Kind(f["kind"])
	switch {
	case err != nil || !by.Is(record.Duty, record.Approver):
		return nil, refuse("role", "%s may not enter what people said: it needs an officer or approver", d.Officer)
	case a == nil || !a.Record.ByHand:
		return nil, refuse("account", "account %q is not worked by hand: what is said there comes in by itself", d.On.ID)
	case !slices.Contains(noted, kind):
		return nil, refuse("kind", "enter a message, mention or post, not %q", kind)
	case text == "" || from == "":
		return nil, refuse("empty", "enter who wrote it, and the text as it stands there")
	case !record.IsLink(link) && (link != "" || kind != adapters.KindMessage):
		return nil, refuse("link", "paste the link of the post: it is how anybody finds it again")
	}
	key := d.Officer + "|" + formKey
	if link != "" { // entered twice, by whomever, it is one
		key = e.o.Tags.Tag("note", link+"\x00"+text)
	}
	in := &adapters.Inbound{
		Key: "note|" + key, Kind: kind, Ref: adapters.Ref(link), Text: text, URL: link,
		From: adapters.Person{ID: from, Handle: from, Name: from}, At: time.Now(),
	}
	if link == "" {
		in.Ref = adapters.Ref("note-" + e.o.Tags.Tag("note", key))
	}
	return in, nil
}

// noteAudit says who typed in what is being decided.
func (c *commit) noteAudit() {
	h, ok := c.ev.Body.(*bots.Heard)
	if !ok || h.Noted == "" {
		return
	}
	c.who = h.Noted
	c.audit("note", bots.Target{Kind: bots.KindEvent, ID: c.ev.ID}, "", string(c.ev.Kind))
	c.who = ""
}
