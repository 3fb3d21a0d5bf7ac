package config

import "time"

const (
	day = 24 * time.Hour
	// leastEvents is for how long logs must be kept. Source: Cybersecurity Law, article 21: not less than six months.
	leastEvents = 180 * day
)

// Default is a configuration with every default in its place. What a file does not
// mention keeps the value it has here.
func Default() *Config {
	return &Config{
		State:   "state",
		Unit:    Unit{Language: "zh-Hans"},
		Duty:    Duty{Promise: 30 * time.Minute, Zone: "Asia/Shanghai"},
		Console: Listener{Listen: "127.0.0.1:8110"},
		Pace: Pace{
			FollowUp:  24 * time.Hour,
			Settle:    time.Minute,
			Lease:     30 * time.Second,
			Call:      15 * time.Second,
			Backoff:   5 * time.Second,
			Seal:      time.Second,
			Identity:  24 * time.Hour,
			DraftLife: 24 * time.Hour,
			DeadMan:   72 * time.Hour,
		},
		Retention: Retention{Conversations: 365 * day, Clues: 365 * day, Sites: 3 * 365 * day, Events: leastEvents, Tallies: 730 * day},
	}
}

// defaultAccount is what an account has before its file is read. Its language is the
// unit's, and its sources the platform's usual ones, unless it names others.
func defaultAccount() Account {
	return Account{Poll: 30 * time.Second}
}

// defaultSchedule is what a schedule has before its file is read.
func defaultSchedule() Schedule {
	return Schedule{Zone: "Asia/Shanghai", CatchUp: "latest", Window: 2 * time.Hour}
}
