// Package discuz is a pretend Discuz! X board with its plug-in for phones, its people and
// a moderator.
//
// [Board] is an [http.Handler] for the interface at /api/mobile/index.php and for the
// people's page. It imports nothing of the product and shares no code with the adapter it
// tests: both were written from the same facts, so that a misreading on either side shows.
//
// # What is honest about it
//
// [Board.Received] lists everything that reached people, duplicates included, whatever the
// caller was told. [Board.Actions] lists all that people did. Neither is ever pruned.
//
// # Failure model
//
// Every answer is HTTP 200, all its values are text, and one word says what happened. A
// [Fault] strikes a request before the deed, after it or in the answer, by count. State
// lives and dies with the process.
//
// # Concurrency
//
// All methods are safe for concurrent use; there are no goroutines. In a synctest bubble
// make the board inside the bubble.
package discuz
