package config

import (
	"fmt"
	"strings"
	"time"
)

// Filing is from which loss a place usually files a fraud as a case. It goes into advice and never decides
// whether somebody is heard.
type Filing struct {
	Region    string `yaml:"region"`     // GB/T 2260, six digits: of a county, a city or a province; the narrowest row holds
	Place     string `yaml:"place"`      // what people call it besides its name, if anything
	Amount    int    `yaml:"amount"`     // yuan
	Source    string `yaml:"source"`     // where the figure is published
	Checked   string `yaml:"checked"`    // date somebody last looked it up
	ValidFrom string `yaml:"valid_from"` // date, included
	ValidTo   string `yaml:"valid_to"`   // date, excluded; empty: open
}

func (d *decoder) checkFilings(rows []Filing) {
	seen := map[string]int{}
	for i, r := range rows {
		path := fmt.Sprintf("filing[%d]", i)
		if !regionPattern.MatchString(r.Region) {
			d.wrong(path+".region", `write the six digits of GB/T 2260, such as "460100"`, "%s.region is not a region code", path)
		}
		if r.Amount <= 0 {
			d.wrong(path+".amount", "write the figure in yuan, without a unit", "%s.amount is not above zero", path)
		}
		if strings.TrimSpace(r.Source) == "" {
			d.wrong(path+".source", "say where the figure is published: whoever is told it may ask", "%s has no source", path)
		}
		d.checkFilingDates(r, path)
		key := r.Region + " " + r.ValidFrom
		if first, twice := seen[key]; twice {
			d.wrong(path, "end the older row with valid_to, or remove one", "%s repeats the region and valid_from of filing[%d]", path, first)
		}
		seen[key] = i
	}
}

func (d *decoder) checkFilingDates(r Filing, path string) {
	from, ok := d.date(r.ValidFrom, path+".valid_from")
	d.date(r.Checked, path+".checked")
	if r.ValidTo == "" {
		return
	}
	if to, valid := d.date(r.ValidTo, path+".valid_to"); ok && valid && !to.After(from) {
		d.wrong(path+".valid_to", "write a date after valid_from, or leave it out", "%s ends before it begins", path)
	}
}

func (d *decoder) date(s, path string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		d.wrong(path, "write a date such as 2026-01-31", "%s is no date", path)
	}
	return t, err == nil
}
