package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/web/api"
)

// The demo's account on the pretend microblog.
const (
	demoHandle = "yecheng_wangjing"
	demoName   = "椰城网警"
)

// blogVenue is the pretend microblog.
type blogVenue struct {
	listener
	blog   *sandbox.Microblog
	script sandbox.Script
	token  string
}

func newBlogVenue() (*blogVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	v := &blogVenue{listener: l, script: sandbox.DemoScript(demoHandle)}
	unlimited := sandbox.Rates{Requests: -1, Paging: -1, Deletes: -1}
	v.blog = sandbox.NewMicroblog(sandbox.Options{BaseURL: l.base(), Rates: unlimited})
	if _, v.token, err = v.blog.AddAccount(demoHandle, demoName, "https://police.example"); err != nil {
		return nil, err
	}
	return v, v.script.Seat(v.blog)
}

func (v *blogVenue) account() config.Account {
	a := config.Account{
		ID: "weibo", Platform: "mastodon", BaseURL: v.base(), Names: []string{demoName, demoHandle}, Language: "zh-Hans",
		Watch: []string{"mentions"}, Poll: 300 * time.Millisecond, Secrets: map[string]adapters.Secret{"token": adapters.Secret(v.token)},
	}
	for _, tag := range sandbox.DemoTags() {
		a.Watch = append(a.Watch, "tag:"+tag)
	}
	return a
}

func (v *blogVenue) serve(ctx context.Context) error { return serveOn(ctx, v, v.blog) }

func (v *blogVenue) play(ctx context.Context, pace float64) error {
	return sandbox.Run(ctx, v.blog, v.script.Scaled(pace))
}

func (v *blogVenue) page() (title, url string) {
	return "a citizen of the microblog", v.base() + "/citizen"
}

func (v *blogVenue) oddities() (twice, removed int) {
	return len(v.blog.Duplicates()), len(v.blog.RemovedAfterMessage())
}

func (v *blogVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, r := range v.blog.Received() {
		d := delivery{text: r.Body, public: r.Visibility != sandbox.Direct && len(r.To) == 0, role: v.role(r.To)}
		if r.Visibility == sandbox.Direct {
			who := strings.Join(r.To, " ")
			d.first, told[who] = !told[who], true
		}
		all = append(all, d)
	}
	return all
}

func (v *blogVenue) role(to []string) sandbox.Role {
	for _, c := range v.script.Citizens {
		if slices.Contains(to, c.Handle) {
			return c.Role
		}
	}
	return ""
}

// lost looks for private messages, mentions, and posts by those who may be warned.
func (v *blogVenue) lost(events []api.Event) (n int) {
	for _, a := range v.blog.Actions() {
		concerns := slices.Contains(a.To, demoHandle) || v.role([]string{a.From}).MayBeWarned()
		if a.Status != "" && a.Kind != sandbox.Deleted && concerns && !heardOf(events, string(a.Status), "|@") {
			n++
		}
	}
	return n
}

// heardOf says whether an event came of a platform's object; its key begins with the
// object's id and goes on with one of the marks.
func heardOf(events []api.Event, id, marks string) bool {
	return slices.ContainsFunc(events, func(e api.Event) bool {
		rest, ok := strings.CutPrefix(e.Key, id)
		return ok && rest != "" && strings.ContainsRune(marks, rune(rest[0]))
	})
}
