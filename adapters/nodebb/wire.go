package nodebb

import (
	"bytes"
	"encoding/json"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// The shapes of the API, as little of them as is needed.

type user struct {
	UID         forum.ID `json:"uid"`
	Username    string   `json:"username"`
	DisplayName string   `json:"displayname"`
	Slug        string   `json:"userslug"`
}

func (u user) person() adapters.Person {
	p := adapters.Person{ID: u.UID.String(), Handle: u.Username, Name: u.DisplayName}
	if p.Name == "" {
		p.Name = u.Username
	}
	return p
}

// post is a post as the write API shows it: the content is what its author typed.
type post struct {
	PID     forum.ID     `json:"pid"`
	TID     forum.ID     `json:"tid"`
	UID     forum.ID     `json:"uid"`
	ToPID   forum.ID     `json:"toPid"`
	Content string       `json:"content"`
	At      forum.Millis `json:"timestamp"`
	Edited  forum.Millis `json:"edited"`
	Deleted forum.Flag   `json:"deleted"`
}

// row is a post in the stream of recent posts; its content is HTML and is not read.
type row struct {
	PID   forum.ID     `json:"pid"`
	UID   forum.ID     `json:"uid"`
	At    forum.Millis `json:"timestamp"`
	User  user         `json:"user"`
	Topic struct {
		UID forum.ID `json:"uid"`
	} `json:"topic"`
	Content string `json:"content"`
}

type topic struct {
	TID     forum.ID `json:"tid"`
	MainPID forum.ID `json:"mainPid"`
	Posts   *int64   `json:"postcount"`
	Views   *int64   `json:"viewcount"`
}

// made is the answer to a post: a topic, a reply, or neither but the name of a queue entry.
type made struct {
	TID     forum.ID     `json:"tid"`
	MainPID forum.ID     `json:"mainPid"`
	PID     forum.ID     `json:"pid"`
	Slug    string       `json:"slug"`
	At      forum.Millis `json:"timestamp"`
	Queued  forum.Flag   `json:"queued"`
	ID      string       `json:"id"` // of the queue entry: reply-<ms>
}

// room is a chat room. Its id is a number in lists and a string elsewhere.
type room struct {
	ID     forum.ID   `json:"roomId"`
	Unread forum.Flag `json:"unread"`
	Users  []user     `json:"users"`
	Teaser struct {
		At forum.Millis `json:"timestamp"`
	} `json:"teaser"`
}

type message struct {
	MID     forum.ID     `json:"mid"`
	From    forum.ID     `json:"fromuid"`
	Content string       `json:"content"` // HTML
	At      forum.Millis `json:"timestamp"`
	System  forum.Flag   `json:"system"`
	Deleted forum.Flag   `json:"deleted"`
}

// raw is the text of a message as it was typed: bare, or in an object.
type raw string

func (r *raw) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		return json.Unmarshal(b, (*string)(r))
	}
	var o struct {
		Content *string `json:"content"`
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	if o.Content == nil {
		return errNoText
	}
	*r = raw(*o.Content)
	return nil
}

// queued is an entry of the approval queue. It decodes no more than it needs: older servers
// show the author's token beside it.
type queued struct {
	ID   string   `json:"id"`
	UID  forum.ID `json:"uid"`
	Data struct {
		Raw     string `json:"rawContent"`
		Content string `json:"content"`
	} `json:"data"`
}

// Refs: a post is its number, a chat message chat:ROOM:NUMBER, what waits for approval
// queue:ENTRY:CODE, by which it is found again once it is out.
const (
	chatRef  = "chat:"
	queueRef = "queue:"
)

// inQueue takes a queue ref apart.
func inQueue(ref adapters.Ref) (entry, code string, ok bool) {
	rest, ok := strings.CutPrefix(string(ref), queueRef)
	if !ok {
		return "", "", false
	}
	entry, code, ok = strings.Cut(rest, ":")
	return entry, code, ok && plainEntry(entry)
}

// plainEntry keeps what becomes part of a path to letters, digits and dashes.
func plainEntry(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
