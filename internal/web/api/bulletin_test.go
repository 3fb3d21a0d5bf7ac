package api_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestABulletinWithAPictureIsWrittenAndPreviewed(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	wu := s.as("wu")
	p, err := wu.KeepPicture(ctx, "poster.png", picture(t))
	if err != nil || p.Name != "poster.png" || p.Type != "image/png" || len(p.Digest) != 64 {
		t.Fatalf("%+v, %v", p, err)
	}
	b := view.BulletinText{Title: "看图", Text: "看 ![图](poster.png)", Accounts: []string{"weibo"}, Extras: adapters.Extras{Pictures: []adapters.Picture{p}}}
	if _, err := wu.NewBulletin(ctx, b); err != nil {
		t.Fatal(err)
	}
	d := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	if len(d.Extras.Pictures) != 1 {
		t.Errorf("%+v", d.Extras)
	}
	_, err = wu.PreviewDraft(ctx, d.ID, "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = wu.PreviewDraft(ctx, d.ID, "wu")
	refused(t, err, http.StatusConflict, "no-preview-id")
	if r, err := wu.PreviewDraft(ctx, d.ID, "chen"); err != nil || r.Status != bots.Applied {
		t.Errorf("%+v, %v", r, err)
	}
	list, err := wu.Quotas(ctx, time.Time{})
	if err != nil || len(list) != 1 || list[0].Reserved != 1 || list[0].N != 4 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestABulletinSaysWhatItRefutes(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	b := view.BulletinText{Title: "辟谣", Text: "供水正常。", Accounts: []string{"weibo"}, Refutes: []string{"本市明天起全城停水三天请储水", "明天全市停水三天快储水吧"}}
	_, err := s.as("wu").NewBulletin(ctx, b)
	refused(t, err, http.StatusConflict, "no-basis")
	b.Basis = "市水务集团答复"
	if _, err := s.as("wu").NewBulletin(ctx, b); err != nil {
		t.Fatal(err)
	}
	page, err := s.as("lin").Bulletins(ctx, api.Paging{})
	if err != nil || len(page.Records) != 1 || page.Records[0].Refutes == nil || len(page.Records[0].Refutes.Claims) != 2 || page.Records[0].Refutes.Basis != b.Basis {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestABulletinThatRepeatsAReporterIsAnsweredFor(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "xiaoli", "8001", "我妈妈在小区门口被一个穿灰衣服的人骗走金镯子")
	b := view.BulletinText{Title: "防骗提醒", Text: "一位老人在小区门口被一个穿灰衣服的人骗走金镯子。", Accounts: []string{"weibo"}}
	_, err := s.as("wu").NewBulletin(ctx, b)
	refused(t, err, http.StatusConflict, "public-words")
	b.Quotes = true
	if _, err := s.as("wu").NewBulletin(ctx, b); err != nil {
		t.Fatal(err)
	}
	page, err := s.as("lin").Bulletins(ctx, api.Paging{})
	if err != nil || len(page.Records) != 1 || len(page.Records[0].Quotes) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestWhoWritesNoBulletinsAttachesNothing(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	_, err := s.as("chen").KeepPicture(ctx, "poster.png", picture(t))
	refused(t, err, http.StatusForbidden, "role")
	_, err = s.as("chen").ConsoleDrafts(ctx, "weibo")
	refused(t, err, http.StatusForbidden, "role")
	_, err = s.as("wu").KeepPicture(ctx, "../poster.png", picture(t))
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = s.as("wu").KeepPicture(ctx, "poster.png", []byte("no picture"))
	refused(t, err, http.StatusConflict, "no-picture")
	_, err = s.as("wu").KeepPicture(ctx, "poster.png", make([]byte, 3<<20))
	refused(t, err, http.StatusRequestEntityTooLarge, "too-large")
}

func TestAConsoleDraftIsSealedAsThePlatformHoldsIt(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.ConsoleDrafts(adapters.Prepared{Ref: "draft:1", Title: "本周提示", Text: "海口网警提醒：不要垫付。", Hash: "h1"})
	wu := s.as("wu")
	list, err := wu.ConsoleDrafts(ctx, "weibo")
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	_, err = wu.PullDraft(ctx, "weibo", "draft:2", "", time.Time{})
	refused(t, err, http.StatusNotFound, "no-draft")
	if r, err := wu.PullDraft(ctx, "weibo", list[0].Ref, "", time.Time{}); err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	d := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	if d.Text != "海口网警提醒：不要垫付。" || d.Extras.SourceHash != "h1" {
		t.Errorf("%+v", d)
	}
	page, err := wu.Bulletins(ctx, api.Paging{State: api.Any})
	if err != nil || len(page.Records) != 1 || page.Records[0].Author != "console:weibo" {
		t.Errorf("%+v, %v", page, err)
	}
}
