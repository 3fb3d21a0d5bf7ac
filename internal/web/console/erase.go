package console

import (
	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

func (c *Console) askErase(v *visit) error {
	back, reason := conversationPath(v.id()), v.value("reason")
	if reason == "" {
		c.say(v, notice{Text: "请写明删除的理由，如当事人本人要求。", Bad: true})
		return v.to(back)
	}
	d := bots.Decision{Verb: bots.AskErase, On: on(bots.KindConversation, v.id()), Seen: v.seen(), Reason: reason}
	return c.decide(v, d, back, back, "已申请删除，须由另一位同事确认。")
}

func (c *Console) erase(v *visit) error {
	back := conversationPath(v.id())
	d := bots.Decision{Verb: bots.EraseTalk, On: on(bots.KindConversation, v.id()), Seen: v.seen()}
	return c.decide(v, d, back, "/reports", "已删除：密钥已销毁，内容不能再打开。核对码和审计记录照样有效。")
}

// goes counts what would be erased, once somebody has asked for it.
func (c *Console) goes(v *visit, conv *bots.Conversation) ([]view.Holding, error) {
	if conv == nil || conv.ForgetBy == "" {
		return nil, nil
	}
	return view.Holdings(v.ctx(), c.desk, conv.ID)
}
