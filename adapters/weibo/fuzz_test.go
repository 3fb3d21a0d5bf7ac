package weibo_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
)

// Whatever a stranger makes the platform carry, Verify neither panics nor makes a key that
// names the person, and gives the same key again.
func FuzzCallback(f *testing.F) {
	for _, s := range []string{textPush(created, "我被骗了"), event("follow", ""), `{"type":"x","data":7,"created_at":{}}`, "<xml><MsgType>event</MsgType></xml>", "<xml", "{"} {
		f.Add(s)
	}
	a, err := weibo.Open(f.Context(), config("https://unused.example"), adaptertest.Host(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		d, err := a.Caps().Webhook.Verify(callback(body, noon), noon)
		again, _ := a.Caps().Webhook.Verify(callback(body, noon), noon)
		if err != nil {
			if adapters.ClassOf(err) != adapters.Rejected {
				t.Errorf("%v", err)
			}
			return
		}
		in := d.Items[0]
		if in.Key == "" || in.Key != again.Items[0].Key || in.Kind == "" || in.Ref == "" {
			t.Errorf("%+v", in)
		}
		if len(in.From.ID) > 12 && strings.Contains(in.Key, in.From.ID) && in.Kind != adapters.KindMention {
			t.Errorf("the key %q names the person %q", in.Key, in.From.ID)
		}
		if d.Replyable {
			if _, _, err := a.Caps().Webhook.Encode(d, "已收到", noon); err != nil {
				t.Errorf("%v", err)
			}
		}
	})
}

// No answer to a poll makes the adapter panic or go back, and what it reads has ids.
func FuzzListing(f *testing.F) {
	for _, s := range []string{
		`{"statuses":[{"id":5100000000000042,"text":"x","created_at":"` + created + `","user":{"id":1}}],"next_cursor":0}`,
		`{"statuses":[{"id":"7"}],"next_cursor":"6"}`, `{"statuses":[{"id":1,"user":[]}]}`, `{"statuses":null}`, `[]`, `{"statuses":[7]}`, `{"error_code":{}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := httptest.NewServer(fixed(body))
		defer s.Close()
		a, err := weibo.Open(t.Context(), config(s.URL), adaptertest.Host(t))
		if err != nil {
			t.Fatal(err)
		}
		b, err := a.Caps().Watch.Poll(t.Context(), "mentions", "3", 40)
		if err != nil {
			if b.Next != "" || len(b.Items) > 0 {
				t.Errorf("an error, and yet %+v", b)
			}
			return
		}
		for _, in := range b.Items {
			if in.Key == "" || in.Ref == "" {
				t.Errorf("%+v", in)
			}
		}
	})
}
