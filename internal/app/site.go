package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/html"

	"netpatrol/internal/record"
)

const (
	maxSitePage = 2 << 20
	siteWithin  = 20 * time.Second
)

// badge looks for the badge of a partner site on its page. What strangers write leads it nowhere private. Each look
// has connections of its own: there are few.
func (a *App) badge(ctx context.Context, s *record.Site) (seen bool, problem string) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	client := &http.Client{Timeout: siteWithin, Transport: t}
	if a.o.Dial != nil { // tests and the demo have their own
		t.DialContext = a.o.Dial
	} else {
		strangers("").guard(client, t)
	}
	defer client.CloseIdleConnections()
	return badgeOn(ctx, client, s)
}

// badgeOn fetches a site's page and looks for its badge. The problem is for officers.
func badgeOn(ctx context.Context, client *http.Client, s *record.Site) (seen bool, problem string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Page, nil)
	if err != nil {
		return false, "登记的网址有误"
	}
	r.Header.Set("User-Agent", "netpatrol badge check")
	res, err := client.Do(r)
	if errors.Is(err, errPrivate) {
		return false, "登记的网址通向内部网络，没有打开"
	}
	if err != nil {
		return false, "网页打不开"
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, fmt.Sprintf("网页返回 %d", res.StatusCode)
	}
	if !hasBadge(io.LimitReader(res.Body, maxSitePage), s.ID) {
		return false, "网页里没有岗亭的图标和链接"
	}
	return true, ""
}

// hasBadge says whether a page carries the badge of a site: a link to the kiosk, or the script that
// inserts one. What stands in a comment or in text does not count.
func hasBadge(page io.Reader, site string) bool {
	z := html.NewTokenizer(page)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken, html.SelfClosingTagToken:
			if t := z.Token(); carries(t, site) {
				return true
			}
		}
	}
}

func carries(t html.Token, site string) bool {
	of := map[string]string{}
	for _, a := range t.Attr {
		of[a.Key] = a.Val
	}
	switch t.Data {
	case "a":
		return strings.HasSuffix(of["href"], "/kiosk?site="+site)
	case "script":
		return strings.HasSuffix(of["src"], "/kiosk/badge.v1.js") && of["data-site"] == site
	}
	return false
}
