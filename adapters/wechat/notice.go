package wechat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netpatrol/adapters"
)

var _ adapters.Noticer = (*account)(nil)

// The ways to tell somebody of news outside the reply window.
const (
	bySubscription = "subscription" // 订阅通知: once for each consent
	byTemplate     = "template"     // 模板消息: service accounts to which it is granted
)

// templatePrefix begins the Ref of a template message; its msgid follows.
const templatePrefix = "template:"

// hasNews is all that a notice says. It fits the twenty characters of the platform's narrowest field.
const hasNews = "你的事项有新进展，请打开会话"

// anyPurpose is the word for messages of every purpose.
const anyPurpose = "any"

// noticeTemplate is a template of the platform and what its fields say.
type noticeTemplate struct {
	id     string
	fields map[string]string // name of the field, and "news" or "code"
}

// noticeTemplates are templates by purpose.
type noticeTemplates map[string]noticeTemplate

func (t noticeTemplates) of(purpose string) (noticeTemplate, bool) {
	if own, ok := t[purpose]; ok {
		return own, true
	}
	general, ok := t[anyPurpose]
	return general, ok
}

// parseNotices reads entries such as "reply:TEMPLATE_ID:thing1=news:character_string2=code",
// separated by commas.
func parseNotices(s string) (noticeTemplates, error) {
	all := noticeTemplates{}
	for entry := range strings.SplitSeq(s, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		parts := strings.Split(entry, ":")
		if len(parts) < 3 || parts[0] == "" || parts[1] == "" {
			return nil, fmt.Errorf("%q: write a purpose or any, the template's id, and its fields, such as any:ID:thing1=news:character_string2=code", entry)
		}
		t := noticeTemplate{id: parts[1], fields: map[string]string{}}
		for _, field := range parts[2:] {
			name, says, _ := strings.Cut(field, "=")
			if name == "" || says != "news" && says != "code" {
				return nil, fmt.Errorf("%q: a field says news or code, such as thing1=news", field)
			}
			t.fields[name] = says
		}
		all[parts[0]] = t
	}
	return all, nil
}

// Ways implements [adapters.Noticer]: the platform asks for consent only for a subscription
// message, so that comes first.
func (a *account) Ways(purpose string) (ways []string) {
	if _, ok := a.options.subscriptions.of(purpose); ok {
		ways = append(ways, bySubscription)
	}
	if _, ok := a.options.templates.of(purpose); ok {
		ways = append(ways, byTemplate)
	}
	return ways
}

// Notify says that there is news, by one way. A subscription message costs the person's
// one consent; without one it is refused (43101). A template message has an id, a subscription message
// none, so its receipt carries the attempt's key. Source: service/guide/product/subscription_messages,
// offiaccount/Message_Management/Template_Message_Interface.
func (a *account) Notify(ctx context.Context, at adapters.Attempt, n adapters.Notice) (adapters.Receipt, error) {
	const op = "notice"
	k := call{op: op, mutating: true, ack: true, person: n.To.ID}
	var t noticeTemplate
	known := false
	switch n.Way {
	case bySubscription:
		t, known = a.options.subscriptions.of(n.Purpose)
		k.path = "/cgi-bin/message/subscribe/bizsend"
	case byTemplate:
		t, known = a.options.templates.of(n.Purpose)
		k.path = "/cgi-bin/message/template/send"
	}
	switch {
	case !known:
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("no template is set up for it"))
	case n.To.ID == "":
		return adapters.Receipt{}, rejected(op, adapters.ScopeRecipient, errors.New("the recipient has no openid"))
	case at.Key == "":
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errNoKey)
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	k.body = t.body(n.Way, at, n.To)
	var got struct {
		MsgID text `json:"msgid"`
	}
	if err := a.http.do(ctx, k, &got); err != nil {
		return adapters.Receipt{}, err
	}
	if n.Way == bySubscription {
		return adapters.Receipt{Ref: adapters.Ref(at.Key)}, nil
	}
	if got.MsgID == "" { // promise 4
		return adapters.Receipt{}, nothing(k, "the template message's id")
	}
	return adapters.Receipt{Ref: adapters.Ref(templatePrefix + string(got.MsgID))}, nil
}

func (t noticeTemplate) body(way string, at adapters.Attempt, to adapters.Person) map[string]any {
	says := map[string]string{"news": hasNews, "code": at.Code}
	data := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		data[name] = map[string]string{"value": says[t.fields[name]]}
	}
	body := map[string]any{"touser": to.ID, "template_id": t.id, "data": data}
	if way == byTemplate {
		body["client_msg_id"] = at.Key
	}
	return body
}
