//go:build race

package app

import "time"

// How long the simulation lasts, and how often it polls and seals: the race detector makes each deed
// some ten times as dear. In half a day citizens do as much as in a whole one.
const (
	simDays  = 1
	simDay   = 12 * time.Hour
	simPause = 20 * time.Minute // the longest between two deeds of citizens
	simPoll  = 2 * time.Minute
	simSeal  = 5 * time.Second

	crashEvery = 3 // of the crash matrix, every third case: each starts several processes
)
