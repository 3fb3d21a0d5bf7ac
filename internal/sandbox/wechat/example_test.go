package wechat_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"netpatrol/internal/sandbox/wechat"
)

// An account's program, here one that only says "success", is told what a follower
// writes. The program's API calls go to the platform, which is a handler.
func Example() {
	account := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "success") }))
	defer account.Close()
	p := wechat.New(wechat.Options{
		AppID: "wx1", AppSecret: "secret", Token: "token", EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
		CallbackURL: account.URL, Kind: wechat.Service,
	})
	defer p.Close()
	api := httptest.NewServer(p) // the base address of the API; people look at /phone
	defer api.Close()

	if _, err := p.AddFollower("小林"); err != nil {
		fmt.Println(err)
	}
	if _, err := p.Write("小林", "我被骗了"); err != nil {
		fmt.Println(err)
	}
	if err := p.Settle(context.Background()); err != nil {
		fmt.Println(err)
	}
	left, _ := p.Budget("小林")
	fmt.Println(p.Pushes()[0].Deliveries[0].Outcome, left)
	// Output: answered 5
}
