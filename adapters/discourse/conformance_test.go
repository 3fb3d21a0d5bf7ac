package discourse_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/discourse"
)

func config(base string) adapters.Config {
	return adapters.Config{ID: "station", BaseURL: base + "/", Options: map[string]string{"username": "police", "category": "5"},
		Secrets: map[string]adapters.Secret{"api_key": apiKey, "webhook_secret": secret}}
}

func faulty(name string, status int, body string, want adapters.Class) adaptertest.Answer {
	return adaptertest.Answer{Name: name, Status: status, Body: body, Want: want}
}

func kit(f func() adaptertest.Fake) adaptertest.Kit {
	error200 := faulty("200 with errors", 200, `{"errors":["something went wrong"]}`, adapters.Unknown)
	expired := faulty("key withdrawn mid-call", 403, `{"errors":["You need to be logged in to do that."],"error_type":"not_logged_in"}`, adapters.AuthExpired)
	limited := faulty("application limiter", 429, `{"errors":["slow"],"error_type":"rate_limit","extras":{"wait_seconds":120,"time_left":"2 minutes"}}`, adapters.RateLimited)
	limited.Header, limited.Until = http.Header{"Date": {"Wed, 25 Nov 2026 21:03:00 GMT"}}, time.Date(2026, 11, 25, 21, 5, 0, 0, time.UTC)
	bare := faulty("limiter in front", 429, "Slow down, too many requests from this IP address.", adapters.RateLimited)
	return adaptertest.Kit{
		Platform: discourse.Platform(), Config: config, Fake: f,
		To: adapters.Person{ID: strconv.Itoa(aliceID), Handle: "alice"}, Title: "反诈提示",
		Answers: adaptertest.Answers{
			FlaggedOnce: true, Error200: &error200, Expired: &expired, Limited: &limited, LimitedBare: &bare,
			More: []adaptertest.Answer{
				faulty("too short", 422, `{"action":"create_post","errors":["Body is too short (minimum is 20 characters)"]}`, adapters.Rejected),
				faulty("too similar", 422, `{"action":"create_post","errors":["Body is too similar to what you recently posted"]}`, adapters.Rejected),
				faulty("bad parameter", 400, `{"errors":["param is missing"],"error_type":"invalid_parameters"}`, adapters.Rejected),
				faulty("no right", 403, `{"errors":["You are not permitted to view the requested resource."],"error_type":"invalid_access"}`, adapters.Rejected),
				faulty("suspended", 403, `{"errors":["Your account is suspended."],"error_type":"invalid_access"}`, adapters.AccountBlocked),
				faulty("gone", 404, `{"errors":["The requested URL or resource could not be found."],"error_type":"not_found"}`, adapters.Gone),
				faulty("read-only mode", 503, `{"errors":["The site is in read only mode."],"error_type":"read_only"}`, adapters.NotSent),
				faulty("read-only mode, older", 405, `{"errors":["The site is in read only mode."],"error_type":"read_only"}`, adapters.NotSent),
				faulty("queued, it says, and not how", 200, `{"success":false,"action":"enqueued"}`, adapters.Unknown),
			},
		},
		Sources: []adaptertest.Source{
			{Name: "posts", Kind: adapters.KindPost},
			{Name: "messages", Kind: adapters.KindMessage, Inbox: true},
		},
		Webhook: &adaptertest.Webhook{Source: "posts", Signed: []string{"X-Discourse-Event-Signature", "body"},
			Callback: func(f adaptertest.Fake, ref adapters.Ref, at time.Time) adapters.Callback {
				return callback(f.(interface {
					hook(adapters.Ref, time.Time) string
				}).hook(ref, at), "post_created")
			}},
	}
}

// callback signs a webhook.
func callback(body, event string) adapters.Callback {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	h := http.Header{}
	h.Set("X-Discourse-Event-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	h.Set("X-Discourse-Event", event)
	return adapters.Callback{Method: http.MethodPost, Header: h, Body: []byte(body)}
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, kit(func() adaptertest.Fake { return newFake() }))
}

func TestConformance_ReviewQueue(t *testing.T) {
	adaptertest.Run(t, kit(func() adaptertest.Fake {
		f := newFake()
		f.queues = true
		return pender{f}
	}))
}
