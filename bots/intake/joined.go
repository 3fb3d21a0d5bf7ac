package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// joinLine is how many independent reporters of one number, account or link make an officer
// look; after it every doubling does.
const joinLine = 5

// mostJoined bounds how many reporters of one thing are counted; past it officers know.
const mostJoined = 200

// join ties the report to those of others that name the same number, account or link of theirs, once for a
// conversation and by a digest. Officers see them together on the desk; nobody who asks is told.
func (t *turn) join() {
	for _, i := range t.indicators() {
		if !i.Kind.Reaches() || i.Kind == match.IDNumber || i.Role == match.Victim || i.Confidence < 60 || t.offersCallback() && i.Role != match.Suspect || t.denied(i) || t.strikes(i) {
			continue
		}
		digest := digestOf(i)
		if slices.Contains(t.g.Seen, digest) || len(t.g.Seen) >= maxSeen {
			continue
		}
		t.g.Report, t.g.Seen = t.id(), append(t.g.Seen, digest)
		what := "named " + digest
		n := 1 + t.others(what)
		t.do(bots.Share{Report: t.id(), What: what})
		if joins(n) {
			t.do(bots.Escalate{
				Why:   fmt.Sprintf("第%d个人举报提到同一个%s，请并案核查", n, kindNames[i.Kind]),
				About: bots.Target{Kind: bots.KindReport, ID: t.id()},
			})
		}
	}
}

// strikes says whether this message says that an indicator is theirs, or not it.
func (t *turn) strikes(i match.Indicator) bool {
	return !t.fresh && t.denies(i) || slices.ContainsFunc(t.noted, func(n bots.NoteCheck) bool {
		c := bots.Check{Slot: n.Slot, Value: n.Value, As: n.As}
		return c.Denied() && c.Names(string(i.Kind), i.Value)
	})
}

// others are the conversations beside this one in which the same thing was named.
func (t *turn) others(what string) (n int) {
	for _, id := range t.f.Find(bots.KindTie, what, "", mostJoined) {
		if !strings.HasSuffix(id, "|"+t.e.Stream) {
			n++
		}
	}
	return n
}

func joins(n int) bool {
	for line := joinLine; line <= n; line *= 2 {
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
