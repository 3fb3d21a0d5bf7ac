//go:build race

package frontdoor

// guesses is how many codes are guessed: the race detector makes each some ten times as dear.
const guesses = 25_000
