package sandbox

import (
	"net/http"
	"slices"
	"strconv"
)

func notifications(c *call) (any, error) {
	w := c.window(40, 80)
	var kept []*notification
	for _, n := range c.viewer.notes {
		if c.wants(n) {
			kept = append(kept, n)
		}
	}
	page := paged(w, kept, func(n *notification) string { return n.id })
	ids, out := make([]string, len(page)), make([]object, len(page))
	for i, n := range page {
		ids[i], out[i] = n.id, c.viewNotification(n)
	}
	c.linkPages(w, ids)
	return out, nil
}

func (c *call) wants(n *notification) bool {
	types := c.list("types")
	switch {
	case n.filtered && !c.flag("include_filtered"):
		return false
	case len(types) > 0 && !slices.Contains(types, n.kind):
		return false
	case c.param("account_id") != "" && c.param("account_id") != n.from.id:
		return false
	}
	return !slices.Contains(c.list("exclude_types"), n.kind)
}

func (c *call) notification() (*notification, error) {
	for _, n := range c.viewer.notes {
		if n.id == c.path["id"] {
			return n, nil
		}
	}
	return nil, c.notFound()
}

func getNotification(c *call) (any, error) {
	n, err := c.notification()
	if err != nil {
		return nil, err
	}
	return c.viewNotification(n), nil
}

func dismissNotification(c *call) (any, error) {
	n, err := c.notification()
	if err != nil {
		return nil, err
	}
	c.viewer.notes = slices.DeleteFunc(c.viewer.notes, func(x *notification) bool { return x == n })
	return object{}, nil
}

func clearNotifications(c *call) (any, error) {
	c.viewer.notes = nil
	return object{}, nil
}

// mastodonOnly refuses what GoToSocial does not offer.
func (c *call) mastodonOnly() error {
	if c.m.opts.Flavour == GoToSocial {
		return &apiError{http.StatusNotFound, "Not Found: page not found"}
	}
	return nil
}

func getPolicy(c *call) (any, error) {
	if err := c.mastodonOnly(); err != nil {
		return nil, err
	}
	v, waiting := object{}, 0
	for _, field := range policyFields {
		v[field] = c.viewer.policy[field]
	}
	for from := range c.viewer.asking {
		waiting += len(c.viewer.filteredFrom(from))
	}
	v["summary"] = object{"pending_requests_count": len(c.viewer.asking), "pending_notifications_count": waiting}
	return v, nil
}

// setPolicy changes what happens from now on; what was filtered stays filtered.
func setPolicy(c *call) (any, error) {
	if err := c.mastodonOnly(); err != nil {
		return nil, err
	}
	for _, field := range policyFields {
		v := verdict(c.param(field))
		if v == "" {
			continue
		}
		if !slices.Contains([]verdict{accept, filter, drop}, v) {
			return nil, c.invalid("'"+string(v)+"' is not a valid "+field, "")
		}
		c.viewer.policy[field] = v
	}
	return getPolicy(c)
}

// asking lists the requests that still hold something, oldest first.
func (c *call) asking() (out []*request) {
	for from, r := range c.viewer.asking {
		if len(c.viewer.filteredFrom(from)) > 0 {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *request) int { return compareID(a.id, b.id) })
	return out
}

func requests(c *call) (any, error) {
	if err := c.mastodonOnly(); err != nil {
		return nil, err
	}
	w := c.window(40, 80)
	page := paged(w, c.asking(), func(r *request) string { return r.id })
	ids, out := make([]string, len(page)), make([]object, len(page))
	for i, r := range page {
		ids[i], out[i] = r.id, c.viewRequest(r)
	}
	c.linkPages(w, ids)
	return out, nil
}

func (c *call) viewRequest(r *request) object {
	held := c.viewer.filteredFrom(r.from)
	v := object{
		"id": r.id, "created_at": stamp(r.created), "updated_at": stamp(r.updated), "account": c.viewAccount(r.from),
		"notifications_count": strconv.Itoa(len(held)), "last_status": nil,
	}
	for _, n := range slices.Backward(held) {
		if n.status != nil {
			v["last_status"] = c.viewStatus(n.status)
			break
		}
	}
	return v
}

func getRequest(c *call) (any, error) {
	for _, r := range c.asking() {
		if r.id == c.path["id"] {
			return c.viewRequest(r), nil
		}
	}
	return nil, c.notFound()
}

func acceptRequests(c *call) (any, error) { return c.settle(c.m.letIn) }

func dismissRequests(c *call) (any, error) { return c.settle(c.m.turnAway) }

// settle deals with the requests named in the path or in id[].
func (c *call) settle(deal func(to, from *account)) (any, error) {
	if err := c.mastodonOnly(); err != nil {
		return nil, err
	}
	ids := c.list("id")
	if c.path["id"] != "" {
		ids = []string{c.path["id"]}
	}
	done := 0
	for _, r := range c.asking() {
		if slices.Contains(ids, r.id) {
			deal(c.viewer, r.from)
			done++
		}
	}
	if done == 0 {
		return nil, c.notFound()
	}
	return object{}, nil
}

func requestsMerged(c *call) (any, error) { return object{"merged": true}, c.mastodonOnly() }
