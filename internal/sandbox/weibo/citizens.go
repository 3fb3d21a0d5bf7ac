package weibo

import (
	"fmt"
	"strconv"
	"time"
)

// AddCitizen makes somebody who has not yet acted; trusted: their mentions are pushed even
// when the account has not asked for all.
func (p *Platform) AddCitizen(name string, trusted bool) (uid string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.citizen(name); err == nil || name == "" || name == p.opts.ScreenName {
		return "", fmt.Errorf("there is a %q already", name)
	}
	c := &citizen{uid: strconv.Itoa(6_660_000_001 + len(p.people)), name: name, trusted: trusted}
	p.people = append(p.people, c)
	return c.uid, nil
}

func (p *Platform) did(k Kind, c *citizen, said, id string) {
	p.actions = append(p.actions, Action{Kind: k, Who: c.name, Text: said, ID: id, At: time.Now(), Mentions: p.named(said)})
}

// Message writes to the account in private.
func (p *Platform) Message(name, said string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return err
	}
	now := time.Now()
	c.acted, c.left = now, false
	c.chat = append(c.chat, line{mine: true, text: said, at: now})
	p.did(Wrote, c, said, strconv.FormatInt(now.Unix(), 10))
	p.push(c, now, "text", said, map[string]any{})
	return nil
}

// Event makes a citizen press or scan something.
func (p *Platform) Event(name, subtype, key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return err
	}
	c.acted = time.Now()
	p.push(c, time.Now(), "event", subtype, map[string]any{"subtype": subtype, "key": key})
	return nil
}

// Odd makes a citizen send something of a kind that no document names.
func (p *Platform) Odd(name, kind string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return err
	}
	c.acted = time.Now()
	p.push(c, time.Now(), kind, "[不支持的消息]", map[string]any{"subtype": "none", "parts": []int{1, 2}})
	return nil
}

// Follow and Unfollow change whether a citizen follows the account.
func (p *Platform) Follow(name string) error   { return p.turn(name, true) }
func (p *Platform) Unfollow(name string) error { return p.turn(name, false) }

func (p *Platform) turn(name string, follows bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil || c.follows == follows {
		return err
	}
	kind, subtype := Followed, "follow"
	if c.follows, c.left = follows, !follows; follows {
		c.acted = time.Now()
	} else {
		kind, subtype = Unfollowed, "unfollow"
	}
	p.did(kind, c, "", "")
	p.push(c, time.Now(), "event", "关注事件消息", map[string]any{"subtype": subtype})
	return nil
}

// Post publishes a post of a citizen's and returns its id.
func (p *Platform) Post(name, said string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return "", err
	}
	x := &post{id: p.newID(), by: c, text: said, at: time.Now()}
	p.posts = append(p.posts, x)
	p.did(Posted, c, said, text(x.id))
	p.mention(c, said, "status", x.id)
	return text(x.id), nil
}

// Comment writes under a post, or under a comment if to names one, and returns the comment's id.
func (p *Platform) Comment(name, postID, to, said string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.citizen(name)
	if err != nil {
		return "", err
	}
	x, err := p.postOf(postID)
	if err != nil {
		return "", err
	}
	m := &comment{id: p.newID(), by: c, under: x, to: p.commentOf(to), text: said, at: time.Now()}
	p.comments = append(p.comments, m)
	p.did(Commented, c, said, text(m.id))
	p.mention(c, said, "comment", m.id)
	return text(m.id), nil
}

// mention opens the one answer a mention allows, and tells the account where it may know.
func (p *Platform) mention(c *citizen, said, subtype string, id int64) {
	if !p.named(said) {
		return
	}
	c.mentioned, c.left = time.Now(), false
	if c.trusted || p.opts.AllMentions {
		p.push(c, time.Now(), "mention", said, map[string]any{"subtype": subtype, "key": text(id)})
	}
}

// Edit changes a post, Delete removes it.
func (p *Platform) Edit(postID, said string) error {
	return p.change(postID, func(x *post) { x.text, x.edited = said, time.Now() })
}

// Delete removes a post as its author does.
func (p *Platform) Delete(postID string) error {
	return p.change(postID, func(x *post) {
		x.deleted = true
		if x.by != nil {
			p.did(Deleted, x.by, "", text(x.id))
		}
	})
}

func (p *Platform) change(postID string, with func(*post)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, err := p.postOf(postID)
	if err != nil {
		return err
	}
	with(x)
	return nil
}

// Own lists the account's posts by id, oldest first.
func (p *Platform) Own() (ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.posts {
		if x.by == nil && x.shown(time.Now()) {
			ids = append(ids, text(x.id))
		}
	}
	return ids
}
