// Package cmd is netpatrol's command line. It is public, so that a third party builds a
// binary with bots and platforms of their own:
//
//	func main() { os.Exit(cmd.Main(cmd.Default().WithBot(mybot.New()))) }
//
// # Who does what
//
// init, check, serve, demo, accounts add, accounts doctor, adapters, store, key, verify and
// version work on files of this machine. Everything else asks the running daemon over the unix
// socket in its state directory, as the officer whose unix user or sign-in it is.
//
// # Failure model
//
// Exit codes: 0 done; 1 it could not be done; 2 the command line or the configuration is
// wrong. An error is one line that says what is wrong and one that says how to mend it, on
// standard error. What was asked for, and nothing else, is on standard output. A
// decision that was interrupted may have happened: asking again is safe, because the
// version seen goes with it.
package cmd

import (
	"bufio"
	"context"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/adapters/bridge"
	"netpatrol/adapters/discourse"
	"netpatrol/adapters/discuz"
	"netpatrol/adapters/feed"
	"netpatrol/adapters/manual"
	"netpatrol/adapters/mastodon"
	"netpatrol/adapters/nodebb"
	"netpatrol/adapters/notify"
	"netpatrol/adapters/wechat"
	"netpatrol/adapters/weibo"
	"netpatrol/bots"
	"netpatrol/internal/app"
)

// Assembly is what a binary is made of: its platforms, and the bots and texts it has
// besides the built-in ones. It is a value; the methods return changed copies.
type Assembly struct {
	platforms map[string]adapters.Platform
	bots      []bots.Bot
	texts     []fs.FS
}

// Default is netpatrol as it ships.
func Default() Assembly {
	return Assembly{platforms: map[string]adapters.Platform{
		"bridge":    bridge.Platform(),
		"discourse": discourse.Platform(),
		"discuz":    discuz.Platform(),
		"feed":      feed.Platform(),
		"kiosk":     app.KioskPlatform(),
		"manual":    manual.Platform(),
		"mastodon":  mastodon.Platform(),
		"nodebb":    nodebb.Platform(),
		"notify":    notify.Platform(),
		"wechat":    wechat.Platform(),
		"weibo":     weibo.Platform(),
	}}
}

// WithBot adds a bot. Bots are asked in the order they are added, before the built-in
// ones; of several replies to one event the first is sent.
func (a Assembly) WithBot(b bots.Bot) Assembly {
	a.bots = append(slices.Clone(a.bots), b)
	return a
}

// WithTexts adds outgoing texts, or puts them in place of those of the same name and
// language: one folder a language, one file a template. See templates.Load.
func (a Assembly) WithTexts(texts fs.FS) Assembly {
	a.texts = append(slices.Clone(a.texts), texts)
	return a
}

// WithPlatform adds a platform under a name, replacing one of the same name.
func (a Assembly) WithPlatform(name string, p adapters.Platform) Assembly {
	a.platforms = maps.Clone(a.platforms)
	if a.platforms == nil {
		a.platforms = map[string]adapters.Platform{}
	}
	a.platforms[name] = p
	return a
}

// manifests are the platforms on paper.
func (a Assembly) manifests() map[string]adapters.Manifest {
	m := make(map[string]adapters.Manifest, len(a.platforms))
	for name, p := range a.platforms {
		m[name] = p.Manifest
	}
	return m
}

// Main runs the command line of this process and returns its exit code. An interrupt or
// SIGTERM ends what runs in good order; a second one ends it at once.
func Main(a Assembly) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, a, world{args: os.Args[1:], in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv})
}

// world is what the command line touches.
type world struct {
	args     []string
	in       io.Reader
	out, err io.Writer
	env      func(string) string
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// tool is one run of the command line.
type tool struct {
	world
	assembly Assembly
	lines    *bufio.Reader // of world.in; one for all questions, because it reads ahead
	config   string        // path of the configuration
	socket   string        // of the daemon; empty: where the configuration says
	json     bool
	help     string // the command that explains what was written wrongly
	running  bool   // a command has begun: what fails now is no longer usage
}

func run(ctx context.Context, a Assembly, w world) int {
	t := &tool{world: w, assembly: a, lines: bufio.NewReader(w.in)}
	root := t.root()
	root.SetArgs(w.args)
	root.SetIn(w.in)
	root.SetOut(w.out)
	root.SetErr(w.err)
	if c, err := root.ExecuteContextC(ctx); err != nil {
		t.help = helpOn(c)
		return t.report(err)
	}
	return exitDone
}

// helpOn names the help for a command that was written wrongly.
func helpOn(c *cobra.Command) string {
	if c.HasParent() {
		return c.CommandPath() + " --help"
	}
	return c.Name() + " help"
}

// root is the whole command tree on one screen.
func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "netpatrol",
		Short: "Run the official accounts of a public-safety agency",
		Long: `netpatrol runs the official, openly identified accounts of a public-safety agency:
bulletins on a schedule, answers to people who report fraud, and private warnings
that an officer must approve.

Try it:    netpatrol demo
Begin:     netpatrol init, then netpatrol check and netpatrol serve`,
		SilenceErrors: true, SilenceUsage: true,
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&t.config, "config", "c", t.or("NETPATROL_CONFIG", "."), "configuration: a file, or the directory of netpatrol.yaml")
	flags.StringVar(&t.socket, "socket", t.env("NETPATROL_SOCKET"), "unix socket of the daemon (default: in the configuration's state directory)")
	root.AddCommand(
		t.initCommand(), t.checkCommand(), t.serveCommand(), t.demoCommand(),
		t.accountsCommand(), t.officersCommand(), t.adaptersCommand(),
		t.queueCommand(), t.waitsCommand(), t.figuresCommand(), t.dutyCommand(), t.bulletinCommand(), t.evidenceCommand(), t.handoffCommand(), t.sitesCommand(), t.clustersCommand(), t.lookupCommand(), t.eraseCommand(), t.whyCommand(),
		t.haltCommand(), t.resumeCommand(), t.auditCommand(), t.storeCommand(),
		t.loginCommand(), t.logoutCommand(), t.keyCommand(), t.verifyCommand(), t.versionCommand(),
	)
	t.noteRunning(root)
	return root
}

// noteRunning makes every command say that it has begun: its arguments and flags were right.
func (t *tool) noteRunning(c *cobra.Command) {
	if do := c.RunE; do != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			t.running = true
			return do(c, args)
		}
	}
	for _, child := range c.Commands() {
		t.noteRunning(child)
	}
}

// or reads an environment variable.
func (t *tool) or(name, otherwise string) string {
	if v := t.env(name); v != "" {
		return v
	}
	return otherwise
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return usagef("say what: %s", childNames(c)) },
	}
	c.AddCommand(commands...)
	return c
}

func childNames(c *cobra.Command) (names string) {
	for i, child := range c.Commands() {
		if i > 0 {
			names += ", "
		}
		names += child.CommandPath()
	}
	return names
}

// withJSON adds the flag for a machine that reads.
func (t *tool) withJSON(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&t.json, "json", false, "print JSON")
	return c
}
