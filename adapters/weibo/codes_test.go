package weibo_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
)

// classes is what every code the fact sheet lists means for a send.
var classes = map[adapters.Class]string{
	adapters.Unknown:        "10001 10003 10010 10011 20017 20019 20032 20111 20306",
	adapters.NotSent:        "10002 10009 21331",
	adapters.RateLimited:    "10022 10023 10024 20016",
	adapters.AuthExpired:    "21301 21314 21315 21316 21317 21319 21321 21322 21323 21324 21325 21326 21327 21328 21329 21330 21332",
	adapters.AccountBlocked: "10004 20015 20022 20031 20507",
	adapters.Rejected:       "10006 10008 10012 10013 10016 10017 10018 10021 20003 20005 20006 20007 20008 20012 20013 20018 20020 20021 20102 20203 20303 20354 21602",
	adapters.WindowClosed:   "20301 20508",
	adapters.Gone:           "20101 20201 20305",
	adapters.Unsupported:    "10005 10014 10020",
}

// Every code is provoked, as number and as text, under every status it has been seen with,
// and means the same each time.
func TestEveryCodeByItsClassAndNeverByTheStatus(t *testing.T) {
	tried := map[string]bool{}
	for class, codes := range classes {
		for code := range strings.FieldsSeq(codes) {
			tried[code] = true
			for _, status := range []int{200, 400, 403, 500} {
				for _, form := range []string{`{"error":"x!","error_code":%s,"request":"/2/x"}`, `{"error":"x","error_code":"%s"}`, `{"errcode":%s,"errmsg":"x"}`} {
					if got := classOfComment(t, status, fmt.Sprintf(form, code)); got != class {
						t.Errorf("HTTP %d %s: %q, want %q", status, fmt.Sprintf(form, code), got, class)
					}
				}
			}
		}
	}
	for code := range weibo.Codes() {
		if !tried[code] {
			t.Errorf("code %s is in the table and not tried", code)
		}
	}
}

func classOfComment(t *testing.T, status int, body string) adapters.Class {
	t.Helper()
	err := commentAgainst(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	if err == nil {
		t.Fatalf("HTTP %d %s: success", status, body)
	}
	return adapters.ClassOf(err)
}

func commentAgainst(t *testing.T, h http.HandlerFunc) error {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	a, err := weibo.Open(t.Context(), config(s.URL), adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Caps().Comment.Comment(t.Context(), adapters.Attempt{Key: "k", N: 1}, adapters.Comment{Parent: "5100000000000001", Text: "已看到"})
	return err
}

func TestHowLongALimitLasts(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"10022", "2026-11-25T21:00:00Z"}, {"10023", "2026-11-25T21:00:00Z"}, {"20016", "2026-11-25T21:40:10Z"}, {"10024", "0001-01-01T00:00:00Z"},
	} {
		err := commentAgainst(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", "Wed, 25 Nov 2026 20:40:10 GMT")
			w.WriteHeader(403)
			_, _ = w.Write([]byte(`{"error":"out of limit","error_code":` + c.code + `}`))
		})
		var e *adapters.Error
		if !errors.As(err, &e) || e.Until.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %v until %v, want %s", c.code, err, e.Until, c.want)
		}
	}
}

func TestAnErrorNamesNeitherSecretNorPerson(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write([]byte(`{"error":"user ` + aliceID + ` and token ` + token + ` are odd","error_code":20301}`))
	}))
	defer s.Close()
	a, err := weibo.Open(t.Context(), config(s.URL), adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Caps().Message.Send(t.Context(), adapters.Attempt{Key: "k"}, adapters.Message{To: adapters.Person{ID: aliceID}, Text: "你好"})
	if err == nil || strings.Contains(err.Error(), aliceID) || strings.Contains(err.Error(), token) {
		t.Errorf("%v", err)
	}
}
