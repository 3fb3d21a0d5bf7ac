package wechat

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func textTo(openID, content string) object {
	return object{"touser": openID, "msgtype": "text", "text": object{"content": content}}
}

const customPath = "/cgi-bin/message/custom/send"

func TestReplyBudgetOfAMessage(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.code(45015, customPath, textTo(b.lin, "太早"))
		b.write("小林", "您好")
		for range 5 {
			b.code(0, customPath, textTo(b.lin, time.Now().String()))
			pass(time.Minute)
		}
		b.code(45047, customPath, textTo(b.lin, "第六条"))
		b.write("小林", "再问一句")
		b.code(0, customPath, textTo(b.lin, "又可以了"))
		if left, _ := b.p.Budget("小林"); left != 4 {
			t.Errorf("%d left", left)
		}
		pass(48 * time.Hour)
		b.tok = ""
		b.code(45015, customPath, textTo(b.lin, "过了四十八小时"))
		if n := len(b.p.ReceivedBy("小林")); n != 6 {
			t.Errorf("the phone got %d messages", n)
		}
	})
}

func TestReplyBudgetOfOtherTriggers(t *testing.T) {
	for name, deed := range map[string]func(p *Platform, who string) error{
		"follow": func(p *Platform, who string) error { p.Unfollow(who); return p.Follow(who) },
		"menu":   func(p *Platform, who string) error { return p.Click(who, "report") },
		"scan":   func(p *Platform, who string) error { return p.Scan(who, "hall") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				b.must(deed(b.p, "小林"))
				b.settle()
				for range 3 {
					b.code(0, customPath, textTo(b.lin, time.Now().String()))
				}
				b.code(45047, customPath, textTo(b.lin, "第四条"))
				pass(time.Minute)
				b.code(45015, customPath, textTo(b.lin, "过了一分钟"))
			})
		})
	}
}

func TestWhetherBudgetsAddUpIsASwitch(t *testing.T) {
	for accumulate, want := range map[bool]int{false: 5, true: 10} {
		inBubble(t, Options{Accumulate: accumulate}, func(t *testing.T, b *bundle) {
			b.write("小林", "一")
			b.write("小林", "二")
			if left, _ := b.p.Budget("小林"); left != want {
				t.Errorf("accumulate %v: %d left, want %d", accumulate, left, want)
			}
		})
	}
}

func TestCustomSendRefusals(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.write("小林", "您好")
		stranger, err := b.p.AddPerson("路人")
		b.must(err)
		b.code(40003, customPath, textTo("oNobody", "x"))
		b.code(43004, customPath, textTo(stranger, "x"))
		b.code(44004, customPath, textTo(b.lin, ""))
		b.code(45002, customPath, textTo(b.lin, strings.Repeat("字", 683)))
		b.code(40008, customPath, object{"touser": b.lin, "msgtype": "telegram"})
		b.code(40007, customPath, object{"touser": b.lin, "msgtype": "image", "image": object{"media_id": "gone"}})
		b.code(47001, customPath, "{")
		b.code(43002, customPath, nil)
		b.must(b.p.Block("小林", true))
		b.code(43019, customPath, textTo(b.lin, "x"))
		b.must(b.p.Block("小林", false))
		b.code(0, customPath, textTo(b.lin, "拒绝的都不算数"))
		b.must(b.p.Unfollow("小林"))
		b.code(45015, customPath, textTo(b.lin, "x"))
		if left, _ := b.p.Budget("小林"); left != 0 || len(b.p.Received()) != 1 {
			t.Errorf("%d left, received %q", left, texts(b.p.Received()))
		}
	})
}

func TestMessageMenu(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.write("小林", "您好")
		b.code(0, customPath, object{"touser": b.lin, "msgtype": "msgmenu", "msgmenu": object{
			"head_content": "您遇到了什么？", "list": []object{{"id": "101", "content": "转账了"}, {"id": "102", "content": "还没有"}}, "tail_content": "请选择",
		}})
		before, _ := b.p.Budget("小林")
		_, err := b.p.ChooseOption("小林", "101")
		b.must(err)
		b.settle()
		in := last(t, b.app.inbox())
		if in.Content != "转账了" || !strings.Contains(in.raw, "<bizmsgmenuid><![CDATA[101]]></bizmsgmenuid>") {
			t.Errorf("heard %+v", in)
		}
		if left, _ := b.p.Budget("小林"); left != before+3 {
			t.Errorf("%d left, want the menu's three on top of %d", left, before)
		}
	})
}

func TestTheSameTextTwiceIsADuplicate(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.app.say(func(in inbound) string { return encrypted(replyText(in, "回执 YC-1")) })
		b.write("小林", "您好")
		b.code(0, customPath, textTo(b.lin, "回执 YC-1"))
		b.write("阿娜", "您好")
		if d := b.p.Duplicates(); len(d) != 1 || d[0].Nth != 2 || !slices.Equal(d[0].To, []string{"小林"}) {
			t.Errorf("duplicates %+v", d)
		}
	})
}
