package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/console"
	"netpatrol/internal/web/frontdoor"
	"netpatrol/internal/web/signin"
)

// serve listens: the desk and API for officers, the socket for the command line, the
// front door for platforms.
func (a *App) serve(ctx context.Context) error {
	d := desk{a.store, a}
	apiHandler := api.New(api.Options{Desk: d, Door: a.door, Station: a.station(), Shots: evidenceDesk{a.files, a.store}, Log: a.o.Log})
	consoleHandler, err := console.New(console.Options{Desk: d, Evidence: evidenceDesk{a.files, a.store}, Door: a.door, Station: a.station(), Log: a.o.Log})
	if err != nil {
		return err
	}
	officers := http.NewServeMux()
	officers.Handle("/api/", apiHandler)
	officers.Handle("/", consoleHandler)
	g, ctx := errgroup.WithContext(ctx)
	if addr := a.o.Config.Console.Listen; addr != "" {
		g.Go(func() error { return listenAndServe(ctx, "tcp", addr, officers) })
	}
	if addr := a.o.Config.Frontdoor.Listen; addr != "" {
		g.Go(func() error { return serveOutside(ctx, addr, a.frontdoor()) })
	}
	g.Go(func() error {
		return listenAndServe(ctx, "unix", a.o.Config.Socket(), apiHandler)
	})
	return g.Wait()
}

func (a *App) frontdoor() http.Handler {
	return frontdoor.New(frontdoor.Options{
		Inbox: inbox{a}, Passive: passive{a}, Yield: a.yield, Log: a.o.Log,
		Closed: a.closed, Kiosk: a.kiosk(), Partner: a.partner(), Promised: a.promised, Matters: publicOf(a), Press: publicOf(a), More: a.more(), Unit: a.o.Config.Unit.Name, Keep: a.o.Config.Retention.Conversations, Handoffs: clerk{a}, Packages: a.packages(),
		Receiver: func(account string) adapters.Receiver {
			if open, ok := a.opener.get(account); ok {
				return open.Caps().Webhook
			}
			return nil
		},
	})
}

// closed says that an account is configured and could not be opened yet.
func (a *App) closed(account string) bool {
	_, open := a.opener.get(account)
	return !open && slices.ContainsFunc(a.o.Config.Accounts, func(c config.Account) bool { return c.ID == account })
}

// passive answers a message in the answer to its callback.
type passive struct{ a *App }

// Reply implements [frontdoor.Passive].
func (p passive) Reply(ctx context.Context, account string, items []adapters.Inbound, deadline time.Time) (frontdoor.Answer, bool) {
	for _, in := range items {
		if in.Kind != adapters.KindMessage && in.Kind != adapters.KindMenu {
			continue
		}
		answer, ok, err := p.a.outbox.Answer(ctx, p.a.engine.Conversation(account, in.From.ID), in.Ref, deadline)
		if err == nil && ok {
			return frontdoor.Answer{Text: answer.Text, At: answer.At, Done: answer.Done}, true
		}
	}
	return frontdoor.Answer{}, false
}

// shutdownWithin bounds how long open requests may take to end.
const shutdownWithin = 5 * time.Second

// listenAndServe is serveOn at an address.
func listenAndServe(ctx context.Context, network, addr string, h http.Handler) error {
	if network == "unix" {
		if err := os.Remove(addr); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("listen on %s: %w", addr, err)
		}
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	if network == "unix" {
		if err := os.Chmod(addr, 0o660); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	return serveOn(ctx, l, h)
}

// mostOutside is how many connections strangers may hold at once: a flood of them leaves memory and files for the desk and
// the outbox.
const mostOutside = 16 << 10

// serveOutside serves strangers.
func serveOutside(ctx context.Context, addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	return serveOn(ctx, bounded(l), h)
}

func bounded(l net.Listener) net.Listener { return netutil.LimitListener(l, mostOutside) }

const (
	// answerWithin is how long a caller may take to read an answer: the largest video over a bad line.
	answerWithin = 15 * time.Minute
	// maxHeader bounds the headers of a request, in bytes.
	maxHeader = 64 << 10
)

// serveOn serves on a listener until ctx ends, then lets open requests finish.
func serveOn(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: answerWithin, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: maxHeader, ConnContext: signin.Peer,
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		return srv.Close()
	}
	return nil
}

func isHTTPS(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https"
}
