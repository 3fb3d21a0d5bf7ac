package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
)

// Levels are who can be rung, in the order in which they are.
func Levels() []string { return []string{"duty", "supervisor", "commander"} }

// checkDuty looks at the promise and at who is rung for it.
func (d *decoder) checkDuty(cfg *Config, platforms map[string]adapters.Manifest) {
	if p := cfg.Duty.Promise; p < time.Minute || p > 24*time.Hour {
		d.wrong("duty.promise", "write a time from 1m to 24h, such as 30m", "duty.promise of %s is no promise", p)
	}
	if _, err := time.LoadLocation(cfg.Duty.Zone); err != nil || cfg.Duty.Zone == "" || cfg.Duty.Zone == "Local" {
		d.wrong("duty.zone", "write an IANA zone, such as Asia/Shanghai", "duty.zone %q is not a time zone", clip(cfg.Duty.Zone))
	}
	for i, r := range cfg.Duty.Ring {
		path := fmt.Sprintf("duty.ring[%d]", i)
		if !slices.Contains(Levels(), r.Level) {
			d.wrong(path+".level", suggest(r.Level, Levels()), "%s.level %q is not a level", path, clip(r.Level))
		}
		if r.Officer != "" && !slices.ContainsFunc(cfg.Officers, func(o Officer) bool { return o.ID == r.Officer }) {
			d.wrong(path+".officer", "name one of officers, or leave it out for a group", "%s.officer %q is not the id of an officer", path, clip(r.Officer))
		}
		d.ringsBy(cfg, r, path, platforms)
	}
}

// ringsBy refuses an account by which the public could be reached.
func (d *decoder) ringsBy(cfg *Config, r Ring, path string, platforms map[string]adapters.Manifest) {
	i := slices.IndexFunc(cfg.Accounts, func(a Account) bool { return a.ID == r.Account })
	if i < 0 {
		d.unnamed(path+".account", "name one of accounts", "%s.account %q is not the id of an account", path, clip(r.Account))
		return
	}
	if m, known := platforms[cfg.Accounts[i].Platform]; known && !m.Internal {
		d.wrong(path+".account", "name an account that reaches officers only, on one of: "+strings.Join(internal(platforms), ", "),
			"%s.account %q reaches the public", path, clip(r.Account))
	}
}

func internal(platforms map[string]adapters.Manifest) (names []string) {
	for _, name := range keys(platforms) {
		if platforms[name].Internal {
			names = append(names, name)
		}
	}
	return names
}
