package wechat

import (
	"slices"
	"strconv"
	"strings"
)

// AddTemplate registers a template that staff took from the platform's library: for
// template messages, or for subscription messages, which may not be mixed.
func (p *Platform) AddTemplate(id string, subscription bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.templates[id] = subscription
}

// noticeIn is the body of a template or subscription message.
type noticeIn struct {
	ToUser      string `json:"touser"`
	TemplateID  string `json:"template_id"`
	URL         string `json:"url"`
	Page        string `json:"page"`
	ClientMsgID string `json:"client_msg_id"`
	Data        map[string]struct {
		Value string `json:"value"`
	} `json:"data"`
}

func (c *call) notice(subscription bool) (noticeIn, *follower, error) {
	var in noticeIn
	if err := c.read(&in); err != nil {
		return in, nil, err
	}
	f := c.p.byOpenID(in.ToUser)
	kind, known := c.p.templates[in.TemplateID]
	switch {
	case f == nil:
		return in, nil, refuse(40003, "invalid openid")
	case !known || kind != subscription:
		return in, nil, refuse(40037, "invalid template_id")
	case !f.following && !subscription:
		return in, nil, refuse(43004, "require subscribe")
	case len(in.Data) == 0:
		return in, nil, refuse(47003, "argument invalid! data is empty")
	}
	return in, f, nil
}

func (in noticeIn) text() string {
	var lines []string
	for k, v := range in.Data {
		lines = append(lines, k+"："+v.Value)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// templateSend is POST /cgi-bin/message/template/send. The end is told by an event.
func templateSend(c *call) (any, error) {
	in, f, err := c.notice(false)
	if err != nil {
		return nil, err
	}
	c.p.serial++
	id := strconv.FormatUint(2_347_000_000+c.p.serial, 10)
	status := "success"
	if f.blocked {
		status = "failed:user block"
	} else {
		c.p.arrive(Bubble{Via: ViaTemplate, Kind: "template", Text: in.text(), URL: in.URL}, id, f)
	}
	c.p.tell("TEMPLATESENDJOBFINISH", f.openID, number("MsgID", id), text("Status", status))
	out := ok()
	out["msgid"] = asNumber(id)
	return out, nil
}

// subscribeSend is POST /cgi-bin/message/subscribe/bizsend: one message a consent.
func subscribeSend(c *call) (any, error) {
	in, f, err := c.notice(true)
	switch {
	case err != nil:
		return nil, err
	case f.consents[in.TemplateID] == 0:
		return nil, refuse(43101, "user refuse to accept the msg")
	}
	f.consents[in.TemplateID]--
	c.p.arrive(Bubble{Via: ViaSubscribe, Kind: "subscribe", Text: in.text(), URL: in.Page}, "", f)
	c.p.tell("subscribe_msg_sent_event", f.openID, group("SubscribeMsgSentEvent", group("List",
		text("TemplateId", in.TemplateID), number("MsgID", c.p.newMsgID()), number("ErrorCode", "0"), text("ErrorStatus", "success"))))
	return ok(), nil
}

func templates(c *call) (any, error) {
	out := []object{}
	for _, id := range c.p.templateIDs(false) {
		out = append(out, object{"template_id": id, "title": id, "primary_industry": "", "deputy_industry": "", "content": "{{first.DATA}}", "example": ""})
	}
	return object{"template_list": out}, nil
}

func subscriptionTemplates(c *call) (any, error) {
	out := []object{}
	for _, id := range c.p.templateIDs(true) {
		out = append(out, object{"priTmplId": id, "title": id, "content": "", "example": "", "type": 2})
	}
	o := ok()
	o["data"] = out
	return o, nil
}

func (p *Platform) templateIDs(subscription bool) (out []string) {
	for id, kind := range p.templates {
		if kind == subscription {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
