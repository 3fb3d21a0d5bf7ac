package forum

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"netpatrol/adapters"
)

// HoldsCode says whether text holds code as a word of its own: NP-1 is not in NP-12.
func HoldsCode(text, code string) bool {
	if code == "" {
		return false
	}
	for rest := text; ; {
		before, after, found := strings.Cut(rest, code)
		if !found {
			return false
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		next, _ := utf8.DecodeRuneInString(after)
		if !continues(last) && !continues(next) {
			return true
		}
		rest = after
	}
}

// continues says whether r could be part of a code. Chinese characters are not.
func continues(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-')
}

// Fits refuses an empty text and one over its channel's limit, before anything is sent.
func Fits(op string, l adapters.Limits, ch adapters.Channel, text string) error {
	if text == "" {
		return Reject(op, adapters.ScopeItem, errors.New("the text is empty"))
	}
	limit, ok := l.For(ch)
	if !ok {
		return nil
	}
	if err := limit.Check(text); err != nil {
		return Reject(op, adapters.ScopeItem, err)
	}
	return nil
}

// maxTitle is the default of either forum; a forum may allow less.
const maxTitle = 255

// Plan makes a bulletin one topic, as it stands. It needs a title, and carries no pictures.
func Plan(l adapters.Limits, unit adapters.Unit, b adapters.Bulletin) (adapters.Plan, error) {
	if err := Titled("plan", unit, b.Title); err != nil {
		return adapters.Plan{}, err
	}
	if err := Fits("plan", l, adapters.Public, b.Text); err != nil {
		return adapters.Plan{}, err
	}
	limit, _ := l.For(adapters.Public)
	return adapters.Plan{Parts: []adapters.Part{{
		Title: b.Title, Text: b.Text, Language: b.Language, Length: limit.Measure(b.Text), Max: limit.Max, Unit: limit.Unit,
	}}}, nil
}

// Titled refuses a topic without a title, and one whose title is too long.
func Titled(op string, unit adapters.Unit, title string) error {
	if title == "" {
		return Reject(op, adapters.ScopeItem, errors.New("a topic needs a title"))
	}
	if n := unit.Count(title); n > maxTitle {
		return Reject(op, adapters.ScopeItem, &adapters.TooLong{Length: n, Max: maxTitle, Unit: unit})
	}
	return nil
}

// ID is a number that some answers write as a string. What is neither is zero: it is not an
// id of this forum (federated posts have addresses for ids).
type ID int64

// maxID is beyond what any counter reaches, and what JavaScript can count.
const maxID = 1 << 53

// UnmarshalJSON implements [json.Unmarshaler].
func (n *ID) UnmarshalJSON(b []byte) error {
	if i, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64); err == nil && i > 0 && i < maxID {
		*n = ID(i)
	}
	return nil
}

func (n ID) String() string { return strconv.FormatInt(int64(n), 10) }

// ParseID reads an id out of a ref.
func ParseID(op string, ref adapters.Ref) (ID, error) {
	i, err := strconv.ParseInt(string(ref), 10, 64)
	if err != nil || i <= 0 || i >= maxID {
		return 0, Reject(op, adapters.ScopeItem, errors.New("the ref is none of this forum's ids"))
	}
	return ID(i), nil
}

// Millis is a time in milliseconds since 1970, as a number or a string. Anything else is zero.
type Millis struct{ time.Time }

// UnmarshalJSON implements [json.Unmarshaler].
func (m *Millis) UnmarshalJSON(b []byte) error {
	var f json.Number
	if json.Unmarshal([]byte(strings.Trim(string(b), `"`)), &f) != nil {
		return nil
	}
	if ms, err := f.Float64(); err == nil && ms > 0 && ms < 1e14 {
		m.Time = time.UnixMilli(int64(ms)).UTC()
	}
	return nil
}

// Stamp is a time in RFC 3339. Anything else is zero: a post with an odd date is still a post.
type Stamp struct{ time.Time }

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Stamp) UnmarshalJSON(b []byte) error {
	if t, err := time.Parse(time.RFC3339, strings.Trim(string(b), `"`)); err == nil {
		s.Time = t.UTC()
	}
	return nil
}

// Flag is a truth that some answers write as 0 and 1.
type Flag bool

// UnmarshalJSON implements [json.Unmarshaler].
func (f *Flag) UnmarshalJSON(b []byte) error {
	word := strings.Trim(string(b), `"`)
	*f = word == "true" || word == "1"
	return nil
}
