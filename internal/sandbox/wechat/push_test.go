package wechat

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestCallbackInEachMode(t *testing.T) {
	for _, mode := range []Mode{Plain, Compatible, Safe} {
		t.Run(string(mode), func(t *testing.T) {
			inBubble(t, Options{Mode: mode}, func(t *testing.T, b *bundle) {
				b.app.say(func(in inbound) string {
					r := replyText(in, "收到："+in.Content)
					if mode == Safe {
						return encrypted(r)
					}
					return r
				})
				b.must(b.p.VerifyURL(t.Context()))
				id := b.write("小林", "我被骗了]]>")
				in := last(t, b.app.inbox())
				if in.Content != "我被骗了]]>" || in.MsgId != id || in.FromUserName != b.lin || in.MsgType != "text" {
					t.Errorf("heard %+v", in)
				}
				r := last(t, b.p.Received())
				if r.Text != "收到：我被骗了]]>" || r.Via != ViaPassive || !slices.Equal(r.To, []string{"小林"}) || r.MsgID != id || r.Digest != digest(r.Text) {
					t.Errorf("received %+v", r)
				}
				if x := last(t, b.p.Pushes()); len(x.Deliveries) != 1 || !x.Acknowledged || x.Deliveries[0].Outcome != Answered {
					t.Errorf("push %+v", x)
				}
			})
		})
	}
}

func TestCompatibleModeTakesEitherReply(t *testing.T) {
	inBubble(t, Options{Mode: Compatible}, func(t *testing.T, b *bundle) {
		b.app.say(func(in inbound) string { return encrypted(replyText(in, "密文")) })
		b.write("小林", "在吗")
		if got := texts(b.p.Received()); !slices.Equal(got, []string{"密文"}) {
			t.Errorf("received %q", got)
		}
	})
}

func TestSafeModeHidesTheMessage(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		var body string
		b.app.first(func(w http.ResponseWriter, r *http.Request) bool {
			raw, _ := io.ReadAll(r.Body)
			body = string(raw)
			return true
		})
		b.write("小林", "卡号是多少")
		if strings.Contains(body, "卡号") || strings.Contains(body, b.lin) || !strings.Contains(body, "<Encrypt>") {
			t.Errorf("the body is %s", body)
		}
	})
}

func TestAcknowledgementsWithoutReply(t *testing.T) {
	for _, ack := range []string{"", "success"} {
		inBubble(t, Options{}, func(t *testing.T, b *bundle) {
			b.app.say(func(inbound) string { return ack })
			b.write("小林", "您好")
			if n := b.p.Counts(); n.Received != 0 || n.Unavailable != 0 || n.Unheard != 0 || n.Deliveries != 1 {
				t.Errorf("%q: %+v", ack, n)
			}
		})
	}
}

// A reply that the platform cannot read makes it tell the follower so.
func TestMalformedReplies(t *testing.T) {
	for name, answer := range map[string]func(in inbound) string{
		"not XML":       func(inbound) string { return "ok" },
		"not encrypted": func(in inbound) string { return replyText(in, "明文") },
		"wrong signature": func(in inbound) string {
			return strings.Replace(encrypted(replyText(in, "x")), "<TimeStamp>7", "<TimeStamp>8", 1)
		},
		"another recipient": func(in inbound) string { in.FromUserName = "oX"; return encrypted(replyText(in, "x")) },
		"empty text":        func(in inbound) string { return encrypted(replyText(in, "")) },
		"too long":          func(in inbound) string { return encrypted(replyText(in, strings.Repeat("字", 683))) },
		"empty message":     func(inbound) string { return encrypted("") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				b.app.say(answer)
				b.write("小林", "您好")
				if n := b.p.Counts(); n.Malformed != 1 || n.Unavailable != 1 || n.Unheard != 1 || n.Received != 0 || n.Deliveries != 1 {
					t.Errorf("%+v", n)
				}
				if got := last(t, b.p.Phone("小林")); got.Via != ViaSystem || !strings.Contains(got.Text, "出现故障") {
					t.Errorf("the phone shows %+v", got)
				}
			})
		})
	}
}

func TestThreeDeliveriesFiveSecondsEach(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.app.first(hang)
		start := time.Now()
		id := b.write("小林", "救命")
		x := last(t, b.p.Pushes())
		if took := time.Since(start); took != 15*time.Second || len(x.Deliveries) != 3 || x.Acknowledged {
			t.Errorf("took %s: %+v", took, x)
		}
		n := b.p.Counts()
		if n.DeadlinesMissed != 3 || n.Unavailable != 1 || n.Unheard != 1 || b.p.Unheard()[0].MsgID != id {
			t.Errorf("%+v", n)
		}
	})
}

func TestALateAnswerIsNotShown(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		var tries atomic.Int32
		b.app.say(func(in inbound) string {
			if tries.Add(1) == 1 {
				pass(6 * time.Second)
				return encrypted(replyText(in, "迟了"))
			}
			return encrypted(replyText(in, "及时"))
		})
		b.write("小林", "在吗")
		pass(10 * time.Second)
		if got := texts(b.p.Received()); !slices.Equal(got, []string{"及时"}) || b.p.Counts().DeadlinesMissed != 1 {
			t.Errorf("received %q, %+v", got, b.p.Counts())
		}
	})
}

func TestRedeliveryCarriesTheSameMessage(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		tries := 0
		b.app.first(func(w http.ResponseWriter, r *http.Request) bool {
			if tries++; tries == 1 {
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return true
			}
			return false
		})
		b.app.say(func(in inbound) string { return encrypted(replyText(in, "在")) })
		id := b.write("小林", "在吗")
		x := last(t, b.p.Pushes())
		if len(x.Deliveries) != 2 || x.Deliveries[0].Outcome != Refused || x.Deliveries[1].Outcome != Answered || x.Contradicted {
			t.Errorf("%+v", x)
		}
		if in := b.app.inbox(); len(in) != 1 || in[0].MsgId != id || len(b.p.Received()) != 1 {
			t.Errorf("heard %+v", in)
		}
	})
}

func TestPushFaults(t *testing.T) {
	for _, c := range []struct {
		kind     PushFaultKind
		outcomes []Outcome
		heard    int // by the program; -1: any
	}{
		{LoseReply, []Outcome{Lost, Answered}, 2},
		{Again, []Outcome{Answered, Answered}, 2},
		{Twice, []Outcome{Answered, Answered}, 2},
		{CutOff, []Outcome{Cut, Answered}, -1},
		{HoldBack, []Outcome{Answered}, 1},
		{BadSignature, []Outcome{Forged}, 0},
		{Bared, []Outcome{Forged}, 0},
		{OtherApp, []Outcome{Forged}, 0},
		{Stale, []Outcome{Swallowed}, 1}, // this program does not look at the clock
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				b.app.say(func(in inbound) string { return encrypted(replyText(in, "收到")) })
				b.p.PushFault(PushFault{Kind: c.kind, Of: "text", Delay: time.Minute})
				b.write("小林", "您好")
				x := last(t, b.p.Pushes())
				var got []Outcome
				for _, d := range x.Deliveries {
					got = append(got, d.Outcome)
				}
				if !slices.Equal(got, c.outcomes) {
					t.Errorf("outcomes %v, want %v: %+v", got, c.outcomes, x.Deliveries)
				}
				if n := len(b.app.inbox()); c.heard >= 0 && n != c.heard {
					t.Errorf("heard %d times", n)
				}
				if n := len(b.p.Received()); x.Acknowledged && n != 1 || !x.Acknowledged && n != 0 {
					t.Errorf("the phone got %d replies", n)
				}
				if b.p.Counts().Unavailable != 0 || b.p.Struck()["push:"+string(c.kind)] != 1 {
					t.Errorf("%+v %v", b.p.Counts(), b.p.Struck())
				}
			})
		})
	}
}

func TestAnotherAnswerToARedeliveryIsSeen(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		n := 0
		b.app.say(func(in inbound) string { n++; return encrypted(replyText(in, strings.Repeat("嗯", n))) })
		b.p.PushFault(PushFault{Kind: LoseReply})
		b.write("小林", "您好")
		if got := b.p.Counts().Contradicted; got != 1 {
			t.Errorf("contradicted %d", got)
		}
		if got := texts(b.p.Received()); !slices.Equal(got, []string{"嗯嗯"}) {
			t.Errorf("received %q: the first answer never arrived", got)
		}
	})
}

func TestOlderKey(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.must(b.p.RotateKey(strings.Repeat("B", 43)))
		b.p.PushFault(PushFault{Kind: OlderKey})
		b.app.say(func(in inbound) string { return encrypted(replyText(in, "旧钥匙")) })
		b.write("小林", "您好")
		if got := texts(b.p.Received()); !slices.Equal(got, []string{"旧钥匙"}) {
			t.Errorf("received %q", got)
		}
	})
}

func TestTransferHandsTheChatToStaff(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.app.say(func(in inbound) string {
			return encrypted(strings.Replace(replyText(in, ""), "<![CDATA[text]]>", "<![CDATA[transfer_customer_service]]>", 1))
		})
		b.write("小林", "找人工")
		if !b.p.WithStaff("小林") || len(b.p.Received()) != 0 {
			t.Error("the chat was not handed over")
		}
		b.must(b.p.StaffReply("小林", "您好，我是值班民警"))
		if r := last(t, b.p.Received()); r.Via != ViaStaff || r.Nth != 0 || b.p.WithStaff("小林") {
			t.Errorf("received %+v", r)
		}
	})
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.app.first(hang)
		if _, err := b.p.Write("小林", "您好"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		b.p.Close()
		if took := time.Since(start); took != 0 {
			t.Errorf("closing took %s", took)
		}
		if n := b.p.Counts(); n.Unavailable != 0 {
			t.Errorf("%+v", n)
		}
	})
}
