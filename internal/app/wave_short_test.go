//go:build !wave && !race

package app

// waveReports is how many people write; with -tags wave it is ten thousand, which takes minutes.
const waveReports = 1_000
