// Package group is a pretend WeCom (企业微信) group with a robot: it takes what is posted to the
// robot's address and shows it on a page, as the officers in the group would see it.
//
// It is written from the platform's documents and shares no code with the adapter. It answers HTTP 200
// to everything, as the platform does: 93000 to a wrong key, 40008 to what is no text message, 40058
// to a text of more than 2,048 bytes, 45009 to more than twenty messages a minute.
package group

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The robot's limits. Source: developer.work.weixin.qq.com/document/path/91770.
const (
	maxText   = 2048 // bytes
	perMinute = 20
	maxBody   = 64 << 10
)

// Message is what stands in the group.
type Message struct {
	At    time.Time
	Text  string
	Named []string // members, or @all
}

// Group is one group. It is safe for concurrent use.
type Group struct {
	key string
	mux *http.ServeMux

	mu   sync.Mutex
	sent []Message
}

// New makes an empty group whose robot has a key.
func New(key string) *Group {
	g := &Group{key: key, mux: http.NewServeMux()}
	g.mux.HandleFunc("POST /cgi-bin/webhook/send", g.send)
	g.mux.HandleFunc("GET /{$}", g.page)
	return g
}

func (g *Group) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Messages are what officers in the group saw, oldest first.
func (g *Group) Messages() []Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.sent)
}

func (g *Group) send(w http.ResponseWriter, r *http.Request) {
	code, words := g.take(r)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":%q}`, code, words) // the robot's owner has gone; there is nobody to tell
}

func (g *Group) take(r *http.Request) (code int, words string) {
	var in struct {
		Type string `json:"msgtype"`
		Text struct {
			Content string   `json:"content"`
			Named   []string `json:"mentioned_list"`
			Mobiles []string `json:"mentioned_mobile_list"`
		} `json:"text"`
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	switch {
	case r.URL.Query().Get("key") != g.key:
		return 93000, "invalid webhook url"
	case err != nil || json.Unmarshal(body, &in) != nil || in.Type != "text":
		return 40008, "invalid message type"
	case in.Text.Content == "":
		return 44004, "empty content"
	case len(in.Text.Content) > maxText:
		return 40058, "text.content exceed max length 2048"
	}
	return g.keep(Message{At: time.Now(), Text: in.Text.Content, Named: append(in.Text.Named, in.Text.Mobiles...)})
}

func (g *Group) keep(m Message) (code int, words string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.sent); n >= perMinute && m.At.Sub(g.sent[n-perMinute].At) < time.Minute {
		return 45009, "api freq out of limit"
	}
	g.sent = append(g.sent, m)
	return 0, "ok"
}

// Clock is when it came, as clocks in China show it.
func (m Message) Clock() string {
	return m.At.In(time.FixedZone("CST", 8*60*60)).Format("15:04:05")
}

var shown = template.Must(template.New("group").Parse(`<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5"><title>值班群（演示）</title>
<style>body{font:1rem/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem;color:#1c2733;background:#f4f6f8}h1{font-size:1.5rem}ol{list-style:none;padding:0}li{background:#fff;border:1px solid #d7dee5;border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere;padding:.6rem .9rem;margin:.6rem 0}time{color:#4d5c6b}</style></head><body><main><h1>值班群（演示）</h1>
{{if .}}<ol>{{range .}}<li><time>{{.Clock}}</time>{{range .Named}} {{.}}{{end}}
{{.Text}}</li>{{end}}</ol>{{else}}<p>群里还没有提醒。</p>{{end}}</main></body></html>`))

func (g *Group) page(w http.ResponseWriter, _ *http.Request) {
	all := g.Messages()
	slices.Reverse(all)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = shown.Execute(w, all) // fails only when the reader has gone
}
