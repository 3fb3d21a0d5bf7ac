package engine

import (
	"context"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// linking is an account whose platform wants a link in every post.
type linking struct{}

func (linking) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "share"}, Confirmed: true}, nil
}
func (linking) Close() error { return nil }
func (linking) Caps() adapters.Caps {
	return adapters.Caps{Publish: planner{}, Limits: adapters.Limits{Text: []adapters.TextLimit{
		{Channel: adapters.Public, Max: 140, Unit: adapters.FullWidths, Links: []string{"gaj.example.gov.cn"}, NoTopics: true},
	}}}
}

func TestABulletinThePlatformWouldRefuseIsRefusedWhenItIsWritten(t *testing.T) {
	d := newDesk(t, deskOptions{more: []*Account{{
		Record: bots.Account{Head: bots.Head{ID: "share"}, Unit: "测试网警"}, Open: func() adapters.Account { return linking{} },
	}}})
	for text, want := range map[string]string{
		"近期刷单诈骗高发。":                                  "a link to one of: gaj.example.gov.cn",
		"#反诈# 近期刷单诈骗高发 https://gaj.example.gov.cn/1": "#反诈#",
	} {
		fields := map[string]string{"title": "通报", "text": text, "accounts": "share"}
		if r := d.decides("wu", bots.WriteBulletin, nil, fields, ""); r.Code != "unfit" || !strings.Contains(r.Message, want) {
			t.Errorf("%s: %+v", text, r)
		}
	}
	fields := map[string]string{"title": "通报", "text": "近期刷单诈骗高发 https://gaj.example.gov.cn/1", "accounts": "share"}
	if r := d.decides("wu", bots.WriteBulletin, nil, fields, ""); r.Status != bots.Applied {
		t.Errorf("as it should be: %+v", r)
	}
}
