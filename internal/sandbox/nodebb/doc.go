// Package nodebb is a pretend NodeBB, version 4, with the agency's user and its members.
//
// [Forum] is an [http.Handler] for the read API, the write API and a page on which a person
// plays a member. It imports nothing of the product and shares no code with the adapter it
// tests: both were written from the same facts, so that a misreading on either side shows.
//
// # What is honest about it
//
// [forum.Ledger] lists every post and message of the agency once readers can see it,
// duplicates included, and everything members did. What waits in the approval queue is in
// [Forum.Queue].
//
// # Where it is as awkward as the real one
//
// A topic that waits for approval is answered 202, a reply 200 with queued; what is released
// gets a new id and keeps its old time. Members see only their own posts in the queue, twenty
// entries a page. A post is flagged once by each user, and only moderators are told its number. Flood control, locked topics and short posts are
// all 400, told apart by words only. Every request for a chat room makes a new one. Ids of rooms
// are numbers in lists and strings elsewhere. In maintenance the read API redirects. A name
// inside Chinese text raises no notice. Every answer sets a cookie.
//
// # Failure model
//
// A [forum.Fault] strikes a request at one exact place. State lives and dies with the process.
//
// # Concurrency
//
// All methods are safe for concurrent use. Requests are carried out one at a time under one
// lock; a second post of one user while the first is being made is refused. There is
// no goroutine: what a moderator would release by now is released by the next look.
package nodebb
