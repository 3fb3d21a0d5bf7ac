package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestEverythingAtOnce lets citizens, clients, a page and an observer meet. It is meant
// for the race detector, and checks that nobody's deed is lost.
func TestEverythingAtOnce(t *testing.T) {
	b := setup(t, Options{Rates: Rates{Requests: -1, Paging: -1, Deletes: -1}})
	b.m.Fault(Fault{Kind: DelayAnswer, Probability: 0.2})
	const rounds = 20
	deeds := []func(i int){
		func(i int) { b.m.Say("xiaolin", fmt.Sprint("@海口网警 第", i)) },
		func(i int) { b.m.Tell("阿明", "海口网警", fmt.Sprint("第", i)) },
		func(i int) {
			b.agency.do("POST", "/api/v1/statuses", values("status", fmt.Sprint("@阿明 第", i), "visibility", "direct"))
		},
		func(i int) { b.agency.do("GET", "/api/v1/notifications", values("include_filtered", "1")) },
		func(i int) {
			b.agency.do("PATCH", "/api/v2/notifications/policy", values("for_private_mentions", "accept"))
		},
		func(i int) { b.as(t, "").do("GET", linPage, nil) },
		func(i int) {
			b.m.Counts()
			b.m.Requests()
			b.m.Struck()
			b.m.RemovedAfterMessage()
			b.m.Inbox("阿明")
		},
	}
	var wg sync.WaitGroup
	for _, deed := range deeds {
		wg.Go(func() {
			for i := range rounds {
				deed(i)
			}
		})
	}
	wg.Wait()
	if a, r := len(b.m.Actions()), len(b.m.Received()); a != 2*rounds || r != rounds {
		t.Errorf("got %d actions and %d statuses, want %d and %d", a, r, 2*rounds, rounds)
	}
	if got := b.agency.get("/api/v1/notifications", "include_filtered", "1", "limit", "80"); len(got) != 2*rounds {
		t.Errorf("got %d notifications, want %d", len(got), 2*rounds)
	}
}

func TestOneKeyFromManyAtOnceMakesOneStatus(t *testing.T) {
	b := setup(t, Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { b.agency.do("POST", "/api/v1/statuses", values("status", "通报"), "Idempotency-Key", "k1") })
	}
	wg.Wait()
	if got := b.m.Received(); len(got) != 1 || got[0].Repeats != 7 {
		t.Errorf("unexpected ledger: %+v", got)
	}
}

// FuzzAPI throws requests at the API: it must answer every one with JSON and never panic.
func FuzzAPI(f *testing.F) {
	f.Add("POST", "/api/v1/statuses", "application/json", `{"status":"@xiaolin 您好","media_ids":[1]}`, uint8(0))
	f.Add("POST", "/api/v1/statuses", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--x--", uint8(1))
	f.Add("GET", "/api/v1/notifications?limit=-1&min_id=9&max_id=1&types[]=mention", "", "", uint8(0))
	f.Add("GET", "/api/v1/timelines/tag/%E5%85%BC?any[]=x&limit=999", "", "", uint8(1))
	f.Add("GET", "/api/v2/search?q=%22&offset=99999999999", "", "", uint8(0))
	f.Add("PATCH", "/api/v2/notifications/policy", "application/x-www-form-urlencoded", "for_new_accounts=%zz", uint8(0))
	f.Fuzz(func(t *testing.T, method, target, kind, body string, flavour uint8) {
		if !strings.HasPrefix(target, "/api/") {
			return
		}
		req, err := http.NewRequest(method, "http://microblog.example"+target, strings.NewReader(body))
		if err != nil {
			return
		}
		m := NewMicroblog(Options{Flavour: Flavour(flavour % 2)})
		_, token, err := m.AddAccount("xiaolin", "小林", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Say("xiaolin", "#兼职# @xiaolin"); err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("User-Agent", "fuzz")
		w := httptest.NewRecorder()
		m.ServeHTTP(w, req)
		if !json.Valid(w.Body.Bytes()) || w.Code == http.StatusInternalServerError {
			t.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}
