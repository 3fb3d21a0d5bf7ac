package view

import (
	"cmp"
	"context"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Said is one line of a conversation: theirs, or ours with what became of it.
type Said struct {
	At    time.Time    `json:"at"`
	Ours  bool         `json:"ours"`
	Staff bool         `json:"staff,omitempty"` // ours, written in the platform's own console
	Text  string       `json:"text"`
	Code  string       `json:"code,omitempty"`
	State string       `json:"state,omitempty"` // of our draft
	Sent  string       `json:"sent,omitempty"`  // state of the send it became
	By    string       `json:"by,omitempty"`
	Draft string       `json:"draft,omitempty"`
	Ref   adapters.Ref `json:"ref,omitempty"`
	// Did is what an officer did in between: took it over, gave it back, or telephoned (Text is
	// the note). Empty: it was said.
	Did bots.Verb `json:"did,omitempty"`
}

// Talk is what was said in a conversation, oldest first: the newest two hundred lines.
func Talk(ctx context.Context, s record.Reader, c *bots.Conversation) ([]Said, error) {
	stream := cmp.Or(c.Stream, c.ID)
	events, err := List[bots.Event](ctx, s, record.Query{Stream: stream, Newest: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	drafts, err := List[bots.Draft](ctx, s, record.Query{Stream: stream, Newest: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	var lines []Said
	for _, e := range events {
		if d, ok := e.Body.(*bots.Decision); ok && handles(e, d.Verb) {
			lines = append(lines, Said{At: e.Accepted, Ours: true, Did: d.Verb, By: d.Officer, Text: d.Fields["note"]})
		}
		if h, ok := e.Body.(*bots.Heard); ok && (h.Text != "" || len(h.Media) > 0) {
			if e.Kind == bots.StaffWrote {
				lines = append(lines, Said{At: e.Accepted, Ours: true, Staff: true, Text: h.Text, By: h.Detail, Ref: h.Ref})
				continue
			}
			lines = append(lines, Said{At: e.Accepted, Text: cmp.Or(h.Text, "［图片、语音或视频］"), Ref: h.Ref})
		}
	}
	for _, d := range drafts {
		i, err := fetch[record.Item](ctx, s, d.Item)
		if err != nil {
			return nil, err
		}
		l := Said{At: d.Created, Ours: true, Text: d.Text, Code: d.Code, State: d.State, By: d.Author, Draft: d.ID}
		if i != nil {
			l.Sent = i.State
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b Said) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	if len(lines) > 200 {
		lines = lines[len(lines)-200:]
	}
	return lines, nil
}

// handles says whether an officer's decision is part of what happened in a conversation.
func handles(e *bots.Event, v bots.Verb) bool {
	return e.Result != nil && e.Result.Status == bots.Applied && slices.Contains([]bots.Verb{bots.TakeTalk, bots.GiveTalk, bots.LogCall}, v)
}

// Conversation reads a conversation; nil when it is gone.
func Conversation(ctx context.Context, s record.Reader, id string) (*bots.Conversation, error) {
	return fetch[bots.Conversation](ctx, s, id)
}
