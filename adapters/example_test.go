package adapters_test

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/adapters"
)

func ExampleTextLimit_Measure() {
	weibo := adapters.TextLimit{Channel: adapters.Public, Max: 140, Unit: adapters.FullWidths}
	mastodon := adapters.TextLimit{Channel: adapters.Public, Max: 500, Unit: adapters.Runes, PerURL: 23}
	text := "警惕刷单返利！详情 https://police.example/bulletins/2026/11/scam"
	fmt.Println(weibo.Measure(text), weibo.Unit)
	fmt.Println(mastodon.Measure(text), mastodon.Unit)
	// Output:
	// 32 full-widths
	// 33 characters
}

func ExampleTextLimit_Check() {
	limit := adapters.TextLimit{Channel: adapters.Private, Max: 8, Unit: adapters.Runes}
	err := limit.Check("请拨打96110核实")
	var long *adapters.TooLong
	fmt.Println(errors.As(err, &long), err)
	// Output: true text is 10 characters, the platform allows 8: shorten it by 2
}

func ExampleClassOf() {
	limited := &adapters.Error{Op: "publish", Class: adapters.RateLimited, Scope: adapters.ScopeAccount, Code: "429"}
	fmt.Println(adapters.ClassOf(fmt.Errorf("item 7: %w", limited)))
	fmt.Println(adapters.ClassOf(context.DeadlineExceeded)) // who knows whether it went out
	// Output:
	// rate limited
	// unknown
}

func ExampleSecret() {
	c := adapters.Config{ID: "station", Secrets: map[string]adapters.Secret{"token": "hunter2"}}
	fmt.Println(c.Secrets)
	fmt.Println(len(c.Secrets["token"].Reveal()))
	// Output:
	// map[token:[redacted]]
	// 7
}
