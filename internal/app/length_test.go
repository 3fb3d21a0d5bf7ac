//go:build !race

package app

import "time"

// How long the simulation lasts, how often it polls and seals, and how many write at once.
const (
	simDays  = 3
	simDay   = 24 * time.Hour
	simPause = 40 * time.Minute // the longest between two deeds of citizens
	simPoll  = time.Minute
	simSeal  = time.Second

	manyCitizens = 200

	crashEvery = 1 // all of the crash matrix
)
