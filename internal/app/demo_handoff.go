package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

// demoUnits are whom the demo's station hands clues over to.
func demoUnits() []config.OtherUnit {
	return []config.OtherUnit{
		{ID: "meilan", Name: "椰城市公安局美兰分局", Region: "460108", Language: "zh-Hans", Contact: config.Contact{Kind: record.ByPage}},
		{ID: "qiongshan", Name: "椰城市公安局琼山分局", Region: "460107", Language: "zh-Hans", Contact: config.Contact{Kind: record.ByBridge, Account: systemAccount}},
		{ID: "sanya", Name: "三亚市公安局", Region: "460200", Language: "zh-Hans", Contact: config.Contact{Kind: record.ByPage}},
	}
}

// handOver hands one report on an account over, as two officers do: to a unit that answers by its link, and to one whose
// own system takes the package and answers.
func (d *demo) handOver(ctx context.Context, account string) error {
	report, err := d.reportOn(ctx, account)
	if err != nil {
		return err
	}
	if _, err := d.handTo(ctx, report, "qiongshan"); err != nil {
		return err
	}
	id, err := d.handTo(ctx, report, "meilan")
	if err != nil {
		return err
	}
	for {
		h, err := d.crew.lin.Handoff(ctx, id)
		if err != nil {
			return err
		}
		if h.Link != "" {
			return answerByPage(ctx, h.Link)
		}
		sleep(ctx, 100*time.Millisecond)
	}
}

// handTo prepares a package for a unit and has a second officer approve it.
func (d *demo) handTo(ctx context.Context, report, unit string) (id string, err error) {
	r, err := d.crew.chen.HandReport(ctx, report, api.Handing{Unit: unit, Words: true})
	if err := applied(r, err); err != nil {
		return "", fmt.Errorf("prepare a hand-off: %w", err)
	}
	id = r.Made[0].ID
	h, err := d.crew.lin.Handoff(ctx, id)
	if err != nil {
		return "", err
	}
	if err := applied(d.crew.lin.ApproveHandoff(ctx, id, h.Version)); err != nil {
		return "", fmt.Errorf("approve a hand-off: %w", err)
	}
	return id, nil
}

// reportOn waits until somebody has reported something on an account.
func (d *demo) reportOn(ctx context.Context, account string) (string, error) {
	for {
		all, err := list(ctx, d.crew.chen.Reports)
		if err != nil {
			return "", err
		}
		for _, r := range all {
			if r.Account == account {
				return r.ID, nil
			}
		}
		if sleep(ctx, 200*time.Millisecond); ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
}

var formKeyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// answerByPage is the other unit: it opens its link and accepts.
func answerByPage(ctx context.Context, link string) error {
	page, err := ask(ctx, http.MethodGet, link, nil)
	if err != nil {
		return err
	}
	key := formKeyField.FindStringSubmatch(page)
	if key == nil {
		return errors.New("the page of a hand-off has no form")
	}
	_, err = ask(ctx, http.MethodPost, link, url.Values{"key": {key[1]}, "as": {bots.HandoffAccepted}, "number": {"美公网安2026-0117"}})
	return err
}

// ask is one request of the other unit's browser.
func ask(ctx context.Context, method, address string, form url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the page of a hand-off answers %s", res.Status)
	}
	return string(b), err
}
