package wechat

import (
	"errors"
	"strconv"

	"netpatrol/adapters"
)

var _ adapters.Yielder = (*receiver)(nil)

// yielder is the ability, unless the account's option says otherwise.
func (a *account) yielder() adapters.Yielder {
	if !a.options.staff {
		return nil
	}
	return a.receiver
}

// Yield hands a message to the people of the console's customer service
// (transfer_customer_service). The time in it is the message's own, so that a callback that
// comes again is answered alike.
func (r *receiver) Yield(d adapters.Delivery) ([]byte, string, error) {
	to, ok := d.State.(reply)
	if !ok {
		return nil, "", rejected("yield", adapters.ScopeItem, errors.New("this callback cannot be answered in place"))
	}
	stamp := strconv.FormatInt(to.created, 10)
	plain := "<xml><ToUserName>" + cdata(to.to) + "</ToUserName><FromUserName>" + cdata(to.from) + "</FromUserName><CreateTime>" + stamp +
		"</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>"
	if to.key != nil {
		plain = r.seal(to, plain, stamp)
	}
	return []byte(plain), replyType, nil
}
