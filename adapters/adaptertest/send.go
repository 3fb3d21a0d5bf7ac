package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
)

// sending is one way out, with its recipient settled.
type sending struct {
	name    string
	channel adapters.Channel
	parent  adapters.Ref
	kind    adapters.FlagKind // of a flag
	do      func(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error)
}

// sendings lists the ways out this account has.
func (b *bench) sendings() (out []sending) {
	if b.kit.Platform.Manifest.ByHand {
		return nil // nobody calls its senders; see checkByHand
	}
	return b.senders()
}

// senders lists the sending methods, also those that only people stand behind.
func (b *bench) senders() (out []sending) {
	caps, to := b.account.Caps(), b.kit.To
	if p := caps.Publish; p != nil {
		out = append(out, sending{name: "publish", channel: adapters.Public, do: func(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error) {
			return p.Publish(ctx, at, adapters.Part{Title: b.kit.Title, Text: text, Language: "en"})
		}})
	}
	if m := caps.Message; m != nil {
		out = append(out, sending{name: "message", channel: adapters.Private, do: func(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error) {
			return m.Send(ctx, at, adapters.Message{To: to, Text: text, Language: "en"})
		}})
	}
	if c := caps.Comment; c != nil {
		parent := b.parent()
		out = append(out, sending{name: "comment", channel: adapters.InReply, parent: parent, do: func(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error) {
			return c.Comment(ctx, at, adapters.Comment{To: to, Parent: parent, Text: text, Language: "en"})
		}})
	}
	if c := caps.Handover; c != nil {
		out = append(out, sending{name: "handover", channel: adapters.HandedOver, do: func(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error) {
			return c.HandOver(ctx, at, adapters.Package{Code: at.Code, Revision: 1, From: adapters.Station{Name: "station"}, To: "unit",
				Files: []adapters.PackageFile{{Name: "clue.txt", Type: "text/plain", Data: []byte(text)}}})
		}})
	}
	if f := caps.Flag; f != nil {
		parent, kind := b.parent(), f.FlagKinds()[0]
		out = append(out, sending{name: "flag", channel: adapters.Moderators, parent: parent, kind: kind, do: func(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error) {
			return f.Flag(ctx, at, adapters.Flag{Post: parent, Kind: kind, Text: text, Language: "en"})
		}})
	}
	return out
}

func (b *bench) parent() adapters.Ref {
	if b.kit.Parent != nil {
		return b.kit.Parent(b.fake)
	}
	for _, s := range b.kit.Sources {
		if !s.Inbox {
			return b.citizens("comment").Write(s.Name, "is this true?")
		}
	}
	b.t.Fatalf("the adapter can comment or flag, so the kit needs a Parent or a public source")
	return ""
}

// eachSending runs f for every way out, each on a fresh bench.
func eachSending(t T, k Kit, f func(b *bench, s sending)) {
	var names []string
	with(t, k, func(b *bench) {
		for _, s := range b.sendings() {
			names = append(names, s.name)
		}
	})
	for i, name := range names {
		t.Run(name, func(t T) {
			with(t, k, func(b *bench) { f(b, b.sendings()[i]) })
		})
	}
}

const code = "NP-7Q4"

func attempt() adapters.Attempt {
	return adapters.Attempt{Item: "item-1", N: 1, Key: "key-1", Code: code, Deadline: time.Now().Add(patience)}
}

// send makes the attempt and checks what holds for every send.
func (b *bench) send(s sending, at adapters.Attempt, text string) (adapters.Receipt, error) {
	b.t.Helper()
	ctx, cancel := bounded()
	defer cancel()
	r, err := s.do(ctx, at, text)
	if ctx.Err() != nil {
		b.t.Errorf("%s went on after its attempt's deadline", s.name)
	}
	b.inspect(err)
	if err == nil && r.Ref == "" {
		b.t.Errorf("%s succeeded without the platform's id: that outcome is unknown", s.name)
	}
	return r, err
}

func (b *bench) deliveries() (n int) {
	for _, s := range b.fake.Sent() {
		if strings.Contains(s.Text, code) {
			n++
		}
	}
	return n
}

// script is a fault with what an honest adapter makes of it.
type script struct {
	fault
	want     []adapters.Class
	phase    *adapters.Phase // nil: not looked at
	until    *time.Time      // the wait to report; nil: not looked at
	waits    bool            // some wait must be reported
	deadline time.Duration   // of the attempt; 0: long
	warm     bool            // first use the connection, then break it
}

func unknown(f fault) script { return script{fault: f, want: []adapters.Class{adapters.Unknown}} }

func sendScripts(k Kit) []script {
	notWritten, never := adapters.NotWritten, time.Time{}
	reused := unknown(resetAfter(true))
	reused.name, reused.warm = "reset on a reused connection", true
	late, lateIdle := unknown(held(true)), unknown(held(false))
	late.deadline, lateIdle.deadline = 200*time.Millisecond, 200*time.Millisecond
	list := []script{
		{fault: refused(), want: []adapters.Class{adapters.NotSent}, phase: &notWritten},
		{fault: resetBefore(), want: []adapters.Class{adapters.NotSent, adapters.Unknown}},
		unknown(resetAfter(false)), unknown(resetAfter(true)), reused, late, lateIdle,
		unknown(cut()), unknown(truncated()),
		unknown(answer(Answer{Name: "200 with an empty body"}, true)),
		unknown(answer(Answer{Name: "200 with an empty object", Body: "{}"}, true)),
		unknown(answer(Answer{Name: "200 from somebody else", Body: "<html>Welcome to the hotel's network</html>"}, false)),
		unknown(plain(500, true)), unknown(plain(502, true)), unknown(plain(503, true)), unknown(plain(504, true)),
		unknown(plain(500, false)), unknown(plain(503, false)),
		{fault: answer(Answer{Name: "redirected", Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}, false),
			want: []adapters.Class{adapters.NotSent, adapters.Rejected, adapters.Unsupported, adapters.Unknown}},
	}
	list = append(list, limitedScripts(k.Answers, &never)...)
	return append(list, dialectScripts(k.Answers)...)
}

func limitedScripts(a Answers, never *time.Time) []script {
	with := Answer{Name: "429 with Retry-After", Status: 429, Header: http.Header{"Retry-After": {"120"}}, Body: "{}"}
	bare := Answer{Name: "429 without a time", Status: 429, Body: "{}"}
	limited := []adapters.Class{adapters.RateLimited}
	list := []script{{fault: answer(bare, false), want: limited, until: never}, {fault: answer(with, false), want: limited, waits: true}}
	if a.LimitedBare != nil {
		list[0].fault = answer(*a.LimitedBare, false)
	}
	if a.Limited != nil {
		list[1] = script{fault: answer(*a.Limited, false), want: limited, until: &a.Limited.Until}
	}
	return list
}

func dialectScripts(a Answers) []script {
	expired := Answer{Name: "token expired mid-call", Status: 401, Body: "{}"}
	if a.Expired != nil {
		expired = *a.Expired
	}
	list := []script{{fault: answer(expired, false), want: []adapters.Class{adapters.AuthExpired}}}
	for _, x := range append([]Answer{}, a.More...) {
		list = append(list, script{fault: answer(x, false), want: []adapters.Class{x.Want}})
	}
	if a.Error200 != nil {
		list = append(list, script{fault: answer(*a.Error200, false), want: []adapters.Class{a.Error200.Want}})
	}
	return list
}

// checkSends: every way out under every fault.
func checkSends(t T, k Kit) {
	eachSending(t, k, func(b *bench, s sending) { checkHealthy(b, s) })
	for _, sc := range sendScripts(k) {
		t.Run(sc.name, func(t T) {
			eachSending(t, k, func(b *bench, s sending) { checkScript(b, s, sc) })
		})
	}
	t.Run("already exists", func(t T) { checkExists(t, k) })
	t.Run("same key again", func(t T) { checkKeyed(t, k) })
	t.Run("cancelled before", func(t T) { checkCancelled(t, k) })
	t.Run("too long", func(t T) { checkTooLong(t, k) })
	t.Run("plan", func(t T) { checkPlan(t, k) })
	t.Run("many at once", func(t T) { checkConcurrent(t, k) })
}

func checkHealthy(b *bench, s sending) {
	text := b.kit.Text(code)
	b.wire.befall(fault{}, nil, 0)
	r, err := b.send(s, attempt(), text)
	if err != nil {
		b.t.Fatalf("%s on a healthy platform: %v", s.name, err)
	}
	if n := len(b.wire.mutations()); n != 1 {
		b.t.Errorf("%d mutating requests for one attempt: %v", n, b.wire.mutations())
	}
	b.checkArrived(s, r, text)
}

// checkArrived: the words went where they were meant to go, and nowhere else.
func (b *bench) checkArrived(s sending, r adapters.Receipt, text string) {
	to := ""
	if s.channel == adapters.Private {
		to = b.kit.To.ID
	}
	for _, sent := range b.fake.Sent() {
		switch {
		case sent.Ref != r.Ref || !strings.Contains(sent.Text, text):
			b.t.Errorf("the platform has %q under %q, the receipt says %q is under %q", sent.Text, sent.Ref, text, r.Ref)
		case sent.Channel != s.channel || sent.To != to || sent.Parent != s.parent:
			b.t.Errorf("it went out on channel %q to %q under %q; meant were %q, %q, %q", sent.Channel, sent.To, sent.Parent, s.channel, to, s.parent)
		}
	}
	if len(b.fake.Sent()) != 1 {
		b.t.Errorf("the platform has %d messages", len(b.fake.Sent()))
	}
}

func checkScript(b *bench, s sending, sc script) {
	b.t.Helper()
	if sc.warm {
		ctx, cancel := bounded()
		defer cancel()
		if _, err := b.account.Identity(ctx); err != nil {
			b.t.Fatalf("identity: %v", err)
		}
	} else {
		b.stop() // the next request dials
	}
	at, err := befallen(b, s, sc)
	checkVerdict(b, s, sc, err)
	b.checkFound(s, at, b.deliveries() > 0)
}

// befallen makes one send that the fault strikes. On a busy machine an attempt's deadline may
// pass before its one mutating request; then it is given longer.
func befallen(b *bench, s sending, sc script) (at adapters.Attempt, err error) {
	b.t.Helper()
	at = attempt()
	for try := range 5 {
		if sc.deadline > 0 {
			at.Deadline = time.Now().Add(sc.deadline << try)
		}
		b.wire.befall(sc.fault, mutating, 0)
		_, err = b.send(s, at, b.kit.Text(code))
		if b.wire.heal() {
			return at, err
		}
		if sc.deadline == 0 {
			break
		}
	}
	b.t.Fatalf("%s made no mutating request: %v", s.name, err)
	return at, err
}

func checkVerdict(b *bench, s sending, sc script, err error) {
	b.t.Helper()
	if got := b.wire.mutations(); len(got) > 1 {
		b.t.Errorf("%d mutating requests for one attempt: %v", len(got), got)
	}
	if n := b.deliveries(); n > 1 {
		b.t.Errorf("the platform took it %d times", n)
	}
	if err == nil {
		b.t.Errorf("%s reports success", s.name)
		return
	}
	if c := adapters.ClassOf(err); !oneOf(c, sc.want...) {
		b.t.Errorf("%s is %q, want %q: %v", s.name, c, sc.want, err)
	}
	var e *adapters.Error
	if !errors.As(err, &e) {
		return
	}
	if sc.phase != nil && e.Phase != *sc.phase {
		b.t.Errorf("phase is %q, want %q", e.Phase, *sc.phase)
	}
	if sc.until != nil && !e.Until.Equal(*sc.until) {
		b.t.Errorf("waits until %v, the platform said %v", e.Until, *sc.until)
	}
	if sc.waits && e.Until.IsZero() {
		b.t.Errorf("the platform said how long to wait, the error does not")
	}
}

// checkExists: "this very send happened before" is a success that says so, or an
// error that names the object.
func checkExists(t T, k Kit) {
	a := k.Answers.Exists
	if a == nil {
		t.Logf("left out: the platform never says so")
		return
	}
	eachSending(t, k, func(b *bench, s sending) {
		if s.channel == adapters.Moderators {
			return // see checkStands
		}
		b.wire.befall(answer(*a, false), mutating, 0)
		r, err := b.send(s, attempt(), b.kit.Text(code))
		b.wire.heal()
		var e *adapters.Error
		switch {
		case err == nil && r.Existed && r.Ref == a.Ref:
		case errors.As(err, &e) && e.Ref == a.Ref && e.Class == a.Want:
		default:
			b.t.Errorf("got receipt %+v and error %v; want Existed with the id the platform named, or an error of class %q with it", r, err, a.Want)
		}
	})
}

// checkKeyed: where the platform honours the key, a second attempt adds nothing.
func checkKeyed(t T, k Kit) {
	eachSending(t, k, func(b *bench, s sending) {
		if b.kit.Platform.Manifest.Idem[s.channel] != adapters.Keyed {
			b.t.Logf("left out: the platform honours no key here")
			return
		}
		first, err := b.send(s, attempt(), b.kit.Text(code))
		if err != nil {
			b.t.Fatalf("first attempt: %v", err)
		}
		at := attempt()
		at.N = 2
		second, err := b.send(s, at, b.kit.Text(code))
		if err != nil || second.Ref != first.Ref || b.deliveries() != 1 {
			b.t.Errorf("the second attempt with the same key: receipt %+v, error %v, %d delivered; want the first one's id and one delivery", second, err, b.deliveries())
		}
	})
}

func checkCancelled(t T, k Kit) {
	eachSending(t, k, func(b *bench, s sending) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		b.wire.befall(fault{}, nil, 0)
		_, err := s.do(ctx, attempt(), b.kit.Text(code))
		b.inspect(err)
		if c := adapters.ClassOf(err); err == nil || c != adapters.NotSent {
			b.t.Errorf("under an ended context: %v; want class %q", err, adapters.NotSent)
		}
		if n := b.wire.requests(); n != 0 {
			b.t.Errorf("%d requests under an ended context", n)
		}
	})
}

// checkTooLong: a text over the stated limit is refused in the platform's own
// unit, before anything is sent.
func checkTooLong(t T, k Kit) {
	eachSending(t, k, func(b *bench, s sending) {
		limit, ok := b.account.Caps().Limits.For(s.channel)
		if !ok {
			b.t.Logf("left out: the platform states no limit")
			return
		}
		b.wire.befall(fault{}, nil, 0)
		_, err := b.send(s, attempt(), overlong(limit))
		var long *adapters.TooLong
		switch {
		case !errors.As(err, &long) || adapters.ClassOf(err) != adapters.Rejected:
			b.t.Errorf("%d %s instead of %d: %v; want class %q around a *TooLong", limit.Max+1, limit.Unit, limit.Max, err, adapters.Rejected)
		case long.Max != limit.Max || long.Unit != limit.Unit || long.Length <= limit.Max:
			b.t.Errorf("*TooLong says %v, the limit is %d %s", long, limit.Max, limit.Unit)
		}
		if n := len(b.wire.mutations()); n != 0 {
			b.t.Errorf("%d mutating requests for a text that is too long", n)
		}
	})
}

// overlong is the shortest text of Chinese characters that exceeds l.
func overlong(l adapters.TextLimit) string {
	text := strings.Repeat("警", l.Max/max(l.Unit.Count("警"), 1))
	for l.Measure(text) <= l.Max {
		text += "警"
	}
	return text
}

// checkPlan: parts are measured in the limit's unit and fit it; planning asks nobody.
func checkPlan(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Publish != nil }, func(b *bench) {
		limit, limited := b.account.Caps().Limits.For(adapters.Public)
		b.wire.befall(fault{}, nil, 0)
		checkParts(b, limit, b.kit.Text(code))
		if limited {
			checkParts(b, limit, overlong(limit))
		}
		if n := b.wire.requests(); n != 0 {
			b.t.Errorf("Plan is pure, but made %d requests", n)
		}
	})
}

func checkParts(b *bench, limit adapters.TextLimit, text string) {
	p, err := b.account.Caps().Publish.Plan(adapters.Bulletin{Title: b.kit.Title, Text: text, Language: "en"})
	if err != nil {
		if c := adapters.ClassOf(err); c != adapters.Rejected && !errors.As(err, new(*adapters.TooLong)) {
			b.t.Errorf("plan: %v; want a *TooLong or class %q", err, adapters.Rejected)
		}
		return
	}
	if len(p.Parts) == 0 {
		b.t.Errorf("a plan without an error and without parts")
	}
	for _, part := range p.Parts {
		if limit.Max > 0 && (part.Length > part.Max || part.Length != limit.Measure(part.Text) || part.Unit != limit.Unit) {
			b.t.Errorf("a part says %d of %d %s; it measures %d %s", part.Length, part.Max, part.Unit, limit.Measure(part.Text), limit.Unit)
		}
	}
}

func checkConcurrent(t T, k Kit) {
	eachSending(t, k, func(b *bench, s sending) {
		if s.channel == adapters.Moderators {
			return // one post is flagged once
		}
		const n = 8
		var wg sync.WaitGroup
		errs := make([]error, n)
		for i := range n {
			wg.Go(func() {
				at := attempt()
				at.Item, at.Key, at.Code = fmt.Sprintf("item-%d", i), fmt.Sprintf("key-%d", i), fmt.Sprintf("NQ-%d", i)
				ctx, cancel := bounded()
				defer cancel()
				_, errs[i] = s.do(ctx, at, b.kit.Text(at.Code))
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			b.t.Errorf("%d sends at once: %v", n, err)
		}
		if got := len(b.fake.Sent()); got != n {
			b.t.Errorf("%d sends at once: the platform has %d", n, got)
		}
	})
}
