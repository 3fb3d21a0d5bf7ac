package console

import (
	"errors"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Gist is what a report is about in a few words, the most pressing first: what an officer must know
// before opening it.
func (w waiting) Gist() (words []string) {
	if w.Report == nil || w.Erased {
		return nil
	}
	for _, slot := range []string{"emergency", "kind", "amount", "paid", "police"} {
		switch value := w.Slots[slot]; {
		case value == "" || value == "未提供":
		case slot == "amount":
			words = append(words, value+" 元")
		case slot == "kind":
			words = append(words, kindOnly(value))
		default:
			words = append(words, slotWord(value))
		}
	}
	return slices.Compact(words)
}

// kindOnly leaves out the catalogue's own number of a kind of fraud.
func kindOnly(kind string) string {
	if id, name, ok := strings.Cut(kind, " "); ok && len(id) <= 3 {
		return name
	}
	return kind
}

// First is how the report begins, in the person's words.
func (w waiting) First() string {
	if w.Report == nil || len(w.Lines) == 0 {
		return ""
	}
	text := w.Lines[0].Text
	if first, _, _ := strings.Cut(text, " "); strings.HasPrefix(first, "@") { // whom they address says nothing here
		return withoutHandle(text, strings.TrimPrefix(first, "@"))
	}
	return text
}

// gistOf is what the report of a conversation is about; nothing where there is none.
func (c *Console) gistOf(v *visit, conversation string) ([]string, error) {
	conv, err := view.Conversation(v.ctx(), c.desk, conversation)
	if err != nil || conv == nil || conv.Report == "" {
		return nil, err
	}
	r, err := record.Fetch[bots.Report](v.ctx(), c.desk, conv.Report)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	return waiting{Report: r}.Gist(), err
}
