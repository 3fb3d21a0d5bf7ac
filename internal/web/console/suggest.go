package console

import (
	"strconv"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// suggest puts answers before an officer who may answer. One whose number stands in the page's
// address is in the answer field already, for browsers without a script; nothing is sent by it.
func (c *Console) suggest(v *visit, conv *bots.Conversation, p *talkPage) (err error) {
	if c.station.Suggest == nil || conv.Erased || !v.officer.Is(record.Duty, record.Approver) {
		return nil
	}
	if p.Suggested, err = c.station.Suggest(v.ctx(), conv.ID, v.now); err != nil {
		return err
	}
	n, err := strconv.Atoi(v.r.URL.Query().Get("answer"))
	if err == nil && n > 0 && n <= len(p.Suggested) && p.Text == "" {
		p.Text = p.Suggested[n-1].Text
	}
	return nil
}

// suggestedWord names what a suggested answer does: a question says what it asks for.
func suggestedWord(s bots.Suggested) string {
	for name := range s.Vars {
		if w := askWords[name]; w != "" && s.Template == "suggest-ask" {
			return w
		}
	}
	return word(templateWords, s.Template)
}

// askWords are the questions an answer may put. The table never changes.
var askWords = map[string]string{
	"AskPaid": "问是否转账", "AskCallback": "问回电号码", "AskCase": "问受理单号", "AskKind": "问经过", "AskAmount": "问金额", "AskTime": "问时间",
	"AskHow": "问付款方式", "AskAccount": "问对方账号", "AskPlatform": "问在哪里遇到", "AskPlace": "问所在地", "AskWhom": "问谁遇到的",
}
