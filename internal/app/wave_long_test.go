//go:build wave

package app

// waveReports is how many people write.
const waveReports = 10_000
