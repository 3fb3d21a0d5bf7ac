// Package patrol is a bot that looks at the world.
package patrol

import (
	_ "crypto/rand"  // want pure
	_ "math/rand/v2" // want pure
	_ "net/http"     // want pure
	_ "testing"      // want kit
	tick "time"

	_ "go.etcd.io/bbolt" // want database

	_ "netpatrol/adapters/adaptertest" // want import kit
	_ "netpatrol/bots/intake"          // want import
	_ "netpatrol/internal/outbox"      // want import
)

var seen = map[string]bool{}

var last struct{ at tick.Time }

var clock = tick.Now // want clock

func init() { // want init
	seen = nil // want variable
}

func Decide(id string) tick.Duration {
	seen[id] = true   // want variable
	last.at = clock() // want variable
	delete(seen, id)  // want variable
	go func() {}()    // want goroutine
	local := map[string]bool{}
	local[id] = true
	return tick.Since(last.at) // want clock
}
