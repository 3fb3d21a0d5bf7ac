package sandbox

import (
	"slices"
	"strings"
	"time"
)

// Visibility is who may see a post.
type Visibility string

// The visibilities.
const (
	Public   Visibility = "public"
	Unlisted Visibility = "unlisted" // public, but in no timeline
	Private  Visibility = "private"  // followers and those mentioned
	Direct   Visibility = "direct"   // those mentioned
)

// account is somebody on the platform.
type account struct {
	id, handle, name string
	verified         string // verified website
	about            string // shown on the citizen page
	citizen          bool
	suspended        bool
	created          time.Time
	token            string
	statuses         []*status
	follows          map[*account]time.Time

	policy    policy
	permitted map[*account]bool     // strangers whose notifications are let through
	asking    map[*account]*request // strangers whose notifications are filtered
	notes     []*notification
	talks     []*conversation
	keys      map[string]keyed // idempotency keys
}

// keyed is what an Idempotency-Key made.
type keyed struct {
	status string
	until  time.Time
}

// status is one post or message.
type status struct {
	id         string
	author     *account
	text       string
	generous   bool // read as people write, not as the server reads
	spoiler    string
	language   string
	sensitive  bool
	visibility Visibility
	parent     *status
	answers    []*status // whose parent this is, oldest first
	thread     string    // id of the first post of the conversation
	mentions   []*account
	tags       []string
	media      []*media
	created    time.Time
	edited     time.Time
	deleted    time.Time
	revisions  []revision // earlier ones
}

// revision is a status as it once was.
type revision struct {
	text, spoiler string
	sensitive     bool
	at            time.Time
}

// visibleTo reports whether viewer, nil for nobody signed in, may see s.
func (s *status) visibleTo(viewer *account) bool {
	switch {
	case !s.deleted.IsZero():
		return false
	case s.visibility == Public || s.visibility == Unlisted:
		return true
	case viewer == nil:
		return false
	case viewer == s.author || slices.Contains(s.mentions, viewer):
		return true
	}
	_, follows := viewer.follows[s.author]
	return s.visibility == Private && follows
}

// post is a status about to be made.
type post struct {
	text       string
	spoiler    string
	language   string
	sensitive  bool
	visibility Visibility
	parent     *status
	media      []*media
	generous   bool
	created    time.Time // zero: now
}

// publish makes a status, tells those it mentions and files it.
func (m *Microblog) publish(author *account, p post) *status {
	now := m.opts.Now()
	segments := m.reader(p.generous).split(p.text)
	s := &status{
		id: m.ids.next(now), author: author, text: p.text, generous: p.generous, spoiler: p.spoiler, language: p.language,
		sensitive: p.sensitive, visibility: p.visibility, parent: p.parent, mentions: mentioned(segments),
		tags: tagsOf(segments), media: p.media, created: now,
	}
	if !p.created.IsZero() {
		s.created = p.created
	}
	s.thread = s.id
	if p.parent != nil {
		s.thread = p.parent.thread
		p.parent.answers = append(p.parent.answers, s)
	}
	m.file(s)
	m.converse(author, s, false)
	for _, a := range s.mentions {
		m.notify(a, "mention", author, s)
	}
	m.touch()
	return s
}

func (m *Microblog) file(s *status) {
	m.byID[s.id] = s
	m.statuses = append(m.statuses, s)
	s.author.statuses = append(s.author.statuses, s)
	for _, tag := range s.tags {
		m.tagged[tag] = append(m.tagged[tag], s)
	}
}

// revise changes a status. Only those newly mentioned are told, as on the real
// servers: whoever was told before must look again.
func (m *Microblog) revise(s *status, text, spoiler string, sensitive bool) {
	s.revisions = append(s.revisions, revision{s.text, s.spoiler, s.sensitive, s.writtenAt()})
	segments := m.reader(s.generous).split(text)
	before := s.mentions
	s.text, s.spoiler, s.sensitive, s.edited = text, spoiler, sensitive, m.opts.Now()
	s.mentions = mentioned(segments)
	for _, tag := range tagsOf(segments) {
		if !slices.Contains(s.tags, tag) {
			s.tags = append(s.tags, tag)
			m.tagged[tag] = insertByID(m.tagged[tag], s)
		}
	}
	for _, a := range s.mentions {
		if !slices.Contains(before, a) {
			m.notify(a, "mention", s.author, s)
		}
	}
	m.touch()
}

func (s *status) writtenAt() time.Time {
	if s.edited.IsZero() {
		return s.created
	}
	return s.edited
}

func insertByID(list []*status, s *status) []*status {
	i, _ := slices.BinarySearchFunc(list, s.id, func(x *status, id string) int { return compareID(x.id, id) })
	return slices.Insert(list, i, s)
}

// remove deletes a status and every notification of it.
func (m *Microblog) remove(s *status) {
	s.deleted = m.opts.Now()
	for _, a := range m.accounts {
		a.notes = slices.DeleteFunc(a.notes, func(n *notification) bool { return n.status == s })
	}
	m.touch()
}

// follow makes a follow b.
func (m *Microblog) follow(a, b *account) {
	if _, already := a.follows[b]; already || a == b {
		return
	}
	a.follows[b] = m.opts.Now()
	m.notify(b, "follow", a, nil)
	m.touch()
}

func (m *Microblog) unfollow(a, b *account) {
	delete(a.follows, b)
	m.touch()
}

// hasTag reports whether the status carries the tag, as it reads now.
func (m *Microblog) hasTag(s *status, tag string) bool {
	return slices.Contains(tagsOf(m.reader(s.generous).split(s.text)), strings.ToLower(tag))
}
