//go:build race

package app

import "time"

// How long the simulation lasts, how often it polls and seals, and how many write at once: the race detector makes each deed
// some ten times as dear.
const (
	simDays  = 1
	simDay   = 24 * time.Hour
	simPause = 40 * time.Minute // the longest between two deeds of citizens
	simPoll  = 2 * time.Minute
	simSeal  = 5 * time.Second

	manyCitizens = 50 // within the seconds that WeChat waits, on a machine that others keep busy

	crashEvery = 3 // of the crash matrix, every third case: each starts several processes
)
