package notify

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

const (
	robotKey  = "693a91f6-7000-4bc4-97a0-0ec2sifa5aaa"
	robotSign = "SECa1b2c3d4e5f60718293a4b5c6d7e8f90"
)

// group is a group whose robot speaks one dialect. It is written from the platforms' documents and
// shares no code with the adapter.
type group struct {
	kind string
	mu   sync.Mutex
	sent []adaptertest.Sent
	last *http.Request
	body map[string]any
}

func (g *group) Sent() []adaptertest.Sent {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]adaptertest.Sent{}, g.sent...)
}

func (g *group) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	raw, _ := io.ReadAll(r.Body)
	g.last, g.body = r, nil
	if json.Unmarshal(raw, &g.body) != nil || r.Method != http.MethodPost {
		_, _ = io.WriteString(w, `{"errcode":40035,"errmsg":"bad body","code":9499,"msg":"Bad Request"}`)
		return
	}
	text, to, ok := g.read()
	if !ok {
		_, _ = io.WriteString(w, `{"errcode":93000,"errmsg":"invalid webhook url","code":19001,"msg":"invalid token"}`)
		return
	}
	// A robot gives no id: the receipt is to carry the suite's key.
	g.sent = append(g.sent, adaptertest.Sent{Ref: "key-1", Channel: adapters.Private, To: to, Text: text})
	switch g.kind {
	case kindFeishu:
		_, _ = io.WriteString(w, `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`)
	default:
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	}
}

// read finds text and the person named in a request to the right robot.
func (g *group) read() (text, to string, ok bool) {
	q := g.last.URL.Query()
	in := func(path ...string) any {
		var at any = g.body
		for _, p := range path {
			m, _ := at.(map[string]any)
			at = m[p]
		}
		return at
	}
	str := func(path ...string) string { s, _ := in(path...).(string); return s }
	first := func(path ...string) string {
		if l, _ := in(path...).([]any); len(l) == 1 {
			s, _ := l[0].(string)
			return s
		}
		return ""
	}
	switch g.kind {
	case kindWecom:
		return str("text", "content"), first("text", "mentioned_list") + first("text", "mentioned_mobile_list"),
			g.last.URL.Path == "/cgi-bin/webhook/send" && q.Get("key") == robotKey && str("msgtype") == "text"
	case kindDingtalk:
		to = first("at", "atUserIds") + first("at", "atMobiles")
		if all, _ := in("at", "isAtAll").(bool); all {
			to = "@all"
		}
		return str("text", "content"), to, g.last.URL.Path == "/robot/send" && q.Get("access_token") == robotKey && str("msgtype") == "text"
	}
	text = str("content", "text")
	_, to, _ = strings.Cut(text, `<at user_id="`)
	to, _, _ = strings.Cut(to, `"`)
	return text, to, g.last.URL.Path == "/open-apis/bot/v2/hook/"+robotKey && str("msg_type") == "text"
}
