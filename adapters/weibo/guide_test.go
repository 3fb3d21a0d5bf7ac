package weibo_test

import (
	"testing"

	"netpatrol/adapters"
)

func TestAPersonIsLedToWhereTheyPostByHand(t *testing.T) {
	_, a := opened(t)
	for _, c := range []struct {
		name string
		task adapters.Task
		want string
	}{
		{"to a stranger", adapters.Task{Channel: adapters.Private, To: adapters.Person{ID: aliceID}, Post: "5100000000000007"}, "https://weibo.com/u/" + aliceID},
		{"under a post", adapters.Task{Channel: adapters.InReply, Parent: "5100000000000007"}, "https://m.weibo.cn/status/5100000000000007"},
		{"under a comment", adapters.Task{Channel: adapters.InReply, Parent: "comment:5100000000000014:5100000000000007"}, "https://m.weibo.cn/status/5100000000000007"},
		{"under a comment whose post is not known", adapters.Task{Channel: adapters.InReply, Parent: "comment:5100000000000014"}, "https://weibo.com/u/" + selfID},
		{"a post of our own", adapters.Task{Channel: adapters.Public}, "https://weibo.com/u/" + selfID},
		{"no number of a person", adapters.Task{Channel: adapters.Private, To: adapters.Person{ID: "a/b"}}, "https://weibo.com/u/" + selfID},
	} {
		if got := a.Caps().Guide.Place(c.task); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
