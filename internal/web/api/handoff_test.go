package api_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestAClueIsHandedOverAndItsSlipTypedInThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Posts("weibo", "ahua", "1001", advert)
	c := s.as("chen")
	units, err := c.HandoffUnits(ctx)
	if err != nil || len(units.Records) != 2 {
		t.Fatalf("%+v, %v", units, err)
	}
	clue := s.All(bots.KindClue, "")[0].Meta().ID
	_, err = c.HandClue(ctx, clue, api.Handing{})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = c.HandClue(ctx, clue, api.Handing{Unit: "nowhere"})
	refused(t, err, http.StatusConflict, "unit")
	_, err = s.as("gu").HandClue(ctx, clue, api.Handing{Unit: "meilan"})
	refused(t, err, http.StatusConflict, "role")
	made, err := c.HandClue(ctx, clue, api.Handing{Unit: "meilan"})
	if err != nil {
		t.Fatal(err)
	}
	id := made.Made[0].ID
	h, err := c.Handoff(ctx, id)
	if err != nil || h.State != record.HandoffPrepared || h.Link != "" || h.Package.ToUnit != "美兰分局" {
		t.Fatalf("%+v, %v", h, err)
	}
	_, err = c.ApproveHandoff(ctx, id, h.Version+1)
	refused(t, err, http.StatusConflict, "changed")
	if _, err := c.ApproveHandoff(ctx, id, h.Version); err != nil {
		t.Fatal(err)
	}
	if h = sentOver(ctx, t, c, id); h.Link == "" {
		t.Error("no link")
	}
	files, err := c.HandoffFiles(ctx, id)
	if err != nil || len(files.Files) != 6 {
		t.Errorf("%d files, %v", len(files.Files), err)
	}
	slip := record.HandoffSlip(s.Store.Vault().Tag, s.All(record.KindHandoff, "")[0].(*record.Handoff), bots.HandoffDuplicate)
	if _, err := c.ImportSlip(ctx, api.Handing{Slip: slip, Number: "7"}); err != nil {
		t.Fatal(err)
	}
	_, err = c.ImportSlip(ctx, api.Handing{Slip: slip})
	refused(t, err, http.StatusConflict, "answered")
	_, err = c.CorrectHandoff(ctx, id, " ")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	if _, err := c.WithdrawHandoff(ctx, id, "查明是误报"); err != nil {
		t.Fatal(err)
	}
	all, err := c.Handoffs(ctx, api.Paging{State: record.HandoffWithdrawn})
	if err != nil || len(all.Records) != 1 || all.Records[0].Answers[0].By != "chen" {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = s.as("zhou").Handoffs(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
}

// sentOver waits until a hand-off is sent.
func sentOver(ctx context.Context, t *testing.T, c *api.Client, id string) api.Handoff {
	t.Helper()
	limit, tick := time.After(30*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for {
		h, err := c.Handoff(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if h.State == record.HandoffSent {
			return h
		}
		select {
		case <-limit:
			t.Fatalf("it is still %s", h.State)
		case <-tick.C:
		}
	}
}
