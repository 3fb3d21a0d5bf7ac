package bots

import (
	"time"

	"netpatrol/adapters"
)

// Suggester is a bot that also knows what an officer may want to answer in a conversation. It
// proposes nothing and nothing is sent: an officer reads a suggestion, changes it or not, and sends it as
// an answer of their own. Suggest is pure, and safe for concurrent use.
type Suggester interface {
	// Suggest returns at most five, the best first.
	Suggest(s Situation) []Suggestion
}

// Situation is a conversation as it stands before an officer who is about to answer.
type Situation struct {
	Report Report // the conversation's; without ID: there is none
	Last   string // what the person wrote last
	Warned bool   // we warned them: what they write may be an objection
	Now    time.Time
}

// Suggestion names a template and its variables. None of them may come from what a person wrote.
type Suggestion struct {
	Template string
	Vars     map[string]string
}

// Suggested is a suggestion as an officer reads it: its words without the line that says who
// speaks, which every message gets.
type Suggested struct {
	Suggestion
	Rev    int // of the template
	Text   string
	Length int // of the whole message, in Unit
	Max    int // 0: the platform states no limit
	Unit   adapters.Unit
}
