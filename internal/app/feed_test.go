package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/feed"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox/rss"
)

// watched is a station that watches one pretend feed.
type watched struct {
	sim
	feed *rss.Feed
	n    int
}

func watchFeed(t *testing.T) *watched {
	t.Helper()
	w := &watched{feed: rss.New("椰城论坛")}
	mux := http.NewServeMux()
	mux.Handle("/", w.feed)
	moved := rss.New("椰城论坛")
	moved.Post(rss.Entry{Link: "https://bbs.example/moved", Title: scamTexts[0]})
	mux.Handle("/moved", moved)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试市公安局网络警察支队", "", ""
	c.Officers = boardConfig("", "").Officers
	c.Accounts = []config.Account{{
		ID: "luntan", Platform: "feed", BaseURL: srv.URL + "/", Language: "zh-Hans", Watch: []string{"feed"}, Poll: 20 * time.Millisecond,
		Options: map[string]string{"allow_private": "127.0.0.1"},
	}}
	w.sim = sim{t: t, app: runs(t, c, map[string]adapters.Platform{"feed": feed.Platform()})}
	w.readAgain(1)
	return w
}

// scamTexts are posts of kinds of fraud that read nothing alike: what reads alike is one clue.
var scamTexts = []string{
	"招聘点赞员，手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888",
	"诚招兼职，足不出户做任务，先垫付后返本金加佣金，QQ 88123456",
	"办理信用贷款，无视征信，黑户可下款，先交保证金，加微信 daikuan66",
	"网购客服理赔，快递丢失双倍赔付，下载会议软件共享屏幕即可办理",
	"出售银行卡四件套，电话卡回收，高价日结，私聊",
	"稳赚不赔内幕股票群，导师带单，跟着买就翻倍，进群加 gupiao99",
	"网上百家乐，注册送188，稳定提现，代理招募，加飞机 bjl88",
	"刷信誉冲量，佣金秒结，垫付本金当天返，接单群加我",
	"手机兼职打字员，押金99元，日结200，加微信 dazi520",
	"王者荣耀代充折扣，先付款后充值，加QQ 66778899 刷单返现",
	"游戏账号低价出售，先转账，平台担保需交解冻金，加微信 youxi77",
}

// readAgain waits for n more readings.
func (w *watched) readAgain(n int) {
	w.t.Helper()
	before, _ := w.feed.Read()
	eventually(w.t, "the feed is read", func() bool { all, _ := w.feed.Read(); return all >= before+n })
}

// post makes the next fraud appear, and returns where it stands.
func (w *watched) post(id string, at time.Time) string {
	w.n++
	link := fmt.Sprintf("https://bbs.example/thread-%d.html", w.n)
	w.feed.Post(rss.Entry{ID: id, Link: link, Title: scamTexts[w.n%len(scamTexts)], Author: fmt.Sprintf("网友%d", w.n), At: at})
	return link
}

// clues counts the clues about a post.
func (w *watched) clues(link string) (n int) {
	for _, r := range w.all(bots.KindClue) {
		n += one(string(r.(*bots.Clue).Post) == link)
	}
	return n
}

func (w *watched) found(link string) {
	w.t.Helper()
	eventually(w.t, link+" is a clue", func() bool { return w.clues(link) > 0 })
}

// trouble is what the account's page says of the feed.
func (w *watched) trouble() string {
	p, err := record.Fetch[record.Pulse](w.t.Context(), w.app.store, "luntan")
	if err != nil {
		return ""
	}
	return p.Trouble["feed"]
}

// Whatever a feed does, what it shows is found once it can be had, and found once.
func TestFeed_BadDays(t *testing.T) {
	var inside atomic.Int32
	secret := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) }))
	defer secret.Close()
	hidden := "http://localhost" + secret.URL[strings.LastIndexByte(secret.URL, ':'):]
	now := time.Now()
	t.Run("feed", func(t *testing.T) {
		for _, c := range []struct {
			name    string
			way     rss.Way
			id      string
			at      time.Time
			trouble bool // it cannot be had in that way: it is told, and found the day after
		}{
			{name: "GBK", way: rss.Way{GBK: true}},
			{name: "no ids", way: rss.Way{NoIDs: true}, id: "17"},
			{name: "no validators", way: rss.Way{NoValidators: true}},
			{name: "broken inside", way: rss.Way{Unescaped: true}},
			{name: "broken off", way: rss.Way{Cut: true}, trouble: true},
			{name: "10 MB", way: rss.Way{Padding: 10 << 20}, trouble: true},
			{name: "gone for a day", way: rss.Way{NotFound: true}, trouble: true},
			{name: "redirected into a private network", way: rss.Way{Redirect: hidden}, trouble: true},
			{name: "redirected to itself", way: rss.Way{Redirect: "/"}, trouble: true},
			{name: "a clock two days ahead", way: rss.Way{Skew: 48 * time.Hour}, at: now},
			{name: "a clock two years behind", way: rss.Way{Skew: -2 * 365 * 24 * time.Hour}, at: now},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				w := watchFeed(t)
				w.feed.Behave(c.way)
				link := w.post(c.id, c.at)
				if c.trouble {
					eventually(t, "the account's trouble is told", func() bool { return w.trouble() != "" })
					if n := w.clues(link); n > 0 {
						t.Errorf("%d clues of what was not read", n)
					}
					w.feed.Behave(rss.Way{})
				}
				w.found(link)
				w.readAgain(3)
				if n := w.clues(link); n != 1 || w.trouble() != "" {
					t.Errorf("%d clues, trouble %q", n, w.trouble())
				}
			})
		}
	})
	if n := inside.Load(); n > 0 {
		t.Errorf("the private network was asked %d times", n)
	}
}

func TestFeed_WhatHasNotChangedIsNotReadAgain(t *testing.T) {
	w := watchFeed(t)
	w.found(w.post("1", time.Time{}))
	sent := w.feed.Sent()
	w.readAgain(3)
	if _, unchanged := w.feed.Read(); unchanged == 0 || w.feed.Sent() != sent {
		t.Errorf("%d readings found nothing changed; %d bytes more were sent", unchanged, w.feed.Sent()-sent)
	}
}

func TestFeed_AnEditThatTurnsAPostIntoAFraudIsFound(t *testing.T) {
	w := watchFeed(t)
	const link = "https://bbs.example/quiet"
	w.feed.Post(rss.Entry{ID: "q", Link: link, Title: "今天的日落真好看"})
	w.readAgain(2)
	w.feed.Edit(link, scamTexts[0])
	w.found(link)
}

func TestFeed_WhereItMovedToOnThisSideIsRead(t *testing.T) {
	w := watchFeed(t)
	w.feed.Behave(rss.Way{Redirect: "/moved"})
	w.found("https://bbs.example/moved")
}
