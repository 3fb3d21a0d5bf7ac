package adaptertest

import (
	"slices"

	"netpatrol/adapters"
)

// checkFlags: a post is flagged as what was meant, and a flag that stands already is no failure.
func checkFlags(t T, k Kit) {
	has := func(c adapters.Caps) bool { return c.Flag != nil }
	ability(t, k, has, func(b *bench) {
		b.wire.befall(fault{}, nil, 0)
		kinds := b.account.Caps().Flag.FlagKinds()
		if len(kinds) == 0 || len(slices.Compact(slices.Sorted(slices.Values(kinds)))) != len(kinds) {
			b.t.Errorf("a post can be flagged as %q: name each kind once, and at least one", kinds)
		}
		if n := b.wire.requests(); n != 0 {
			b.t.Errorf("FlagKinds is pure, but made %d requests", n)
		}
		b.checkNoKind()
		for _, kind := range kinds {
			b.checkFlagKind(kind)
		}
	})
	ability(t, k, has, func(b *bench) { b.checkStands() })
}

// flag flags a post of a citizen.
func (b *bench) flag(post adapters.Ref, kind adapters.FlagKind) (adapters.Receipt, error) {
	b.t.Helper()
	ctx, cancel := bounded()
	defer cancel()
	r, err := b.account.Caps().Flag.Flag(ctx, attempt(), adapters.Flag{Post: post, Kind: kind, Text: b.kit.Text(code), Language: "en"})
	b.inspect(err)
	return r, err
}

func (b *bench) checkFlagKind(kind adapters.FlagKind) {
	post := b.parent()
	r, err := b.flag(post, kind)
	if err != nil || r.Ref == "" || r.Existed {
		b.t.Errorf("flag as %s: receipt %+v, error %v", kind, r, err)
		return
	}
	there := func(s Sent) bool {
		return s.Channel == adapters.Moderators && s.Parent == post && s.Flag == kind
	}
	if !slices.ContainsFunc(b.fake.Sent(), there) {
		b.t.Errorf("the platform has no flag of %s as %s: %+v", post, kind, b.fake.Sent())
	}
}

// checkNoKind: what the platform has no drawer for is refused before anything is sent.
func (b *bench) checkNoKind() {
	post := b.parent()
	b.wire.befall(fault{}, nil, 0)
	_, err := b.flag(post, "boring")
	if c := adapters.ClassOf(err); err == nil || !oneOf(c, adapters.Rejected, adapters.Unsupported) || len(b.wire.mutations()) > 0 {
		b.t.Errorf("flag as nothing the platform knows: %v, %d mutating requests; want it refused at once", err, len(b.wire.mutations()))
	}
}

// checkStands: a second flag of the same post adds none, and is a success that says so.
func (b *bench) checkStands() {
	if !b.kit.Answers.FlaggedOnce {
		b.t.Logf("left out: the platform takes any number of flags of one post")
		return
	}
	post, kind := b.parent(), b.account.Caps().Flag.FlagKinds()[0]
	first, err := b.flag(post, kind)
	if err != nil {
		b.t.Fatalf("flag: %v", err)
	}
	if again, err := b.flag(post, kind); err != nil || !again.Existed || again.Ref != first.Ref {
		b.t.Errorf("flagged again: receipt %+v, error %v; want Existed under %q", again, err, first.Ref)
	}
	if n := b.deliveries(); n != 1 {
		b.t.Errorf("the platform has %d flags of one post", n)
	}
}
