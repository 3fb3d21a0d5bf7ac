//go:build !race

package frontdoor

// guesses is how many codes are guessed.
const guesses = 1_000_000
