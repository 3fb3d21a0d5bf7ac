//go:build !wave && race

package app

// waveReports is how many people write; the race detector makes each some ten times as dear.
const waveReports = 300
