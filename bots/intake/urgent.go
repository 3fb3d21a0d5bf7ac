package intake

import "netpatrol/bots/match"

// Urgent says whether a message would get an emergency card: whoever puts messages in order puts such a one
// first. It is pure.
func Urgent(text match.Folded) bool { return urgencyOf(text) != match.NoUrgency }

// urgencyOf is what card a text asks for, in Mandarin or in another way of speaking.
func urgencyOf(text match.Folded) match.Urgency {
	u := text.Urgency()
	if u == match.NoUrgency && dialect.In(text) {
		u = match.MoneyMoving
	}
	return u
}
