// Package match reads Chinese (and plain English) text the way people disguise it:
// it folds width, case, script variants and invisible characters away, finds many
// phrases in one pass, picks out indicators (phones, cards, links, handles, wallets, amounts, times), and says what
// kind of message a text is (an emergency, a question, a complaint).
//
// Every position it reports is a range of bytes in the text as it was written, so that
// evidence can be shown unchanged.
//
// # Failure model
//
// Nothing here touches a clock, a network or a disk. Any sequence of bytes is a valid
// text: invalid UTF-8 counts as one unknown character per byte and is never matched. All
// types are safe for concurrent use once made.
package match

// Span is a half-open range of bytes in the original text.
type Span struct{ Start, End int }

// Of returns the part of text the span covers.
func (s Span) Of(text string) string { return text[s.Start:s.End] }

// Overlaps says whether two spans share a byte.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }
