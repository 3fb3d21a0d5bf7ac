package sandbox

import (
	"net/http"
	"net/url"
	"strings"
)

// route is one endpoint. An empty scope may be called without a token, "user" needs
// a user but no particular scope.
type route struct {
	method string
	path   []string
	scope  string
	run    handler
}

type routes []route

func (rs *routes) add(pattern, scope string, run handler) {
	method, path, _ := strings.Cut(pattern, " ")
	*rs = append(*rs, route{method, strings.Split(path, "/"), scope, run})
}

// match finds the first route for a call and keeps its wildcards in the call.
func (rs routes) match(c *call) (route, bool) {
	segments := strings.Split(c.r.URL.EscapedPath(), "/")
	for _, rt := range rs {
		if rt.method == c.r.Method && rt.matches(segments, c) {
			return rt, true
		}
	}
	return route{}, false
}

func (rt route) matches(segments []string, c *call) bool {
	if len(segments) != len(rt.path) {
		return false
	}
	c.path = map[string]string{}
	for i, want := range rt.path {
		got, err := url.PathUnescape(segments[i])
		if err != nil {
			return false
		}
		if name, wild := strings.CutPrefix(want, ":"); wild && got != "" {
			c.path[name] = got
		} else if got != want {
			return false
		}
	}
	return true
}

// apiRoutes is the whole client API offered here, first match first.
func apiRoutes() routes {
	var rs routes
	rs.add("POST /api/v1/apps", "", createApp)
	rs.add("GET /api/v1/apps/verify_credentials", "", verifyApp)
	rs.add("POST /oauth/token", "", createToken)
	rs.add("POST /oauth/revoke", "", revokeToken)
	rs.add("GET /api/v1/instance", "", instanceV1)
	rs.add("GET /api/v2/instance", "", instanceV2)

	rs.add("GET /api/v1/accounts/verify_credentials", "read:accounts", verifyCredentials)
	rs.add("GET /api/v1/accounts/lookup", "", lookupAccount)
	rs.add("GET /api/v1/accounts/relationships", "read:follows", relationships)
	rs.add("GET /api/v1/accounts/:id", "", getAccount)
	rs.add("GET /api/v1/accounts/:id/statuses", "", accountStatuses)
	rs.add("POST /api/v1/accounts/:id/follow", "write:follows", followAccount)
	rs.add("POST /api/v1/accounts/:id/unfollow", "write:follows", unfollowAccount)

	rs.add("POST /api/v1/statuses", "write:statuses", createStatus)
	rs.add("GET /api/v1/statuses", "", getStatuses)
	rs.add("GET /api/v1/statuses/:id", "", getStatus)
	rs.add("PUT /api/v1/statuses/:id", "write:statuses", editStatus)
	rs.add("DELETE /api/v1/statuses/:id", "write:statuses", deleteStatus)
	rs.add("GET /api/v1/statuses/:id/context", "", statusContext)
	rs.add("GET /api/v1/statuses/:id/history", "", statusHistory)
	rs.add("GET /api/v1/statuses/:id/source", "read:statuses", statusSource)
	rs.add("POST /api/v1/reports", "write:reports", createReport)
	rs.add("POST /api/v2/media", "write:media", createMedia)
	rs.add("GET /api/v1/media/:id", "write:media", getMedia)

	rs.add("GET /api/v1/notifications", "read:notifications", notifications)
	rs.add("GET /api/v2/notifications/policy", "read:notifications", getPolicy)
	rs.add("PATCH /api/v2/notifications/policy", "write:notifications", setPolicy)
	rs.add("GET /api/v1/notifications/requests", "read:notifications", requests)
	rs.add("POST /api/v1/notifications/requests/accept", "write:notifications", acceptRequests)
	rs.add("POST /api/v1/notifications/requests/dismiss", "write:notifications", dismissRequests)
	rs.add("GET /api/v1/notifications/requests/merged", "read:notifications", requestsMerged)
	rs.add("GET /api/v1/notifications/requests/:id", "read:notifications", getRequest)
	rs.add("POST /api/v1/notifications/requests/:id/accept", "write:notifications", acceptRequests)
	rs.add("POST /api/v1/notifications/requests/:id/dismiss", "write:notifications", dismissRequests)
	rs.add("POST /api/v1/notifications/clear", "write:notifications", clearNotifications)
	rs.add("GET /api/v1/notifications/:id", "read:notifications", getNotification)
	rs.add("POST /api/v1/notifications/:id/dismiss", "write:notifications", dismissNotification)

	rs.add("GET /api/v1/conversations", "read:statuses", conversations)
	rs.add("POST /api/v1/conversations/:id/read", "write:conversations", readConversation)
	rs.add("DELETE /api/v1/conversations/:id", "write:conversations", hideConversation)

	rs.add("GET /api/v1/timelines/public", "", publicTimeline)
	rs.add("GET /api/v1/timelines/tag/:tag", "", tagTimeline)
	rs.add("GET /api/v2/search", "read:search", search)
	return rs
}

// authorize finds out who calls and whether the token reaches that far.
func (c *call) authorize(scope string) error {
	g := c.m.grants[c.token]
	switch {
	case c.r.Header.Get("Authorization") == "":
		if scope == "" {
			return nil
		}
		return c.fail(http.StatusUnauthorized, "The access token is invalid", "Unauthorized: token not supplied or invalid")
	case g == nil:
		return c.fail(http.StatusUnauthorized, "The access token is invalid", "Unauthorized: token not supplied or invalid")
	case g.error != "":
		return c.fail(http.StatusUnauthorized, g.error, "Unauthorized: token not supplied or invalid")
	case g.who != nil && g.who.suspended:
		return c.fail(http.StatusForbidden, "Your login is currently disabled", "Forbidden: account suspended")
	case scope != "" && g.who == nil:
		return c.fail(http.StatusUnprocessableEntity, "This method requires an authenticated user", "Forbidden: token has no user")
	case scope != "" && !g.covers(scope):
		return c.fail(http.StatusForbidden, "This action is outside the authorized scopes", "Forbidden: token has insufficient scope permission")
	}
	c.viewer = g.who
	return nil
}

// covers reports whether one of the grant's scopes includes scope.
func (g *grant) covers(scope string) bool {
	group, _, _ := strings.Cut(scope, ":")
	for _, s := range g.scopes {
		if s == scope || s == group || s == "follow" && strings.HasSuffix(scope, ":follows") {
			return true
		}
	}
	return false
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

func (m *Microblog) handleOf(token string) string {
	if g := m.grants[token]; g != nil && g.who != nil {
		return g.who.handle
	}
	return ""
}
