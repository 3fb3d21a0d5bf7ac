package mastodon_test

import (
	"net/http"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/mastodon"
)

func kit(f func() *fake) adaptertest.Kit {
	reset := time.Date(2026, 11, 25, 21, 5, 0, 0, time.UTC)
	return adaptertest.Kit{
		Platform: mastodon.Platform(),
		Config: func(base string) adapters.Config {
			return adapters.Config{ID: "station", BaseURL: base + "/", Watch: []string{"mentions", "tag:反诈"}, Options: map[string]string{"visibility": "public"}, Secrets: map[string]adapters.Secret{"token": token}}
		},
		Fake: func() adaptertest.Fake { return f() },
		To:   adapters.Person{ID: aliceID, Handle: "alice@other.example"},
		Answers: adaptertest.Answers{
			Error200:    &adaptertest.Answer{Name: "200 with an error body", Body: `{"error":"try later"}`, Want: adapters.Unknown},
			Expired:     &adaptertest.Answer{Name: "token revoked mid-call", Status: 401, Body: `{"error":"The access token was revoked"}`},
			Limited:     &adaptertest.Answer{Name: "429 with X-RateLimit-Reset", Status: 429, Header: http.Header{"X-RateLimit-Reset": {"2026-11-25T21:05:00.000000Z"}}, Body: `{"error":"Too many requests"}`, Until: reset},
			LimitedBare: &adaptertest.Answer{Name: "429 of GoToSocial", Status: 429, Body: `{"error":"rate limit reached"}`},
			More: []adaptertest.Answer{
				{Name: "422 validation", Status: 422, Body: `{"error":"Validation failed: Text character limit of 500 exceeded"}`, Want: adapters.Rejected},
				{Name: "400 validation", Status: 400, Body: `{"error":"Bad Request: status too long"}`, Want: adapters.Rejected},
				{Name: "403 suspended", Status: 403, Body: `{"error":"Your account is suspended"}`, Want: adapters.AccountBlocked},
				{Name: "403 disabled", Status: 403, Body: `{"error":"Your login is currently disabled"}`, Want: adapters.AccountBlocked},
				{Name: "403 scope", Status: 403, Body: `{"error":"This action is outside the authorized scopes"}`, Want: adapters.Rejected},
				{Name: "418 no User-Agent", Status: 418, Body: `{"error":"no user-agent"}`, Want: adapters.Rejected},
				{Name: "503 with Retry-After", Status: 503, Header: http.Header{"Retry-After": {"60"}}, Want: adapters.Unknown},
				{Name: "408", Status: 408, Want: adapters.Unknown},
			},
		},
		Sources: []adaptertest.Source{
			{Name: "mentions", Kind: adapters.KindMessage, Inbox: true},
			{Name: "tag:反诈", Kind: adapters.KindPost},
			{Name: "timeline:" + aliceID, Kind: adapters.KindPost, Unstreamed: true},
			{Name: "search:e", Kind: adapters.KindPost, Unstreamed: true},
		},
		Media: &adaptertest.Media{Send: attach, Expire: detach},
		Shared: func(f adaptertest.Fake, text string) (adapters.Ref, []string) {
			p := &post{author: bobID, text: "@police " + text, visibility: "public", named: []string{selfID}, tag: "反诈"}
			return f.(*fake).add(p), []string{"mentions", "tag:反诈", "timeline:" + bobID}
		},
	}
}

func TestConformance(t *testing.T) {
	k := kit(newFake)
	k.Sources = append(k.Sources, adaptertest.Source{Name: "filtered", Kind: adapters.KindMessage, Inbox: true, Unstreamed: true})
	adaptertest.Run(t, k)
}

func TestConformance_GoToSocial(t *testing.T) {
	adaptertest.Run(t, kit(func() *fake {
		f := newFake()
		f.gotosocial = true
		return f
	}))
}
