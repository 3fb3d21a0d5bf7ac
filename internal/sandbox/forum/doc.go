// Package forum is what the pretend forums share: faults on the wire, the ledger of what
// was received and done, and the page on which a person plays a member.
//
// # Failure model
//
// A [Fault] strikes a request at one exact place: before the deed, after it, or in the
// answer. Faults fire by count. The ledger is never pruned; it lives and dies with the
// process.
//
// # Concurrency
//
// All methods are safe for concurrent use. Nothing here starts a goroutine.
package forum
