package manual

import (
	"net/http"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// silent is a site that nobody may call.
type silent struct{ http.Handler }

func (silent) Sent() []adaptertest.Sent { return nil }

func tieba() map[string]string {
	return map[string]string{
		"site": "百度贴吧", "name": "海口网警", "home": "https://tieba.example/f?kw=海口", "post_link": "https://tieba.example/p/{post}",
		"person_link": "https://tieba.example/im?to={person}", "public_limit": "2000 characters", "private_limit": "200 full-widths",
	}
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Kit{
		Platform: Platform(),
		Config:   func(string) adapters.Config { return adapters.Config{ID: "tieba", Options: tieba()} },
		Fake:     func() adaptertest.Fake { return silent{http.NotFoundHandler()} },
		To:       adapters.Person{ID: "u1"},
		Parent:   func(adaptertest.Fake) adapters.Ref { return "p1" },
	})
}

func opened(t *testing.T) adapters.Account {
	t.Helper()
	a, err := Platform().Open(t.Context(), adapters.Config{ID: "tieba", Options: tieba()}, adapters.Host{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		name string
		task adapters.Task
		want string
	}{
		{"a new post", adapters.Task{Channel: adapters.Public}, "https://tieba.example/f?kw=海口"},
		{"an answer", adapters.Task{Channel: adapters.InReply, Parent: "7"}, "https://tieba.example/p/7"},
		{"an answer under a noted address", adapters.Task{Channel: adapters.InReply, Parent: "https://tieba.example/p/7?pid=9"}, "https://tieba.example/p/7?pid=9"},
		{"a message", adapters.Task{Channel: adapters.Private, To: adapters.Person{ID: "u1"}, Post: "7"}, "https://tieba.example/im?to=u1"},
		{"a message to nobody known", adapters.Task{Channel: adapters.Private, Post: "7"}, "https://tieba.example/p/7"},
		{"an answer to a message of nobody known", adapters.Task{Channel: adapters.Private, Parent: "8", Post: "7"}, "https://tieba.example/p/8"},
		{"an id that would add a parameter", adapters.Task{Channel: adapters.Private, To: adapters.Person{ID: "a&b=/c d"}}, "https://tieba.example/im?to=a%26b%3D%2Fc%20d"},
		{"an answer to nothing", adapters.Task{Channel: adapters.InReply}, "https://tieba.example/f?kw=海口"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := opened(t).Caps().Guide.Place(c.task); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	p := opened(t).Caps().Publish
	plan, err := p.Plan(adapters.Bulletin{Title: "提醒", Text: "请拨打96110", Language: "zh-Hans"})
	want := adapters.Part{Title: "提醒", Text: "请拨打96110", Language: "zh-Hans", Length: 8, Max: 2000, Unit: adapters.Runes}
	if err != nil || len(plan.Parts) != 1 || plan.Parts[0].Text != want.Text || plan.Parts[0].Length != 8 || plan.Parts[0].Max != 2000 {
		t.Errorf("%+v, %v", plan, err)
	}
	if _, err := p.Plan(adapters.Bulletin{Text: strings.Repeat("警", 2001)}); err == nil {
		t.Error("2001 characters fit into 2000")
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct{ option, value, want string }{
		{"site", "", "site and name are needed"},
		{"name", "", "site and name are needed"},
		{"home", "tieba", "option home: write a whole address"},
		{"home", "javascript:alert(1)", "option home: write a whole address"},
		{"post_link", "https://tieba.example/p/", "option post_link: write {post} where the id goes"},
		{"person_link", "https://tieba.example/u/{post}", "option person_link: write {person}"},
		{"public_limit", "long", "option public_limit: \"long\" does not begin with a number"},
		{"public_limit", "0 characters", "does not begin with a number"},
		{"private_limit", "200 letters", "option private_limit: \"letters\" is no unit"},
	} {
		t.Run(c.option+" "+c.value, func(t *testing.T) {
			o := tieba()
			o[c.option] = c.value
			_, err := Platform().Open(t.Context(), adapters.Config{ID: "tieba", Options: o}, adapters.Host{})
			if err == nil || !strings.Contains(err.Error(), c.want) || adapters.ClassOf(err) != adapters.Rejected {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
