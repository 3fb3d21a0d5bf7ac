package engine

import (
	"fmt"
	"strings"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// offered begins a draft's choices: their ids. Which lines they are follows from the text.
func offered(ids []string) (all []adapters.Choice) {
	for _, id := range ids {
		all = append(all, adapters.Choice{ID: id})
	}
	return all
}

// number finds the numbered line of each choice, "1 …" first, one below the other.
func number(d *bots.Draft) error {
	lines := strings.Split(d.Text, "\n")
	at := -1
	for i := range d.Choices {
		if i == 0 {
			at = first(lines)
		} else {
			at++
		}
		if at < 0 || at >= len(lines) || !strings.HasPrefix(lines[at], fmt.Sprintf("%d ", i+1)) {
			return fmt.Errorf("template %s: the line of choice %d (%s) must begin with %q, below the one before", d.Template, i+1, d.Choices[i].ID, fmt.Sprintf("%d ", i+1))
		}
		d.Choices[i].Text = lines[at]
	}
	return nil
}

func first(lines []string) int {
	for i, l := range lines {
		if strings.HasPrefix(l, "1 ") {
			return i
		}
	}
	return -1
}
