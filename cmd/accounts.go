package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/web/api"
)

func (t *tool) accountsCommand() *cobra.Command {
	return group("accounts", "The official accounts", t.accountsList(), t.accountsAdd(), t.accountsDoctor(), t.accountsRequest(), t.accountsConfirm(),
		t.accountsMenu(), t.accountsTakeover())
}

func (t *tool) accountsList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list", Short: "List the accounts: state, mode, calls left, when something was last heard, what fails and failed last", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			list, err := pages(ctx, api.Paging{State: api.Any}, c.Accounts)
			if err != nil {
				return err
			}
			pulses, err := pages(ctx, api.Paging{State: api.Any}, c.Pulses)
			if err != nil {
				return err
			}
			all := withPulses(list, pulses, time.Now())
			return t.print(all, func(w io.Writer) { writeAccounts(w, all) })
		}),
	})
}

// listedAccount is an account and how it is doing.
type listedAccount struct {
	api.Account
	Heard   time.Time         `json:"heard,omitzero"`
	Trouble map[string]string `json:"trouble,omitempty"`
	Since   time.Time         `json:"since,omitzero"`
	Failed  time.Time         `json:"failed,omitzero"` // when something last failed, whether it lasts or not
	Failure string            `json:"failure,omitempty"`
	Pace    *pace             `json:"pace,omitempty"`
}

// pace is how soon an account hears what is written in public, and what it may still ask.
type pace struct {
	Hears     string    `json:"hears,omitempty"` // at the latest
	InTime    bool      `json:"answersWithin30m"`
	CallsLeft *int      `json:"callsLeft,omitempty"` // nil: the platform does not count
	Ends      time.Time `json:"authorisedUntil,omitzero"`
}

func paceOf(p api.Pulse, now time.Time) *pace {
	x := &pace{InTime: p.InTime(), Ends: p.Ends}
	if p.Hears > 0 {
		x.Hears = brief(p.Hears)
	}
	if p.Calls != nil {
		left := p.Calls.Left(now)
		x.CallsLeft = &left
	}
	return x
}

// brief leaves out what says nothing: 48m, not 48m0s.
func brief(d time.Duration) string {
	s := d.String()
	for _, unit := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, unit) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// columns are the pace in a table.
func (p *pace) columns() []string {
	if p == nil {
		return []string{"-", "-", "-"}
	}
	heard, left := dash(p.Hears), "-"
	if p.Hears != "" && !p.InTime {
		heard += " (too late for 30m)"
	}
	if p.CallsLeft != nil {
		left = strconv.Itoa(*p.CallsLeft)
	}
	return []string{heard, left, short(p.Ends)}
}

func withPulses(list []api.Account, pulses []api.Pulse, now time.Time) []listedAccount {
	of := map[string]api.Pulse{}
	for _, p := range pulses {
		of[p.ID] = p
	}
	all := make([]listedAccount, len(list))
	for i, a := range list {
		all[i] = listedAccount{Account: a}
		if p, ok := of[a.ID]; ok {
			all[i].Heard, all[i].Trouble, all[i].Since, all[i].Pace = p.Heard, p.Trouble, p.Since, paceOf(p, now)
			all[i].Failed, all[i].Failure = p.Failed, p.Failure
		}
	}
	return all
}

// condition is how an account is doing, in one word.
func (a listedAccount) condition() string {
	switch {
	case a.Trouble["open"] != "":
		return "closed"
	case a.Suspect != "":
		return "held"
	case len(a.Trouble) > 0:
		return "failing"
	}
	return "ok"
}

// who is the agency behind an account, and on whose word.
func (a listedAccount) who() string {
	s := a.Unit
	if a.Handle != "" {
		s += " @" + printable(a.Handle)
	}
	switch {
	case a.Confirmed:
		return s + ", confirmed by the platform"
	case len(a.Attested) > 0:
		return s + ", attested by " + strings.Join(a.Attested, ", ")
	}
	return s + ", not confirmed"
}

// details are what does not fit into a row, each on a line of its own.
func (a listedAccount) details() (lines []string) {
	say := func(when bool, format string, args ...any) {
		if when {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	pace := a.Pace.columns()
	say(a.Wanted != "", "%s is wanted by %s", a.Wanted, a.WantedBy)
	say(pace[0] != "-", "hears within %s", pace[0])
	say(pace[2] != "-", "authorised until %s", pace[2])
	say(a.Suspect != "", "sends are held: %s", a.Suspect)
	for _, source := range slices.Sorted(maps.Keys(a.Trouble)) {
		say(true, "failing since %s: %s: %s", short(a.Since), source, a.Trouble[source])
	}
	source, why, _ := strings.Cut(a.Failure, ": ")
	say(!a.Failed.IsZero() && a.Trouble[source] != why, "last error %s: %s", short(a.Failed), a.Failure)
	return lines
}

// writeAccounts keeps rows short enough for eighty columns, save for who it is, which comes last.
func writeAccounts(w io.Writer, list []listedAccount) {
	rows := [][]string{{"ID", "PLATFORM", "STATE", "MODE", "LAST EVENT", "CALLS LEFT", "WHO"}}
	for _, a := range list {
		rows = append(rows, []string{a.ID, a.Platform, a.condition(), a.State, short(a.Heard), a.Pace.columns()[1], a.who()})
	}
	var lines strings.Builder
	table(&lines, rows...)
	for i, line := range strings.Split(strings.TrimSuffix(lines.String(), "\n"), "\n") {
		fmt.Fprintln(w, line)
		if i == 0 {
			continue
		}
		for _, more := range list[i-1].details() {
			fmt.Fprintln(w, "    "+oneLine(more, 200))
		}
	}
}

func (t *tool) accountsRequest() *cobra.Command {
	var attest string
	c := t.withJSON(&cobra.Command{
		Use: "request ACCOUNT MODE", Short: "Ask for another mode (observe, suggest, live); a second officer confirms it", Args: cobra.ExactArgs(2),
		Long: `Ask for another mode of an account. What it would have sent so far, had it not only observed,
is shown first. Nothing changes until a second officer confirms.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if _, err := t.observed(ctx, c, args[0]); err != nil {
				return err
			}
			return t.decided(c.RequestMode(ctx, args[0], bots.Mode(args[1]), attest))
		}),
	})
	c.Flags().StringVar(&attest, "attest", "", attestHelp)
	return c
}

func (t *tool) accountsConfirm() *cobra.Command {
	var attest string
	c := t.withJSON(&cobra.Command{
		Use: "confirm ACCOUNT", Short: "Confirm the mode that somebody else asked for", Args: cobra.ExactArgs(1),
		Long: `Confirm the mode that somebody else asked for. What the account would have sent so far, had it
not only observed, is shown first, and you are asked.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			if err := t.lookAtMode(ctx, c, args[0]); err != nil {
				return err
			}
			return t.decided(c.ConfirmMode(ctx, args[0], attest))
		}),
	})
	c.Flags().StringVar(&attest, "attest", "", attestHelp)
	return c
}

// lookAtMode shows what a mode would mean, and asks. Where nobody asked for one, the daemon
// says so.
func (t *tool) lookAtMode(ctx context.Context, c *api.Client, id string) error {
	a, err := t.observed(ctx, c, id)
	if err != nil || a.Account.Wanted == "" {
		return err
	}
	sure, err := t.sure(fmt.Sprintf("%s wants it in mode %s; confirm?", a.Account.WantedBy, a.Account.Wanted))
	if err == nil && !sure {
		err = mend(errors.New("nothing was confirmed"), "answer yes to confirm")
	}
	return err
}

const attestHelp = "attest that the account is the agency's, where the platform does not confirm it: on what grounds"

// newAccount is an account as accounts add writes it.
type newAccount struct {
	ID       string            `yaml:"id"`
	Platform string            `yaml:"platform"`
	BaseURL  string            `yaml:"base_url,omitempty"`
	Names    []string          `yaml:"names,omitempty"`
	Watch    []string          `yaml:"watch,omitempty"`
	Options  map[string]string `yaml:"options,omitempty"`
	Secrets  map[string]string `yaml:"secrets,omitempty"` // name_file: path
}

func (t *tool) accountsAdd() *cobra.Command {
	var a newAccount
	c := &cobra.Command{
		Use: "add", Short: "Write an account into accounts.d, beside the configuration", Args: cobra.NoArgs,
		Long: `Write accounts.d/ID.yaml beside the configuration. The secrets the platform requires are
read from standard input, one a line, in the order in which they are asked for, and kept
in files that nobody else may read; or name files that exist with --secret-file.

The account begins in mode observe: it receives and proposes, and sends nothing.
Restart the daemon to take it into service, and try it with "netpatrol accounts doctor".`,
		RunE: func(*cobra.Command, []string) error { return t.addAccount(a) },
	}
	f := c.Flags()
	f.StringVar(&a.ID, "id", "", "id, never changed later")
	f.StringVar(&a.Platform, "platform", "", "platform: "+strings.Join(slices.Sorted(maps.Keys(t.assembly.platforms)), ", "))
	f.StringVar(&a.BaseURL, "base-url", "", "address of the platform's API")
	f.StringSliceVar(&a.Names, "name", nil, "what people call us in a mention; may be repeated")
	f.StringSliceVar(&a.Watch, "watch", nil, "source to poll; may be repeated (default: the platform's usual ones)")
	f.StringToStringVar(&a.Options, "option", nil, "option of the platform, name=value; may be repeated")
	f.StringToStringVar(&a.Secrets, "secret-file", nil, "file with a secret, name=path; may be repeated")
	_ = c.MarkFlagRequired("id")
	_ = c.MarkFlagRequired("platform")
	return c
}

func (t *tool) addAccount(a newAccount) error {
	dir, err := t.directory()
	if err != nil {
		return err
	}
	p, ok := t.assembly.platforms[a.Platform]
	if !ok {
		return usagef("no platform %q; there are: %s", a.Platform, strings.Join(slices.Sorted(maps.Keys(t.assembly.platforms)), ", "))
	}
	if a.ID != filepath.Base(a.ID) || strings.HasPrefix(a.ID, ".") {
		return usagef("--id %q is not usable as an id", a.ID)
	}
	file := filepath.Join(dir, config.AccountsDir, a.ID+".yaml")
	if _, err := os.Stat(file); err == nil {
		return mend(fmt.Errorf("%s exists already", file), "edit it, or choose another --id")
	}
	given := a.Secrets
	a.Secrets = map[string]string{}
	for _, s := range p.Manifest.Secrets {
		path, ok := given[s.Name]
		if !ok && !s.Needed(a.Options) {
			continue
		}
		if !ok {
			if path, err = t.askSecret(dir, a.ID, s.Name); err != nil {
				return err
			}
		}
		if a.Secrets[s.Name+"_file"], err = besides(dir, path); err != nil {
			return err
		}
	}
	return t.writeAccount(file, a)
}

// directory is where the configuration stands.
func (t *tool) directory() (string, error) {
	info, err := os.Stat(t.config)
	if err != nil {
		return "", mend(err, "say where netpatrol.yaml is with --config, or write one with netpatrol init")
	}
	if info.IsDir() {
		return t.config, nil
	}
	return filepath.Dir(t.config), nil
}

// askSecret reads a secret and keeps it in a file of its own.
func (t *tool) askSecret(dir, account, name string) (string, error) {
	secret, err := t.ask(account+" "+name+": ", true)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return "", fmt.Errorf("keep the secret: %w", err)
	}
	file := filepath.Join(dir, "secrets", account+"-"+name)
	return file, replaceFile(file, []byte(secret+"\n"))
}

// besides writes a path as seen from the configuration, if it lies beside it.
func besides(dir, path string) (string, error) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the configuration: %w", err)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the secret: %w", err)
	}
	if rel, err := filepath.Rel(from, full); err == nil && filepath.IsLocal(rel) {
		return rel, nil
	}
	return full, nil
}

// writeAccount writes the file and takes it back when the configuration would not load with it.
func (t *tool) writeAccount(file string, a newAccount) error {
	b, err := yaml.Marshal(a)
	if err != nil {
		return fmt.Errorf("write the account: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("write the account: %w", err)
	}
	if err := replaceFile(file, b); err != nil {
		return err
	}
	if _, err := t.load(); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	fmt.Fprintf(t.out, "wrote %s: it begins in mode observe; restart the daemon, then run netpatrol accounts doctor %s\n", file, a.ID)
	return nil
}
