package console

import (
	"errors"
	"testing"

	"netpatrol/adapters"
	"netpatrol/internal/outbox"
)

// What the outbox and the adapters say of a package that did not arrive is put into words.
func TestWhyAPackageDidNotArriveIsSaidInWords(t *testing.T) {
	failed := func(c adapters.Class) string {
		return (&adapters.Error{Class: c, Op: "hand over", Err: errors.New("x")}).Error()
	}
	for problem, want := range map[string]string{
		outbox.ErrNotApproved.Error(): "内容与批准的不一致，没有送出", outbox.ErrNotTrusted.Error(): "还没有两名同志确认对方系统的账号，请到“账号”页切换为正式",
		outbox.ErrNoCourier.Error(): "对方系统连不上，或不接收移交", failed(adapters.Unknown): "送出后没有收到对方系统的回执；再送时用同一编号，不会重复",
		failed(adapters.AuthExpired): "对方系统不认签名，请核对密钥", failed(adapters.Rejected): "对方系统拒收", failed(adapters.RateLimited): "对方系统要求稍后再送",
		failed(adapters.NotSent): "没有连上对方系统", "write package ABCD2345-1: no space left": "文件夹写不进去", "another": "another",
	} {
		if got := unsentWord(problem); got != want {
			t.Errorf("%s: %s", problem, got)
		}
	}
}
