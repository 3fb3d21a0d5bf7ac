package sandbox

import (
	"slices"
	"time"
)

// notification is one thing an account is told.
type notification struct {
	id       string
	kind     string // mention, follow
	from     *account
	status   *status // nil for a follow
	created  time.Time
	filtered bool
}

// request gathers the filtered notifications of one stranger.
type request struct {
	id               string
	from             *account
	created, updated time.Time
}

// conversation is a private thread as one of its members sees it.
type conversation struct {
	id       string
	thread   string
	others   []*account // by id
	statuses []*status
	unread   bool
	hidden   bool
}

// last is the newest message that still exists; nil when none does.
func (c *conversation) last() *status {
	for _, s := range slices.Backward(c.statuses) {
		if s.deleted.IsZero() {
			return s
		}
	}
	return nil
}

// verdict is what a policy does with a notification.
type verdict string

const (
	accept verdict = "accept"
	filter verdict = "filter"
	drop   verdict = "drop"
)

// policy is an account's notification policy, by the field names of the API.
type policy map[string]verdict

// policyFields are the fields of the v2 entity, in the order they are shown.
var policyFields = [...]string{"for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"}

func defaultPolicy() policy {
	p := policy{}
	for _, field := range policyFields {
		p[field] = accept
	}
	p["for_private_mentions"] = filter
	p["for_limited_accounts"] = filter
	return p
}

const (
	newAccount  = 30 * 24 * time.Hour
	newFollower = 3 * 24 * time.Hour
)

// screen decides what becomes of a notification, as Mastodon's NotifyService does: a
// private message from a stranger is filtered unless it answers one of ours.
func (m *Microblog) screen(to, from *account, s *status) verdict {
	_, follows := to.follows[from]
	if m.opts.Flavour == GoToSocial || follows || to.permitted[from] || answers(s, to, from) {
		return accept
	}
	now, worst := m.opts.Now(), accept
	since, follower := from.follows[to]
	for field, applies := range map[string]bool{
		"for_not_following":    true,
		"for_not_followers":    !follower || now.Sub(since) < newFollower,
		"for_new_accounts":     now.Sub(from.created) < newAccount,
		"for_private_mentions": s != nil && s.visibility == Direct,
	} {
		if applies && severity(to.policy[field]) > severity(worst) {
			worst = to.policy[field]
		}
	}
	return worst
}

func severity(v verdict) int { return map[verdict]int{filter: 1, drop: 2}[v] }

// answers reports whether s answers a private message that to had sent to from.
func answers(s *status, to, from *account) bool {
	if s == nil || s.visibility != Direct {
		return false
	}
	for p := s.parent; p != nil; p = p.parent {
		if p.author == to && p.visibility == Direct && slices.Contains(p.mentions, from) {
			return true
		}
	}
	return false
}

// notify tells to what from did, unless to's policy says otherwise.
func (m *Microblog) notify(to *account, kind string, from *account, s *status) {
	if to == from {
		return
	}
	decision := m.screen(to, from, s)
	if decision == drop {
		return
	}
	now := m.opts.Now()
	n := &notification{id: m.ids.serial(now), kind: kind, from: from, status: s, created: now, filtered: decision == filter}
	to.notes = append(to.notes, n)
	if n.filtered {
		m.ask(to, from)
	} else if s != nil {
		m.converse(to, s, true)
	}
}

func (m *Microblog) ask(to, from *account) {
	now := m.opts.Now()
	if to.asking[from] == nil {
		to.asking[from] = &request{id: m.ids.serial(now), from: from, created: now}
	}
	to.asking[from].updated = now
}

// letIn accepts a stranger: what was filtered is delivered, what follows is not filtered.
func (m *Microblog) letIn(to, from *account) {
	to.permitted[from] = true
	delete(to.asking, from)
	for _, n := range to.notes {
		if n.from == from && n.filtered {
			n.filtered = false
			if n.status != nil {
				m.converse(to, n.status, true)
			}
		}
	}
	m.touch()
}

// turnAway dismisses a stranger's request together with what was filtered.
func (m *Microblog) turnAway(to, from *account) {
	delete(to.asking, from)
	to.notes = slices.DeleteFunc(to.notes, func(n *notification) bool { return n.from == from && n.filtered })
	m.touch()
}

// filteredFrom lists what is filtered of one stranger, oldest first.
func (a *account) filteredFrom(from *account) (out []*notification) {
	for _, n := range a.notes {
		if n.filtered && n.from == from {
			out = append(out, n)
		}
	}
	return out
}

// converse files a private status in the conversation its member sees.
func (m *Microblog) converse(member *account, s *status, unread bool) {
	if s.visibility != Direct {
		return
	}
	others := slices.DeleteFunc(append([]*account{s.author}, s.mentions...), func(a *account) bool { return a == member })
	slices.SortFunc(others, func(a, b *account) int { return compareID(a.id, b.id) })
	others = slices.Compact(others)
	for _, c := range member.talks {
		if c.thread == s.thread && slices.Equal(c.others, others) {
			c.statuses, c.unread, c.hidden = insertByID(c.statuses, s), unread, false
			return
		}
	}
	member.talks = append(member.talks, &conversation{
		id: m.ids.serial(m.opts.Now()), thread: s.thread, others: others, statuses: []*status{s}, unread: unread,
	})
}
