package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// seen is the version the form was made from; 0 never matches.
func (v *visit) seen() uint64 {
	n, err := strconv.ParseUint(v.r.PostFormValue("seen"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

type itemList struct {
	State  string
	States []string
	Items  []*record.Item
	More   string
}

var itemStates = []string{
	record.ItemUnknown, record.ItemHeld, record.ItemByHand, record.ItemDue, record.ItemClaimed, record.ItemAccepted, record.ItemDelivered, record.ItemRejected,
	record.ItemExpired, record.ItemWithdrawn, record.ItemClosed,
}

// items shows what needs a person first: unknown, else held, else what is due.
func (c *Console) items(v *visit) (err error) {
	if err := may(v, record.KindItem); err != nil {
		return err
	}
	l := itemList{State: v.r.URL.Query().Get("state"), States: itemStates}
	for _, s := range []string{record.ItemUnknown, record.ItemHeld, record.ItemDue} {
		if l.State != "" && l.State != s {
			continue
		}
		if l.Items, err = c.itemsIn(v, s); err != nil {
			return err
		}
		if len(l.Items) > 0 || l.State == s {
			l.State, l.More, l.Items = s, more(l.Items), view.Seen(v.officer, l.Items)
			return c.show(v, "items", "待发", "items", l)
		}
	}
	l.State = cmp.Or(l.State, record.ItemUnknown)
	if l.Items, err = c.itemsIn(v, l.State); err != nil {
		return err
	}
	l.More, l.Items = more(l.Items), view.Seen(v.officer, l.Items)
	return c.show(v, "items", "待发", "items", l)
}

func (c *Console) itemsIn(v *visit, state string) ([]*record.Item, error) {
	newest := slices.Contains([]string{record.ItemDelivered, record.ItemRejected, record.ItemExpired, record.ItemWithdrawn, record.ItemClosed}, state)
	q := record.Query{State: state, Newest: newest, After: v.r.URL.Query().Get("after"), Limit: perPage}
	return view.List[record.Item](v.ctx(), c.desk, q)
}

func (c *Console) item(v *visit) error {
	if err := may(v, record.KindItem); err != nil {
		return err
	}
	i, err := record.Fetch[record.Item](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	if !view.Sees(v.officer, i) {
		return errNotYours
	}
	return c.show(v, "item", "待发 · "+i.Code, "items", i)
}

func itemPath(v *visit) string { return "/items/" + url.PathEscape(v.id()) }

func (c *Console) settle(v *visit) error {
	d := bots.Decision{
		Verb: bots.SettleUnknown, On: on(record.KindItem, v.id()), Seen: v.seen(),
		Fields: map[string]string{"as": v.value("as")},
	}
	return c.decide(v, d, itemPath(v), itemPath(v), "已认定："+stateWord(v.value("as"))+"。")
}

func (c *Console) correct(v *visit) error {
	d := bots.Decision{Verb: bots.Correct, On: on(record.KindItem, v.id()), Fields: map[string]string{"text": v.value("text")}}
	return c.decide(v, d, itemPath(v), itemPath(v), "已拟好更正，发给收到过这条信息的每一处；按各自的审批规定处理。")
}

func (c *Console) sendHeld(v *visit) error {
	d := bots.Decision{Verb: bots.SendHeld, On: on(record.KindItem, v.id()), Seen: v.seen()}
	return c.decide(v, d, itemPath(v), itemPath(v), "已放行，并注明发送前未能复核原帖。")
}

func (c *Console) resumeHeld(v *visit) error {
	d := bots.Decision{Verb: bots.ResumeHeld, On: on(record.KindItem, v.id()), Seen: v.seen()}
	return c.decide(v, d, itemPath(v), itemPath(v), "已重新排队，发送前会再检查一遍。")
}

func (c *Console) hold(v *visit) error {
	d := bots.Decision{Verb: bots.HoldItem, On: on(record.KindItem, v.id()), Seen: v.seen()}
	return c.decide(v, d, itemPath(v), itemPath(v), "已暂缓，不会发出。")
}

var theHalt = on(record.KindHalt, record.HaltID)

// haltPage keeps what an officer had typed.
type haltPage struct{ Level, Reason string }

func (c *Console) halt(v *visit) error { return c.show(v, "halt", "停发", "halt", haltPage{}) }

func (c *Console) haltSends(v *visit) error {
	p := haltPage{Level: v.value("level"), Reason: v.value("reason")}
	again := func(text string) error {
		return c.showAs(v, http.StatusUnprocessableEntity, "halt", "停发", "halt", &notice{Text: text, Bad: true}, p)
	}
	switch {
	case p.Level == "":
		return again("请选择停发的范围。")
	case p.Reason == "":
		return again("请写明停发的原因，原因会显示给每一位同事。")
	case v.value("sure") == "":
		return again("请勾选确认。")
	}
	d := bots.Decision{Verb: bots.HaltSends, On: theHalt, Reason: p.Reason, Fields: map[string]string{"level": p.Level}}
	return c.decide(v, d, "/halt", "/halt", "已停发。排队的内容都还在，恢复后继续。")
}

func (c *Console) resume(v *visit) error {
	d := bots.Decision{Verb: bots.ResumeSends, On: theHalt}
	return c.decide(v, d, "/halt", "/halt", "已恢复发送。")
}
