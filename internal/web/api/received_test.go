package api_test

import (
	"net/http"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestAPackageOfAnotherUnitIsAnsweredThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	came := &bots.Package{Unit: "yecheng", Key: "K1", Digest: "d", Code: "7Q4KM2XP", Revision: 1, From: "椰城市公安局", Lines: []bots.PackageLine{{Kind: "微信", Value: "shuadan888"}}}
	if r, err := s.TakePackage(ctx, came); err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	chen := s.as("chen")
	all, err := chen.ReceivedPackages(ctx, api.Paging{State: record.PackageReceived})
	if err != nil || len(all.Records) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	id := all.Records[0].ID
	one, err := chen.ReceivedPackage(ctx, id)
	if err != nil || one.Lines[0].Value != "shuadan888" {
		t.Fatalf("%+v, %v", one, err)
	}
	_, err = chen.AnswerPackage(ctx, id, one.Version, "perhaps", "", "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = chen.AnswerPackage(ctx, id, one.Version, bots.HandoffResult, "", "")
	refused(t, err, http.StatusConflict, "empty")
	_, err = s.as("gu").AnswerPackage(ctx, id, one.Version, bots.HandoffAccepted, "", "")
	refused(t, err, http.StatusConflict, "role")
	if _, err := chen.AnswerPackage(ctx, id, one.Version, bots.HandoffAccepted, "2026-7", ""); err != nil {
		t.Fatal(err)
	}
	_, err = chen.AnswerPackage(ctx, id, one.Version, bots.HandoffNotOurs, "", "")
	refused(t, err, http.StatusConflict, "changed")
	if one, err = chen.ReceivedPackage(ctx, id); err != nil || one.State != bots.HandoffAccepted || one.Answers[0].Number != "2026-7" {
		t.Errorf("%+v, %v", one, err)
	}
	_, err = s.as("zhou").ReceivedPackages(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
}
