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

	"netpatrol/bots"
	"netpatrol/internal/record"
)

const (
	sitesEvery  = time.Minute // between looks for what is due
	sitesAtOnce = 50
	maxSitePage = 2 << 20
	siteWithin  = 20 * time.Second
)

// watchSites looks for the badges of partner sites and for what was not put right in time. What
// strangers write leads it nowhere private.
func (a *App) watchSites(ctx context.Context) error {
	t := time.NewTicker(sitesEvery)
	defer t.Stop()
	for {
		if err := errors.Join(a.lookAtSites(ctx), a.lapseRectifications(ctx)); err != nil && ctx.Err() == nil {
			a.o.Log.ErrorContext(ctx, "partner sites", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// siteReader makes the connections to partner sites; tests and the demo have their own.
func (a *App) siteReader() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	c := &http.Client{Timeout: siteWithin, Transport: t}
	if a.o.Dial != nil {
		t.DialContext = a.o.Dial
		return c
	}
	strangers("").guard(c, t)
	return c
}

func (a *App) lookAtSites(ctx context.Context) error {
	due, err := a.store.List(ctx, record.Query{Kind: record.KindSite, State: record.SiteActive, DueBefore: time.Now(), Limit: sitesAtOnce})
	if err != nil || len(due) == 0 {
		return err
	}
	client := a.siteReader()
	defer client.CloseIdleConnections()
	var errs []error
	for _, r := range due {
		s := r.(*record.Site)
		seen, problem := badgeOn(ctx, client, s)
		if ctx.Err() != nil {
			return nil
		}
		errs = append(errs, a.store.Update(ctx, func(tx record.Tx) error { return lookedForBadge(tx, s.ID, seen, problem, time.Now()) }))
	}
	return errors.Join(errs...)
}

// lookedForBadge writes one look down, and raises an alarm when the badge has vanished.
func lookedForBadge(tx record.Tx, id string, seen bool, problem string, now time.Time) error {
	s, err := record.Load[record.Site](tx, id)
	if err != nil || s.State != record.SiteActive {
		return err
	}
	if s.LookedFor(seen, problem, now) {
		about := bots.Target{Kind: record.KindSite, ID: s.ID}
		if err := record.RaiseSite(tx, "合作网站“"+s.Name+"”上找不到报警岗亭了："+s.Problem, about, s.Stream, now); err != nil {
			return err
		}
	}
	return tx.Put(s)
}

// lapseRectifications raises an alarm for each that was not put right in time.
func (a *App) lapseRectifications(ctx context.Context) error {
	due, err := a.store.List(ctx, record.Query{Kind: record.KindRectification, State: record.RectificationOpen, DueBefore: time.Now(), Limit: sitesAtOnce})
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range due {
		errs = append(errs, a.store.Update(ctx, func(tx record.Tx) error { return lapseRectification(tx, r.Meta().ID, time.Now()) }))
	}
	return errors.Join(errs...)
}

func lapseRectification(tx record.Tx, id string, now time.Time) error {
	r, err := record.Load[record.Rectification](tx, id)
	if err != nil || !r.Lapse(now) {
		return err
	}
	about := bots.Target{Kind: record.KindRectification, ID: r.ID}
	return errors.Join(record.RaiseSite(tx, "合作网站整改已到期，还没有登记结果", about, r.Stream, now), tx.Put(r))
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
