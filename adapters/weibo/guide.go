package weibo

import "netpatrol/adapters"

var _ adapters.Guide = (*account)(nil)

// Place is where a person does what the platform lets no program do: the page of whoever is
// written to, which has the button for private messages, the post that is answered, or our own
// page. The addresses are commonly used, not documented.
func (a *account) Place(t adapters.Task) string {
	switch at, err := parseRef("place", t.Parent); {
	case t.Channel == adapters.Private && number(t.To.ID):
		return profileURL(t.To.ID)
	case t.Channel == adapters.InReply && err == nil && at.post != "":
		return postURL(at.post)
	}
	return profileURL(a.options.uid)
}

func profileURL(uid string) string { return "https://weibo.com/u/" + uid }
