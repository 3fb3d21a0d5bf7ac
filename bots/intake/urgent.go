package intake

import "netpatrol/bots/match"

// Urgent says whether a message would get an emergency card: whoever puts messages in order puts such a one
// first. It is pure.
func Urgent(text match.Folded) bool {
	return text.Urgency() != match.NoUrgency || dialect.In(text)
}
