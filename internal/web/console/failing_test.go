package console

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

func TestWhatFailedLastIsSaidOnce(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		pulse *record.Pulse
		want  string // did, what it means, the raw words
	}{
		{nil, ""},
		{&record.Pulse{}, ""},
		{&record.Pulse{Failed: now, Failure: "mentions: 503: busy", FailureKind: "not sent/answered"}, "提及读取失败 平台自己出了错 503: busy"},
		{&record.Pulse{Failed: now, Failure: "tag:反诈: 429", FailureKind: "rate limited"}, "话题“反诈”读取失败 调用太频繁，平台让稍后再来 429"},
		{&record.Pulse{Failed: now, Failure: "send: 403: suspended", FailureKind: "account blocked"}, "发送失败 平台停用或限制了这个账号 403: suspended"},
		{&record.Pulse{Failed: now, Failure: "open: no such host"}, "账号打不开 出错了，原因没有归类 no such host"},
		{&record.Pulse{Failed: now, Failure: "elsewhere: x", FailureKind: "of a later release"}, "elsewhere 读取失败 出错了，原因没有归类 x"},
		{&record.Pulse{Failed: now, Failure: "open: no such host", Trouble: map[string]string{"open": "no such host"}}, ""},
	} {
		got := ""
		if f := pastFailing(c.pulse); f != nil {
			got = f.Did + " " + f.Means + " " + f.Raw
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.pulse, got, c.want)
		}
	}
}

// Whatever an adapter makes of a failure, officers read what it means and what to do.
func TestEveryKindOfFailureHasWords(t *testing.T) {
	used := map[string]bool{}
	for class := adapters.Unknown; class <= adapters.Unsupported; class++ {
		for phase := adapters.NotWritten; phase <= adapters.Answered; phase++ {
			kind := record.FailureKind(fmt.Errorf("poll: %w", &adapters.Error{Class: class, Phase: phase}))
			if w := failureWords[kind]; kind == "" || w[0] == "" || w[1] == "" {
				t.Errorf("%s: no words", kind)
			}
			used[kind] = true
		}
	}
	used[record.FailureKind(errors.New("nobody classified it"))] = true
	for kind := range failureWords {
		if !used[kind] {
			t.Errorf("%q is no kind of failure", kind)
		}
	}
}
