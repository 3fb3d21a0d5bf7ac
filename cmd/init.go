package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"netpatrol/internal/app"
	"netpatrol/internal/config"
)

func (t *tool) initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init [DIRECTORY]", Short: "Begin a station: configuration, state, master key, first officer", Args: cobra.MaximumNArgs(1),
		Long: `Write an annotated netpatrol.yaml, make the state directory with its master key, and print
a one-time sign-in link for the first officer, admin. A configuration that exists is kept
and used; a state directory that exists is refused.`,
		RunE: func(c *cobra.Command, args []string) error {
			dir := t.config
			if len(args) == 1 {
				dir = args[0]
			}
			return t.begin(c.Context(), dir)
		},
	}
}

// firstOfficer is the officer of the sample configuration.
const firstOfficer = "admin"

func (t *tool) begin(ctx context.Context, dir string) error {
	file, err := t.writeSample(dir)
	if err != nil {
		return err
	}
	cfg, err := t.loadFrom(file)
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(cfg.State); err == nil && len(entries) > 0 {
		return mend(fmt.Errorf("the state directory %s exists already", cfg.State), "serve it as it is, or name another directory; netpatrol never overwrites a master key")
	}
	if err := app.Init(cfg.State); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	fmt.Fprintf(t.out, "made %s; keep a copy of its keys elsewhere: without them nothing stored can be read\n", cfg.State)
	return t.invite(ctx, cfg, t.first(cfg))
}

// first is the officer who signs in first.
func (t *tool) first(cfg *config.Config) string {
	if len(cfg.Officers) > 0 {
		return cfg.Officers[0].ID
	}
	return firstOfficer
}

func (t *tool) writeSample(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the station's directory: %w", err)
	}
	file := filepath.Join(dir, config.FileName)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		fmt.Fprintf(t.out, "kept %s\n", file)
		return file, nil
	}
	if err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	_, err = f.Write(config.Sample())
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	fmt.Fprintf(t.out, "wrote %s\n", file)
	return file, nil
}

func (t *tool) officersCommand() *cobra.Command {
	return group("officers", "Who may sign in", &cobra.Command{
		Use: "invite OFFICER", Short: "Print a one-time sign-in link for an officer of the configuration", Args: cobra.ExactArgs(1),
		Long: `Print a one-time sign-in link for an officer of the configuration: a new one, or one who
lost the password. The daemon must not be running, because the link goes into its store.`,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := t.load()
			if err != nil {
				return err
			}
			return t.invite(c.Context(), cfg, args[0])
		},
	})
}

// invite prints a one-time sign-in link.
func (t *tool) invite(ctx context.Context, cfg *config.Config, officer string) error {
	a, err := app.New(ctx, app.Options{Config: cfg, Platforms: t.assembly.platforms, ExtraBots: t.assembly.bots, Texts: t.assembly.texts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return mend(err, "stop the daemon first, or make the state directory with netpatrol init")
	}
	code, err := a.SignInCode(ctx, officer)
	if err := errors.Join(err, a.Close()); err != nil {
		return mend(fmt.Errorf("make a sign-in link for %s: %w", officer, err), "officers are named in the configuration, under officers")
	}
	fmt.Fprintf(t.out, "sign in once as %s, when netpatrol serve runs: %s\n", officer, signInLink(cfg, code))
	return nil
}

func signInLink(cfg *config.Config, code string) string {
	base := cfg.Console.PublicURL
	if base == "" {
		base = "http://" + cfg.Console.Listen
	}
	return base + "/sign-in?" + url.Values{"code": {code}}.Encode()
}
