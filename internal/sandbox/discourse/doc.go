// Package discourse is a pretend Discourse with the agency's user and its members.
//
// [Forum] is an [http.Handler] for the REST API and a page on which a person plays a member,
// and it calls the webhook its owner names. It imports nothing of the product and shares no
// code with the adapter it tests: both were written from the same facts, so that a
// misreading on either side shows.
//
// # What is honest about it
//
// [forum.Ledger] lists every post and message of the agency once readers can see it,
// duplicates included, and everything members did. [Forum.Deliveries] lists every try of
// every callback.
//
// # Where it is as awkward as the real one
//
// A post that waits for review is answered 200 without an id. The same call within 120
// seconds gets the same answer, the same text after that is refused for some minutes. Members see
// what of theirs waits, and get a notification when it is let appear; that it was turned down
// nobody tells them. There are two limiters, one that says so in JSON and one in plain words. A name
// inside Chinese text raises no notice. What one flagged stands in the post itself. Private posts draw their ids from the same counter as public ones.
// Callbacks come at least once, in no order, and bare when no secret is set.
//
// # Failure model
//
// A [forum.Fault] strikes a request at one exact place. A callback that is not answered with
// a success is tried again after 1, 5, 25 and 125 [Options].Minute. State lives and dies with
// the process.
//
// # Concurrency
//
// All methods are safe for concurrent use. Requests are carried out one at a time under one
// lock. Each callback has a goroutine; [Forum.Close] ends them and waits for them.
package discourse
