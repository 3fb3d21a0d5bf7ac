//go:build race

package app

import "time"

// How long the simulation lasts, and how often it polls and seals: the race detector makes each deed
// some ten times as dear.
const (
	simDays  = 1
	simDay   = 24 * time.Hour
	simPause = 40 * time.Minute // the longest between two deeds of citizens
	simPoll  = 2 * time.Minute
	simSeal  = 5 * time.Second

	crashEvery = 3 // of the crash matrix, every third case: each starts several processes
)
