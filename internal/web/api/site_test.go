package api_test

import (
	"net/http"
	"testing"
	"time"

	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

// Whatever the desk does with a partner site, a program does in an officer's name, and is refused as they are.
func TestASiteThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	chen, lin := s.as("chen"), s.as("lin")
	site := api.Partner{Name: "椰风社区", Page: "https://yefeng.example/", Contact: "王站长", Officer: "chen"}
	_, err := chen.RegisterSite(ctx, "Coconut", site)
	refused(t, err, http.StatusConflict, "site-id")
	if _, err := chen.RegisterSite(ctx, "coconut", site); err != nil {
		t.Fatal(err)
	}
	if _, err := lin.ConfirmSite(ctx, "coconut"); err != nil {
		t.Fatal(err)
	}
	if got, err := chen.Sites(ctx, api.Paging{State: record.SiteActive}); err != nil || len(got.Records) != 1 || got.Records[0].Confirmed != "lin" {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := chen.KeepSite(ctx, "coconut", "正在侦办"); err != nil {
		t.Fatal(err)
	}
	if got, err := lin.Site(ctx, "coconut"); err != nil || got.Kept != "正在侦办" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := lin.LetSiteGo(ctx, "coconut"); err != nil {
		t.Fatal(err)
	}
	if got, err := lin.Site(ctx, "coconut"); err != nil || got.Kept != "" {
		t.Errorf("%+v, %v", got, err)
	}
	ask := api.Asking{Findings: "交流区有刷单广告", Points: "一、请删除刷单广告。", Deadline: time.Now().AddDate(0, 0, 10)}
	_, err = chen.AskSite(ctx, "coconut", api.Asking{Findings: "x"})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	made, err := chen.AskSite(ctx, "coconut", ask)
	if err != nil {
		t.Fatal(err)
	}
	id := made.Made[0].ID
	r, err := lin.Rectification(ctx, id)
	if err != nil || r.Signed != "" || r.Letter == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	_, err = chen.RemindSite(ctx, id)
	refused(t, err, http.StatusConflict, "unsigned")
	_, err = lin.SignLetter(ctx, id, 0)
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = lin.SignLetter(ctx, id, r.Version+1)
	refused(t, err, http.StatusConflict, "changed")
	if _, err := lin.SignLetter(ctx, id, r.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := chen.RemindSite(ctx, id); err != nil {
		t.Fatal(err)
	}
	talk := api.Interview{Held: "2026-11-25", Present: "王站长、陈警官", Note: "广告是用户发的", Agreed: "今天删除"}
	_, err = chen.NoteInterview(ctx, id, api.Interview{Held: "昨天", Present: "x", Note: "x", Agreed: "x"})
	refused(t, err, http.StatusConflict, "held")
	if _, err := chen.NoteInterview(ctx, id, talk); err != nil {
		t.Fatal(err)
	}
	if _, err := chen.SettleRectification(ctx, id, record.RectificationFixed, "复看已删除"); err != nil {
		t.Fatal(err)
	}
	all, err := chen.Rectifications(ctx, api.Paging{})
	if err != nil || len(all.Records) != 1 || len(all.Records[0].Reminders) != 1 || len(all.Records[0].Interviews) != 1 || all.Records[0].State != record.RectificationFixed {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := chen.RetireSite(ctx, "coconut", "不再合作"); err != nil {
		t.Fatal(err)
	}
	_, err = s.as("zhou").Sites(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
}
