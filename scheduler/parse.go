package scheduler

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const maxSpec = 256 // bytes; the longest honest list of minutes is far shorter

// parseCron hands a spec to robfig/cron only after removing what makes its parser
// panic or guess.
func parseCron(s Spec) (*cron.SpecSchedule, time.Duration, error) {
	text := strings.TrimSpace(s.Cron)
	bad := func(problem, mend string) error {
		return &SpecError{Name: s.Name, Field: "cron", Value: s.Cron, Problem: problem, Mend: mend}
	}
	if problem, mend := refuseShape(text); problem != "" {
		return nil, 0, bad(problem, mend)
	}
	if rest, ok := strings.CutPrefix(text, "@every"); ok {
		every, problem := parseEvery(rest)
		if problem != "" {
			return nil, 0, bad(problem, `write whole seconds, such as "@every 90m"`)
		}
		return nil, every, nil
	}
	parsed, err := guarded(text)
	if err != nil {
		return nil, 0, &SpecError{Name: s.Name, Field: "cron", Value: s.Cron, Problem: err.Error(), Mend: mendField(text), Err: err}
	}
	if parsed.Next(epoch).IsZero() {
		return nil, 0, bad("no such day exists, it would never fire", "check day of month against month (fields 3 and 4)")
	}
	return parsed, 0, nil
}

// epoch begins a leap year, so that a spec for 29 February is seen to fire.
var epoch = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// refuseShape finds what the parser would accept or panic on, though it can't be meant.
func refuseShape(text string) (problem, mend string) {
	const five = `write five fields: minute hour day month weekday, such as "0 9 * * *"`
	upper := strings.ToUpper(text)
	fields := strings.Fields(text)
	switch {
	case text == "":
		return "it is empty", five
	case len(text) > maxSpec:
		return fmt.Sprintf("it is %d bytes long, at most %d are read", len(text), maxSpec), "use ranges (1-5) and steps (*/10)"
	case strings.Contains(upper, "TZ="):
		return "a zone has no place in the cron spec", `remove it and set zone: "Asia/Shanghai" instead`
	case strings.ContainsFunc(text, func(r rune) bool { return r > 0x7e }):
		return "it holds a character that is not plain ASCII", "type digits, * , - / in half width"
	case strings.HasPrefix(text, "@reboot"):
		return "a restart is not a moment anybody agreed on", "name a time of day"
	case text[0] == '@':
		return "", ""
	case len(fields) == 6:
		return "it has six fields, but there is no seconds field", `drop the first field, or use "@every 30s"`
	case len(fields) != 5:
		return fmt.Sprintf("it has %d fields instead of five", len(fields)), five
	}
	return refuseLists(fields)
}

// refuseLists finds list items that are missing, which the parser silently drops.
func refuseLists(fields []string) (problem, mend string) {
	for i, f := range fields {
		for item := range strings.SplitSeq(f, ",") {
			if item == "" {
				return fmt.Sprintf("field %d (%s) has an empty list item", i+1, fieldNames[i]), "remove the stray comma"
			}
		}
	}
	return "", ""
}

var fieldNames = [...]string{"minute", "hour", "day of month", "month", "weekday"}

func parseEvery(rest string) (time.Duration, string) {
	d, err := time.ParseDuration(strings.TrimSpace(rest))
	switch {
	case err != nil || !strings.HasPrefix(rest, " "):
		return 0, "the duration after @every cannot be read"
	case d < time.Second:
		return 0, "the duration after @every must be at least one second"
	case d%time.Second != 0:
		return 0, "the duration after @every has a fraction of a second"
	case d > 366*24*time.Hour:
		return 0, "the duration after @every is longer than a year"
	}
	return d, ""
}

// guarded calls the parser, which is known to panic on some inputs.
func guarded(text string) (parsed *cron.SpecSchedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			parsed, err = nil, fmt.Errorf("it cannot be read (%v)", p)
		}
	}()
	any, err := cron.ParseStandard("CRON_TZ=UTC " + text)
	if err != nil {
		return nil, err
	}
	parsed, ok := any.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("it is a %T, not a calendar spec", any)
	}
	return parsed, nil
}

// mendField guesses what the author of a refused spec needs to know.
func mendField(text string) string {
	fields := strings.Fields(text)
	if text[0] == '@' || len(fields) != 5 {
		return "known names are @hourly, @daily, @weekly, @monthly, @yearly and @every"
	}
	if strings.Contains(fields[4], "7") {
		return "weekdays run from 0 to 6, Sunday is 0 or SUN"
	}
	return "minute 0-59, hour 0-23, day 1-31, month 1-12 or JAN-DEC, weekday 0-6 or SUN-SAT, ranges upwards"
}

func loadZone(s Spec) (*time.Location, error) {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "Local" {
		return nil, &SpecError{Name: s.Name, Field: "zone", Value: s.Zone, Problem: "no such time zone", Mend: mendZone(s.Zone), Err: err}
	}
	return loc, nil
}

func mendZone(zone string) string {
	switch strings.ToLower(zone) {
	case "local":
		return "name the zone: the same configuration must mean the same on every machine"
	case "beijing", "asia/beijing", "china", "utc+8", "gmt+8", "+08:00", "cst", "北京", "上海":
		return "write Asia/Shanghai, or leave it out"
	}
	return "use an IANA name such as Asia/Shanghai or Europe/Berlin"
}
