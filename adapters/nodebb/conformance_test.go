package nodebb_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/nodebb"
)

// said is an answer of the write API.
func said(name string, status int, code, message string, want adapters.Class) adaptertest.Answer {
	return adaptertest.Answer{Name: name, Status: status, Want: want, Body: `{"status":{"code":"` + code + `","message":"` + message + `"},"response":{}}`}
}

func config(base string) adapters.Config {
	return adapters.Config{ID: "station", BaseURL: base + "/", Options: map[string]string{"category": "5"}, Secrets: map[string]adapters.Secret{"token": token}}
}

func kit(f func() adaptertest.Fake) adaptertest.Kit {
	error200 := said("200 with an error", 200, "bad-request", "Invalid Data", adapters.Unknown)
	expired := said("token revoked mid-call", 401, "not-authorised", "A valid login session was not found.", adapters.AuthExpired)
	limited := said("flood, in words", 400, "bad-request", "As a new user, you can only post once every 120 second(s) until you have earned 3 reputation", adapters.RateLimited)
	limited.Header, limited.Until = http.Header{"Date": {"Wed, 25 Nov 2026 21:03:00 GMT"}}, time.Date(2026, 11, 25, 21, 5, 0, 0, time.UTC)
	bare := said("flood, as a bare key", 400, "bad-request", "error:too-many-posts", adapters.RateLimited)
	return adaptertest.Kit{
		Platform: nodebb.Platform(), Config: config, Fake: f,
		To: adapters.Person{ID: strconv.Itoa(aliceID), Handle: "alice"}, Title: "反诈提示",
		// Making an empty chat room says nothing to anybody.
		Mutating: func(r *http.Request) bool {
			return r.Method != http.MethodGet && r.URL.Path != "/api/v3/chats"
		},
		Answers: adaptertest.Answers{
			FlaggedOnce: true, Error200: &error200, Expired: &expired, Limited: &limited, LimitedBare: &bare,
			More: []adaptertest.Answer{
				said("too short", 400, "bad-request", "Please enter a longer post. Posts should contain at least 8 character(s).", adapters.Rejected),
				said("too short, as a bare key", 400, "bad-request", "error:content-too-short, 8", adapters.Rejected),
				said("already posting", 400, "bad-request", "You are already posting", adapters.NotSent),
				said("locked", 400, "bad-request", "Topic Locked", adapters.Rejected),
				said("no privilege", 403, "forbidden", "You do not have enough privileges for this action.", adapters.Rejected),
				said("banned", 403, "forbidden", "Sorry, this account has been banned", adapters.AccountBlocked),
				said("maintenance", 503, "service-unavailable", "This forum is currently in maintenance mode.", adapters.NotSent),
				said("gone", 404, "not-found", "Topic does not exist", adapters.Gone),
				said("flags of a privileged user's post", 400, "bad-request", "You are not allowed to flag the profiles or content of privileged users", adapters.Rejected),
				said("ten flags a day", 400, "bad-request", "You can only flag 10 post(s) per day", adapters.RateLimited),
				said("https wanted", 426, "upgrade-required", "HTTPS is required", adapters.Rejected),
				said("broken request", 500, "internal-server-error", "Unexpected token", adapters.Unknown),
				{Name: "no token reached the API", Status: 403, Body: "Forbidden", Want: adapters.AuthExpired},
				{Name: "maintenance, read API", Status: 302, Header: http.Header{"Location": {"/"}}, Want: adapters.NotSent},
			},
		},
		Sources: []adaptertest.Source{
			{Name: "posts", Kind: adapters.KindPost},
			{Name: "messages", Kind: adapters.KindMessage, Inbox: true},
		},
	}
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, kit(func() adaptertest.Fake { return newFake() }))
}

func TestConformance_ApprovalQueue(t *testing.T) {
	adaptertest.Run(t, kit(func() adaptertest.Fake {
		f := newFake()
		f.queues = true
		return pender{f}
	}))
}
