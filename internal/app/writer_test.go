package app

import (
	"strings"
	"testing"
)

func TestWhatTheLinterFindsIsSaidInWordsOfficersRead(t *testing.T) {
	w, err := newWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, wants := range map[string][]string{
		"请把短信验证码发给我们":                {"「", "验证码", "不得索要"},
		"请先转账到这个账户再说":                {"「", "转账", "不得索要"},
		"详情请看 https://example.com/x": {"链接", "名单"},
	} {
		err := w.Lint(text)
		if err == nil {
			t.Errorf("%q may leave", text)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %q does not say %q", text, err, want)
			}
		}
		for _, key := range []string{"asks-", "link:", "phone:"} {
			if strings.Contains(err.Error(), key) {
				t.Errorf("%q: %q names a rule by its key", text, err)
			}
		}
	}
}

func TestMessagesLinkToTheAgencysOwnPagesOnly(t *testing.T) {
	w, err := newWriter([]string{"gaj.example.gov.cn"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Lint("详情请看 https://gaj.example.gov.cn/n/1"); err != nil {
		t.Errorf("our own page: %v", err)
	}
	for _, other := range []string{"https://example.com/x", "https://gaj.example.gov.cn.example.com/x", "https://example.gov.cn/"} {
		if w.Lint("详情请看 "+other) == nil {
			t.Errorf("%s may leave", other)
		}
	}
}
