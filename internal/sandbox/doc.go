// Package sandbox is a pretend microblog and the pretend citizens who use it.
//
// [Microblog] is an [http.Handler] that speaks the Mastodon client protocol in two
// dialects, keeps everything in memory and never calls out. It shares no code with the
// adapters it tests: both were written from the same facts, so a misreading on either
// side shows. Server behaviour follows docs.joinmastodon.org and the public sources of
// Mastodon 4.3 and GoToSocial 0.20.
//
// Handles may be Chinese, which those servers do not allow, as the accounts of Weibo
// are. Of streams there are those of notifications and of tags, over WebSocket. Scheduled statuses,
// boosts, favourites and polls are not offered; the authorization page is replaced by
// [Microblog.AuthorizationCode].
//
// # What is honest about it
//
// [Microblog.Received] lists every status the API under test made the platform accept,
// duplicates included, whatever the client was told about it. [Microblog.Actions] lists
// everything a citizen did, with the status it made, so that a lost one can be named.
// Neither list is ever pruned.
//
// # Failure model
//
// A [Fault] lets a request fail at one exact place: before the platform did the
// deed, after it, or while answering. A reset is a reset of the connection, not an
// error page. Faults fire by count, or by a probability drawn from [Options].Seed, so
// that a printed seed replays. State lives and dies with the process.
//
// # Concurrency
//
// All methods are safe for concurrent use. Requests are carried out one at a time
// under one lock; a delayed request waits outside it.
package sandbox
