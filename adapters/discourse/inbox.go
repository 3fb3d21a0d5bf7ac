package discourse

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

const (
	// topicPages bounds a list of private topics.
	topicPages = 20
	// slack is by how much a topic's last activity may lie behind what has been read, in milliseconds.
	slack = 60_000
)

// private lists our private topics, those with the newest activity first, back to since (in
// milliseconds); complete says that it came that far.
func (a *account) private(ctx context.Context, op, list string, since int64) (all []topic, complete bool, err error) {
	for page := range topicPages {
		var answer struct {
			List *struct {
				Topics []topic `json:"topics"`
			} `json:"topic_list"`
		}
		k := forum.Call{Op: op, Path: a.userPath("/topics/" + list + "/"), Query: url.Values{"page": {strconv.Itoa(page)}}}
		if err := a.call(ctx, k, &answer); err != nil {
			return nil, false, err
		}
		if answer.List == nil {
			return nil, false, forum.Unread(op, "the answer lists no topics")
		}
		fresh := 0
		for _, t := range answer.List.Topics {
			if t.active() != 0 && t.active() < since || slices.ContainsFunc(all, func(x topic) bool { return x.ID == t.ID }) {
				continue
			}
			all = append(all, t)
			fresh++
		}
		if fresh == 0 {
			return all, true, nil
		}
	}
	return all, false, nil
}

// pollMessages reads what others wrote in our private topics, forward by the ids of posts.
// An empty cursor starts with what is unread, behind our own last word in each topic.
func (a *account) pollMessages(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	const op = "poll messages"
	c := forum.Cursor{Start: true}
	if cur != "" {
		var err error
		if c, err = forum.ParseCursor(op, cur); err != nil {
			return adapters.Batch{}, err
		}
	}
	topics, complete, err := a.private(ctx, op, "private-messages", c.Since-slack)
	if err != nil {
		return adapters.Batch{}, err
	}
	if !complete && a.log != nil {
		a.log.Warn("more private topics are active than one poll reads", "read", len(topics))
	}
	i := inbox{account: a, op: op, cursor: c, topics: topics, read: map[forum.ID]post{}}
	if err := i.collect(ctx); err != nil {
		return adapters.Batch{}, err
	}
	return i.batch(ctx, limit)
}

// inbox is one poll of the private topics.
type inbox struct {
	account *account
	op      string
	cursor  forum.Cursor
	topics  []topic
	fresh   []forum.ID
	read    map[forum.ID]post // of those, what has been read already
	newest  forum.ID          // of all posts in the topics looked into
}

// collect finds the ids that are new.
func (i *inbox) collect(ctx context.Context) error {
	latest := int64(0)
	for _, t := range i.topics {
		latest = max(latest, t.active())
	}
	for _, t := range i.topics {
		unread := t.Highest == 0 || t.Read < t.Highest
		if i.cursor.Start && !unread && t.active() < latest-slack { // the next poll will not look into it either
			continue
		}
		whole, err := i.account.thread(ctx, i.op, t.ID)
		if forum.IsGone(err) {
			continue
		}
		if err != nil {
			return err
		}
		i.newest = max(i.newest, slices.Max(whole.Stream.Stream))
		if i.cursor.Start && unread {
			err = i.unread(ctx, t, whole.Stream.Stream)
		} else if !i.cursor.Start {
			i.since(whole.Stream.Stream)
		}
		if err != nil {
			return err
		}
	}
	slices.Sort(i.fresh)
	return nil
}

func (i *inbox) since(ids []forum.ID) {
	for _, id := range ids {
		if i.cursor.Fresh(id) {
			i.fresh = append(i.fresh, id)
		}
	}
}

// unread reads a topic backwards to our own last word, or to where we had read it.
func (i *inbox) unread(ctx context.Context, t topic, ids []forum.ID) error {
	for _, id := range slices.Backward(ids) {
		if !i.cursor.Fresh(id) {
			return nil
		}
		p, err := i.account.fetch(ctx, i.op, adapters.Ref(id.String()))
		if forum.IsGone(err) {
			continue
		}
		if err != nil {
			return err
		}
		if p.Number <= t.Read || i.account.own(p) {
			return nil
		}
		i.read[id] = p
		i.fresh = append(i.fresh, id)
	}
	return nil
}

func (a *account) own(p post) bool { return strings.EqualFold(p.Username, a.self.Username) }

// batch hands over the oldest of what is new.
func (i *inbox) batch(ctx context.Context, limit int) (b adapters.Batch, err error) {
	at, taken := i.cursor.At, []forum.ID(nil)
	for _, id := range i.fresh {
		if b.More = limit > 0 && len(b.Items) == limit; b.More {
			break
		}
		p, known := i.read[id]
		if !known {
			p, err = i.account.fetch(ctx, i.op, adapters.Ref(id.String()))
		}
		if err != nil && !forum.IsGone(err) {
			return adapters.Batch{}, err
		}
		at, taken = max(at, id), append(taken, id)
		if err == nil && !i.account.own(p) && p.Deleted == nil {
			b.Items = append(b.Items, p.inbound(adapters.KindMessage, i.account.self.Username, i.account.http.Base()))
		}
		err = nil
	}
	b.Next = i.next(at, taken, !b.More).Cursor()
	return b, nil
}

// next is the cursor after a batch.
func (i *inbox) next(at forum.ID, taken []forum.ID, whole bool) forum.Cursor {
	if i.cursor.Start && !whole {
		return forum.Cursor{At: at, Start: true}
	}
	if !whole {
		return i.cursor.Next(at, taken, false)
	}
	c := forum.Cursor{At: max(at, i.newest), Since: i.cursor.Since}
	if !i.cursor.Start {
		c = i.cursor.Next(max(at, i.newest), taken, true)
	}
	for _, t := range i.topics {
		c.Since = max(c.Since, t.active())
	}
	return c
}
