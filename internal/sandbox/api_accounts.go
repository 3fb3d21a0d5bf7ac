package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

func createApp(c *call) (any, error) {
	name, redirect := c.param("client_name"), c.param("redirect_uris")
	if list := c.list("redirect_uris"); redirect == "" && len(list) > 0 {
		redirect = strings.Join(list, "\n")
	}
	if name == "" || redirect == "" {
		return nil, c.invalid("Application name can't be blank, Redirect URI can't be blank", "client_name and redirect_uris must be set")
	}
	id := c.m.newToken("client", name)
	return object{
		"id": "1", "name": name, "website": orNull(c.param("website")), "redirect_uri": redirect, "redirect_uris": strings.Split(redirect, "\n"),
		"scopes": scopesOf(c.param("scopes")), "client_id": id, "client_secret": c.m.newToken("secret", id), "vapid_key": "",
	}, nil
}

func scopesOf(param string) []string {
	if scopes := strings.Fields(param); len(scopes) > 0 {
		return scopes
	}
	return []string{"read"}
}

func verifyApp(c *call) (any, error) {
	if c.m.grants[c.token] == nil {
		return nil, c.fail(http.StatusUnauthorized, "The access token is invalid", "Unauthorized: token not supplied or invalid")
	}
	return object{"name": "sandbox", "website": nil}, nil
}

// createToken exchanges a code of [Microblog.AuthorizationCode], or the client's own
// credentials, for a token.
func createToken(c *call) (any, error) {
	if c.param("client_secret") != c.m.newToken("secret", c.param("client_id")) {
		return nil, &apiError{http.StatusUnauthorized, "invalid_client"}
	}
	scopes := scopesOf(c.param("scope"))
	var who *account
	switch c.param("grant_type") {
	case "client_credentials":
	case "authorization_code":
		if who = c.m.codes[c.param("code")]; who == nil {
			return nil, &apiError{http.StatusBadRequest, "invalid_grant"}
		}
		delete(c.m.codes, c.param("code"))
	default:
		return nil, &apiError{http.StatusBadRequest, "unsupported_grant_type"}
	}
	token := c.m.grantToken(who, scopes)
	return object{"access_token": token, "token_type": "Bearer", "scope": strings.Join(scopes, " "), "created_at": c.now.Unix()}, nil
}

func revokeToken(c *call) (any, error) {
	if g := c.m.grants[c.param("token")]; g != nil {
		g.error = "The access token was revoked"
	}
	return object{}, nil
}

func verifyCredentials(c *call) (any, error) {
	v := c.viewAccount(c.viewer)
	v["source"] = object{
		"privacy": "public", "sensitive": false, "language": "zh", "note": "", "fields": v["fields"], "follow_requests_count": 0,
	}
	v["role"] = object{"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": false}
	return v, nil
}

// lookupAccount finds a local account by acct, with or without the leading @ and our domain.
func lookupAccount(c *call) (any, error) {
	handle, domain, remote := strings.Cut(strings.TrimPrefix(c.param("acct"), "@"), "@")
	a := c.m.find(handle)
	if a == nil || remote && !strings.EqualFold(domain, c.m.domain) {
		return nil, c.notFound()
	}
	return c.viewAccount(a), nil
}

// account finds the account named in the path.
func (c *call) account() (*account, error) {
	for _, a := range c.m.accounts {
		if a.id == c.path["id"] {
			return a, nil
		}
	}
	return nil, c.notFound()
}

func getAccount(c *call) (any, error) {
	a, err := c.account()
	if err != nil {
		return nil, err
	}
	return c.viewAccount(a), nil
}

// accountStatuses lists one account's statuses. Mastodon shows the owner's own direct
// ones here, GoToSocial never does.
func accountStatuses(c *call) (any, error) {
	a, err := c.account()
	if err != nil {
		return nil, err
	}
	if c.flag("pinned") || c.flag("only_media") {
		return []object{}, nil
	}
	return c.statusPage(a.statuses, func(s *status) bool {
		switch {
		case s.visibility == Direct && c.m.opts.Flavour == GoToSocial:
			return false
		case c.flag("exclude_replies") && s.parent != nil && s.parent.author != a:
			return false
		case c.param("tagged") != "" && !c.m.hasTag(s, c.param("tagged")):
			return false
		}
		return true
	}), nil
}

func (c *call) viewRelationship(a *account) object {
	_, following := c.viewer.follows[a]
	_, followed := a.follows[c.viewer]
	return object{
		"id": a.id, "following": following, "followed_by": followed, "showing_reblogs": following, "notifying": false,
		"blocking": false, "blocked_by": false, "muting": false, "muting_notifications": false, "requested": false,
		"requested_by": false, "domain_blocking": false, "endorsed": false, "note": "",
	}
}

func relationships(c *call) (any, error) {
	ids := append(c.list("id"), c.params["id"]...)
	out := []object{}
	for _, a := range c.m.accounts {
		if slices.Contains(ids, a.id) {
			out = append(out, c.viewRelationship(a))
		}
	}
	return out, nil
}

func followAccount(c *call) (any, error) {
	a, err := c.account()
	if err != nil {
		return nil, err
	}
	if a == c.viewer {
		return nil, c.fail(http.StatusForbidden, "This action is not allowed", "Not Acceptable: you cannot follow yourself")
	}
	c.m.follow(c.viewer, a)
	return c.viewRelationship(a), nil
}

func unfollowAccount(c *call) (any, error) {
	a, err := c.account()
	if err != nil {
		return nil, err
	}
	c.m.unfollow(c.viewer, a)
	return c.viewRelationship(a), nil
}
