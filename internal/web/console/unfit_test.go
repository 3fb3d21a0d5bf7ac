package console

import (
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
)

func TestWhatAPlatformDemandsIsInWords(t *testing.T) {
	for want, err := range map[string]error{
		"这个平台不接受这段正文。请补上一个指向 gaj.example.gov.cn、www.example.gov.cn 的链接。": &adapters.Unfit{Links: []string{"gaj.example.gov.cn", "www.example.gov.cn"}},
		"这个平台不接受这段正文。请去掉话题 #反诈 宣传# 两边的井号。":                               &adapters.Unfit{Topic: "#反诈 宣传#"},
	} {
		if got := sentence(bots.Edit, "unfit", err.Error()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
