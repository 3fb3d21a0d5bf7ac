package console

import (
	"fmt"
	"testing"
	"time"

	"netpatrol/bots"
)

func TestTheFactsOfAReportSayWhetherThePersonConfirmedThem(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	w := waiting{Report: &bots.Report{
		Slots: map[string]string{"amount": "8000", "phone": "+8613911112222、+8613933334444", "kind": "A1 刷单返利", "time": "未提供", "payee": "张小三"},
		Checks: []bots.Check{
			{Slot: "amount", Value: "5000", As: bots.CheckWrong, At: at}, {Slot: "amount", Value: "8000", As: bots.CheckCorrected, At: at},
			{Slot: "phone", Value: "+8613911112222", As: bots.CheckConfirmed, At: at}, {Slot: "phone", Value: "+8613955556666", As: bots.CheckOwn, At: at},
			{Slot: "payee", Value: "张小三", As: bots.CheckDisputed, At: at},
		},
	}}
	got := ""
	for _, f := range append(w.Facts(), w.Denied()...) {
		for _, v := range f.Values {
			got += fmt.Sprintf("%s %s %s\n", f.Slot, v.Text, v.Mark)
		}
	}
	const want = `amount 8000 本人更正
kind A1 刷单返利 
payee 张小三 本人说有误，待更正
phone +8613911112222 本人已确认
phone +8613933334444 未确认
time 未提供 
amount 5000 本人说不对
phone +8613955556666 本人说是自己的
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
