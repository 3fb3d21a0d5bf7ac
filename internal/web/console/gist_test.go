package console

import (
	"strings"
	"testing"

	"netpatrol/bots"
)

func TestTheGistOfAReport(t *testing.T) {
	for want, slots := range map[string]map[string]string{
		"正在或刚刚转账 虚假投资平台 30000 元 钱已经转出 已报警": {"emergency": "money", "kind": "B1 虚假投资平台", "amount": "30000", "paid": "钱已经转出", "police": "已报警", "phone": "17012345678"},
		"危及人身安全":             {"emergency": "life"},
		"冒充客服、公检法、熟人 约500 元": {"kind": "冒充客服、公检法、熟人", "amount": "约500", "paid": "未提供"},
		"": {"contact": "微信abc"},
	} {
		if got := strings.Join(waiting{Report: &bots.Report{Slots: slots}}.Gist(), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for text, want := range map[string]string{"@wangjing 被骗了，怎么办": "被骗了，怎么办", "被骗了": "被骗了", "@wangjing": "@wangjing"} {
		if got := (waiting{Report: &bots.Report{Lines: []bots.Line{{Text: text}}}}).First(); got != want {
			t.Errorf("%q begins with %q", text, got)
		}
	}
	erased := &bots.Report{Head: bots.Head{Erased: true}, Slots: map[string]string{"emergency": "life"}}
	if got := (waiting{Report: erased}).Gist(); len(got) != 0 {
		t.Errorf("of one that is forgotten: %v", got)
	}
}
