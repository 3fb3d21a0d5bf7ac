// Package weibo is a pretend Weibo with one official account, the app it has authorised, and
// citizens who post, comment and write to its fan service.
//
// [Platform] is an [http.Handler] for every family of calls and for the citizens' page, and it
// pushes fan-service callbacks to the account's URL. It imports nothing of the product and shares no
// code with the adapter it tests: both were written from the same facts, so that a misreading on
// either side shows. What the documents leave open is a field of [Options].
//
// # What is honest about it
//
// [Platform.Received] lists every post, comment and message of the account that reached
// people, whatever the caller was told; [Platform.Actions] lists what citizens did;
// [Platform.Pushes] every callback with its deliveries. None of them is ever pruned.
//
// # Failure model
//
// A [Fault] makes calls fail with a code, before or after the deed. A callback that is
// not answered with 200 within [Options].Deadline is delivered again, three times in all. State
// lives and dies with the process.
//
// # Concurrency
//
// All methods are safe for concurrent use. Calls are carried out one at a time under one
// lock. Each callback has a goroutine; [Platform.Settle] waits for them and [Platform.Close] ends
// them. In a synctest bubble make the platform inside the bubble.
package weibo
