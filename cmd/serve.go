package cmd

import (
	"errors"
	"log/slog"
	"slices"

	"github.com/spf13/cobra"

	"netpatrol/internal/app"
)

func (t *tool) serveCommand() *cobra.Command {
	var logs logFlags
	return logs.on(&cobra.Command{
		Use: "serve", Short: "Run the daemon until it is told to stop", Args: cobra.NoArgs,
		Long: `Run the daemon until it is told to stop.

Garbage is collected when the heap has grown to five times what is in use, and more often
beyond half of the memory this process may have. Set GOGC or GOMEMLIMIT in its environment
to decide otherwise.`,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			cfg, aside, err := t.loadSound()
			if err != nil {
				return err
			}
			log, err := logs.logger(t)
			if err != nil {
				return err
			}
			app.SetMemory()
			a, err := app.New(c.Context(), app.Options{Config: cfg, Platforms: t.assembly.platforms, ExtraBots: t.assembly.bots, Texts: t.assembly.texts, Aside: aside, Log: log})
			if err != nil {
				return mend(err, "%s", serveMend(err))
			}
			log.Info("serving", "desk", cfg.Console.Listen, "frontdoor", cfg.Frontdoor.Listen, "socket", cfg.Socket(), "accounts", len(cfg.Accounts))
			err = errors.Join(a.Run(c.Context()), a.Close())
			log.Info("stopped")
			return mend(err, "see the log above")
		},
	})
}

func serveMend(err error) string {
	if app.StoreDamaged(err) {
		return bringBack
	}
	return "if this is a new station, run netpatrol init; if another daemon has the store open, stop it"
}

// logFlags choose the log's form. It goes to standard error.
type logFlags struct {
	level string
	json  bool
}

func (f *logFlags) on(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&f.level, "log-level", "info", "debug, info, warn or error")
	c.Flags().BoolVar(&f.json, "log-json", false, "log JSON")
	return c
}

func (f *logFlags) logger(t *tool) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, usagef("--log-level %q: use debug, info, warn or error", f.level)
	}
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: impersonal}
	if f.json {
		return slog.New(slog.NewJSONHandler(t.err, o)), nil
	}
	return slog.New(slog.NewTextHandler(t.err, o)), nil
}

// impersonal drops fields that would tell of a citizen, should anybody log one.
func impersonal(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(personalKeys(), a.Key) {
		return slog.String(a.Key, "[dropped]")
	}
	return a
}

func personalKeys() []string {
	return []string{"text", "body", "person", "handle", "phone", "email", "author", "from", "to"}
}

func (t *tool) demoCommand() *cobra.Command {
	var o app.DemoOptions
	var logs logFlags
	c := logs.on(&cobra.Command{
		Use: "demo", Short: "Play a whole station on this machine, with pretend platforms and citizens", Args: cobra.NoArgs,
		Long: `Run a pretend platform of every kind with pretend citizens, the daemon and the desk on loopback, in one
process. It prints where to sign in and where to play a citizen. Nothing leaves this machine.

With --once an officer script plays one shift and the command exits 0 only if what the
platforms received is what was decided.`,
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := logs.logger(t)
			if err != nil {
				return err
			}
			o.Out, o.Log, o.JSON, o.Platforms = t.out, log, t.json, t.assembly.platforms
			err = app.Demo(c.Context(), o)
			if errors.Is(err, app.ErrDemoUsed) {
				return mend(err, "name another directory, or leave out --dir")
			}
			return mend(err, "see the summary above")
		},
	})
	c.Flags().BoolVar(&o.Once, "once", false, "play one scripted shift, print the summary and exit")
	c.Flags().StringVar(&o.Dir, "dir", "", "keep the state here, an empty directory (default: a fresh temporary one)")
	c.Flags().Lookup("log-level").DefValue = "warn"
	_ = c.Flags().Set("log-level", "warn")
	return t.withJSON(c)
}
