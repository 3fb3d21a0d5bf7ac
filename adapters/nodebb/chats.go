package nodebb

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

const (
	// roomPages bounds the list of chats: 5,000 of them.
	roomPages = 50
	// messagePages bounds what is read of one chat: its newest 1,000 messages.
	messagePages = 20
	// slack is by how much a room's last activity may lie behind what has been read, in milliseconds.
	slack = 60_000
)

// said is a message with the room it was said in.
type said struct {
	message
	room room
}

// pollMessages reads what others wrote in our chats, forward by the ids of messages, which
// all rooms draw from one counter. An empty cursor starts with the chats that are unread,
// behind our own last word in each.
func (a *account) pollMessages(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	const op = "poll messages"
	c := forum.Cursor{Start: true}
	if cur != "" {
		var err error
		if c, err = forum.ParseCursor(op, cur); err != nil {
			return adapters.Batch{}, err
		}
	}
	rooms, err := a.rooms(ctx, op)
	if err != nil {
		return adapters.Batch{}, err
	}
	i := inbox{account: a, op: op, cursor: c, rooms: rooms}
	if err := i.read(ctx); err != nil {
		return adapters.Batch{}, err
	}
	return i.batch(ctx, limit)
}

// rooms lists all our chats.
func (a *account) rooms(ctx context.Context, op string) (all []room, err error) {
	for page := range roomPages {
		var list struct {
			Rooms *[]room `json:"rooms"`
		}
		k := forum.Call{Op: op, Path: "/api/v3/chats", Query: url.Values{"page": {strconv.Itoa(page + 1)}, "perPage": {"100"}}}
		if err := a.do(ctx, k, &list); err != nil {
			return nil, err
		}
		if list.Rooms == nil {
			return nil, forum.Unread(op, "the answer lists no chats")
		}
		if len(*list.Rooms) == 0 {
			break
		}
		all = append(all, *list.Rooms...)
	}
	return all, nil
}

// messages reads a chat backwards, newest first, until done or its beginning; complete says
// that it came that far.
func (a *account) messages(ctx context.Context, op string, r room, each func(message) (done bool)) (complete bool, err error) {
	for page := range messagePages {
		var list struct {
			Messages *[]message `json:"messages"`
		}
		k := forum.Call{Op: op, Path: "/api/v3/chats/" + r.ID.String() + "/messages", Query: url.Values{"start": {strconv.Itoa(page * 50)}}}
		if err := a.do(ctx, k, &list); err != nil {
			return false, err
		}
		if list.Messages == nil {
			return false, forum.Unread(op, "the answer lists no messages")
		}
		for _, m := range slices.Backward(*list.Messages) {
			if each(m) {
				return true, nil
			}
		}
		if len(*list.Messages) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// inbox is one poll of the chats.
type inbox struct {
	account *account
	op      string
	cursor  forum.Cursor
	rooms   []room
	fresh   map[forum.ID]said
}

// read collects what is new in every room that was active since the last poll.
func (i *inbox) read(ctx context.Context) error {
	i.fresh = map[forum.ID]said{}
	for _, r := range i.rooms {
		if !i.concerns(r) {
			continue
		}
		complete, err := i.account.messages(ctx, i.op, r, func(m message) bool {
			if i.cursor.Start && m.From == i.account.self.UID || m.MID <= i.cursor.At-forum.Reach {
				return true
			}
			if i.cursor.Fresh(m.MID) {
				i.fresh[m.MID] = said{m, r}
			}
			return false
		})
		if err != nil {
			return err
		}
		if !complete {
			i.account.warn("a chat holds more new messages than one poll reads: the oldest were passed over", "room", r.ID)
		}
	}
	return nil
}

// concerns says whether a room may hold something new.
func (i *inbox) concerns(r room) bool {
	if i.cursor.Start {
		return bool(r.Unread)
	}
	return r.Teaser.At.IsZero() || r.Teaser.At.UnixMilli() >= i.cursor.Since-slack
}

// batch hands over the oldest of what is new.
func (i *inbox) batch(ctx context.Context, limit int) (b adapters.Batch, err error) {
	all := make([]said, 0, len(i.fresh))
	for _, s := range i.fresh {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y said) int { return cmp.Compare(x.MID, y.MID) })
	at, taken := i.cursor.At, []forum.ID(nil)
	for _, s := range all {
		if b.More = limit > 0 && len(b.Items) == limit; b.More {
			break
		}
		at, taken = max(at, s.MID), append(taken, s.MID)
		if s.From == i.account.self.UID || bool(s.System) || bool(s.Deleted) {
			continue
		}
		in, err := i.account.heard(ctx, i.op, s)
		if forum.IsGone(err) {
			continue
		}
		if err != nil {
			return adapters.Batch{}, err
		}
		b.Items = append(b.Items, in)
	}
	next, err := i.next(ctx, at, taken, !b.More)
	if err != nil {
		return adapters.Batch{}, err
	}
	b.Next = next.Cursor()
	return b, nil
}

// next is the cursor after a batch.
func (i *inbox) next(ctx context.Context, at forum.ID, taken []forum.ID, whole bool) (c forum.Cursor, err error) {
	switch {
	case !i.cursor.Start:
		c = i.cursor.Next(at, taken, whole)
	case !whole:
		return forum.Cursor{At: at, Start: true}, nil
	default:
		c.At = at
	}
	if !whole {
		return c, nil
	}
	for _, r := range i.rooms {
		if !r.Teaser.At.IsZero() {
			c.Since = max(c.Since, r.Teaser.At.UnixMilli())
		}
	}
	if i.cursor.Start {
		c.At, err = i.behindRead(ctx, c)
	}
	return c, err
}

// behindRead is where the start ends: behind what was read by hand in chats that the next
// poll will look into.
func (i *inbox) behindRead(ctx context.Context, c forum.Cursor) (forum.ID, error) {
	for _, r := range i.rooms {
		if bool(r.Unread) || r.Teaser.At.IsZero() || r.Teaser.At.UnixMilli() < c.Since-slack {
			continue
		}
		_, err := i.account.messages(ctx, i.op, r, func(m message) bool {
			c.At = max(c.At, m.MID)
			return true
		})
		if err != nil {
			return 0, err
		}
	}
	return c.At, nil
}

// heard translates a message; its text is read as it was typed.
func (a *account) heard(ctx context.Context, op string, s said) (adapters.Inbound, error) {
	var text raw
	k := forum.Call{Op: op, Path: "/api/v3/chats/" + s.room.ID.String() + "/messages/" + s.MID.String() + "/raw"}
	if err := a.do(ctx, k, &text); err != nil {
		return adapters.Inbound{}, err
	}
	in := adapters.Inbound{
		Key: s.MID.String() + ".chat", Kind: adapters.KindMessage, Ref: messageRef(s.room.ID, s.MID), Thread: adapters.Ref("room:" + s.room.ID.String()),
		From: adapters.Person{ID: s.From.String()}, Text: string(text), At: s.At.Time,
	}
	for _, u := range s.room.Users {
		if u.UID == s.From {
			in.From = u.person()
		}
	}
	return in, nil
}
