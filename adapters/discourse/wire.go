package discourse

import (
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// The shapes of the API, as little of them as is needed.

type user struct {
	ID        forum.ID   `json:"id"`
	Username  string     `json:"username"`
	Name      string     `json:"name"`
	Admin     forum.Flag `json:"admin"`
	Moderator forum.Flag `json:"moderator"`
}

func (u user) person() adapters.Person {
	return adapters.Person{ID: u.ID.String(), Handle: u.Username, Name: u.Name}
}

// post is a post, and the answer to making one: then without an id, it waits for approval.
type post struct {
	ID       forum.ID    `json:"id"`
	Topic    forum.ID    `json:"topic_id"`
	Slug     string      `json:"topic_slug"`
	Number   int64       `json:"post_number"`
	UserID   forum.ID    `json:"user_id"`
	Username string      `json:"username"`
	Name     string      `json:"name"`
	Raw      string      `json:"raw"`
	Cooked   string      `json:"cooked"`
	Created  forum.Stamp `json:"created_at"`
	Updated  forum.Stamp `json:"updated_at"`
	Version  int64       `json:"version"`
	Deleted  *string     `json:"deleted_at"`
	Reads    *int64      `json:"reads"`
	Replies  *int64      `json:"reply_count"`
	ReplyTo  struct {
		Username string `json:"username"`
	} `json:"reply_to_user"`
	Archetype string   `json:"topic_archetype"` // in webhooks
	Actions   []action `json:"actions_summary"`

	Action  string     `json:"action"`
	Success forum.Flag `json:"success"`
	Waiting struct {
		Created forum.Stamp `json:"created_at"`
	} `json:"pending_post"`
}

func (p post) from() adapters.Person {
	id := p.UserID.String()
	if p.UserID == 0 {
		id = "@" + strings.ToLower(p.Username)
	}
	return adapters.Person{ID: id, Handle: p.Username, Name: p.Name}
}

// edited is when the post was last edited, if it was.
func (p post) edited() time.Time {
	if p.Version > 1 {
		return p.Updated.Time
	}
	return time.Time{}
}

// key is the post's id and, once edited, its version.
func (p post) key() string {
	if p.Version > 1 {
		return p.ID.String() + "@" + strconv.FormatInt(p.Version, 10)
	}
	return p.ID.String()
}

func (p post) ref() adapters.Ref { return adapters.Ref(p.ID.String()) }

func (p post) link(base string) string {
	slug := p.Slug
	if slug == "" {
		slug = "-"
	}
	return base + "/t/" + slug + "/" + p.Topic.String() + "/" + strconv.FormatInt(p.Number, 10)
}

func (p post) inbound(kind adapters.Kind, self, base string) adapters.Inbound {
	if kind == adapters.KindPost && strings.EqualFold(p.ReplyTo.Username, self) {
		kind = adapters.KindComment
	}
	return adapters.Inbound{
		Key: p.key(), Kind: kind, Ref: p.ref(), Thread: adapters.Ref("topic:" + p.Topic.String()),
		From: p.from(), Text: p.Raw, URL: p.link(base), At: p.Created.Time, Edited: p.edited(),
	}
}

// topic is a private topic in a list.
type topic struct {
	ID      forum.ID    `json:"id"`
	Bumped  forum.Stamp `json:"bumped_at"`
	Last    forum.Stamp `json:"last_posted_at"`
	Highest int64       `json:"highest_post_number"`
	Read    int64       `json:"last_read_post_number"`
}

// active is when something last happened in it, in milliseconds; 0: the forum does not say.
func (t topic) active() int64 {
	last := t.Last.Time
	if t.Bumped.After(last) {
		last = t.Bumped.Time
	}
	if last.IsZero() {
		return 0
	}
	return last.UnixMilli()
}

// thread is a topic with its posts.
type thread struct {
	ID        forum.ID `json:"id"`
	Archetype string   `json:"archetype"`
	Views     *int64   `json:"views"`
	Posts     *int64   `json:"posts_count"`
	Details   struct {
		Users  []user `json:"allowed_users"`
		Groups []any  `json:"allowed_groups"`
	} `json:"details"`
	Stream struct {
		Posts  []post     `json:"posts"`
		Stream []forum.ID `json:"stream"`
	} `json:"post_stream"`
}

// between says whether nobody but these two reads a topic.
func (t thread) between(self, other string) bool {
	if t.Archetype != "private_message" || len(t.Details.Groups) > 0 {
		return false
	}
	seen := false
	for _, u := range t.Details.Users {
		if strings.EqualFold(u.Username, other) {
			seen = true
		} else if !strings.EqualFold(u.Username, self) {
			return false
		}
	}
	return seen
}

// reviewable is an entry of the review queue.
type reviewable struct {
	ID      forum.ID `json:"id"`
	Version int64    `json:"version"`
	Payload struct {
		Raw string `json:"raw"`
	} `json:"payload"`
	By     user `json:"created_by"`
	Author user `json:"target_created_by"`
	own    bool // it was found among our own posts: nothing more is known of it
}

// ours says whether an entry is a post of that user; some versions name only one of the two.
func (r reviewable) ours(self string) bool {
	return strings.EqualFold(r.By.Username, self) || strings.EqualFold(r.Author.Username, self) || r.By.Username == "" && r.Author.Username == ""
}

// Refs: a post is its number; what waits for approval is queued:CODE, by which it is found
// again, because Discourse names no id.
const queueRef = "queued:"
