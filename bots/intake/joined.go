package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// joinLine is how many independent reporters of one number, account or link make an officer
// look; after it every doubling does.
const joinLine = 5

// join counts each number, account and link of theirs once for a conversation, by a digest. The
// counts are advisory and reach back about a day; they are shown to nobody who asks.
func (t *turn) join() {
	for _, i := range t.indicators() {
		if !i.Kind.Reaches() || i.Kind == match.IDNumber || i.Role == match.Victim || i.Confidence < 60 || t.asks(slotCallback) {
			continue
		}
		digest := digestOf(i)
		if slices.Contains(t.g.Seen, digest) || len(t.g.Seen) >= maxSeen {
			continue
		}
		t.g.Report, t.g.Seen = t.id(), append(t.g.Seen, digest)
		name := "reported " + digest
		n := t.f.Counted(name) + 1
		t.do(bots.Count{Name: name})
		if joins(n) {
			t.do(bots.Escalate{
				Why:   fmt.Sprintf("两天内第%d个人举报提到同一个%s，请并案核查", n, kindNames[i.Kind]),
				About: bots.Target{Kind: bots.KindReport, ID: t.id()},
			})
		}
	}
}

func joins(n int64) bool {
	for line := int64(joinLine); line <= n; line *= 2 {
		if n == line {
			return true
		}
	}
	return false
}

func digestOf(i match.Indicator) string {
	sum := sha256.Sum256([]byte(string(i.Kind) + "\x00" + i.Value))
	return hex.EncodeToString(sum[:8])
}

var kindNames = map[match.Kind]string{
	match.Phone: "电话", match.Card: "银行卡", match.BankAccount: "账户", match.WeChat: "微信号", match.QQ: "QQ号", match.Alipay: "支付宝账号",
	match.Telegram: "Telegram账号", match.Meeting: "会议号", match.Email: "邮箱", match.URL: "网址", match.Wallet: "钱包地址",
}
