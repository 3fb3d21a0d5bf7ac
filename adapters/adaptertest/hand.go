package adaptertest

import (
	"context"

	"netpatrol/adapters"
)

// checkByHand: where people send, no sender does, and each says that it certainly did not.
func checkByHand(t T, k Kit) {
	if !k.Platform.Manifest.ByHand {
		t.Logf("left out: programs send on this platform")
		return
	}
	with(t, k, func(b *bench) {
		for _, s := range b.senders() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			r, err := s.do(ctx, attempt(), b.kit.Text(code))
			cancel()
			b.inspect(err)
			if adapters.ClassOf(err) != adapters.Unsupported || err == nil || r.Ref != "" {
				t.Errorf("%s: receipt %+v, error %v; want class %q and nothing sent", s.name, r, err, adapters.Unsupported)
			}
		}
		if n := b.wire.requests(); n > 0 {
			t.Errorf("the senders made %d requests", n)
		}
	})
}
