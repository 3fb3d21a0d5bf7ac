package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
)

// The rota names levels as the configuration does.
func TestLevelsAreCalledTheSameEverywhere(t *testing.T) {
	if !slices.Equal(config.Levels(), record.Levels()) {
		t.Errorf("the configuration has %q, the rota %q", config.Levels(), record.Levels())
	}
}

// bell is the platform of an account that reaches officers only. Nothing is sent in these tests: who is
// rung shows in the alarms.
var bell = adapters.Platform{
	Manifest: adapters.Manifest{Name: "bell", Internal: true},
	Open: func(context.Context, adapters.Config, adapters.Host) (adapters.Account, error) {
		return nil, context.Canceled
	},
}

// dutyConfig is a station whose officers are rung by a bell.
func dutyConfig(dir string, ring ...config.Ring) *config.Config {
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen = dir, "测试网警", ""
	for _, id := range []string{"chen", "lin", "gao", "mute"} {
		c.Officers = append(c.Officers, config.Officer{ID: id, Name: id, Roles: []string{"officer"}})
	}
	c.Accounts = []config.Account{
		{ID: "weibo", Platform: "slow", Language: "zh-Hans", Poll: time.Minute}, {ID: "bell", Platform: "bell", Language: "zh-Hans", Poll: time.Minute},
	}
	c.Duty.Ring = ring
	return c
}

func openDuty(t *testing.T, c *config.Config) *App {
	t.Helper()
	p := &slowPlatform{arrived: map[string][]arrival{}}
	a, err := New(t.Context(), Options{Config: c, Platforms: map[string]adapters.Platform{"slow": p.platform(), "bell": bell}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func putAll(t *testing.T, a *App, all ...bots.Record) {
	t.Helper()
	err := a.store.Update(t.Context(), func(tx record.Tx) error {
		for _, r := range all {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func everyDay(id, officer, level, start, end string) *record.Shift {
	return &record.Shift{Head: bots.Head{ID: id, State: record.DutyActive}, Officer: officer, Level: level, Days: []int{1, 2, 3, 4, 5, 6, 7}, Since: "2026-01-01", Start: start, End: end}
}

func onLeave(id, officer, standIn string, from, to time.Time) *record.Leave {
	return &record.Leave{Head: bots.Head{ID: id, State: record.DutyActive}, Officer: officer, StandIn: standIn, From: from, To: to}
}

func TestWhoIsRung(t *testing.T) {
	noon := time.Date(2026, 11, 27, 4, 0, 0, 0, time.UTC) // in China
	long := func(officer, standIn string) *record.Leave {
		return onLeave("l-"+officer, officer, standIn, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
	}
	ring := []config.Ring{
		{Level: "duty", Account: "bell", To: "group"}, {Level: "duty", Officer: "chen", Account: "bell", To: "chen"},
		{Level: "duty", Officer: "gao", Account: "bell", To: "gao"}, {Level: "duty", Officer: "gao", Account: "bell", To: "gao's other"},
		{Level: "supervisor", Officer: "lin", Account: "bell", To: "lin"},
	}
	for name, c := range map[string]struct {
		shifts []*record.Shift
		leaves []*record.Leave
		level  int
		want   []string // by turn
	}{
		"no rota: the configured ring in turn":         {nil, nil, bots.LevelDuty, []string{"group chen", "group gao gao's other", "group chen"}},
		"a level without anybody falls":                {nil, nil, bots.LevelCommander, []string{"lin", "lin"}},
		"whom the rota names":                          {[]*record.Shift{everyDay("1", "gao", "duty", "08:00", "20:00")}, nil, bots.LevelDuty, []string{"group gao gao's other", "group gao gao's other"}},
		"by contacts from another level":               {[]*record.Shift{everyDay("1", "lin", "duty", "08:00", "20:00")}, nil, bots.LevelDuty, []string{"group lin"}},
		"two on duty, one after the other":             {[]*record.Shift{everyDay("1", "lin", "duty", "08:00", "20:00"), everyDay("2", "chen", "duty", "08:00", "20:00")}, nil, bots.LevelDuty, []string{"group lin", "group chen", "group lin"}},
		"a stand-in":                                   {[]*record.Shift{everyDay("1", "chen", "duty", "08:00", "20:00")}, []*record.Leave{long("chen", "lin")}, bots.LevelDuty, []string{"group lin"}},
		"a gap: the configured ring":                   {[]*record.Shift{everyDay("1", "lin", "duty", "20:00", "08:00")}, nil, bots.LevelDuty, []string{"group chen", "group gao gao's other"}},
		"in a gap, too, who is on leave is not rung":   {nil, []*record.Leave{long("chen", "")}, bots.LevelDuty, []string{"group gao gao's other", "group gao gao's other"}},
		"nor twice as a stand-in":                      {nil, []*record.Leave{long("chen", "gao")}, bots.LevelDuty, []string{"group gao gao's other", "group gao gao's other"}},
		"who is reached by nothing: the ring":          {[]*record.Shift{everyDay("1", "mute", "duty", "08:00", "20:00")}, nil, bots.LevelDuty, []string{"group chen"}},
		"who left the station is never rung":           {[]*record.Shift{everyDay("1", "left", "duty", "08:00", "20:00")}, nil, bots.LevelDuty, []string{"group chen"}},
		"the supervisor's rota":                        {[]*record.Shift{everyDay("1", "chen", "supervisor", "08:00", "20:00")}, nil, bots.LevelSupervisor, []string{"chen"}},
		"a supervisor on leave without anybody: falls": {nil, []*record.Leave{long("lin", "")}, bots.LevelSupervisor, []string{"group chen"}},
	} {
		a := &App{o: Options{Config: dutyConfig("", append(slices.Clone(ring), config.Ring{Level: "duty", Officer: "left", Account: "bell", To: "left"})...)}}
		officers := []*record.Officer{{Head: bots.Head{ID: "left", State: "suspended"}}}
		for _, o := range a.o.Config.Officers {
			officers = append(officers, &record.Officer{Head: bots.Head{ID: o.ID, State: record.OfficerActive}})
		}
		rota := record.NewRota(a.dutyZone(), c.shifts, c.leaves, officers)
		for turn, want := range c.want {
			if got := addresses(a.rung(rota, noon, c.level, turn)); got != want {
				t.Errorf("%s, turn %d: %q, want %q", name, turn, got, want)
			}
		}
	}
}

// addresses are to whom an alarm goes.
func addresses(who []engine.Contact) string {
	var to []string
	for _, c := range who {
		to = append(to, c.To.ID)
	}
	return strings.Join(to, " ")
}

// contacts are to whom something in a transaction leads.
func contacts(t *testing.T, a *App, ask func(record.Tx) ([]engine.Contact, error)) (to string) {
	t.Helper()
	err := a.store.Update(t.Context(), func(tx record.Tx) error {
		who, err := ask(tx)
		to = addresses(who)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestWhoHasAConversationIsReachedByTheirOwnContacts(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	a := openDuty(t, dutyConfig(dir, config.Ring{Level: "duty", Account: "bell", To: "group"}, config.Ring{Level: "supervisor", Officer: "lin", Account: "bell", To: "lin"}))
	defer a.Close()
	putAll(t, a, onLeave("1", "gao", "lin", now.Add(-time.Hour), now.Add(time.Hour)))
	if got := contacts(t, a, func(tx record.Tx) ([]engine.Contact, error) { return a.onDuty(tx, now, bots.LevelCommander, 0) }); got != "lin" {
		t.Errorf("the commander's alarm reaches %q", got)
	}
	for officer, want := range map[string]string{"lin": "lin", "gao": "lin", "mute": "", "nobody": ""} {
		if got := contacts(t, a, func(tx record.Tx) ([]engine.Contact, error) { return a.reach(tx, now, officer) }); got != want {
			t.Errorf("%s: %q, want %q", officer, got, want)
		}
	}
}

func TestWhatIsLongPastLeavesTheRota(t *testing.T) {
	dir := t.TempDir()
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	a := openDuty(t, dutyConfig(dir))
	defer a.Close()
	now := time.Date(2026, 11, 27, 4, 0, 0, 0, time.UTC)
	past := everyDay("past", "chen", "duty", "20:00", "08:00")
	past.Until = "2026-11-10"
	last := everyDay("last-night", "chen", "duty", "20:00", "08:00")
	last.Until = "2026-11-26"
	putAll(t, a, past, last, everyDay("for-good", "chen", "duty", "08:00", "20:00"),
		onLeave("back", "lin", "", now.AddDate(0, 0, -20), now.AddDate(0, 0, -10)), onLeave("away", "lin", "", now.AddDate(0, 0, -20), now.AddDate(0, 0, 1)))
	if err := a.sweepDuty(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[bots.RecordKind]string{bots.KindShift: "for-good last-night", bots.KindLeave: "away"} {
		page, err := a.store.List(t.Context(), record.Query{Kind: kind, State: record.DutyActive})
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, r := range page {
			left = append(left, r.Meta().ID)
		}
		if got := strings.Join(left, " "); got != want {
			t.Errorf("left of %s: %s, want %s", kind, got, want)
		}
	}
}

func TestThePublicIsPromisedAnAnswerOnlyWhileSomebodyIsThere(t *testing.T) {
	on := config.Ring{Level: "duty", Officer: "chen", Account: "bell", To: "chen"}
	now := time.Now()
	elsewhere := everyDay("s1", "chen", "duty", now.Add(-3*time.Hour).Format("15:04"), now.Add(-2*time.Hour).Format("15:04"))
	elsewhere.Since = now.AddDate(0, 0, -2).Format(time.DateOnly)
	for _, c := range []struct {
		name   string
		ring   []config.Ring
		shifts []bots.Record
		want   time.Duration
	}{
		{"nobody is rung", nil, nil, 0},
		{"the configured officer", []config.Ring{on}, nil, 30 * time.Minute},
		{"the rota has a gap now", []config.Ring{on}, []bots.Record{elsewhere}, 0},
		{"a shift is on", []config.Ring{on}, []bots.Record{everyDay("s2", "chen", "duty", "00:00", "00:00")}, 30 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := dutyConfig(t.TempDir(), c.ring...)
			config.Duty.Zone = "UTC"
			if err := Init(config.State); err != nil {
				t.Fatal(err)
			}
			a := openDuty(t, config)
			defer a.Close()
			putAll(t, a, c.shifts...)
			if got := a.promised(t.Context()); got != c.want {
				t.Errorf("promised: %s, want %s", got, c.want)
			}
		})
	}
}
