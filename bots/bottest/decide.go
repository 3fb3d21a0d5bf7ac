package bottest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
)

// Decide asks b twice about e and returns its effects. It fails the test when the answers
// differ, when b changed the event, or when b errs ([bots.ErrNotMine] is no error).
func Decide(t testing.TB, b bots.Bot, e bots.Event, f bots.Facts) []bots.Effect {
	t.Helper()
	before := encode(t, e)
	first, err := b.Decide(e, f)
	again, err2 := b.Decide(e, f)
	if errors.Is(err, bots.ErrNotMine) && errors.Is(err2, bots.ErrNotMine) {
		return nil
	}
	if err != nil || err2 != nil {
		t.Fatalf("%s on event %s: %v, then %v", b.Name(), e.ID, err, err2)
	}
	if one, two := Print("", first), Print("", again); one != two {
		t.Fatalf("%s is not pure on event %s:\n%sthen\n%s", b.Name(), e.ID, one, two)
	}
	if after := encode(t, e); !bytes.Equal(before, after) {
		t.Fatalf("%s changed event %s:\n%s\nto\n%s", b.Name(), e.ID, before, after)
	}
	return first
}

func encode(t testing.TB, e bots.Event) []byte {
	t.Helper()
	b, err := json.Marshal(&e)
	if err != nil {
		t.Fatalf("encoding event %s: %v", e.ID, err)
	}
	return b
}

// Print writes effects one a line, fields in the order of their declaration, empty ones
// left out. Spans are shown as the words of text they cover.
func Print(text string, effects []bots.Effect) string {
	var b strings.Builder
	for _, e := range effects {
		v := reflect.ValueOf(e)
		b.WriteString(v.Type().Name())
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				fmt.Fprintf(&b, " %s=%s", v.Type().Field(i).Name, show(text, v.Field(i).Interface()))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func show(text string, v any) string {
	switch x := v.(type) {
	case []byte:
		return string(x)
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	case []bots.Span:
		return showSpans(text, x)
	case []bots.Hit:
		var all []string
		for _, h := range x {
			all = append(all, fmt.Sprintf("%s@%d/%s/%s%s", h.Rule, h.Version, h.Category, h.Stance, showSpans(text, h.Spans)))
		}
		return strings.Join(all, " ")
	case map[string]string:
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(x) // strings always encode; keys come sorted
		return strings.TrimSpace(b.String())
	}
	return fmt.Sprint(v)
}

func showSpans(text string, spans []bots.Span) string {
	var words []string
	for _, s := range spans {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) {
			words = append(words, fmt.Sprintf("%d:%d", s.Start, s.End))
			continue
		}
		words = append(words, text[s.Start:s.End])
	}
	return "[" + strings.Join(words, ",") + "]"
}
