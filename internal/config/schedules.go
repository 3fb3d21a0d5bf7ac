package config

import (
	"errors"
	"fmt"
	"slices"
)

func (d *decoder) checkSchedules(cfg *Config, checker func(Schedule) error) {
	seen := map[string]int{}
	for i, s := range cfg.Schedules {
		path := fmt.Sprintf("schedules[%d]", i)
		if !schedulePattern.MatchString(s.Name) {
			d.wrong(path+".name", "give it a name of letters, digits, dot, dash and underscore", "%s has no usable name", path)
		} else if first, taken := seen[s.Name]; taken {
			d.wrong(path+".name", "give one of them another name", "%s has the name of schedules[%d]", path, first)
		}
		seen[s.Name] = i
		if policies := []string{"skip", "latest", "all"}; !slices.Contains(policies, s.CatchUp) {
			d.wrong(path+".catch_up", suggest(s.CatchUp, policies), "%s.catch_up %q is not a policy", path, clip(s.CatchUp))
			s.CatchUp = "" // said once
		}
		d.scheduleAccounts(s, path, cfg.Accounts)
		d.spec(s, path, checker)
	}
}

func (d *decoder) scheduleAccounts(s Schedule, path string, accounts []Account) {
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	for j, id := range s.Accounts {
		at := fmt.Sprintf("%s.accounts[%d]", path, j)
		if !slices.Contains(ids, id) {
			d.unnamed(at, suggest(id, ids), "%s names account %q, which is not configured", path, clip(id))
		} else if slices.Contains(s.Accounts[:j], id) {
			d.wrong(at, "remove one of the two", "%s names account %q twice", path, clip(id))
		}
	}
}

// unnamed is a fault about an account that is not configured, unless accounts were set aside: it
// may be one of them.
func (d *decoder) unnamed(path, mend, what string, args ...any) {
	if len(d.skip) == 0 {
		d.wrong(path, mend, what, args...)
	}
}

// spec asks the caller whether a schedule can be kept.
func (d *decoder) spec(s Schedule, path string, checker func(Schedule) error) {
	if checker == nil {
		return
	}
	for _, err := range apart(checker(s)) {
		bad := &BadSchedule{Field: "cron", Problem: err.Error(), Mend: `write five fields: minute hour day month weekday, such as "0 9 * * *"`}
		errors.As(err, &bad)
		at := join(path, bad.Field)
		d.wrong(at, bad.Mend, "%s: %s", at, bad.Problem)
	}
}

// apart takes joined errors apart.
func apart(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// BadSchedule is what [Checks.Schedule] may return to name the key at fault and the mend.
type BadSchedule struct {
	Field   string // "cron", "zone"
	Problem string
	Mend    string
}

func (b *BadSchedule) Error() string { return b.Field + ": " + b.Problem }
