package app

import (
	"netpatrol/bots/intake"
	"netpatrol/templates"
)

// local is what the intake knows of this station: its own thresholds, which regions a text names, and for how long a
// conversation is kept.
func (a *App) local() intake.Local {
	l := intake.Local{Regions: a.regions, Keep: a.o.Config.Retention.Conversations}
	for _, f := range a.o.Config.Filing {
		l.Filings = append(l.Filings, templates.Filing{
			Region: f.Region, Place: f.Place, Amount: f.Amount, Source: f.Source, Checked: f.Checked,
			Dates: templates.Dates{ValidFrom: f.ValidFrom, ValidTo: f.ValidTo},
		})
	}
	return l
}

func (a *App) regions(text string) (codes []string) {
	for _, p := range a.reader.Places(text) {
		codes = append(codes, p.Code)
	}
	return codes
}
