package console

import (
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

func TestThePromiseIsShownOnlyWhereItCanBeKept(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for hears, want := range map[time.Duration]string{
		5 * time.Minute: "可以承诺", 15 * time.Minute: "可以承诺", 16 * time.Minute: "不能承诺", 48 * time.Minute: "最长要48分钟", 0: "",
	} {
		p := &record.Pulse{Hears: hears}
		got := strings.Join(paceWords(p, now), "；")
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("heard within %s: %q, want %q", hears, got, want)
		}
		if slow := slowWord(p); (slow != "") != (hears > 15*time.Minute) {
			t.Errorf("heard within %s: %q in a row", hears, slow)
		}
	}
	if got := paceWords(nil, now); got != nil || slowWord(nil) != "" {
		t.Errorf("nothing heard yet: %q", got)
	}
}

func TestWhatIsLeftOfTheCalls(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	p := &record.Pulse{Calls: &record.Calls{}, Ends: now.AddDate(0, 0, 30)}
	p.Calls.Spend(adapters.CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}, now)
	want := "平台24小时内允许调用100次，还剩99次，其中10次留给发送和复核；平台授权到 2026-12-25 20:00 为止"
	if got := strings.Join(paceWords(p, now), "；"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
