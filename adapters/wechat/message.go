package wechat

import (
	"context"
	"errors"
	"strings"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"netpatrol/adapters"
)

var _ adapters.Messenger = (*account)(nil)

// Send writes to one person through the customer-service interface. The platform allows
// that only for a while after the person acted (45015 otherwise) and a few times (45047
// otherwise). It gives no id, so the receipt carries the attempt's key. Source:
// service/api/customer/message/api_sendcustommessage.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	const op = "message"
	limit, _ := a.limits.For(adapters.Private)
	switch err := limit.Check(m.Text); {
	case m.To.ID == "":
		return adapters.Receipt{}, rejected(op, adapters.ScopeRecipient, errors.New("the recipient has no openid"))
	case m.Text == "":
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("the text is empty"))
	case at.Key == "":
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errNoKey)
	case err != nil:
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, err)
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	body, err := customBody(m)
	if err != nil {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, err)
	}
	k := call{op: op, path: "/cgi-bin/message/custom/send", body: body, mutating: true, ack: true, person: m.To.ID}
	if err := a.http.do(ctx, k, nil); err != nil {
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: adapters.Ref(at.Key)}, nil
}

// customBody is a text, or a message menu when there are choices. The menu shows the very
// lines of the text, in their order.
func customBody(m adapters.Message) (any, error) {
	if len(m.Choices) == 0 {
		return message.NewCustomerTextMessage(m.To.ID, m.Text), nil
	}
	lines, list := "", []map[string]string{}
	for _, c := range m.Choices {
		lines += "\n" + c.Text
		list = append(list, map[string]string{"id": c.ID, "content": c.Text})
	}
	head, tail, ok := strings.Cut("\n"+m.Text+"\n", lines+"\n")
	if !ok || strings.TrimSpace(head) == "" {
		return nil, errors.New("the choices are not lines of the text below its first")
	}
	menu := map[string]any{"head_content": head[1:], "list": list, "tail_content": strings.TrimSuffix(tail, "\n")}
	return map[string]any{"touser": m.To.ID, "msgtype": "msgmenu", "msgmenu": menu}, nil
}

var errNoKey = errors.New("the attempt needs a key of 1 to 64 bytes, by which it is known again")

// until bounds ctx by the attempt's deadline.
func until(ctx context.Context, at adapters.Attempt) (context.Context, context.CancelFunc) {
	if at.Deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, at.Deadline)
}
