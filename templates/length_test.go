//go:build !race

package templates

// thinning makes samples of texts smaller.
const thinning = 1
