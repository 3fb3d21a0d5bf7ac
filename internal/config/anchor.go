package config

import (
	"fmt"
	"strings"

	"netpatrol/adapters"
)

// Audit is where the end of the audit chain is taken once a day, so that it cannot be rewritten
// unseen by whoever owns the store.
type Audit struct {
	Folder string     `yaml:"folder"` // a file a day; it must exist, on another machine or medium
	Send   []AnchorTo `yaml:"send"`
}

// AnchorTo is somebody who gets the line.
type AnchorTo struct {
	Account string `yaml:"account"` // an account that reaches officers only
	To      string `yaml:"to"`      // as that account names them
}

// Anchors says whether the chain is anchored outside.
func (a Audit) Anchors() bool { return a.Folder != "" || len(a.Send) > 0 }

func (d *decoder) checkAudit(cfg *Config, platforms map[string]adapters.Manifest) {
	for i, s := range cfg.Audit.Send {
		path := fmt.Sprintf("audit.send[%d]", i)
		d.ringsBy(cfg, Ring{Account: s.Account}, path, platforms)
		if strings.TrimSpace(s.To) == "" {
			d.unnamed(path+".to", "write whom it reaches, as the account names them: an address, a group", "%s reaches nobody", path)
		}
	}
}
