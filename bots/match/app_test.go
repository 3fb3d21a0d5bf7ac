package match

import "testing"

func TestAnAppIsKnownByItsName(t *testing.T) {
	folder := NewFolder()
	for text, want := range map[string]string{
		"下载了一个叫红雀的软件": "红雀", "还有软件叫红雀": "红雀", "软件名字叫红雀，图标是红的": "红雀", "安装了红雀APP": "红雀", "APP叫“红雀优选”": "红雀优选", "app叫国富民强app": "国富民强",
		"那个软件叫什么来着": "", "软件叫我转账": "", "app叫他们删了": "", "下载了他们的软件": "", "软件叫不出名字了": "",
	} {
		got := ""
		for _, i := range folder.Fold(text).Indicators() {
			if i.Kind == App {
				got = i.Value
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
