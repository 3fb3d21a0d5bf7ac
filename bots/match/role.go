package match

import (
	"regexp"
	"unicode/utf8"
)

var (
	theirs = regexp.MustCompile(`骗子|对方|他的|她的|他们|[他她](?:电话|手机|号|微信|qq|卡|账|帐|支付宝|叫)|那(?:个)?人|客服|老师|主管|领导|导师|自称|冒充|假冒|陌生|转到|转给|打到|打给|汇到|汇给|收款|加了|加我|让我|叫我|要我|引导|发来|打来|来电|诈骗|下载|链接|联系他|联系她|网站|平台`)
	ours   = regexp.MustCompile(`我的|我自己的|我电话|我手机|我卡|我账|我微信|我qq|我叫|我是|本人|联系我|打给我|回电|回我|我妈的|我爸的|我家|受害人|我这边|我身份|我支付宝|我名下`)
	behind = regexp.MustCompile(`^[^，。！？,!?;\n]{0,9}(?:打来|打过来|打给我|发来|是骗子|骗了我|骗我|加我|联系我的|给我打|冒充|自称|骗子)`)
	mine   = regexp.MustCompile(`^[^，。！？,!?;\n]{0,6}(?:是我的|是我自己的|我本人|是我本人|联系我|找我|打给我)`)
)

// reach is how far before an indicator words count, in bytes of folded text: about twelve characters.
const reach = 36

// role goes by the nearest words before an indicator, else by those right behind it.
func (f Folded) role(c candidate) Role {
	from := max(0, c.from-reach)
	for from < c.from && !utf8.RuneStart(f.Text[from]) {
		from++
	}
	before, after := f.Text[from:c.from], f.Text[c.to:]
	switch suspect, victim := last(theirs, before), last(ours, before); {
	case suspect > victim:
		return Suspect
	case victim > suspect:
		return Victim
	case mine.MatchString(after) && !behind.MatchString(after):
		return Victim
	case behind.MatchString(after):
		return Suspect
	}
	return Unclear
}

// last is where the last match ends; -1: none.
func last(r *regexp.Regexp, s string) int {
	end := -1
	for _, at := range r.FindAllStringIndex(s, -1) {
		end = at[1]
	}
	return end
}
