package nodebb

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"netpatrol/internal/sandbox/forum"
)

// room is a chat room.
type room struct {
	id    int
	users []*user
	read  map[int]int // the last message read, by uid
	made  time.Time
}

type message struct {
	mid  int
	room *room
	by   *user
	text string
	at   time.Time
}

func (f *Forum) room(id int) *room {
	if id < 1 || id > len(f.rooms) {
		return nil
	}
	return f.rooms[id-1]
}

// between finds the first room of two users.
func (f *Forum) between(a, b *user) *room {
	for _, r := range f.rooms {
		if len(r.users) == 2 && slices.Contains(r.users, a) && slices.Contains(r.users, b) {
			return r
		}
	}
	return nil
}

func (f *Forum) openRoom(users ...*user) *room {
	r := &room{id: len(f.rooms) + 1, users: users, read: map[int]int{}, made: f.opts.Now()}
	f.rooms = append(f.rooms, r)
	return r
}

// speak adds a message to a room. Ids of messages are drawn from one counter.
func (f *Forum) speak(r *room, by *user, text string) *message {
	m := &message{mid: len(f.messages) + 1, room: r, by: by, text: text, at: f.opts.Now()}
	f.messages = append(f.messages, m)
	r.read[by.uid] = m.mid
	if by.uid == agencyUID {
		f.Receive(forum.Received{ID: strconv.Itoa(m.mid), Kind: forum.Message, To: r.other(by).name, Text: text, At: m.at})
	}
	return m
}

func (r *room) other(than *user) *user {
	for _, u := range r.users {
		if u != than {
			return u
		}
	}
	return than
}

func (f *Forum) said(r *room) (out []*message) {
	for _, m := range f.messages {
		if m.room == r {
			out = append(out, m)
		}
	}
	return out
}

func (c *call) chatWith() (any, error) {
	with := c.f.user(c.number("uid"))
	if with == nil {
		return nil, errGone
	}
	if r := c.f.between(c.user, with); r != nil {
		return object{"roomId": r.id}, nil
	}
	return object{"roomId": nil}, nil
}

// newRoom makes a new room, whether or not there is one.
func (c *call) newRoom() (any, error) {
	users := []*user{c.user}
	for _, uid := range c.body.UIDs {
		u := c.f.user(uid)
		if u == nil {
			return nil, no(http.StatusBadRequest, "User does not exist")
		}
		users = append(users, u)
	}
	if len(users) < 2 {
		return nil, no(http.StatusBadRequest, "Required parameters were missing from this API call")
	}
	return object{"roomId": c.f.openRoom(users...).id}, nil
}

func (c *call) mine() (*room, error) {
	r := c.f.room(c.number("room"))
	if r == nil {
		return nil, errGone
	}
	if !slices.Contains(r.users, c.user) {
		return nil, errPrivileges
	}
	return r, nil
}

func (c *call) say() (any, error) {
	r, err := c.mine()
	switch n := utf8.RuneCountInString(c.body.Message); {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, no(http.StatusBadRequest, "Invalid Chat Message")
	case n > c.f.opts.MaxChat:
		return nil, no(http.StatusBadRequest, "Chat messages can't be longer than %d characters", c.f.opts.MaxChat)
	}
	return c.f.speak(r, c.user, c.body.Message).view(c.user), nil
}

func (m *message) view(to *user) object {
	return object{
		"mid": m.mid, "fromuid": m.by.uid, "content": markdown(m.text), "timestamp": m.at.UnixMilli(), "roomId": strconv.Itoa(m.room.id),
		"self": flag(m.by == to), "system": 0, "deleted": 0,
	}
}

// history is a page of 50 messages, oldest first; start newest ones are left out.
func (c *call) history() (any, error) {
	r, err := c.mine()
	if err != nil {
		return nil, err
	}
	all := c.f.said(r)
	start, _ := strconv.Atoi(c.r.URL.Query().Get("start"))
	end := max(len(all)-max(start, 0), 0)
	rows := []object{}
	for _, m := range all[max(end-50, 0):end] {
		rows = append(rows, m.view(c.user))
	}
	return object{"messages": rows}, nil
}

func (c *call) rawMessage() (any, error) {
	r, err := c.mine()
	if err != nil {
		return nil, err
	}
	mid := c.number("mid")
	if mid < 1 || mid > len(c.f.messages) || c.f.messages[mid-1].room != r {
		return nil, errGone
	}
	return object{"content": c.f.messages[mid-1].text}, nil
}

// listRooms lists rooms by their last message, newest first.
func (c *call) listRooms() (any, error) {
	type row struct {
		at   time.Time
		view object
	}
	var all []row
	for _, r := range c.f.rooms {
		if !slices.Contains(r.users, c.user) {
			continue
		}
		at, o := r.made, object{"roomId": r.id, "unread": false}
		var users []object
		for _, u := range r.users {
			users = append(users, u.view())
		}
		o["users"] = users
		if said := c.f.said(r); len(said) > 0 {
			last := said[len(said)-1]
			at = last.at
			o["unread"] = last.mid > r.read[c.user.uid]
			o["teaser"] = object{"fromuid": last.by.uid, "content": markdown(last.text), "timestamp": last.at.UnixMilli()}
		}
		all = append(all, row{at, o})
	}
	slices.SortStableFunc(all, func(a, b row) int { return b.at.Compare(a.at) })
	per, _ := strconv.Atoi(c.r.URL.Query().Get("perPage"))
	per = min(cmp.Or(per, 20), 100)
	from := min((c.page()-1)*per, len(all))
	rows := []object{}
	for _, r := range all[from:min(from+per, len(all))] {
		rows = append(rows, r.view)
	}
	return object{"rooms": rows, "nextStart": c.page() * per}, nil
}

// Chat lists what a member and the agency wrote to each other, oldest first.
func (f *Forum) Chat(name string) (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.messages {
		if u := f.named(name); u != nil && slices.Contains(m.room.users, u) {
			out = append(out, fmt.Sprintf("%s：%s", m.by.name, m.text))
		}
	}
	return out
}
