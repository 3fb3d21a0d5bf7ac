package config

import (
	"fmt"

	"netpatrol/adapters"
)

// Advise names what may be served and will be missed all the same, each with its place and mend: accounts whose
// platform tells of things by callbacks, where nothing listens for them.
func (c *Config) Advise(platforms map[string]adapters.Manifest) Faults {
	const reach = "frontdoor.public_url to the https:// address under which the platform reaches it"
	missing, set := "frontdoor.listen", "frontdoor.listen, and "+reach
	switch {
	case c.Frontdoor.Listen == "":
	case c.Frontdoor.PublicURL == "":
		missing, set = "frontdoor.public_url", reach
	default:
		return nil
	}
	var all Faults
	for i, a := range c.Accounts {
		p := platforms[a.Platform].Pushes
		if p.What == "" || p.With != "" && a.Secrets[p.With] == "" || p.Late && len(a.Watch) == 0 {
			continue
		}
		without := "nothing of it comes"
		if p.Late {
			without = "it comes only when it is polled"
		}
		all = append(all, Fault{
			File: a.File, Line: a.Line, Col: 1,
			What: fmt.Sprintf("accounts[%d]: %s tells of %s by callbacks, and %s is not set: without them %s", i, a.Platform, p.What, missing, without),
			Mend: fmt.Sprintf("set %s; on the platform, enter that address with /callback/%s", set, a.ID),
		})
	}
	return all
}
