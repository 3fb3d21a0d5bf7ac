package config

import (
	"slices"

	"netpatrol/adapters"
)

// checkCourier looks at the account by which a unit's own system is reached. Unless the configuration
// names what it watches, that is what the unit answers.
func (d *decoder) checkCourier(cfg *Config, c Contact, path string, platforms map[string]adapters.Manifest) {
	if c.Kind != "bridge" {
		if c.Account != "" {
			d.wrong(path+".account", "write kind: bridge, or remove the line", "%s.account is for kind bridge only", path)
		}
		return
	}
	i := slices.IndexFunc(cfg.Accounts, func(a Account) bool { return a.ID == c.Account })
	if i < 0 {
		d.wrong(path, "write account: and the id of one of accounts", "%s.account %q is not the id of an account", path, clip(c.Account))
		return
	}
	a := &cfg.Accounts[i]
	takes := slices.ContainsFunc(platforms[a.Platform].Abilities, func(x adapters.Ability) bool { return x.Name == "handover" })
	if _, known := platforms[a.Platform]; known && !takes {
		d.wrong(path+".account", "name an account of platform bridge", "%s.account: no package goes by platform %s", path, a.Platform)
	}
	if a.Watch == nil {
		a.Watch = []string{adapters.SourceHandovers}
	}
}
