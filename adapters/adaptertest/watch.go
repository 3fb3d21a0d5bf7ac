package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"netpatrol/adapters"
)

// poller is Watcher.Poll or Searcher.SearchPosts for one source.
type poller func(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error)

func (b *bench) poller(s Source) poller {
	caps := b.account.Caps()
	if query, ok := strings.CutPrefix(s.Name, "search:"); ok && caps.Search != nil {
		return func(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
			return caps.Search.SearchPosts(ctx, query, cur, limit)
		}
	}
	if caps.Watch == nil {
		b.t.Fatalf("the kit names source %q, but the account cannot watch", s.Name)
	}
	return func(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
		return caps.Watch.Poll(ctx, s.Name, cur, limit)
	}
}

func (b *bench) poll(p poller, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	ctx, cancel := bounded()
	defer cancel()
	batch, err := p(ctx, cur, limit)
	b.inspect(err)
	if err != nil && (len(batch.Items) > 0 || batch.Next != "") {
		b.t.Errorf("a poll that failed returned %d items and cursor %q: they would be committed", len(batch.Items), batch.Next)
	}
	if limit > 0 && len(batch.Items) > limit {
		b.t.Errorf("%d items, at most %d were asked for", len(batch.Items), limit)
	}
	return batch, err
}

// drain polls on from cur until nothing more comes.
func (b *bench) drain(p poller, cur adapters.Cursor, limit int) ([]adapters.Inbound, adapters.Cursor) {
	b.t.Helper()
	var all []adapters.Inbound
	for range 100 {
		batch, err := b.poll(p, cur, limit)
		if err != nil {
			b.t.Fatalf("poll on a healthy platform: %v", err)
		}
		all = append(all, batch.Items...)
		if batch.Next != "" {
			cur = batch.Next
		}
		if !batch.More {
			return all, cur
		}
	}
	b.t.Fatalf("after 100 polls there is still more: the cursor does not move")
	return nil, cur
}

// begin returns the cursor after the first, empty poll.
func (b *bench) begin(p poller) adapters.Cursor {
	_, cur := b.drain(p, "", 10)
	return cur
}

func checkWatch(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Watch != nil || c.Search != nil }, func(b *bench) {
		if len(k.Sources) == 0 {
			t.Fatalf("the adapter can watch or search, so the kit must name its Sources")
		}
		if w := b.account.Caps().Watch; w != nil && len(w.Sources()) == 0 {
			t.Errorf("the account can watch, but names no sources")
		}
		checkUnknownSource(b)
	})
	for _, s := range k.Sources {
		t.Run(s.Name, func(t T) {
			t.Run("start", func(t T) { with(t, k, func(b *bench) { checkStart(b, s) }) })
			t.Run("order", func(t T) { with(t, k, func(b *bench) { checkOrder(b, s) }) })
			for _, f := range readFaults(k) {
				t.Run(f.name, func(t T) { checkNeverSkips(t, k, s, f) })
			}
		})
	}
}

func checkUnknownSource(b *bench) {
	if b.account.Caps().Watch == nil {
		return
	}
	ctx, cancel := bounded()
	defer cancel()
	_, err := b.account.Caps().Watch.Poll(ctx, "no such source", "", 10)
	b.inspect(err)
	if adapters.ClassOf(err) != adapters.Unsupported {
		b.t.Errorf("a source that does not exist: %v; want class %q", err, adapters.Unsupported)
	}
}

// checkStart: an empty cursor starts at the present, or for an inbox at the oldest.
func checkStart(b *bench, s Source) {
	p, c := b.poller(s), b.citizens("watch")
	before := c.Write(s.Name, "written before the first poll")
	got, cur := b.drain(p, "", 10)
	if s.Inbox && !slices.ContainsFunc(got, func(i adapters.Inbound) bool { return i.Ref == before }) {
		b.t.Errorf("an inbox starts at the oldest; what was there at the first poll is missing")
	}
	if !s.Inbox && len(got) > 0 {
		b.t.Errorf("the first poll returned %d items; it starts at the present", len(got))
	}
	after := c.Write(s.Name, "written after the first poll")
	b.expect(p, cur, 10, []adapters.Ref{after})
}

// checkOrder: oldest first, nothing twice, nothing missing, also while more arrives.
func checkOrder(b *bench, s Source) {
	p, c := b.poller(s), b.citizens("watch")
	cur := b.begin(p)
	var want []adapters.Ref
	for i := range 5 {
		want = append(want, c.Write(s.Name, fmt.Sprintf("number %d", i)))
	}
	first, err := b.poll(p, cur, 2)
	if err != nil {
		b.t.Fatalf("poll: %v", err)
	}
	want = append(want, c.Write(s.Name, "written between two pages"))
	rest, end := b.drain(p, first.Next, 2)
	all := append(first.Items, rest...)
	b.compare(all, want)
	b.checkItems(all, s)
	again, _ := b.drain(p, cur, 3)
	if !slices.Equal(keys(all), keys(again)) {
		b.t.Errorf("polling again from the same cursor gave other keys: %v and %v", keys(all), keys(again))
	}
	if none, _ := b.drain(p, end, 2); len(none) > 0 {
		b.t.Errorf("%d items from a cursor that had seen all", len(none))
	}
}

func (b *bench) checkItems(items []adapters.Inbound, s Source) {
	seen := map[string]bool{}
	for _, in := range items {
		switch {
		case in.Key == "" || seen[in.Key]:
			b.t.Errorf("key %q is empty or given twice", in.Key)
		case in.From.ID == "":
			b.t.Errorf("item %s does not say who wrote it", in.Key)
		case strings.Contains(in.Key, in.From.ID):
			b.t.Errorf("key %q holds the writer's id", in.Key)
		case in.Kind != s.Kind:
			b.t.Errorf("item %s is a %q, want %q", in.Key, in.Kind, s.Kind)
		case !strings.Contains(in.Text, "number") && !strings.Contains(in.Text, "written"):
			b.t.Errorf("item %s has the text %q, not what was written", in.Key, in.Text)
		}
		seen[in.Key] = true
	}
}

// checkNeverSkips breaks every request of a poll in turn: going on from where the
// adapter says, nothing is missing.
func checkNeverSkips(t T, k Kit, s Source, f fault) {
	for nth := 1; nth <= 8; nth++ {
		fired := false
		with(t, k, func(b *bench) {
			p, c := b.poller(s), b.citizens("watch")
			cur := b.begin(p)
			want := []adapters.Ref{c.Write(s.Name, "number 1"), c.Write(s.Name, "number 2"), c.Write(s.Name, "number 3")}
			b.stop()
			b.wire.befall(f, anything, nth)
			batch, err := b.poll(p, cur, 10)
			if n := len(b.wire.mutations()); n > 0 {
				b.t.Errorf("a poll made %d mutating requests", n)
			}
			fired = b.wire.heal()
			if err == nil && batch.Next != "" {
				cur = batch.Next
			}
			rest, _ := b.drain(p, cur, 10)
			b.compare(append(batch.Items, rest...), want)
		})
		if !fired || f.dial != nil {
			return
		}
	}
}

func (b *bench) expect(p poller, cur adapters.Cursor, limit int, want []adapters.Ref) {
	b.t.Helper()
	got, _ := b.drain(p, cur, limit)
	b.compare(got, want)
}

func (b *bench) compare(got []adapters.Inbound, want []adapters.Ref) {
	b.t.Helper()
	var refs []adapters.Ref
	for _, in := range got {
		refs = append(refs, in.Ref)
	}
	if !slices.Equal(refs, want) {
		b.t.Errorf("polled %v, written were %v (oldest first)", refs, want)
	}
}

func keys(items []adapters.Inbound) (out []string) {
	for _, in := range items {
		out = append(out, in.Key)
	}
	return out
}

// checkKeys: one object has one key by whatever path it comes, and a new one once edited.
func checkKeys(t T, k Kit) {
	if k.Shared == nil {
		t.Logf("left out: no two sources show the same")
		return
	}
	ability(t, k, func(c adapters.Caps) bool { return c.Watch != nil || c.Search != nil }, func(b *bench) {
		_, names := k.Shared(b.fake, "first of all")
		pollers, cursors := map[string]poller{}, map[string]adapters.Cursor{}
		for _, n := range names {
			pollers[n] = b.poller(Source{Name: n})
			cursors[n] = b.begin(pollers[n])
		}
		ref, _ := k.Shared(b.fake, "seen in several places")
		found := map[string]string{}
		for n, p := range pollers {
			items, _ := b.drain(p, cursors[n], 10)
			for _, in := range items {
				if in.Ref == ref {
					found[in.Key] += " " + n
				}
			}
		}
		if len(found) != 1 {
			t.Errorf("one object, keys and where they were seen: %v; want one key", found)
		}
	})
}
