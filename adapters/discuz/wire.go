package discuz

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// envelope is every answer.
type envelope struct {
	Charset   string          `json:"Charset"`
	Variables json.RawMessage `json:"Variables"`
	Message   *struct {
		Val  string `json:"messageval"`
		Text string `json:"messagestr"`
	} `json:"Message"`
	Error text `json:"error"`
}

// word is what the board says happened, without what follows a slash, and in lower case.
func (e envelope) word() string {
	if e.Message == nil {
		return string(e.Error)
	}
	word, _, _ := strings.Cut(e.Message.Val, "//")
	return strings.ToLower(strings.TrimSpace(word))
}

func (e envelope) said() string {
	if e.Message == nil {
		return string(e.Error)
	}
	return e.Message.Text
}

// head are the variables every answer has.
type head struct {
	member
	CookiePrefix string `json:"cookiepre"`
	Auth         string `json:"auth"`
	SaltKey      string `json:"saltkey"`
	FormHash     string `json:"formhash"`
	charset      string
}

type member struct {
	UID  forum.ID `json:"member_uid"`
	Name text     `json:"member_username"`
}

func (m member) person() adapters.Person {
	return adapters.Person{ID: m.UID.String(), Handle: string(m.Name), Name: string(m.Name)}
}

// text is a string; anything else is empty, for the interface leaves out or nulls what is
// empty.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
	}
	return nil
}

// seconds is a time in seconds since 1970, as text. Anything else is zero.
type seconds struct{ time.Time }

func (s *seconds) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err == nil && n > 0 && n < 1e11 {
		s.Time = time.Unix(n, 0).UTC()
	}
	return nil
}

// rows are a list, which PHP writes as an object when its keys have gaps, and as an empty
// text or null when there is nothing in it. given: there was a list at all.
type rows[T any] struct {
	list  []T
	given bool
}

func (r *rows[T]) UnmarshalJSON(b []byte) error {
	r.given = true
	switch b = bytes.TrimSpace(b); {
	case len(b) > 0 && b[0] == '[':
		return json.Unmarshal(b, &r.list)
	case len(b) > 0 && b[0] == '{':
		return r.object(b)
	}
	return nil
}

func (r *rows[T]) object(b []byte) error {
	var m map[string]T
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
	for _, k := range keys {
		r.list = append(r.list, m[k])
	}
	return nil
}

// thread is a row of a list, or the head of a page.
type thread struct {
	TID      forum.ID `json:"tid"`
	AuthorID forum.ID `json:"authorid"`
	Subject  text     `json:"subject"`
	Made     seconds  `json:"dbdateline"`
	Views    forum.ID `json:"views"`
	Replies  forum.ID `json:"replies"`
}

// post is one post of a page.
type post struct {
	PID      forum.ID   `json:"pid"`
	TID      forum.ID   `json:"tid"`
	First    forum.Flag `json:"first"`
	AuthorID forum.ID   `json:"authorid"`
	Author   text       `json:"author"`
	Made     seconds    `json:"dbdateline"`
	Message  text       `json:"message"` // HTML
}

func (p post) person() adapters.Person {
	return adapters.Person{ID: p.AuthorID.String(), Handle: string(p.Author), Name: string(p.Author)}
}

// pm is a private message, or in a list the last of a conversation.
type pm struct {
	PMID       forum.ID `json:"pmid"`
	Kind       text     `json:"pmtype"` // "2": a chat of several people
	To         forum.ID `json:"touid"`
	FromID     forum.ID `json:"msgfromid"`
	From       text     `json:"msgfrom"`
	AuthorID   forum.ID `json:"authorid"`
	Author     text     `json:"author"`
	LastAuthor forum.ID `json:"lastauthorid"`
	Made       seconds  `json:"dateline"`
	Last       seconds  `json:"lastdateline"`
	LastUpdate seconds  `json:"lastupdate"`
	Message    text     `json:"message"` // HTML
}

// sender is who wrote a message; versions differ in where they say so.
func (p pm) sender() adapters.Person {
	return adapters.Person{ID: cmp.Or(p.FromID, p.AuthorID).String(), Handle: string(cmp.Or(p.From, p.Author)), Name: string(cmp.Or(p.From, p.Author))}
}

// last is when something was last said in a conversation.
func (p pm) last() time.Time {
	out := p.Made.Time
	for _, t := range []time.Time{p.Last.Time, p.LastUpdate.Time} {
		if t.After(out) {
			out = t
		}
	}
	return out
}

// notice is one notification.
type notice struct {
	ID       forum.ID `json:"id"`
	Type     text     `json:"type"`
	AuthorID forum.ID `json:"authorid"`
	Author   text     `json:"author"`
	Note     text     `json:"note"` // HTML
	Made     seconds  `json:"dateline"`
}
