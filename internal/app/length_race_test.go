//go:build race

package app

// simDays is how long the simulation lasts: the race detector makes each deed some ten times as dear.
const simDays = 1
