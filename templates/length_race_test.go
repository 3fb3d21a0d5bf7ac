//go:build race

package templates

// thinning makes samples of texts smaller: the race detector makes each text some ten times as dear, and finds nothing where
// one goroutine reads one text after the other.
const thinning = 4
