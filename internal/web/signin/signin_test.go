package signin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

func open(t *testing.T, officers ...*record.Officer) (*Door, *boltstore.Store) {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, o := range officers {
		put(t, s, o)
	}
	return New(Options{Store: s}), s
}

func put(t *testing.T, s Store, o *record.Officer) {
	t.Helper()
	if err := s.Update(context.Background(), func(tx record.Tx) error { return tx.Put(o) }); err != nil {
		t.Fatal(err)
	}
}

func officer(id string) *record.Officer {
	return &record.Officer{Head: bots.Head{ID: id, State: record.OfficerActive}, Name: id, Roles: []record.Role{record.Duty}}
}

// with gives an officer a password that is cheap to check.
func with(o *record.Officer, password string) *record.Officer {
	c := cost{memory: 64, time: 1, threads: 1}
	salt := []byte("0123456789abcdef")
	o.Password = phc(salt, derive(password, salt, c), c)
	return o
}

func TestPasswords(t *testing.T) {
	if _, err := HashPassword("正确的密码要长一点"); !errors.Is(err, ErrShort) {
		t.Fatalf("nine characters: %v", err)
	}
	stored, err := HashPassword("正确的密码还要长一点点")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("not the PHC string of RFC 9106's second choice: %s", stored)
	}
	if err := CheckPassword(stored, "正确的密码还要长一点点"); err != nil {
		t.Error(err)
	}
	if err := CheckPassword(stored, "正确的密码还要长一点"); !errors.Is(err, ErrWrong) {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestStoredPasswordsOutOfBoundsAreRefused(t *testing.T) {
	for _, s := range []string{
		"", "plain", "$argon2i$v=19$m=64,t=1,p=1$c2FsdA$a2V5", "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdA$a2V5", "$argon2id$v=19$m=64,t=0,p=1$c2FsdA$a2V5",
		"$argon2id$v=19$m=64,t=1,p=0$c2FsdA$a2V5", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$a2V5", "$argon2id$v=19$m=x$c2FsdA$a2V5",
	} {
		if err := CheckPassword(s, "whatever it is"); err == nil || errors.Is(err, ErrWrong) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestPromise2_EveryWayInNeedsAnActiveOfficer(t *testing.T) {
	uid := 4711
	gone := with(officer("gone"), "a long password")
	gone.State, gone.Link, gone.UID = "suspended", HashCode("the code"), &uid
	d, _ := open(t, with(officer("chen"), "a long password"), officer("bare"), gone)
	ctx := t.Context()
	if o, err := d.ByPassword(ctx, "chen", "a long password"); err != nil || o.ID != "chen" {
		t.Fatalf("%v, %v", o, err)
	}
	for what, err := range map[string]error{
		"wrong password":       second(d.ByPassword(ctx, "chen", "another password")),
		"no such officer":      second(d.ByPassword(ctx, "nobody", "a long password")),
		"no password set":      second(d.ByPassword(ctx, "bare", "")),
		"suspended":            second(d.ByPassword(ctx, "gone", "a long password")),
		"suspended by code":    second(d.ByCode(ctx, "the code")),
		"suspended by uid":     second(d.ByUID(ctx, uid)),
		"unknown uid":          second(d.ByUID(ctx, 1)),
		"empty code":           second(d.ByCode(ctx, "")),
		"unknown token":        second(d.ByToken(ctx, "x")),
		"an empty name":        second(d.ByPassword(ctx, "", "a long password")),
		"a name out of bounds": second(d.ByPassword(ctx, strings.Repeat("x", 65), "a long password")),
	} {
		if !errors.Is(err, ErrDenied) || err.Error() != ErrDenied.Error() {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second(_ *record.Officer, err error) error { return err }

func TestAOneTimeCodeWorksOnce(t *testing.T) {
	o := officer("chen")
	code, link := NewCode()
	o.Link = link
	d, s := open(t, o)
	if who, err := d.Peek(t.Context(), code); err != nil || who.ID != "chen" {
		t.Fatalf("peek: %v, %v", who, err)
	}
	const callers = 8
	got := make(chan error, callers)
	for range callers {
		go func() { got <- second(d.ByCode(t.Context(), code)) }()
	}
	in := 0
	for range callers {
		if err := <-got; err == nil {
			in++
		} else if !errors.Is(err, ErrDenied) {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d of %d came in by one code", in, callers)
	}
	kept, err := record.Fetch[record.Officer](t.Context(), s, "chen")
	if err != nil || kept.Link != "" {
		t.Errorf("the code is still there: %+v, %v", kept, err)
	}
	entries, err := s.AuditOf(t.Context(), bots.Target{Kind: record.KindOfficer, ID: "chen"})
	if err != nil || len(entries) != 1 || entries[0].Did != "sign-in" {
		t.Errorf("audit: %+v, %v", entries, err)
	}
}

func TestTwoOfficersOfOneUnixUserAreNobody(t *testing.T) {
	uid := 1000
	a, b := officer("a"), officer("b")
	a.UID = &uid
	d, s := open(t, a, b)
	if o, err := d.ByUID(t.Context(), uid); err != nil || o.ID != "a" {
		t.Fatalf("%v, %v", o, err)
	}
	b, _ = record.Fetch[record.Officer](t.Context(), s, "b")
	b.UID = &uid
	put(t, s, b)
	if _, err := d.ByUID(t.Context(), uid); !errors.Is(err, ErrDenied) {
		t.Errorf("one of two was chosen: %v", err)
	}
}

func TestFailedPasswordsAreThrottledPerName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := open(t, with(officer("chen"), "a long password"), with(officer("lin"), "a long password"))
		for range tries {
			_, _ = d.ByPassword(t.Context(), "chen", "wrong password")
		}
		if _, err := d.ByPassword(t.Context(), "chen", "a long password"); !errors.Is(err, ErrDenied) {
			t.Errorf("the right password came in after %d wrong ones: %v", tries, err)
		}
		if _, err := d.ByPassword(t.Context(), "lin", "a long password"); err != nil {
			t.Errorf("another name pays for it: %v", err)
		}
		wait(t, perTry)
		if _, err := d.ByPassword(t.Context(), "chen", "a long password"); err != nil {
			t.Errorf("after a wait: %v", err)
		}
		for range tries - 1 {
			_, _ = d.ByPassword(t.Context(), "chen", "wrong password")
		}
		if _, err := d.ByPassword(t.Context(), "chen", "a long password"); err != nil {
			t.Errorf("a success gives the allowance back: %v", err)
		}
	})
}

// wait lets a bubble's clock run.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	<-time.After(d)
}

func TestTheThrottleKnowsABoundedNumberOfNames(t *testing.T) {
	th := newThrottle()
	for i := range maxNames + 100 {
		th.allow("name" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + time.Duration(i).String())
	}
	if len(th.names) > maxNames {
		t.Errorf("%d names are kept", len(th.names))
	}
	for range tries {
		th.allow("yet another")
	}
	if th.allow("one more") {
		t.Error("new names are not throttled when there is no room for them")
	}
}

func TestTokensEndByIdleLifetimePasswordAndRevocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := open(t, with(officer("chen"), "a long password"))
		ctx := t.Context()
		issue := func() string {
			o, err := d.officer(ctx, "chen")
			if err != nil {
				t.Fatal(err)
			}
			token, _, err := d.IssueToken(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		good := func(token string) bool {
			o, err := d.ByToken(ctx, token)
			if err != nil && !errors.Is(err, ErrDenied) {
				t.Fatal(err)
			}
			return err == nil && o.ID == "chen"
		}
		token := issue()
		for range 11 { // used every hour it lives on, but not beyond its lifetime
			wait(t, time.Hour)
			if !good(token) {
				t.Fatal("a token in use ended")
			}
		}
		wait(t, time.Hour+time.Second)
		if good(token) {
			t.Error("a token outlived its lifetime")
		}
		token = issue()
		wait(t, 2*time.Hour+time.Second)
		if good(token) {
			t.Error("an unused token lives on")
		}
		token = issue()
		if err := d.RevokeToken(ctx, token); err != nil || good(token) {
			t.Errorf("a revoked token works: %v", err)
		}
		token = issue()
		if err := d.SetPassword(ctx, "chen", "a long password", "a new password"); err != nil {
			t.Fatal(err)
		}
		if good(token) {
			t.Error("a token survived a new password")
		}
		if err := d.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		left, err := s.List(ctx, record.Query{Kind: record.KindSession})
		if err != nil || len(left) > 1 {
			t.Errorf("%d sessions are left, %v", len(left), err)
		}
	})
}

// browser keeps the cookie of one session and asks who it is.
type browser struct {
	d      *Door
	cookie *http.Cookie
}

func (b *browser) ask(t *testing.T, enter *record.Officer) (who string) {
	t.Helper()
	r, w := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), httptest.NewRecorder()
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	b.d.Sessions().LoadAndSave(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if enter != nil {
			if err := b.d.Enter(r.Context(), enter); err != nil {
				t.Error(err)
			}
		}
		if o, err := b.d.Current(r.Context()); err == nil {
			who = o.ID
		}
	})).ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookie = c
	}
	return who
}

func TestABrowsersSessionEndsByIdleAndLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chen := officer("chen")
		d, s := open(t, chen)
		b := &browser{d: d}
		if who := b.ask(t, nil); who != "" || b.cookie != nil {
			t.Fatalf("a stranger is %q with cookie %v", who, b.cookie)
		}
		if who := b.ask(t, chen); who != "chen" {
			t.Fatalf("signed in as %q", who)
		}
		for range 7 {
			wait(t, 100*time.Minute)
			if b.ask(t, nil) != "chen" {
				t.Fatal("a session in use ended")
			}
		}
		wait(t, 21*time.Minute)
		if b.ask(t, nil) != "" {
			t.Error("a session outlived its twelve hours")
		}
		b.ask(t, chen)
		wait(t, 2*time.Hour+time.Second)
		if b.ask(t, nil) != "" {
			t.Error("an unused session lives on")
		}
		if err := d.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		left, err := s.List(t.Context(), record.Query{Kind: record.KindSession})
		if err != nil || len(left) != 0 {
			t.Errorf("%d sessions are left, %v", len(left), err)
		}
	})
}

func TestReadingPagesDoesNotWrite(t *testing.T) {
	chen := officer("chen")
	d, s := open(t, chen)
	b := &browser{d: d}
	b.ask(t, chen)
	version := func() (v uint64) {
		page, err := s.List(t.Context(), record.Query{Kind: record.KindSession})
		if err != nil || len(page) != 1 {
			t.Fatalf("%d sessions, %v", len(page), err)
		}
		return page[0].Meta().Version
	}
	before := version()
	for range 5 {
		b.ask(t, nil)
	}
	if after := version(); after != before {
		t.Errorf("five pages wrote the session %d times", after-before)
	}
}

func TestSetPasswordNeedsTheOldOne(t *testing.T) {
	d, _ := open(t, with(officer("chen"), "a long password"), officer("bare"))
	ctx := t.Context()
	if err := d.SetPassword(ctx, "chen", "not the old one", "a new password"); !errors.Is(err, ErrDenied) {
		t.Errorf("without the old one: %v", err)
	}
	if err := d.SetPassword(ctx, "chen", "a long password", "short"); !errors.Is(err, ErrShort) {
		t.Errorf("a short one: %v", err)
	}
	if err := d.SetPassword(ctx, "bare", "", "a new password"); err != nil {
		t.Errorf("a first one: %v", err)
	}
}

func TestTheSocketsPeerIsItsUnixUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		uid int
		ok  bool
	}
	got := make(chan answer, 1)
	srv := &httptest.Server{Listener: l, Config: &http.Server{ConnContext: Peer, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		uid, ok := PeerUID(r.Context())
		got <- answer{uid, ok}
	})}}
	srv.Start()
	defer srv.Close()
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	defer c.CloseIdleConnections()
	res, err := c.Get("http://netpatrol/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if a := <-got; !a.ok || a.uid != os.Getuid() {
		t.Errorf("peer %+v, want uid %d", a, os.Getuid())
	}
	if _, ok := PeerUID(t.Context()); ok {
		t.Error("a context without a socket has a peer")
	}
}

func FuzzStoredPasswords(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$a2V5")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		_, key, c, err := parsePHC(s)
		if err == nil && (len(key) != keyLen || c.memory > maxMemory || c.time == 0 || c.threads == 0) {
			t.Errorf("%q is accepted with %+v", s, c)
		}
	})
}

func TestPresenceOutlivesTheSession(t *testing.T) {
	d, s := open(t, with(officer("chen"), "a right password"))
	if at, err := d.Seen(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("before anybody came: %v, %v", at, err)
	}
	if _, err := d.ByPassword(t.Context(), "chen", "a wrong password"); err == nil {
		t.Error("a wrong password got in")
	}
	if at, _ := d.Seen(t.Context()); !at.IsZero() {
		t.Error("a failed sign-in counts as presence")
	}
	o, err := d.ByPassword(t.Context(), "chen", "a right password")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := d.IssueToken(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.RevokeToken(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if at, err := New(Options{Store: s}).Seen(t.Context()); err != nil || time.Since(at) > time.Minute {
		t.Errorf("after the session ended: %v, %v", at, err)
	}
}
