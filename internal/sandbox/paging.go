package sandbox

import (
	"net/url"
	"slices"
	"strings"
)

// window is the part of a list that a caller asks for.
type window struct {
	limit           int
	max, since, min string
}

// window reads limit, max_id, since_id and min_id.
func (c *call) window(normal, most int) window {
	if n := c.m.opts.PageSize; n > 0 {
		normal, most = min(normal, n), min(most, n)
	}
	limit := c.number("limit", normal)
	if limit <= 0 {
		limit = normal
	}
	return window{limit: min(limit, most), max: c.param("max_id"), since: c.param("since_id"), min: c.param("min_id")}
}

// paged returns a page of list, which is ordered oldest first, newest first.
//
// since_id gives the newest rows above it: when there are more than a page, the
// rows between are skipped. min_id gives those right above it. All bounds are exclusive.
func paged[T any](w window, list []T, id func(T) string) []T {
	kept := list
	if w.max != "" {
		kept = slices.Clip(kept[:above(kept, w.max, id, 0)])
	}
	if w.min != "" {
		kept = kept[above(kept, w.min, id, 1):]
		kept = kept[:min(len(kept), w.limit)]
	} else if w.since != "" {
		kept = kept[above(kept, w.since, id, 1):]
	}
	page := slices.Clone(kept[max(0, len(kept)-w.limit):])
	slices.Reverse(page)
	return page
}

// above returns the index of the first row whose id compares to bound as at least atLeast.
func above[T any](list []T, bound string, id func(T) string, atLeast int) int {
	i, _ := slices.BinarySearchFunc(list, bound, func(x T, b string) int {
		if compareID(id(x), b) < atLeast {
			return -1
		}
		return 1
	})
	return i
}

// linkPages writes the Link header: next is older, prev is newer. Mastodon leaves
// next out when the page is not full.
func (c *call) linkPages(w window, ids []string) {
	if len(ids) == 0 {
		return
	}
	var links []string
	if len(ids) == w.limit || c.m.opts.Flavour == GoToSocial {
		links = append(links, c.pageLink("next", "max_id", ids[len(ids)-1]))
	}
	links = append(links, c.pageLink("prev", "min_id", ids[0]))
	c.header.Set("Link", strings.Join(links, ", "))
}

func (c *call) pageLink(rel, bound, id string) string {
	q := url.Values{}
	for name, values := range c.r.URL.Query() {
		if name != "max_id" && name != "min_id" && name != "since_id" {
			q[name] = values
		}
	}
	q.Set(bound, id)
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return "<" + scheme + "://" + c.r.Host + c.r.URL.EscapedPath() + "?" + q.Encode() + `>; rel="` + rel + `"`
}

// statusPage answers with the statuses of list that keep accepts, newest first.
func (c *call) statusPage(list []*status, keep func(*status) bool) []object {
	w := c.window(20, 40)
	var kept []*status
	for _, s := range list {
		if s.visibleTo(c.viewer) && keep(s) {
			kept = append(kept, s)
		}
	}
	page := paged(w, kept, func(s *status) string { return s.id })
	ids, out := make([]string, len(page)), make([]object, len(page))
	for i, s := range page {
		ids[i], out[i] = s.id, c.viewStatus(s)
	}
	c.linkPages(w, ids)
	return out
}
