package adaptertest

import (
	"fmt"
	"slices"
	"time"

	"netpatrol/adapters"
)

// findQuery asks about a send of attempt at.
func (b *bench) findQuery(s sending, at adapters.Attempt) adapters.FindQuery {
	return adapters.FindQuery{
		Channel: s.channel, To: b.kit.To, Parent: s.parent, Flag: s.kind, Code: at.Code, Key: at.Key,
		Text: b.kit.Text(at.Code), Since: time.Now().Add(-time.Minute),
	}
}

// checkFound: what went out is found where look-up settles it, and absent nowhere; what
// did not go out is never found.
func (b *bench) checkFound(s sending, at adapters.Attempt, went bool) {
	b.t.Helper()
	finder := b.account.Caps().Find
	if finder == nil {
		return
	}
	ctx, cancel := bounded()
	defer cancel()
	f, err := finder.Find(ctx, b.findQuery(s, at))
	b.inspect(err)
	switch {
	case err != nil:
		b.t.Errorf("find on a healthy platform: %v", err)
	case went && f.Verdict == adapters.Absent:
		b.t.Errorf("it went out, find says %q", f.Verdict)
	case went && f.Verdict != adapters.Found && b.kit.Platform.Manifest.Idem[s.channel] == adapters.ByLookup:
		b.t.Errorf("it went out, and look-up is how that is settled here; find says %q", f.Verdict)
	case went && f.Verdict == adapters.Found && !b.sentUnder(f.Receipt.Ref):
		b.t.Errorf("find returned an id the platform does not know")
	case !went && f.Verdict == adapters.Found:
		b.t.Errorf("it did not go out, find says %q", f.Verdict)
	}
}

func (b *bench) sentUnder(ref adapters.Ref) bool {
	return slices.ContainsFunc(b.fake.Sent(), func(s Sent) bool { return s.Ref == ref })
}

// readFaults are what can happen to a call that changes nothing.
func readFaults(k Kit) []fault {
	expired := Answer{Name: "token expired mid-call", Status: 401, Body: "{}"}
	if k.Answers.Expired != nil {
		expired = *k.Answers.Expired
	}
	limited := Answer{Name: "429", Status: 429, Body: "{}"}
	if k.Answers.LimitedBare != nil {
		limited = *k.Answers.LimitedBare
	}
	list := []fault{
		refused(), resetAfter(false), cut(), truncated(), plain(500, false), plain(503, false), answer(expired, false), answer(limited, false),
		answer(Answer{Name: "200 with an empty body"}, false),
		answer(Answer{Name: "200 from somebody else", Body: "<html>Welcome to the hotel's network</html>"}, false),
	}
	if k.Answers.Error200 != nil {
		list = append(list, answer(*k.Answers.Error200, false))
	}
	return list
}

// checkFind: absent is only said when it is certain.
func checkFind(t T, k Kit) {
	has := func(c adapters.Caps) bool { return c.Find != nil }
	ability(t, k, has, func(b *bench) {})
	eachSending(t, k, func(b *bench, s sending) {
		if b.account.Caps().Find == nil {
			return
		}
		b.checkFound(s, attempt(), false)
		others := []string{code + "5", "A" + code}
		if s.channel == adapters.Moderators {
			others = nil // a flag of ours on the post is found, whatever it says
		}
		for i, longer := range others {
			at := attempt()
			at.Item, at.Key, at.Code = "other", fmt.Sprintf("other-%d", i), longer
			if _, err := b.send(s, at, b.kit.Text(longer)); err != nil {
				b.t.Fatalf("send: %v", err)
			}
		}
		b.checkNotFound(s, b.findQuery(s, attempt()), "longer codes were sent")
		b.checkNotFound(s, b.findQuery(s, adapters.Attempt{}), "no code was asked for")
		if _, err := b.send(s, attempt(), b.kit.Text(code)); err != nil {
			b.t.Fatalf("send: %v", err)
		}
		b.checkFound(s, attempt(), true)
		for _, f := range readFaults(k) {
			b.checkFindUnder(s, f)
		}
	})
}

func (b *bench) checkNotFound(s sending, q adapters.FindQuery, why string) {
	ctx, cancel := bounded()
	defer cancel()
	f, err := b.account.Caps().Find.Find(ctx, q)
	b.inspect(err)
	if err == nil && f.Verdict == adapters.Found {
		b.t.Errorf("%s: %s, and find took it for ours", s.name, why)
	}
}

// checkFindUnder: the send is there; a platform in trouble must not make it absent.
func (b *bench) checkFindUnder(s sending, f fault) {
	for nth := 1; nth <= 8; nth++ {
		b.stop()
		b.wire.befall(f, anything, nth)
		ctx, cancel := bounded()
		got, err := b.account.Caps().Find.Find(ctx, b.findQuery(s, attempt()))
		cancel()
		b.inspect(err)
		if got.Verdict == adapters.Absent {
			b.t.Errorf("%s at request %d: find says absent of what went out", f.name, nth)
		}
		if n := len(b.wire.mutations()); n > 0 {
			b.t.Errorf("find made %d mutating requests", n)
		}
		if !b.wire.heal() {
			return
		}
	}
}

// checkRetract: what is gone already is a success, and one attempt is one request.
func checkRetract(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Retract != nil }, func(b *bench) {
		ways := b.sendings()
		if len(ways) == 0 {
			return
		}
		r, err := b.send(ways[0], attempt(), b.kit.Text(code))
		if err != nil {
			b.t.Fatalf("send: %v", err)
		}
		for _, f := range []fault{refused(), resetAfter(false), plain(500, false)} {
			b.stop()
			b.wire.befall(f, mutating, 0)
			if err := b.withdraw(r); err == nil {
				b.t.Errorf("%s: withdraw reports success", f.name)
			}
			b.wire.heal()
		}
		for _, when := range []string{"the first time", "once it is gone"} {
			b.wire.befall(fault{}, nil, 0)
			if err := b.withdraw(r); err != nil {
				b.t.Errorf("withdraw %s: %v", when, err)
			}
			if b.sentUnder(r.Ref) {
				b.t.Errorf("withdraw %s: it is still there", when)
			}
		}
	})
}

func (b *bench) withdraw(r adapters.Receipt) error {
	ctx, cancel := bounded()
	defer cancel()
	err := b.account.Caps().Retract.Withdraw(ctx, attempt(), r)
	b.inspect(err)
	if n := len(b.wire.mutations()); n > 1 {
		b.t.Errorf("withdraw made %d mutating requests: %v", n, b.wire.mutations())
	}
	return err
}

// checkMeasure: figures are about what was asked.
func checkMeasure(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Measure != nil }, func(b *bench) {
		ways := b.sendings()
		if len(ways) == 0 {
			return
		}
		r, err := b.send(ways[0], attempt(), b.kit.Text(code))
		if err != nil {
			b.t.Fatalf("send: %v", err)
		}
		r = b.settled(r)
		ctx, cancel := bounded()
		defer cancel()
		figures, err := b.account.Caps().Measure.Figures(ctx, []adapters.Ref{r.Ref})
		b.inspect(err)
		if err != nil || len(figures) == 0 {
			b.t.Errorf("figures: %d, error %v", len(figures), err)
		}
		for _, f := range figures {
			if f.Ref != r.Ref || f.Name == "" || f.Value < 0 {
				b.t.Errorf("figure %+v: wrong post, no name, or below zero", f)
			}
		}
	})
}

// settled is the receipt once the platform is done: what is pending has no figures yet.
func (b *bench) settled(r adapters.Receipt) adapters.Receipt {
	p, pends := b.fake.(Pender)
	if !pends || !r.Pending {
		return r
	}
	p.Settle(r.Ref, true)
	r, err := b.check(r)
	if err != nil {
		b.t.Errorf("check once done: %v", err)
	}
	return r
}

// checkPending: a publish the platform settles later. Checking changes nothing and
// may be repeated; never hearing of it is no failure.
func checkPending(t T, k Kit) {
	if _, pends := k.Fake().(Pender); !pends {
		t.Logf("left out: the platform settles at once")
		return
	}
	for _, end := range []string{"done", "failed", "never"} {
		t.Run(end, func(t T) {
			ability(t, k, func(c adapters.Caps) bool { return c.Publish != nil }, func(b *bench) { checkPendingEnd(b, end) })
		})
	}
}

func checkPendingEnd(b *bench, end string) {
	r, err := b.send(b.sendings()[0], attempt(), b.kit.Text(code))
	if err != nil || !r.Pending {
		b.t.Fatalf("publish: receipt %+v, error %v; the fake said pending", r, err)
	}
	b.wire.befall(fault{}, nil, 0)
	for range 3 {
		if still, err := b.check(r); err != nil || !still.Pending || still.Ref == "" {
			b.t.Errorf("check while pending: receipt %+v, error %v", still, err)
		}
	}
	if end != "never" {
		b.fake.(Pender).Settle(r.Ref, end == "done")
	}
	got, err := b.check(r)
	switch {
	case end == "done" && (err != nil || got.Pending || got.Ref == ""):
		b.t.Errorf("check once done: receipt %+v, error %v", got, err)
	case end == "failed" && (err == nil || oneOf(adapters.ClassOf(err), adapters.Unknown, adapters.RateLimited)):
		b.t.Errorf("check once failed: receipt %+v, error %v; want a class that says it will not appear", got, err)
	}
	if n := len(b.wire.mutations()); n != 0 {
		b.t.Errorf("check made %d mutating requests: %v", n, b.wire.mutations())
	}
}

func (b *bench) check(r adapters.Receipt) (adapters.Receipt, error) {
	ctx, cancel := bounded()
	defer cancel()
	got, err := b.account.Caps().Publish.Check(ctx, r)
	b.inspect(err)
	return got, err
}
