package app

import (
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/templates"
)

// answers are the templates that a standing approval can cover: what the accounts of the
// demo and of the tests begin with.
func (a *App) answers() []templates.Info {
	var all []templates.Info
	for _, t := range a.writer.set.Names() {
		if record.Solicited(bots.Purpose(t.Purpose)) {
			all = append(all, t)
		}
	}
	return all
}
