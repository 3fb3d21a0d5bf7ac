package discourse

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netpatrol/internal/sandbox/forum"
)

var _ forum.Board = (*Forum)(nil)

// AddPerson adds a member and returns their number.
func (f *Forum) AddPerson(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := &user{id: agencyID + len(f.users), name: name}
	f.users = append(f.users, u)
	return u.id
}

// People implements [forum.Board].
func (f *Forum) People() (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range f.users[1:] {
		out = append(out, u.name)
	}
	return out
}

// Post makes a member begin a topic and returns the id of its first post.
func (f *Forum) Post(who, title, text string) (string, error) {
	return f.write(who, text, func(u *user) (*post, string) { return &post{topic: &topic{title: title}}, forum.Topic })
}

// Reply makes a member answer a post.
func (f *Forum) Reply(who, under, text string) (string, error) {
	return f.write(who, text, func(u *user) (*post, string) {
		id, _ := strconv.Atoi(under)
		to := f.find(id)
		if to == nil || !to.topic.readable(u) {
			return nil, ""
		}
		return &post{topic: to.topic, replyTo: to.number}, forum.Reply
	})
}

// Tell makes a member write to the agency in private, where they last did.
func (f *Forum) Tell(who, text string) (string, error) {
	return f.write(who, text, func(u *user) (*post, string) {
		for _, t := range slices.Backward(f.topics) {
			if t.private && slices.Contains(t.users, u) && slices.Contains(t.users, f.agency()) {
				return &post{topic: t}, forum.Message
			}
		}
		return &post{topic: &topic{title: "求助", private: true, users: []*user{u, f.agency()}}}, forum.Message
	})
}

func (f *Forum) write(who, text string, place func(*user) (*post, string)) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return "", err
	}
	f.review()
	p, kind := place(u)
	if p == nil {
		return "", ErrNoPost
	}
	if least := map[bool]int{true: f.opts.MinMessage, false: f.opts.MinPost}[p.topic.private]; utf8.RuneCountInString(strings.TrimSpace(text)) < least {
		return "", ErrShort
	}
	p.by, p.raw, p.at = u, text, f.opts.Now()
	f.appear(p)
	id := strconv.Itoa(p.id)
	f.Act(forum.Action{Kind: kind, Who: who, ID: id, Text: text, At: p.at})
	return id, nil
}

// Edit makes a member change a post of theirs.
func (f *Forum) Edit(who, id, text string) error {
	return f.change(who, id, forum.Edit, func(p *post) {
		p.raw, p.edited, p.version = text, f.opts.Now(), p.version+1
		f.tell("post", "post_edited", object{"post": f.hooked(p)})
	})
}

// Delete makes a member delete a post of theirs.
func (f *Forum) Delete(who, id string) error { return f.change(who, id, forum.Delete, f.destroy) }

func (f *Forum) change(who, id, kind string, do func(*post)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(id)
	p := f.find(n)
	if p == nil || p.by != u {
		return ErrNoPost
	}
	do(p)
	f.Act(forum.Action{Kind: kind, Who: who, ID: id, Text: p.raw, At: f.opts.Now()})
	return nil
}

// Seen implements [forum.Board].
func (f *Forum) Seen(who string) (topics []forum.Thread, chat []forum.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.review()
	me := f.named(who)
	for _, t := range f.topics {
		var entries []forum.Entry
		for _, p := range t.live() {
			entries = append(entries, forum.Entry{
				ID: strconv.Itoa(p.id), From: p.by.name, Text: p.raw, At: p.at, Official: p.by == f.agency(), Mine: p.by == me && !t.private,
			})
		}
		switch {
		case len(entries) == 0:
		case !t.private:
			topics = append(topics, forum.Thread{Title: t.title, Posts: entries})
		case me != nil && slices.Contains(t.users, me):
			chat = append(chat, entries...)
		}
	}
	return topics, chat
}

// mentioned is what Discourse takes for a mention: white space or punctuation on both sides.
var mentioned = regexp.MustCompile(`(?:^|[\s\p{P}])@([\p{L}\p{N}_.-]+)`)

// notify tells the agency's user of its name in a post.
func (f *Forum) notify(p *post) {
	if p.by == f.agency() {
		return
	}
	kind := 0
	for _, m := range mentioned.FindAllStringSubmatch(p.raw, -1) {
		if strings.EqualFold(m[1], f.agency().name) {
			kind = 1
		}
	}
	if p.topic.private && slices.Contains(p.topic.users, f.agency()) {
		kind = 6
	}
	if kind != 0 {
		f.inform(kind, p)
	}
}

// inform gives the agency's user a notification about a post; the webhook tells of it.
func (f *Forum) inform(kind int, p *post) {
	n := object{
		"id": len(f.notices) + 1, "notification_type": kind, "read": false, "created_at": stamp(f.opts.Now()), "topic_id": p.topic.id, "post_number": p.number,
	}
	f.notices = append(f.notices, n)
	f.tell("notification", "notification_created", object{"notification": n})
}

// PostLate puts a member's topic into the review queue, as a new member's is.
func (f *Forum) PostLate(who, title, text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return err
	}
	f.enqueue(&post{by: u, raw: text, at: f.opts.Now(), topic: &topic{title: title}})
	return nil
}
