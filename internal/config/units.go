package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"netpatrol/adapters"
)

func (d *decoder) checkUnit(cfg *Config, platforms map[string]adapters.Manifest) {
	if strings.TrimSpace(cfg.State) == "" {
		d.wrong("state", "name a directory, or remove the line for ./state", "state is empty")
	}
	if strings.TrimSpace(cfg.Unit.Name) == "" {
		d.wrong("unit.name", "set unit.name to the agency's full name: it signs every message", "unit.name is empty: nobody would know who speaks")
	}
	if r := cfg.Unit.Region; r != "" && !regionPattern.MatchString(r) {
		d.wrong("unit.region", `write the six digits of GB/T 2260, such as "460100"`, "unit.region is not a region code")
	}
	d.language(cfg.Unit.Language, "unit.language")
	for i, host := range cfg.Unit.Links {
		if !linkHost.MatchString(host) {
			d.wrong(fmt.Sprintf("unit.links[%d]", i), "write a host such as gaj.example.gov.cn, or .example.gov.cn for all below it", "unit.links[%d] is no host: every message could link to whatever it matches", i)
		}
	}
	d.checkUnits(cfg, platforms)
}

// linkHost is a host of at least two labels in lower case; a dot before it stands for all below it.
var linkHost = regexp.MustCompile(`^\.?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

// checkUnits looks at the other units as a tree below the station's own.
func (d *decoder) checkUnits(cfg *Config, platforms map[string]adapters.Manifest) {
	ids, parents := map[string]string{}, map[string]string{}
	for i := range cfg.Units {
		u, path := &cfg.Units[i], fmt.Sprintf("units[%d]", i)
		d.id(u.ID, path, ids)
		parents[u.ID] = u.Parent
		if strings.TrimSpace(u.Name) == "" {
			d.wrong(path+".name", "write the agency's full name: it signs the unit's messages", "%s has no name", path)
		}
		if u.Region != "" && !regionPattern.MatchString(u.Region) {
			d.wrong(path+".region", `write the six digits of GB/T 2260, such as "460100"`, "%s.region is not a region code", path)
		}
		d.checkContact(cfg, u.Contact, path+".contact")
		d.checkCourier(cfg, u.Contact, path+".contact", platforms)
		d.checkSends(cfg, u.Sends, path+".sends")
		if u.Language == "" {
			u.Language = cfg.Unit.Language
		} else {
			d.language(u.Language, path+".language")
		}
	}
	for i, u := range cfg.Units {
		path := fmt.Sprintf("units[%d].parent", i)
		if _, known := parents[u.Parent]; u.Parent != "" && !known {
			d.wrong(path, suggest(u.Parent, keys(parents)), "%s %q is not the id of a unit", path, clip(u.Parent))
		} else if circular(u.ID, parents) {
			d.wrong(path, "name the unit above it, or leave parent out for the station's own", "%s leads back to the unit itself", path)
		}
	}
}

// minBridgeSecret is how many characters a secret of the bridge contract has at least.
const minBridgeSecret = 32

// checkSends looks at how packages of another unit come.
func (d *decoder) checkSends(cfg *Config, s Sends, path string) {
	if s.Key == "" && len(s.Secrets) == 0 {
		return
	}
	key, err := base64.StdEncoding.DecodeString(s.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		d.wrong(path+".key", "write what netpatrol key prints at that unit, in quotes", "%s.key is no public key", path)
	}
	if len(s.Secrets["secret"]) < minBridgeSecret {
		d.wrong(path+".secrets", "openssl rand -hex 32 > FILE on one side, and secret_file: FILE on both", "%s has no secret of at least %d characters", path, minBridgeSecret)
	}
	for name, secret := range s.Secrets {
		if name != "secret" && (name != "secret_previous" || len(secret) < minBridgeSecret) {
			d.wrong(path+".secrets", "keep secret, and secret_previous while it is changed", "%s.secrets: %q is not used, or too short", path, clip(name))
		}
	}
	if cfg.Frontdoor.Listen == "" {
		d.wrong(path, "set frontdoor.listen, on which the other unit's system reaches this one", "%s: nobody can hand anything over", path)
	}
}

// checkContact looks at the way to another unit.
func (d *decoder) checkContact(cfg *Config, c Contact, path string) {
	switch {
	case c.Kind == "" && c.Folder == "" && c.Account == "":
	case !slices.Contains(ContactKinds(), c.Kind):
		d.wrong(path+".kind", suggest(c.Kind, ContactKinds()), "%s.kind %q is no way to a unit", path, clip(c.Kind))
	case c.Kind == "folder" && c.Folder == "":
		d.wrong(path, "name the folder the files are put into", "%s has no folder", path)
	case c.Kind == "page" && (c.Folder != "" || cfg.Frontdoor.Listen == ""):
		d.wrong(path, "set frontdoor.listen, on which the other unit opens the link, and leave folder out", "%s is a page that nobody can open", path)
	}
}

// circular says whether going up from a unit never ends.
func circular(id string, parents map[string]string) bool {
	for range parents {
		if id = parents[id]; id == "" {
			return false
		}
	}
	return true
}
