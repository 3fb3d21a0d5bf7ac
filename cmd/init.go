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
	"slices"

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
	var role string
	invite := &cobra.Command{
		Use: "invite OFFICER...", Short: "Print a one-time sign-in link for each of these officers of the configuration",
		Long: `Print a one-time sign-in link for officers of the configuration: new ones, or some who lost the
password. --role volunteer prints one for everybody with that role. A link works once and within seven
days; an older one of theirs no longer opens. The daemon must not be running, because the links go into its store.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && role == "" {
				return usagef("name the officers, or a role with --role")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := t.load()
			if err != nil {
				return err
			}
			if role != "" {
				args = append(args, withRole(cfg, role)...)
			}
			if len(args) == 0 {
				return mend(fmt.Errorf("nobody in the configuration is %s", role), "officers and their roles stand in it under officers")
			}
			return t.invite(c.Context(), cfg, args...)
		},
	}
	invite.Flags().StringVar(&role, "role", "", "everybody with this role, such as volunteer")
	return group("officers", "Who may sign in", invite)
}

func withRole(cfg *config.Config, role string) (ids []string) {
	for _, o := range cfg.Officers {
		if slices.Contains(o.Roles, role) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// invite prints one-time sign-in links.
func (t *tool) invite(ctx context.Context, cfg *config.Config, officers ...string) error {
	a, err := app.New(ctx, app.Options{Config: cfg, Platforms: t.assembly.platforms, ExtraBots: t.assembly.bots, Texts: t.assembly.texts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return mend(err, "stop the daemon first, or make the state directory with netpatrol init")
	}
	for _, id := range officers {
		code, err := a.SignInCode(ctx, id)
		if err != nil {
			return mend(fmt.Errorf("make a sign-in link for %s: %w", id, errors.Join(err, a.Close())), "officers are named in the configuration, under officers")
		}
		fmt.Fprintf(t.out, "sign in once as %s, when netpatrol serve runs: %s\n", id, signInLink(cfg, code))
	}
	return a.Close()
}

func signInLink(cfg *config.Config, code string) string {
	base := cfg.Console.PublicURL
	if base == "" {
		base = "http://" + cfg.Console.Listen
	}
	return base + "/sign-in?" + url.Values{"code": {code}}.Encode()
}
