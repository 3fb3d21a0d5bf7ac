package sandbox

import "slices"

// conversations lists private threads, those with the newest message first; pages are
// bounded by the id of the last status, not by the conversation's own.
func conversations(c *call) (any, error) {
	w := c.window(20, 40)
	var kept []*conversation
	for _, t := range c.viewer.talks {
		if !t.hidden && t.last() != nil {
			kept = append(kept, t)
		}
	}
	bound := func(t *conversation) string { return t.last().id }
	slices.SortFunc(kept, func(a, b *conversation) int { return compareID(bound(a), bound(b)) })
	page := paged(w, kept, bound)
	ids, out := make([]string, len(page)), make([]object, len(page))
	for i, t := range page {
		ids[i], out[i] = bound(t), c.viewConversation(t)
	}
	c.linkPages(w, ids)
	return out, nil
}

func (c *call) viewConversation(t *conversation) object {
	v := object{"id": t.id, "unread": t.unread, "accounts": []object{}, "last_status": nil}
	accounts := []object{}
	for _, a := range t.others {
		accounts = append(accounts, c.viewAccount(a))
	}
	v["accounts"] = accounts
	if s := t.last(); s != nil {
		v["last_status"] = c.viewStatus(s)
	}
	return v
}

func (c *call) conversation() (*conversation, error) {
	for _, t := range c.viewer.talks {
		if t.id == c.path["id"] && !t.hidden {
			return t, nil
		}
	}
	return nil, c.notFound()
}

func readConversation(c *call) (any, error) {
	t, err := c.conversation()
	if err != nil {
		return nil, err
	}
	t.unread = false
	return c.viewConversation(t), nil
}

func hideConversation(c *call) (any, error) {
	t, err := c.conversation()
	if err != nil {
		return nil, err
	}
	t.hidden = true
	return object{}, nil
}
