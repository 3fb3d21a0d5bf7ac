package bridge_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/bridge"
)

func config(base string) adapters.Config {
	return adapters.Config{ID: "site", BaseURL: base, Secrets: map[string]adapters.Secret{"secret": testSecret, "secret_previous": oldSecret}}
}

// refusal is a problem document of a class.
func refusal(name string, status int, body string, want adapters.Class) adaptertest.Answer {
	return adaptertest.Answer{Name: name, Status: status, Body: body, Want: want, Header: http.Header{"Content-Type": {"application/problem+json"}}}
}

func kit(fake func() adaptertest.Fake) adaptertest.Kit {
	expired := refusal("signature refused", 401, `{"title":"signature"}`, adapters.AuthExpired)
	limited := refusal("busy until", 429, `{"class":"rate-limited","until":"2026-11-25T09:00:00Z"}`, adapters.RateLimited)
	limited.Until = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	bare := refusal("busy", 429, `{"class":"rate-limited"}`, adapters.RateLimited)
	return adaptertest.Kit{
		Platform: bridge.Platform(), Config: config, Fake: fake, To: adapters.Person{ID: citizenID, Handle: "shimin", Name: "市民"}, Title: "反诈提示",
		Text: func(code string) string { return "请勿向陌生人转账，有疑问请拨打96110。编号" + code },
		Answers: adaptertest.Answers{
			Expired: &expired, Limited: &limited, LimitedBare: &bare,
			Error200: &adaptertest.Answer{Name: "200 with an error", Body: `{"error":"busy"}`, Want: adapters.Unknown},
			Exists:   &adaptertest.Answer{Name: "key known", Body: `{"ref":"s000042","state":"done","existed":true}`, Ref: "s000042"},
			More: []adaptertest.Answer{
				refusal("certainly not done, as a 503", 503, `{"class":"not-sent","title":"maintenance"}`, adapters.NotSent),
				refusal("not said, as a 503", 503, `{"title":"?"}`, adapters.Unknown),
				refusal("a class we do not know", 500, `{"class":"whatever"}`, adapters.Unknown),
				refusal("under way under this key", 409, `{"class":"unknown","code":"key-in-use"}`, adapters.Unknown),
				refusal("conflict without a class", 409, `{}`, adapters.Unknown),
				refusal("key reused", 409, `{"class":"rejected","code":"key-reused"}`, adapters.Rejected),
				refusal("blocked", 403, `{"class":"account-blocked"}`, adapters.AccountBlocked),
				refusal("no right", 403, `{}`, adapters.Rejected),
				refusal("the recipient may not be written to", 403, `{"class":"window-closed","scope":"recipient"}`, adapters.WindowClosed),
				refusal("the post is gone", 410, `{"class":"gone"}`, adapters.Gone),
				refusal("not offered", 501, `{}`, adapters.Unsupported),
				{Name: "a gateway's 404", Status: 404, Body: "<html>not found</html>", Want: adapters.Unsupported},
				{Name: "a class outside a problem document", Status: 502, Body: `{"class":"not-sent"}`, Want: adapters.Unknown},
				{Name: "an id that is none", Status: 201, Body: `{"ref":"../x","state":"done"}`, Want: adapters.Unknown},
				{Name: "a state that is none", Status: 201, Body: `{"ref":"s1","state":"maybe"}`, Want: adapters.Unknown},
				{Name: "refused at once", Status: 200, Body: `{"ref":"s1","state":"refused","reason":"含有联系方式"}`, Want: adapters.Rejected},
			},
		},
		Sources: []adaptertest.Source{{Name: "messages", Kind: adapters.KindMessage, Inbox: true}, {Name: "mentions", Kind: adapters.KindMention}, {Name: "board:1", Kind: adapters.KindPost}},
		Media:   &adaptertest.Media{Send: attach, Expire: detach},
		Webhook: &adaptertest.Webhook{
			Callback: func(f adaptertest.Fake, ref adapters.Ref, at time.Time) adapters.Callback {
				return site(f).push(ref, at, testSecret)
			},
			Signed: []string{"Bridge-Timestamp", "Bridge-Nonce", "Bridge-Signature", "body"}, Source: "messages",
		},
	}
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, kit(func() adaptertest.Fake { return newFake() }))
}

// A site that publishes only after a person has agreed.
func TestConformance_Pending(t *testing.T) {
	adaptertest.Run(t, kit(func() adaptertest.Fake {
		f := newFake()
		f.pending = true
		return pendingSite{f}
	}))
}

// The manifest sends an administrator to a page that names every setting.
func TestTheManifestsPageExists(t *testing.T) {
	m := bridge.Manifest()
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
