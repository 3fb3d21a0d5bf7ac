package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// publicTimeline lists public posts that answer nobody else.
func publicTimeline(c *call) (any, error) {
	if c.flag("remote") || c.flag("only_media") {
		return []object{}, nil
	}
	return c.statusPage(c.m.statuses, func(s *status) bool {
		return s.visibility == Public && (s.parent == nil || s.parent.author == s.author)
	}), nil
}

// tagTimeline lists public posts by tag; any[], all[] and none[] widen and narrow it.
func tagTimeline(c *call) (any, error) {
	if c.m.opts.Flavour == GoToSocial && c.viewer == nil {
		return nil, &apiError{http.StatusUnauthorized, "Unauthorized: token not supplied or invalid"}
	}
	wanted := append([]string{c.path["tag"]}, c.list("any")...)
	var list []*status
	for _, tag := range wanted {
		list = append(list, c.m.tagged[strings.ToLower(tag)]...)
	}
	slices.SortFunc(list, func(a, b *status) int { return compareID(a.id, b.id) })
	list = slices.Compact(list)
	return c.statusPage(list, func(s *status) bool {
		has := func(tag string) bool { return c.m.hasTag(s, tag) }
		return s.visibility == Public && slices.ContainsFunc(wanted, has) &&
			!slices.ContainsFunc(c.list("none"), has) &&
			!slices.ContainsFunc(c.list("all"), func(tag string) bool { return !has(tag) })
	}), nil
}

// search finds statuses that hold every word of q, and accounts and tags by name. As
// with the real servers' full text search, a caller finds public posts, own posts and
// those that name the caller.
func search(c *call) (any, error) {
	q := strings.TrimSpace(c.param("q"))
	if q == "" {
		return nil, c.fail(http.StatusBadRequest, "param is missing or the value is empty: q", "Bad Request: required key q was not set or had empty value")
	}
	found := object{"accounts": []object{}, "statuses": []object{}, "hashtags": []object{}}
	kind := c.param("type")
	if kind == "" || kind == "accounts" {
		found["accounts"] = c.searchAccounts(q)
	}
	if kind == "" || kind == "statuses" {
		found["statuses"] = c.searchStatuses(strings.Fields(strings.ToLower(q)))
	}
	return found, nil
}

func (c *call) searchAccounts(q string) []object {
	q = strings.ToLower(strings.TrimPrefix(q, "@"))
	out := []object{}
	for _, a := range c.m.accounts {
		if strings.Contains(strings.ToLower(a.handle), q) || strings.Contains(strings.ToLower(a.name), q) {
			out = append(out, c.viewAccount(a))
		}
	}
	return out[:min(len(out), c.window(20, 40).limit)]
}

func (c *call) searchStatuses(words []string) []object {
	w := c.window(20, 40)
	var hits []*status
	for _, s := range c.m.statuses {
		if s.visibleTo(c.viewer) && c.searchable(s) && holdsAll(strings.ToLower(s.text), words) &&
			(c.param("account_id") == "" || c.param("account_id") == s.author.id) {
			hits = append(hits, s)
		}
	}
	if skip := c.number("offset", 0); skip > 0 {
		hits = hits[:max(0, len(hits)-skip)]
	}
	out := []object{}
	for _, s := range paged(w, hits, func(s *status) string { return s.id }) {
		out = append(out, c.viewStatus(s))
	}
	return out
}

// searchable: GoToSocial searches only what the caller wrote or was told.
func (c *call) searchable(s *status) bool {
	return s.author == c.viewer || slices.Contains(s.mentions, c.viewer) ||
		c.m.opts.Flavour == Mastodon && s.visibility == Public
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, strings.Trim(w, `"`)) {
			return false
		}
	}
	return true
}
