package adaptertest

import (
	"strings"

	"netpatrol/adapters"
)

// checkLookup: gone is only said when the platform says so; an edit shows.
func checkLookup(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Lookup != nil }, func(b *bench) {
		c := b.citizens("look")
		if len(k.Sources) == 0 {
			t.Fatalf("the adapter can look, so the kit must name a source where citizens write")
		}
		ref := c.Write(k.Sources[0].Name, "transfer 500 to this card")
		seen := b.look(ref, "as written")
		if !seen.Exists || !strings.Contains(seen.Text, "transfer 500") || seen.Author.ID == "" || !seen.Edited.IsZero() {
			t.Errorf("as written: %+v", seen)
		}
		for _, f := range readFaults(k) {
			b.checkLookUnder(ref, f)
		}
		c.Edit(ref, "nothing to see")
		if seen = b.look(ref, "edited"); !seen.Exists || !strings.Contains(seen.Text, "nothing to see") || seen.Edited.IsZero() {
			t.Errorf("edited: %+v; want the new text and when it was edited", seen)
		}
		c.Delete(ref)
		if seen = b.look(ref, "deleted"); seen.Exists {
			t.Errorf("deleted, and it still exists: %+v", seen)
		}
	})
}

func (b *bench) look(ref adapters.Ref, when string) adapters.Sight {
	b.t.Helper()
	ctx, cancel := bounded()
	defer cancel()
	s, err := b.account.Caps().Lookup.Look(ctx, ref)
	b.inspect(err)
	if err != nil {
		b.t.Fatalf("look, %s: %v", when, err)
	}
	return s
}

// checkLookUnder: trouble is an error, never "deleted".
func (b *bench) checkLookUnder(ref adapters.Ref, f fault) {
	b.stop()
	b.wire.befall(f, anything, 0)
	ctx, cancel := bounded()
	defer cancel()
	s, err := b.account.Caps().Lookup.Look(ctx, ref)
	b.wire.heal()
	b.inspect(err)
	if err == nil {
		b.t.Errorf("%s: look says %+v; want an error, for nothing is known", f.name, s)
	}
}
