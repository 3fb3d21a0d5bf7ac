package group

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func post(g *Group, key, body string) string {
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/cgi-bin/webhook/send?key="+key, strings.NewReader(body)))
	said, _ := io.ReadAll(w.Result().Body)
	return string(said)
}

func TestTheRobot(t *testing.T) {
	for name, c := range map[string]struct{ key, body, want string }{
		"a message":    {"k", `{"msgtype":"text","text":{"content":"有人等待","mentioned_list":["@all"]}}`, `"errcode":0,`},
		"another's":    {"x", `{"msgtype":"text","text":{"content":"有人等待"}}`, `"errcode":93000,`},
		"no text":      {"k", `{"msgtype":"markdown"}`, `"errcode":40008,`},
		"nothing said": {"k", `{"msgtype":"text","text":{}}`, `"errcode":44004,`},
		"too long":     {"k", `{"msgtype":"text","text":{"content":"` + strings.Repeat("长", 683) + `"}}`, `"errcode":40058,`},
	} {
		g := New("k")
		got := post(g, c.key, c.body)
		if took := strings.Contains(c.want, `:0,`); !strings.Contains(got, c.want) || (len(g.Messages()) == 1) != took {
			t.Errorf("%s: %s, %d in the group", name, got, len(g.Messages()))
		}
	}
}

func TestTwentyAMinute(t *testing.T) {
	g := New("k")
	for i := range 21 {
		got := post(g, "k", `{"msgtype":"text","text":{"content":"x"}}`)
		if refused := strings.Contains(got, "45009"); refused != (i == 20) {
			t.Errorf("message %d: %s", i+1, got)
		}
	}
}

func TestThePageShowsTheMessage(t *testing.T) {
	g := New("k")
	post(g, "k", `{"msgtype":"text","text":{"content":"<b>有人等待","mentioned_list":["@all"]}}`)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if s := w.Body.String(); !strings.Contains(s, "&lt;b&gt;有人等待") || !strings.Contains(s, "@all") {
		t.Error(s)
	}
}
