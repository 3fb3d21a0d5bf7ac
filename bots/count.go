package bots

// Warned names the advisory count of warnings that reached a person on an account during
// the last day. The bot that follows warnings keeps it, and the intake asks for it: a plain
// "it wasn't me" from somebody who was just warned is an objection. The engine stores
// names of counts only as keyed digests, so the person's id may be part of one.
func Warned(account, person string) string { return "warned|" + account + "|" + person }
