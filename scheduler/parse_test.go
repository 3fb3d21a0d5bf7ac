package scheduler

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec Spec
		says string // part of the error
	}{
		{"nothing", Spec{}, "empty"},
		{"blanks", Spec{Cron: "  "}, "empty"},
		{"bare TZ, which panics the parser", Spec{Cron: "TZ=Asia/Shanghai"}, "set zone:"},
		{"bare CRON_TZ", Spec{Cron: "CRON_TZ=UTC"}, "set zone:"},
		{"CRON_TZ before fields", Spec{Cron: "CRON_TZ=UTC 0 9 * * *"}, "set zone:"},
		{"lower case tz", Spec{Cron: "tz=UTC 0 9 * * *"}, "set zone:"},
		{"seconds field", Spec{Cron: "0 0 9 * * *"}, "drop the first field"},
		{"four fields", Spec{Cron: "0 9 * *"}, "4 fields"},
		{"30 February", Spec{Cron: "0 9 30 2 *"}, "never fire"},
		{"31 June", Spec{Cron: "0 9 31 6 *"}, "never fire"},
		{"every nothing", Spec{Cron: "@every 0s"}, "at least one second"},
		{"every negative", Spec{Cron: "@every -5m"}, "at least one second"},
		{"every fraction", Spec{Cron: "@every 1500ms"}, "fraction"},
		{"every word", Spec{Cron: "@every day"}, "cannot be read"},
		{"every glued", Spec{Cron: "@every5m"}, "cannot be read"},
		{"every bare", Spec{Cron: "@every"}, "cannot be read"},
		{"every century", Spec{Cron: "@every 900000h"}, "longer than a year"},
		{"reboot", Spec{Cron: "@reboot"}, "time of day"},
		{"unknown name", Spec{Cron: "@noon"}, "@hourly"},
		{"lone at", Spec{Cron: "@"}, "@hourly"},
		{"Sunday as 7", Spec{Cron: "0 9 * * 7"}, "Sunday is 0"},
		{"hour 24", Spec{Cron: "0 24 * * *"}, "hour 0-23"},
		{"backward range", Spec{Cron: "0 18-9 * * *"}, "upwards"},
		{"step zero", Spec{Cron: "*/0 * * * *"}, "positive"},
		{"lone comma", Spec{Cron: "0 9 , * *"}, "empty list item"},
		{"trailing comma", Spec{Cron: "0,30, 9 * * *"}, "stray comma"},
		{"full width", Spec{Cron: "０ ９ * * *"}, "half width"},
		{"full-width comma", Spec{Cron: "0，30 9 * * *"}, "half width"},
		{"endless", Spec{Cron: strings.Repeat("1,", 400) + "1 9 * * *"}, "bytes long"},
		{"zone of nowhere", Spec{Cron: "0 9 * * *", Zone: "Mars/Olympus"}, "IANA"},
		{"Beijing", Spec{Cron: "0 9 * * *", Zone: "Asia/Beijing"}, "Asia/Shanghai"},
		{"the machine's zone", Spec{Cron: "0 9 * * *", Zone: "Local"}, "name the zone"},
		{"path as zone", Spec{Cron: "0 9 * * *", Zone: "../../etc/passwd"}, "IANA"},
		{"unknown policy", Spec{Cron: "0 9 * * *", CatchUp: "some"}, "skip, latest or all"},
		{"negative window", Spec{Cron: "0 9 * * *", Window: -time.Hour}, "positive duration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.spec.Name = "daily"
			_, err := Parse(tt.spec)
			var se *SpecError
			if !errors.As(err, &se) {
				t.Fatalf("Parse(%+v) = %v, want a *SpecError", tt.spec, err)
			}
			if se.Mend == "" || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), `"daily"`) {
				t.Errorf("error %q should name the schedule, say %q and how to mend it", err, tt.says)
			}
		})
	}
}

func TestNextN(t *testing.T) {
	for _, tt := range []struct {
		cron, zone, after, want string
	}{
		{"0 9 * * *", "", "2026-11-25T09:00:00+08:00", "2026-11-26T09:00:00+08:00 2026-11-27T09:00:00+08:00"},
		{"0 9 * * *", "", "2026-11-25T08:59:59.5+08:00", "2026-11-25T09:00:00+08:00"},
		{"*/20 8 * * MON-FRI", "", "2026-11-27T08:30:00+08:00", "2026-11-27T08:40:00+08:00 2026-11-30T08:00:00+08:00"},
		{"0 9 1 * 1", "", "2026-11-25T00:00:00+08:00", "2026-11-30T09:00:00+08:00 2026-12-01T09:00:00+08:00"},
		{"0 9 29 2 *", "", "2096-03-01T00:00:00+08:00", "2104-02-29T09:00:00+08:00"},
		{"@daily", "", "2026-11-25T09:00:00+08:00", "2026-11-26T00:00:00+08:00"},
		{"@every 90m", "", "2026-11-25T00:00:00+08:00", "2026-11-25T01:30:00+08:00 2026-11-25T03:00:00+08:00"},
		{"@every 90m", "", "2026-11-25T01:29:59.999+08:00", "2026-11-25T01:30:00+08:00"},
		{"@every 24h", "", "2020-01-01T00:00:00+08:00", "2020-01-02T00:00:00+08:00"},
		// Appointments: one a local day.
		{"30 2 * * *", "America/New_York", "2026-03-07T12:00:00-05:00", "2026-03-08T03:00:00-04:00 2026-03-09T02:30:00-04:00"},
		{"30 1 * * *", "America/New_York", "2026-10-31T12:00:00-04:00", "2026-11-01T01:30:00-04:00 2026-11-02T01:30:00-05:00"},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00 2026-10-05T02:15:00+11:00"},
		{"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", "2026-04-05T01:45:00+11:00 2026-04-06T01:45:00+10:30"},
		{"0 0 * * *", "America/Havana", "2026-03-07T12:00:00-05:00", "2026-03-08T01:00:00-04:00 2026-03-09T00:00:00-04:00"},
		{"*/20 2,3 * * *", "America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-08T03:00:00-04:00 2026-03-08T03:20:00-04:00"},
		{"0 9 * * *", "Pacific/Apia", "2011-12-29T08:00:00-10:00", "2011-12-29T09:00:00-10:00 2011-12-31T09:00:00+14:00"},
		// Rhythms: elapsed time.
		{"0 * * * *", "America/New_York", "2026-03-08T00:30:00-05:00", "2026-03-08T01:00:00-05:00 2026-03-08T03:00:00-04:00"},
		{"30 * * * *", "America/New_York", "2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00 2026-11-01T01:30:00-05:00"},
		{"*/30 * * * *", "Australia/Lord_Howe", "2026-10-04T01:30:00+10:30", "2026-10-04T02:30:00+11:00 2026-10-04T03:00:00+11:00"},
		{"*/30 * * * *", "Australia/Lord_Howe", "2026-04-05T01:30:00+11:00", "2026-04-05T01:30:00+10:30 2026-04-05T02:00:00+10:30"},
	} {
		t.Run(tt.cron+" "+tt.zone+" "+tt.after, func(t *testing.T) {
			s := must(t, Spec{Cron: tt.cron, Zone: tt.zone})
			want := strings.Fields(tt.want)
			var got []string
			for _, at := range s.NextN(at(t, tt.after), len(want)) {
				got = append(got, at.Format(time.RFC3339))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestLint(t *testing.T) {
	for _, tt := range []struct {
		spec Spec
		says string // empty: nothing to say
	}{
		{Spec{Cron: "0 9 * * *"}, ""},
		{Spec{Cron: "0 9 * * 1-5"}, ""},
		{Spec{Cron: "*/15 * * * *"}, ""},
		{Spec{Cron: "@daily"}, ""},
		{Spec{Cron: "@every 6h"}, ""},
		{Spec{Cron: "0 9 1 * 1"}, "EITHER"},
		{Spec{Cron: "* 9 * * *"}, "every minute"},
		{Spec{Cron: "*/7 * * * *"}, "does not divide 60"},
		{Spec{Cron: "0 */5 * * *"}, "does not divide 24"},
		{Spec{Cron: "0 9 31 * *"}, "left out"},
		{Spec{Cron: "0 9 29 2 *"}, "left out"},
		{Spec{Cron: "0 9 28,31 * *"}, ""},
		{Spec{Cron: "@every 10s"}, "rarely allowed"},
		{Spec{Cron: "@every 7h"}, "does not divide a day"},
		{Spec{Cron: "0 9 * * *", Window: 5 * time.Second}, "shorter than a minute"},
		{Spec{Cron: "30 2 * * *", Zone: "America/New_York"}, "02:30 does not exist"},
		{Spec{Cron: "30 2 * * *"}, ""},
		{Spec{Cron: "30 * * * *", Zone: "America/New_York"}, ""},
	} {
		t.Run(tt.spec.Cron+" "+tt.spec.Zone, func(t *testing.T) {
			got := strings.Join(must(t, tt.spec).Lint(), "\n")
			if (tt.says == "") != (got == "") || !strings.Contains(got, tt.says) {
				t.Errorf("Lint() = %q, want %q in it", got, tt.says)
			}
		})
	}
}

// FuzzParse checks that no spec panics, and that one which is accepted fires, always
// later, on whole seconds.
func FuzzParse(f *testing.F) {
	for _, spec := range []string{"0 9 * * *", "TZ=UTC", "CRON_TZ=", "@every 1s", "@every 0s", "0 9 31 2 *", "*/7 */5 1-31/2 JAN-DEC SUN,MON", "? ? ? ? ?", "@weekly", "0 9 , * *", "59/1 * * * *", "0 0 9 * * *"} {
		f.Add(spec, "America/New_York", int64(1772900000))
	}
	f.Add("15 2 * * *", "Australia/Lord_Howe", int64(1791036000))
	f.Fuzz(func(t *testing.T, spec, zone string, unix int64) {
		s, err := Parse(Spec{Name: "fuzz", Cron: spec, Zone: zone})
		if err != nil {
			return
		}
		s.Lint()
		after := time.Unix(unix%(1<<32), 0)
		for range 3 {
			next := s.Next(after)
			if !next.After(after) || next.Nanosecond() != 0 {
				t.Fatalf("%q in %q: after %v comes %v", spec, zone, after, next)
			}
			after = next
		}
	})
}

func must(t testing.TB, spec Spec) *Schedule {
	t.Helper()
	s, err := Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
