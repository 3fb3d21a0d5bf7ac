// Package stack spares short-lived goroutines growing their stacks step by step. Each step
// copies the stack and looks through all its frames; a goroutine that decides one event took three of
// them, deep inside encoding and searching, a tenth of the event's processor time.
//
// # Failure model
//
// It has none: without it everything does the same, slower.
package stack

// Grow gives the goroutine that calls it a stack of 16 KiB at once, while there is hardly anything
// to copy. Call it first in a goroutine that will need about so much: it takes the memory until the
// goroutine ends.
//
//go:noinline
func Grow() { touch(0) }

// touch has a frame that fills the stack. The index keeps the compiler from leaving it out.
//
//go:noinline
func touch(at int) byte {
	var frame [14 << 10]byte
	return frame[at]
}
