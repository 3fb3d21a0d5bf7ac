//go:build !race

package app

import "time"

// How long the simulation lasts, and how often it polls.
const (
	simDays = 3
	simPoll = time.Minute

	crashEvery = 1 // all of the crash matrix
)
