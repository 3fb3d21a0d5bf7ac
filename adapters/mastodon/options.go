package mastodon

import (
	"fmt"

	"netpatrol/adapters"
)

// options are the account's settings, checked.
type options struct {
	visibility string // of bulletins
	replies    string // of public answers
}

func readOptions(c adapters.Config) (options, error) {
	o := options{visibility: or(c.Options["visibility"], "public"), replies: or(c.Options["reply_visibility"], "unlisted")}
	for name, v := range map[string]string{"visibility": o.visibility, "reply_visibility": o.replies} {
		if v != "public" && v != "unlisted" {
			return o, misconfigured(c, "option %s is %q: set it to public or unlisted", name, v)
		}
	}
	return o, nil
}

func or[S ~string](s, otherwise S) S {
	if s == "" {
		return otherwise
	}
	return s
}

func misconfigured(c adapters.Config, format string, args ...any) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
		Err: fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...))}
}
