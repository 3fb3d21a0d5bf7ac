package console_test

import (
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// The page says what a failure means and what to do; what the platform said is folded away beneath.
func TestAnAccountsTroubleIsSaidInPlainWords(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	s.Put(&record.Pulse{
		Head: bots.Head{ID: "weibo", State: record.PulseIll, Created: now, Updated: now}, Since: now,
		Trouble: map[string]string{"mentions": "poll: not sent: dial tcp: connection refused"}, Kinds: map[string]string{"mentions": "not sent/not written"},
		Failed: now, Failure: "send: auth expired (platform code 21327)", FailureKind: "auth expired",
	})
	lin := s.as("lin")
	lin.get("/accounts/weibo").has("提及读取失败：连不上平台。", "请网络管理员检查", "<summary>原文</summary>", "connection refused", "发送失败：平台不再接受这个账号的授权", "21327")
	list := lin.get("/accounts")
	list.has("提及读取失败：连不上平台")
	if strings.Contains(list.body, "connection refused") {
		t.Error("the list shows the platform's own words")
	}
}
