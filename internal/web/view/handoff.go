package view

import "netpatrol/internal/record"

// Handoffs is what the assembly knows of other units and of what is handed over to them.
type Handoffs interface {
	// Units lists the units a clue can be handed over to; those that serve a place named in the texts first.
	Units(texts []string) []Receiver
	// Files are those of a package, as the other unit gets them.
	Files(h *record.Handoff) ([]HandoffFile, error)
	// Link is the address the other unit opens; empty when it gets none.
	Link(h *record.Handoff) string
	// Lines are what a package says, in words.
	Lines(h *record.Handoff) []HandoffLine
}

// Receiver is a unit that a clue can be handed over to.
type Receiver struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Way    string `json:"way"`
	Nearby string `json:"nearby,omitempty"` // the place in the text that it serves
}

// HandoffFile is a file of a package.
type HandoffFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Data []byte `json:"data"`
}

// HandoffLine is a line of a package.
type HandoffLine struct{ Name, Value string }
