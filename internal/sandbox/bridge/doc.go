// Package bridge is a pretend site that keeps netpatrol's bridge contract: a small
// community site with its people, private messages, boards and a person who looks at
// bulletins before they appear.
//
// [Site] is an [http.Handler] for the contract's paths and for the people's page, and it
// pushes events through the client its owner gives. It imports nothing of the product
// and shares no code with the adapter: both were written from docs/bridge.md.
//
// # What is honest about it
//
// [Site.Received] lists everything that reached people, duplicates included, whatever the
// caller was told. [Site.Actions] lists all that people did, with the event it made.
//
// # Failure model
//
// A [Fault] strikes a request before the deed, after it or in the answer, by count. A
// push that is not taken is made again after [Options].RetryDelay until it is, or the site
// is closed. State lives and dies with the process.
//
// # Concurrency
//
// All methods are safe for concurrent use. Each push has a goroutine; [Site.Close] ends
// them and waits. In a synctest bubble make the site inside the bubble.
package bridge
