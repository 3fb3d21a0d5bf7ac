package weibo

import (
	"errors"
	"strings"

	"netpatrol/adapters"
)

// Posts and comments have ids of one kind, so a Ref of ours says which it is. That of a
// comment also names the post, which the platform wants with an answer; a callback does not tell it.
const (
	commentPrefix = "comment:" // the comment's id, then ":" and the post's, if known
	delayedPrefix = "delayed:" // the code printed in a post that is to appear
)

// postRef is the empty Ref when there is no id.
func postRef(id string) adapters.Ref { return adapters.Ref(id) }

func commentRef(id, post string) adapters.Ref {
	if id == "" {
		return ""
	}
	if post != "" {
		post = ":" + post
	}
	return adapters.Ref(commentPrefix + id + post)
}

// Keys begin with the id, whatever path it came by.
func postKey(id string) string    { return id + "." }
func commentKey(id string) string { return id + ".c" }

// postURL is where a person sees a post. The address is commonly used, not documented.
func postURL(id string) string {
	if id == "" {
		return ""
	}
	return "https://m.weibo.cn/status/" + id
}

// place is what a Ref names: a post, or a comment under one.
type place struct{ post, comment string }

func parseRef(op string, ref adapters.Ref) (place, error) {
	rest, isComment := strings.CutPrefix(string(ref), commentPrefix)
	var p place
	if isComment {
		p.comment, p.post, _ = strings.Cut(rest, ":")
	} else {
		p.post = rest
	}
	if isComment && !number(p.comment) || p.post != "" && !number(p.post) || p == (place{}) {
		return place{}, rejected(op, adapters.ScopeItem, errors.New("that is no id of a post or comment"))
	}
	return p, nil
}
