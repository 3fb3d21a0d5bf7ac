package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/webtest"
)

func TestASitesSecurityOfficerIsInvitedAndRevokedThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	chen := s.as("chen")
	if _, err := chen.RegisterSite(ctx, "coconut", api.Partner{Name: "椰风社区", Page: "https://yefeng.example/", Contact: "王站长", Officer: "chen"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.as("lin").ConfirmSite(ctx, "coconut"); err != nil {
		t.Fatal(err)
	}
	_, err := chen.InviteLiaison(ctx, "coconut", api.Invited{Called: "张安全"})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = chen.InviteLiaison(ctx, "coconut", api.Invited{Name: "Zhang San", Called: "张安全"})
	refused(t, err, http.StatusConflict, "liaison-name")
	g, err := chen.InviteLiaison(ctx, "coconut", api.Invited{Name: "zhang", Called: "张安全"})
	if err != nil || g.Status != bots.Applied || !strings.Contains(g.Address, "/partner/enter?code=") {
		t.Fatalf("%+v, %v", g, err)
	}
	all, err := chen.Liaisons(ctx, "coconut")
	if err != nil || len(all) != 1 || all[0].ID != "zhang@coconut" || all[0].Invited.Before(time.Now()) {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := chen.RevokeLiaison(ctx, "zhang@coconut"); err != nil {
		t.Fatal(err)
	}
	if all, err := chen.Liaisons(ctx, "coconut"); err != nil || all[0].State == record.OfficerActive || !all[0].Invited.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = chen.RevokeLiaison(ctx, "lin")
	refused(t, err, http.StatusConflict, "not-found")
	_, err = s.as("zhou").Liaisons(ctx, "coconut")
	refused(t, err, http.StatusForbidden, "role")
	_, err = chen.Liaisons(ctx, "none")
	refused(t, err, http.StatusNotFound, "not-found")
}

func TestAReporterOfTheKioskGetsANewLookupCodeThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "xiaoli", "2001", "我刚才被人骗了")
	conv := s.All(bots.KindReport, "")[0].(*bots.Report).Conversation
	chen := s.as("chen")
	_, err := chen.GiveLookup(ctx, conv, "本人到窗口")
	refused(t, err, http.StatusConflict, "no-lookup")
	old := record.OpenLookup(s.Store.Vault().Tag, "old", conv, time.Now())
	s.Put(old)
	_, err = chen.GiveLookup(ctx, conv, " ")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	g, err := chen.GiveLookup(ctx, conv, "本人到窗口")
	code, ok := record.ParseLookup(g.Lookup)
	if err != nil || !ok {
		t.Fatalf("%+v, %v", g, err)
	}
	if l, err := record.Fetch[record.Lookup](ctx, s.Store, record.LookupID(s.Store.Vault().Tag, code)); err != nil || !l.Leads(time.Now()) || l.By != "chen" {
		t.Errorf("the code leads to %+v, %v", l, err)
	}
	all, err := chen.Lookups(ctx, conv)
	if err != nil || len(all) != 2 || strings.Contains(fmt.Sprint(all), old.ID) {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = s.as("gu").GiveLookup(ctx, conv, "本人到窗口")
	refused(t, err, http.StatusConflict, "role")
	_, err = s.as("zhou").Lookups(ctx, conv)
	refused(t, err, http.StatusForbidden, "role")
}

func TestAClusterIsShownAndDismissedThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	const copied = "招聘网络兼职，刷单返利，一单一结，日入三百到五百，先垫付后返佣，名额有限，加微信abc%d详谈"
	for i := range 3 {
		s.Posts("weibo", fmt.Sprint("author", i), fmt.Sprint(9000+i), fmt.Sprintf(copied, 8881+i))
	}
	s.Settle()
	chen := s.as("chen")
	open, err := chen.Clusters(ctx, api.Paging{})
	if err != nil || len(open.Records) != 1 || open.Records[0].Open != 3 {
		t.Fatalf("%+v, %v", open, err)
	}
	id := open.Records[0].ID
	k, err := chen.Cluster(ctx, id, "")
	if err != nil || len(k.Clues) != 3 || k.Cluster.ID != id || k.After != "" {
		t.Fatalf("%+v, %v", k, err)
	}
	rejected := 0
	for _, r := range s.All(bots.KindDraft, bots.DraftAwaiting) {
		if d := r.(*bots.Draft); d.Purpose == bots.ForWarning && rejected < 2 {
			s.Decides("chen", bots.Decision{Verb: bots.Reject, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version, Reason: "核实中"})
			rejected++
		}
	}
	_, err = chen.DismissCluster(ctx, id, "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	done, err := chen.DismissCluster(ctx, id, "依据不足")
	if err != nil || len(done.Clues) != rejected || len(done.Refused) != 3-rejected || done.More {
		t.Errorf("%d warnings were rejected: %+v, %v", rejected, done, err)
	}
	_, err = s.as("zhou").Cluster(ctx, id, "")
	refused(t, err, http.StatusForbidden, "role")
	_, err = s.as("zhou").Clusters(ctx, api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
}

// photographed is a task of which chen has nothing but a screenshot.
func photographed(t *testing.T, s *site) string {
	t.Helper()
	id := toPost(t, s.Desk)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 90, 160))); err != nil {
		t.Fatal(err)
	}
	on := bots.Target{Kind: record.KindItem, ID: id}
	s.Decides("chen", bots.Decision{Verb: bots.TakeHand, On: on})
	if err := s.Station().Attach(t.Context(), "chen", id, &b); err != nil {
		t.Fatal(err)
	}
	s.Decides("chen", bots.Decision{Verb: bots.ProveHand, On: on, Fields: map[string]string{"text": "", "link": ""}})
	return id
}

func TestAScreenshotIsComparedThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	id := photographed(t, s)
	chen, lin := s.as("chen"), s.as("lin")
	x, err := lin.Comparison(ctx, id)
	if err != nil || x.By != "chen" || len(x.Lines) < 2 || !bytes.HasPrefix(x.Shot, []byte("\xff\xd8")) {
		t.Fatalf("%v, %v, %d bytes, %v", x.By, x.Lines, len(x.Shot), err)
	}
	same := make([]string, len(x.Lines))
	for n := range same {
		same[n] = "same"
	}
	_, err = lin.Compare(ctx, id, x.Version, []string{"yes"}, "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = lin.Compare(ctx, id, x.Version, same[1:], "")
	refused(t, err, http.StatusConflict, "lines")
	_, err = chen.Compare(ctx, id, x.Version, same, "")
	refused(t, err, http.StatusConflict, "two-people")
	differs := append([]string{"differs"}, same[1:]...)
	_, err = lin.Compare(ctx, id, x.Version, differs, "")
	refused(t, err, http.StatusConflict, "shows")
	if _, err = lin.Compare(ctx, id, x.Version, same, ""); err != nil {
		t.Fatal(err)
	}
	if i, err := lin.Item(ctx, id); err != nil || i.State != record.ItemDelivered || i.Hand.Compared.By != "lin" {
		t.Errorf("%+v, %v", i, err)
	}
	_, err = lin.Comparison(ctx, id)
	refused(t, err, http.StatusConflict, "not-shown")
}

// unwritten cannot write looks down.
type unwritten struct{ webtest.Files }

func (unwritten) Looked(context.Context, string, string, *record.Evidence) error {
	return errors.New("the disk is full")
}

func TestPromise14_AScreenshotIsNotShownUnrecorded(t *testing.T) {
	s := newSite(t)
	id := photographed(t, s)
	srv := httptest.NewServer(api.New(api.Options{Desk: s.Reader(), Door: s.Door, Station: s.Station(), Shots: unwritten{s.Files()}, Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	if x, err := s.as("lin").Comparison(t.Context(), id); err == nil {
		t.Errorf("%d bytes are shown although nobody wrote it down", len(x.Shot))
	}
}
