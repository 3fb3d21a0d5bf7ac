//go:build !race

package app

// simDays is how long the simulation lasts.
const simDays = 3
