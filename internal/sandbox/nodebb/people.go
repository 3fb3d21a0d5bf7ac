package nodebb

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netpatrol/internal/sandbox/forum"
)

var _ forum.Board = (*Forum)(nil)

// AddPerson adds a member, whose posts need no approval, and returns their number.
func (f *Forum) AddPerson(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := &user{uid: agencyUID + len(f.users), name: name, reputation: true}
	f.users = append(f.users, u)
	return u.uid
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
	return f.by(who, &post{title: title, text: text})
}

// Reply makes a member answer a post.
func (f *Forum) Reply(who, under, text string) (string, error) {
	pid, _ := strconv.Atoi(under)
	f.mu.Lock()
	to := f.find(pid)
	f.mu.Unlock()
	if to == nil {
		return "", ErrNoPost
	}
	return f.by(who, &post{topic: to.topic, toPid: pid, text: text})
}

// PostLate queues a member's topic, as a new member's is.
func (f *Forum) PostLate(who, title, text string) (entry string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return "", err
	}
	p := &post{title: title, by: u, text: text, at: f.opts.Now()}
	p.entry, p.queued = "topic-"+strconv.FormatInt(p.at.UnixMilli(), 10), p.at
	f.queue = append(f.queue, p)
	return p.entry, nil
}

func (f *Forum) by(who string, p *post) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return "", err
	}
	if short(p.text, f.opts.MinPost) {
		return "", ErrShort
	}
	f.review()
	p.by, p.at = u, f.opts.Now()
	f.appear(p)
	id := strconv.Itoa(p.pid)
	kind := forum.Reply
	if p.topic.main == p.pid {
		kind = forum.Topic
	}
	f.Act(forum.Action{Kind: kind, Who: who, ID: id, Text: p.text, At: p.at})
	return id, nil
}

// Tell makes a member write to the agency in private.
func (f *Forum) Tell(who, text string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", ErrShort
	}
	agency := f.user(agencyUID)
	r := f.between(u, agency)
	if r == nil {
		r = f.openRoom(u, agency)
	}
	m := f.speak(r, u, text)
	f.Act(forum.Action{Kind: forum.Message, Who: who, ID: strconv.Itoa(m.mid), Text: text, At: m.at})
	return strconv.Itoa(m.mid), nil
}

// Edit makes a member change a post of theirs.
func (f *Forum) Edit(who, id, text string) error {
	return f.change(who, id, forum.Edit, func(p *post) { p.text, p.edited = text, f.opts.Now() })
}

// Delete makes a member delete a post of theirs.
func (f *Forum) Delete(who, id string) error {
	return f.change(who, id, forum.Delete, func(p *post) { p.deleted = true })
}

func (f *Forum) change(who, id, kind string, do func(*post)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err != nil {
		return err
	}
	pid, _ := strconv.Atoi(id)
	p := f.find(pid)
	if p == nil || p.by != u || p.deleted {
		return ErrNoPost
	}
	do(p)
	f.Act(forum.Action{Kind: kind, Who: who, ID: id, Text: p.text, At: f.opts.Now()})
	return nil
}

// Seen implements [forum.Board].
func (f *Forum) Seen(who string) (topics []forum.Thread, chat []forum.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.review()
	for _, t := range f.topics {
		thread := forum.Thread{Title: t.title}
		for _, p := range f.posts {
			if p.topic == t && !p.deleted {
				thread.Posts = append(thread.Posts, forum.Entry{
					ID: strconv.Itoa(p.pid), From: p.by.name, Text: p.text, At: p.at, Official: p.by.uid == agencyUID, Mine: p.by.name == who,
				})
			}
		}
		if len(thread.Posts) > 0 {
			topics = append(topics, thread)
		}
	}
	for _, m := range f.messages {
		if slices.ContainsFunc(m.room.users, func(u *user) bool { return u.name == who }) {
			chat = append(chat, forum.Entry{ID: strconv.Itoa(m.mid), From: m.by.name, Text: m.text, At: m.at, Official: m.by.uid == agencyUID})
		}
	}
	return topics, chat
}

// notice is what the agency's user finds in its notifications.
type notice struct {
	nid, kind string
	post      *post
}

// mentioned is what the bundled plugin takes for a mention: something that is no letter must
// stand before the @, and letters behind the name, Chinese ones too, are taken for a part of it.
var mentioned = regexp.MustCompile(`(?:^|[^\p{L}\p{N}])@([\p{L}\p{N}_.-]+)`)

// notify tells the agency's user of its name in a post, and of answers in its topics: several
// of those are merged into one.
func (f *Forum) notify(p *post) {
	agency := f.user(agencyUID)
	if p.by == agency {
		return
	}
	base := "tid:" + strconv.Itoa(p.topic.tid) + ":pid:" + strconv.Itoa(p.pid) + ":uid:" + strconv.Itoa(p.by.uid)
	for _, m := range mentioned.FindAllStringSubmatch(p.text, -1) {
		if strings.EqualFold(m[1], agency.name) {
			f.notices = append(f.notices, &notice{base + ":user", "mention", p})
			break
		}
	}
	if p.topic.by == agency {
		f.notices = slices.DeleteFunc(f.notices, func(n *notice) bool { return n.kind == "new-reply" && n.post.topic == p.topic })
		f.notices = append(f.notices, &notice{"new_post:" + base, "new-reply", p})
	}
}

func (c *call) notifications() (any, error) {
	filter := c.r.URL.Query().Get("filter")
	if !slices.Contains([]string{"", "mention", "new-reply", "new-chat"}, filter) {
		return nil, errGone
	}
	rows := []object{}
	for _, n := range slices.Backward(c.f.notices) {
		if filter == "" || filter == n.kind {
			rows = append(rows, object{
				"nid": n.nid, "type": n.kind, "pid": n.post.pid, "tid": n.post.topic.tid, "from": n.post.by.uid, "datetime": n.post.at.UnixMilli(),
				"bodyLong": markdown(n.post.text), "path": "/post/" + strconv.Itoa(n.post.pid), "read": false,
			})
		}
	}
	return bare{object{"notifications": rows}}, nil
}
