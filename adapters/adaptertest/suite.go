package adaptertest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"netpatrol/adapters"
)

const (
	// patience is after how long a call that ignores its deadline is cut off.
	patience = 5 * time.Second
	// maxErrorText bounds an error's text in characters: 200 from the platform and our own words.
	maxErrorText = 500
)

// Check is [Run] for anything that can stand in for a test.
func Check(t T, k Kit) {
	t.Helper()
	if k.Platform.Open == nil || k.Config == nil || k.Fake == nil {
		t.Fatalf("the kit must have a Platform with Open, a Config and a Fake")
	}
	if k.Text == nil {
		k.Text = func(code string) string { return "Do not pay anybody who calls. No. " + code }
	}
	for _, part := range []struct {
		name string
		run  func(T, Kit)
	}{
		{"manifest", checkManifest}, {"open", checkOpen}, {"identity", checkIdentity}, {"send", checkSends}, {"by hand", checkByHand},
		{"pending", checkPending}, {"find", checkFind}, {"retract", checkRetract}, {"measure", checkMeasure},
		{"lookup", checkLookup}, {"flag", checkFlags}, {"media", checkMedia}, {"watch", checkWatch}, {"same key", checkKeys}, {"stream", checkStream},
		{"webhook", checkWebhook}, {"secrets", checkSecrets}, {"close", checkClose},
	} {
		t.Run(part.name, func(t T) { part.run(t, k) })
	}
}

// bench is one account opened on one fresh fake. Every error it sees is checked.
type bench struct {
	t       T
	kit     Kit
	fake    Fake
	wire    *wire
	host    adapters.Host
	stop    func()
	config  adapters.Config
	account adapters.Account
}

// with opens an account, runs f and closes everything.
func with(t T, k Kit, f func(b *bench)) {
	t.Helper()
	b := newBench(t, k)
	defer b.close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	a, err := b.open(ctx)
	if err != nil {
		t.Fatalf("open on a healthy platform: %v", err)
	}
	b.account = a
	f(b)
}

func newBench(t T, k Kit) *bench {
	t.Helper()
	b := &bench{t: t, kit: k, fake: k.Fake()}
	var err error
	if b.wire, err = newWire(k, b.fake); err != nil {
		t.Fatalf("listen: %v", err)
	}
	b.host, b.stop = newHost(b.wire.dial)
	b.config = k.Config(b.wire.http.URL)
	return b
}

func (b *bench) open(ctx context.Context) (adapters.Account, error) {
	a, err := b.kit.Platform.Open(ctx, b.config, b.host)
	b.inspect(err)
	return a, err
}

func (b *bench) close() {
	if b.account != nil {
		if err := b.account.Close(); err != nil {
			b.t.Errorf("close: %v", err)
		}
	}
	b.stop()
	b.wire.close()
	b.noSecretIn("a log line", Logs(b.host))
}

// citizens returns the fake as one on which others write.
func (b *bench) citizens(why string) Citizens {
	c, ok := b.fake.(Citizens)
	if !ok {
		b.t.Fatalf("the adapter can %s, so the kit's fake must implement adaptertest.Citizens", why)
	}
	return c
}

// inspect checks what holds for every error: typed, short, says what was being
// done, and holds no secret.
func (b *bench) inspect(err error) {
	b.t.Helper()
	if err == nil {
		return
	}
	var e *adapters.Error
	if !errors.As(err, &e) {
		b.t.Errorf("error %q is no *adapters.Error: its class is lost", err)
		return
	}
	if e.Op == "" {
		b.t.Errorf("error %q does not say what was being done (Op)", err)
	}
	text := err.Error()
	if n := utf8.RuneCountInString(text); n > maxErrorText {
		b.t.Errorf("error of %d characters: at most 200 may come from the platform: %.120s…", n, text)
	}
	b.noSecretIn("an error", text)
	for u := err; u != nil; u = errors.Unwrap(u) {
		b.noSecretIn("a wrapped error", fmt.Sprintf("%v %+v", u, u))
	}
}

func (b *bench) noSecretIn(where, text string) {
	b.t.Helper()
	for name, s := range b.config.Secrets {
		v := s.Reveal()
		for _, form := range []string{v, url.QueryEscape(v), base64.StdEncoding.EncodeToString([]byte(v))} {
			if v != "" && strings.Contains(text, form) {
				b.t.Errorf("the secret %q stands in %s", name, where)
				break
			}
		}
	}
}

// bounded returns a context that cuts off a call which never ends.
func bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

// ability runs f on a fresh bench for one ability, if the account has it.
func ability(t T, k Kit, has func(adapters.Caps) bool, f func(b *bench)) {
	t.Helper()
	with(t, k, func(b *bench) {
		if !has(b.account.Caps()) {
			t.Logf("left out: the account cannot")
			return
		}
		f(b)
	})
}

func oneOf(c adapters.Class, want ...adapters.Class) bool {
	for _, w := range want {
		if c == w {
			return true
		}
	}
	return false
}
