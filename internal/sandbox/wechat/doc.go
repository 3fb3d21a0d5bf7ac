// Package wechat is a pretend WeChat with one Official Account, its followers' phones
// and the console its staff use.
//
// [Platform] is an [http.Handler] for the API hosts and the phones' pages, and it pushes
// callbacks to the account's URL through the client its owner gives. It imports nothing
// of the product and shares no code with the adapter it tests: both were written from
// the same facts, so that a misreading on either side shows. What the platform's
// documents leave open is a field of [Options] or is named where it is decided.
//
// # What is honest about it
//
// [Platform.Received] lists every message and article that reached a phone, duplicates
// included, whatever the caller was told. [Platform.Actions] lists all that followers
// and staff did. [Platform.Pushes] lists every callback with each of its deliveries. None
// of them is ever pruned.
//
// # Failure model
//
// A [Fault] strikes an API request at one exact place: before the deed, after it, or in
// the answer. A [PushFault] does the same to a callback. Faults fire by count or by a
// probability drawn from [Options].Seed; what a seed makes of one callback does not
// depend on what else is under way. A callback that is not answered within
// [Options].Deadline, or with anything but 200, is delivered again, three times in all;
// after that the follower is told that the account's service is out of order. State
// lives and dies with the process.
//
// # Concurrency
//
// All methods are safe for concurrent use. API requests are carried out one at a time
// under one lock, delays are waited for outside it. Each callback, and each task that
// ends later, has a goroutine; [Platform.Settle] waits for them and [Platform.Close]
// ends them. In a synctest bubble make the platform inside the bubble.
package wechat
