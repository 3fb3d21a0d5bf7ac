package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/app"
	"netpatrol/internal/config"
	"netpatrol/templates"
)

func (t *tool) checkCommand() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "check", Short: "Check configuration, schedules and texts; start nothing", Args: cobra.NoArgs,
		Long: `Check the configuration and name every fault at once, with its line and how to mend it;
show when each schedule fires next; check every outgoing text.
Exit 0: it can be served. 2: it cannot.`,
		RunE: func(c *cobra.Command, _ []string) error { return t.check(c.Context(), time.Now()) },
	})
}

// checked is what check found.
type checked struct {
	Faults    config.Faults `json:"faults"`
	Warnings  config.Faults `json:"warnings"` // it can be served, and something will be missed
	Notes     []string      `json:"notes"`    // legal, but probably not meant
	Schedules []fires       `json:"schedules"`
	Texts     int           `json:"texts"` // checked
	Scanner   string        `json:"scanner,omitempty"`
}

type fires struct {
	Name string      `json:"name"`
	Cron string      `json:"cron"`
	Zone string      `json:"zone"`
	Next []time.Time `json:"next"`
}

// nextShown is how many fire times people see before they trust a spec.
const nextShown = 5

func (t *tool) check(ctx context.Context, now time.Time) error {
	found := checked{Faults: config.Faults{}, Warnings: config.Faults{}, Notes: []string{}, Schedules: []fires{}}
	cfg, err := t.load()
	if err != nil && !errors.As(err, &found.Faults) {
		return err
	}
	found.texts(t.assembly.texts)
	if cfg != nil {
		found.schedules(cfg, now)
		found.Warnings = append(found.Warnings, cfg.Advise(t.assembly.manifests())...)
		found.advise(cfg)
		found.scanner(ctx, cfg.Evidence.Clamd)
	}
	if len(found.Faults) > 0 && !t.json {
		return found.Faults
	}
	if err := t.print(found, found.write); err != nil || len(found.Faults) == 0 {
		return err
	}
	return errSaidFaults
}

func (c *checked) texts(added []fs.FS) {
	set, err := templates.Load(added...)
	if err != nil {
		c.Faults = append(c.Faults, textFaults(err)...)
		return
	}
	c.Texts = len(set.Names())
}

// textFaults takes joined template faults apart.
func textFaults(err error) (faults config.Faults) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			faults = append(faults, textFaults(e)...)
		}
		return faults
	}
	var f *templates.Fault
	if errors.As(err, &f) {
		return config.Faults{{File: "templates/text/" + f.File, Line: f.Line, Col: 1, What: f.Problem, Mend: f.Mend}}
	}
	return config.Faults{{File: "templates", What: err.Error(), Mend: "see what it names"}}
}

func (c *checked) schedules(cfg *config.Config, now time.Time) {
	for _, s := range cfg.Schedules {
		parsed, err := parse(s)
		if err != nil {
			continue // loading has refused it already
		}
		c.Schedules = append(c.Schedules, fires{s.Name, s.Cron, parsed.Location().String(), parsed.NextN(now, nextShown)})
		for _, lint := range parsed.Lint() {
			c.Notes = append(c.Notes, fmt.Sprintf("schedule %s: %s", s.Name, lint))
		}
	}
}

// advise names what is legal and will be missed later.
func (c *checked) advise(cfg *config.Config) {
	if len(cfg.Accounts) == 0 {
		c.Notes = append(c.Notes, "no account is configured: netpatrol accounts add")
	}
	able := func(roles ...string) (n int) {
		for _, o := range cfg.Officers {
			if slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(o.Roles, r) }) {
				n++
			}
		}
		return n
	}
	two := "; configure another officer, or declare station.one_officer"
	if !cfg.Station.OneOfficer && able("approver") < 1 {
		c.Notes = append(c.Notes, "nobody can approve a bulletin: give an officer the role approver")
	}
	if !cfg.Station.OneOfficer && able("approver", "admin") < 2 {
		c.Notes = append(c.Notes, "fewer than two officers are approver or admin: no account's mode can be changed"+two)
	}
	if able("officer", "approver") < 1 {
		c.Notes = append(c.Notes, "nobody can decide on warnings and replies: give an officer the role officer")
	}
}

// scanner asks whoever looks for malware. One that does not answer is no fault: it may be started later.
func (c *checked) scanner(ctx context.Context, address string) {
	if address == "" {
		return
	}
	says, err := app.AskScanner(ctx, address)
	if err != nil {
		c.Notes = append(c.Notes, "evidence.clamd does not answer, and files are not scanned until it does: "+err.Error())
		return
	}
	c.Scanner = says
}

func (c *checked) write(w io.Writer) {
	fmt.Fprintf(w, "no faults; %d texts checked\n", c.Texts)
	if c.Scanner != "" {
		fmt.Fprintf(w, "scanner: %s\n", c.Scanner)
	}
	for _, s := range c.Schedules {
		fmt.Fprintf(w, "schedule %s (%s, %s)\n", s.Name, s.Cron, s.Zone)
		for _, at := range s.Next {
			fmt.Fprintf(w, "  %s\n", at.Format("2006-01-02 Mon 15:04 -0700"))
		}
	}
	for _, f := range c.Warnings {
		fmt.Fprintf(w, "warning: %s\n", f)
	}
	for _, n := range c.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}
