//go:build race

package app

import "time"

// How long the simulation lasts, and how often it polls: the race detector makes each deed some ten
// times as dear.
const (
	simDays = 1
	simPoll = 2 * time.Minute

	crashEvery = 3 // of the crash matrix, every third case: each starts several processes
)
