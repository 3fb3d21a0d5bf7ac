package cmd

import (
	"errors"

	"netpatrol/internal/config"
	"netpatrol/scheduler"
)

// load reads the configuration and checks it against this binary.
func (t *tool) load() (*config.Config, error) { return t.loadFrom(t.config) }

// loadSound is load for the daemon: an account file that is wrong is set aside, and said.
func (t *tool) loadSound() (*config.Config, config.Faults, error) {
	cfg, aside, err := config.LoadSound(t.config, t.checks())
	return cfg, aside, whereabouts(err)
}

func (t *tool) checks() config.Checks {
	return config.Checks{Platforms: t.assembly.manifests(), Schedule: checkSchedule}
}

func (t *tool) loadFrom(path string) (*config.Config, error) {
	cfg, err := config.Load(path, t.checks())
	return cfg, whereabouts(err)
}

// whereabouts says what to do where no configuration can be read at all.
func whereabouts(err error) error {
	var faults config.Faults
	if err != nil && !errors.As(err, &faults) {
		return mend(err, "say where netpatrol.yaml is with --config, or write one with netpatrol init")
	}
	return err
}

// checkSchedule names every fault of a schedule: the parser stops at a bad zone, which
// would hide a bad spec.
func checkSchedule(s config.Schedule) error {
	_, err := parse(s)
	var bad *scheduler.SpecError
	if !errors.As(err, &bad) {
		return err
	}
	named := &config.BadSchedule{Field: bad.Field, Problem: bad.Problem, Mend: bad.Mend}
	if bad.Field != "zone" {
		return named
	}
	s.Zone = scheduler.DefaultZone
	return errors.Join(named, checkSchedule(s))
}

func parse(s config.Schedule) (*scheduler.Schedule, error) {
	return scheduler.Parse(scheduler.Spec{
		Name: s.Name, Cron: s.Cron, Zone: s.Zone, CatchUp: scheduler.CatchUp(s.CatchUp), Window: s.Window,
	})
}
