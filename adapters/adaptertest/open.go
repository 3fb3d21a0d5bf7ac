package adaptertest

import (
	"maps"
	"strings"

	"go.uber.org/goleak"

	"netpatrol/adapters"
)

// checkOpen: opening sends nothing, fails honestly, and asks for what it needs.
func checkOpen(t T, k Kit) {
	with(t, k, func(b *bench) {
		if n := len(b.fake.Sent()); n > 0 {
			t.Errorf("opening sent %d messages", n)
		}
		if b.wire.requests() == 0 {
			t.Logf("opening asked the platform nothing")
		}
	})
	for _, f := range readFaults(k) {
		t.Run(f.name, func(t T) { checkOpenUnder(t, k, f) })
	}
	for _, s := range k.Platform.Manifest.Secrets {
		if s.Needed(k.Config("http://nowhere.invalid").Options) {
			t.Run("without "+s.Name, func(t T) { checkOpenWithout(t, k, s.Name) })
		}
	}
}

// checkOpenUnder: an account that opens in spite of trouble must close again; one
// that does not says why, without its secrets.
func checkOpenUnder(t T, k Kit, f fault) {
	for nth := 1; nth <= 6; nth++ {
		b := newBench(t, k)
		b.wire.befall(f, anything, nth)
		ctx, cancel := bounded()
		a, err := b.open(ctx)
		cancel()
		switch {
		case err == nil && a == nil:
			t.Errorf("opened nothing and said nothing")
		case err == nil:
			b.account = a
		}
		fired := b.wire.heal()
		b.close()
		if !fired || f.dial != nil {
			return
		}
	}
}

func checkOpenWithout(t T, k Kit, secret string) {
	b := newBench(t, k)
	defer b.close()
	b.config.Secrets = maps.Clone(b.config.Secrets)
	delete(b.config.Secrets, secret)
	ctx, cancel := bounded()
	defer cancel()
	a, err := b.open(ctx)
	if err == nil {
		b.account = a
		t.Errorf("it opens without the secret %q, which the manifest calls required", secret)
	} else if !strings.Contains(err.Error(), secret) {
		t.Errorf("the error does not name the missing secret %q: %v", secret, err)
	}
}

// checkIdentity: who we are is what the platform says, or an error.
func checkIdentity(t T, k Kit) {
	with(t, k, func(b *bench) {
		id, err := b.identity()
		if err != nil || id.ID == "" {
			t.Errorf("identity: %+v, error %v", id, err)
		}
		if id.Confirmed && id.Evidence == "" {
			t.Errorf("the identity is confirmed, but does not say by what")
		}
		for _, f := range readFaults(k) {
			b.stop()
			b.wire.befall(f, anything, 0)
			if id, err := b.identity(); err == nil && b.wire.heal() {
				t.Errorf("%s: identity says %+v; want an error", f.name, id)
			}
			b.wire.heal()
		}
	})
}

func (b *bench) identity() (adapters.Identity, error) {
	ctx, cancel := bounded()
	defer cancel()
	id, err := b.account.Identity(ctx)
	b.inspect(err)
	return id, err
}

// checkSecrets: a platform that repeats our secrets, at length, in its errors.
// Every other script looks for secrets, too.
func checkSecrets(t T, k Kit) {
	with(t, k, func(b *bench) {
		for name, s := range b.config.Secrets {
			if len(s.Reveal()) < 8 {
				t.Errorf("the kit's secret %q is too short to be looked for", name)
			}
		}
	})
	for _, status := range []int{400, 401, 403, 404, 422, 429, 500, 200} {
		eachSending(t, k, func(b *bench, s sending) {
			b.wire.befall(answer(b.echo(status), false), anything, 0)
			if _, err := b.send(s, attempt(), b.kit.Text(code)); err == nil {
				b.t.Errorf("HTTP %d with an error in its body: success", status)
			}
		})
		with(t, k, func(b *bench) {
			b.wire.befall(answer(b.echo(status), false), anything, 0)
			_, _ = b.identity() // inspected for secrets; what it means is another script's matter
			for _, src := range k.Sources {
				ctx, cancel := bounded()
				_, err := b.poller(src)(ctx, "", 10)
				cancel()
				b.inspect(err)
			}
		})
	}
}

// echo is an answer that repeats every secret, under all the names platforms give
// their errors, and goes on for long.
func (b *bench) echo(status int) Answer {
	words := ""
	for _, s := range b.config.Secrets {
		words += s.Reveal() + " "
	}
	words += strings.Repeat("blah ", 2000)
	body := `{"error":"` + words + `","errmsg":"` + words + `","message":"` + words + `","msg":"` + words + `","error_description":"` + words + `","errors":["` + words + `"]}`
	return Answer{Name: "secrets repeated", Status: status, Body: body}
}

// checkClose: closing twice is fine, and nothing is left running.
func checkClose(t T, k Kit) {
	b := newBench(t, k)
	defer b.close()
	before := goleak.IgnoreCurrent()
	ctx, cancel := bounded()
	defer cancel()
	a, err := b.open(ctx)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	b.account = a
	for _, s := range b.sendings() {
		_, _ = b.send(s, attempt(), b.kit.Text(code)) // whatever may start something
	}
	if err := a.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	b.account = nil
	cancel()
	b.stop()
	b.wire.http.CloseClientConnections()
	if err := goleak.Find(before); err != nil {
		t.Errorf("after Close something still runs: %.400v", err)
	}
}
