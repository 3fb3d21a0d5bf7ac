package weibo

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// messageReply is the fan service's active answer.
func (p *Platform) messageReply(r *http.Request) answer {
	c, err := p.citizen(r.Form.Get("receiver_id"))
	if err != nil {
		return fail(20003)
	}
	said, code := content(r.Form.Get("type"), r.Form.Get("data"))
	if code != 0 {
		return fail(code)
	}
	if !p.mayWrite(c, time.Now()) {
		return fail(20301)
	}
	if c.lastDM == said {
		return fail(20306)
	}
	p.reach(c, ViaMessage, said)
	return ok(map[string]any{"result": true, "sender_id": num(p.opts.UID), "receiver_id": num(c.uid), "type": "text", "data": r.Form.Get("data")})
}

// content reads the data of a text message, which is JSON, URL-encoded once more or not.
func content(kind, data string) (said string, code int) {
	var d struct {
		Text string `json:"text"`
	}
	if json.Unmarshal([]byte(data), &d) != nil {
		plain, err := url.QueryUnescape(data)
		if err != nil || json.Unmarshal([]byte(plain), &d) != nil {
			return "", 10008
		}
	}
	switch {
	case kind != "text":
		return "", 10008
	case strings.TrimSpace(d.Text) == "":
		return "", 20008
	case widths(d.Text) >= 300:
		return "", 20013
	}
	return d.Text, 0
}

// mayWrite: any number of messages for a while after somebody wrote, followed or pressed
// something; one after a mention; none to who has left.
func (p *Platform) mayWrite(c *citizen, now time.Time) bool {
	if c.left {
		return false
	}
	if !c.acted.IsZero() && now.Sub(c.acted) < p.opts.Window {
		return true
	}
	if !c.mentioned.IsZero() && now.Sub(c.mentioned) < p.opts.Window {
		c.mentioned = time.Time{}
		return true
	}
	return false
}

// reach puts a private message on somebody's phone.
func (p *Platform) reach(c *citizen, via Via, said string) {
	now := time.Now()
	c.lastDM = said
	c.chat = append(c.chat, line{text: said, at: now})
	p.received = append(p.received, Received{Via: via, To: []string{c.name}, Text: said, At: now})
}

// sendAll queues a message to followers. Its errors are written in the other dialect, and
// success means queued only.
func (p *Platform) sendAll(r *http.Request) answer {
	var in struct {
		ToUser  []string `json:"touser"`
		MsgType string   `json:"msgtype"`
		Text    struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.MsgType != "text" || in.Text.Content == "" {
		return ok(map[string]any{"errcode": 10008, "errmsg": words[10008]})
	}
	for _, c := range p.people {
		if c.follows && !p.opts.LoseQueued {
			p.reach(c, ViaSendAll, in.Text.Content)
		}
	}
	return ok(map[string]any{"result": true, "msg_id": p.newID()})
}
