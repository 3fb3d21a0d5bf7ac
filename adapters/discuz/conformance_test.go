package discuz_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/discuz"
)

func config(base string) adapters.Config {
	return adapters.Config{ID: "board", BaseURL: base, Options: map[string]string{"username": username, "forum": board},
		Secrets: map[string]adapters.Secret{"password": password}}
}

// word is an answer of the interface.
func word(name, val string, want adapters.Class) adaptertest.Answer {
	return adaptertest.Answer{Name: name, Want: want, Body: `{"Version":"3","Charset":"UTF-8","Variables":{"member_uid":"880001","formhash":"abcd1234"},"Message":{"messageval":"` + val + `","messagestr":"抱歉"}}`}
}

func kit(gbk bool) adaptertest.Kit {
	expired := adaptertest.Answer{Name: "signed out", Body: `{"Version":"3","Charset":"UTF-8","Variables":{"member_uid":"0","formhash":"abcd1234"},"Message":{"messageval":"to_login//1","messagestr":"您需要先登录才能继续本操作"}}`}
	flood := word("too fast", "post_flood_ctrl", adapters.RateLimited)
	odd := word("a word nobody documented", "something_else", adapters.Unknown)
	return adaptertest.Kit{
		Platform: discuz.Platform(), Config: config, To: adapters.Person{ID: citizenUID}, Title: "反诈提示",
		Fake: func() adaptertest.Fake {
			f := newFake()
			f.gbk = gbk
			return f
		},
		Text: func(code string) string {
			return "请勿向陌生人转账，有疑问请拨打96110。\n编号" + code
		},
		Mutating: func(r *http.Request) bool {
			return r.Method == http.MethodPost && r.URL.Query().Get("module") != "login"
		},
		Answers: adaptertest.Answers{
			Expired: &expired, LimitedBare: &flood, Error200: &odd,
			More: []adaptertest.Answer{
				word("per hour", "post_flood_ctrl_posts_per_hour", adapters.RateLimited),
				word("a stale form", "submit_invalid", adapters.NotSent),
				word("a captcha", "submit_seccode_invalid", adapters.AccountBlocked),
				word("a banned word", "word_banned", adapters.Rejected),
				word("no right", "post_forum_newthread_nopermission", adapters.Rejected),
				word("the thread is gone", "thread_nonexistence", adapters.Gone),
				word("friends only", "message_can_not_send_onlyfriend", adapters.WindowClosed),
				word("too many conversations", "message_can_not_send_1", adapters.RateLimited),
				word("blocked by the recipient", "message_can_not_send_6", adapters.WindowClosed),
				word("done, but what?", "post_newthread_succeed", adapters.Unknown),
				word("in review, but what?", "post_newthread_mod_succeed", adapters.Unknown),
				{Name: "no such module", Body: `{"error":"module_not_exists"}`, Want: adapters.Unsupported},
				{Name: "a firewall in front", Status: 403, Body: "<html>blocked</html>", Want: adapters.Rejected},
			},
		},
		Sources: []adaptertest.Source{{Name: "threads:" + board, Kind: adapters.KindPost}, {Name: "messages", Kind: adapters.KindMessage, Inbox: true}, {Name: "notices", Kind: adapters.KindMention}},
		Shared: func(f adaptertest.Fake, text string) (adapters.Ref, []string) {
			return f.(*fake).Write("notices", text), []string{"notices", "threads:" + board}
		},
	}
}

func TestConformance(t *testing.T) { adaptertest.Run(t, kit(false)) }

// A board that still speaks GBK.
func TestConformance_GBK(t *testing.T) { adaptertest.Run(t, kit(true)) }

// The manifest sends an administrator to a page that names every setting.
func TestTheManifestsPageExists(t *testing.T) {
	m := discuz.Manifest()
	page, err := os.ReadFile("../../" + m.Docs)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(m.Secrets, m.Options...) {
		if !strings.Contains(string(page), s.Name) {
			t.Errorf("%s does not mention %s", m.Docs, s.Name)
		}
	}
}
