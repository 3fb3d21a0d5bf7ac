package api_test

import (
	"net/http"
	"testing"

	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestEvidenceIsListed(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "chenayi", "2001", "我被骗了")
	files := s.Files()
	kept := s.Sent(files, "e1", record.EvidenceKept, "", []byte("#!AMR\n and so on, for long enough"))
	s.Sent(files, "e2", record.EvidenceLost, "平台上已经没有这个文件", nil)
	c := s.as("chen")
	all, err := c.Evidence(ctx, api.Paging{State: api.Any})
	if err != nil || len(all.Records) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	lost, err := c.Evidence(ctx, api.Paging{State: record.EvidenceLost})
	if err != nil || len(lost.Records) != 1 || lost.Records[0].Reason == "" {
		t.Errorf("lost: %+v, %v", lost, err)
	}
	one, err := c.EvidenceOf(ctx, "e1")
	if err != nil || one.SHA256 != kept.SHA256 || one.Size != kept.Size || one.Type != "audio/amr" || one.State != record.EvidenceKept {
		t.Errorf("one: %+v, %v", one, err)
	}
	_, err = s.as("zhou").Evidence(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
	_, err = s.as("zhou").EvidenceOf(ctx, "e1")
	refused(t, err, http.StatusForbidden, "role")
}
