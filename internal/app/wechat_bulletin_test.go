package app

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/wechat"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	pretend "netpatrol/internal/sandbox/wechat"
)

// newsroom is a station with one Official Account on a pretend WeChat.
type newsroom struct {
	*sim
	v *wechatVenue
	n int
}

func openNewsroom(t *testing.T, publish string) *newsroom {
	t.Helper()
	door, err := freeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	v, err := newWechatVenue("weixin", publish, door)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.platform.Follow("小郭"); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试网警", "", door
	c.Officers = boardConfig("", "").Officers
	c.Officers[0].Previews = map[string]string{"weixin": v.platform.OpenID("小郭")}
	c.Accounts = []config.Account{v.account()}
	c.Pace.Settle, c.Pace.Backoff = time.Second, 50*time.Millisecond
	if err := Init(c.State); err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Options{Config: c, Platforms: map[string]adapters.Platform{"wechat": wechat.Platform()}, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = v.serve(ctx) })
	wg.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	goLive(t, a, "weixin")
	if err := signInOnce(t.Context(), a, "lin"); err != nil {
		t.Fatal(err)
	}
	r := &newsroom{sim: &sim{t: t, app: a}, v: v}
	r.until("the account is open", func() bool { _, ok := a.opener.get("weixin"); return ok })
	return r
}

func (r *newsroom) decide(officer string, verb bots.Verb, on bots.Target, seen uint64, fields map[string]string) bots.Result {
	r.t.Helper()
	r.n++
	res, err := r.app.engine.Submit(r.t.Context(), bots.Decision{Officer: officer, Verb: verb, On: on, Seen: seen, Fields: fields}, strings.Repeat("x", r.n))
	if err != nil || res.Status != bots.Applied {
		r.t.Fatalf("%s %s: %+v, %v", officer, verb, res, err)
	}
	return res
}

func (r *newsroom) until(what string, ok func() bool) {
	r.t.Helper()
	ctx, stop := context.WithTimeout(r.t.Context(), 90*time.Second)
	defer stop()
	for !ok() {
		if sleep(ctx, 20*time.Millisecond); ctx.Err() != nil {
			for _, i := range r.all(record.KindItem) {
				r.t.Logf("%+v", i)
			}
			r.t.Fatalf("in vain: %s", what)
		}
	}
}

// draft is the bulletin's draft.
func (r *newsroom) draft() *bots.Draft {
	for _, x := range r.all(bots.KindDraft) {
		if d := x.(*bots.Draft); d.Purpose == bots.ForBulletin {
			return d
		}
	}
	r.t.Fatal("there is no bulletin")
	return nil
}

func (r *newsroom) item() *record.Item {
	for _, x := range r.all(record.KindItem) {
		if i := x.(*record.Item); i.Purpose == bots.ForBulletin {
			return i
		}
	}
	return &record.Item{}
}

func (r *newsroom) approve() {
	r.t.Helper()
	d := r.draft()
	r.decide("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, nil)
}

// write writes a bulletin with a picture in its text, which is its cover, too.
func (r *newsroom) write(quiet bool) {
	r.t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 90, 38)), nil); err != nil {
		r.t.Fatal(err)
	}
	inline, err := r.app.keepPicture(r.t.Context(), b.Bytes())
	if err != nil {
		r.t.Fatal(err)
	}
	cover := inline
	inline.Name, cover.Name = "poster.jpg", "cover.jpg"
	x, _ := json.Marshal(adapters.Extras{Pictures: []adapters.Picture{inline, cover}, Cover: "cover.jpg", Quiet: quiet})
	r.decide("wu", bots.WriteBulletin, bots.Target{Kind: bots.KindBulletin}, 0, map[string]string{
		"title": "先垫付的兼职不要做", "text": "看图识骗局：\n\n![海报](poster.jpg)\n\n凡是要求**先垫付**的兼职都是诈骗。", "accounts": "weixin", "extras": string(x),
	})
}

func (r *newsroom) alarms() (all []string) {
	for _, x := range r.all(record.KindAlarm) {
		all = append(all, x.(*record.Alarm).Why)
	}
	return all
}

// articles are what the follower's phone shows.
func (r *newsroom) articles(via pretend.Via) (all []pretend.Bubble) {
	for _, b := range r.v.platform.Phone("小郭") {
		if b.Via == via {
			all = append(all, b)
		}
	}
	return all
}

func TestWechat_ABulletinWithPicturesIsPreviewedDraftedSentAndCompared(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*pretend.Article)
		want string
	}{
		"as it was approved": {func(*pretend.Article) {}, ""},
		"with another title": {func(a *pretend.Article) { a.Title = "可以做的兼职" }, "标题"},
		"with another text":  {func(a *pretend.Article) { a.Content = strings.ReplaceAll(a.Content, "诈骗", "正规") }, "正文"},
	} {
		t.Run(name, func(t *testing.T) {
			r := openNewsroom(t, "draft-only")
			r.write(false)
			r.decide("wu", bots.PreviewDraft, bots.Target{Kind: bots.KindDraft, ID: r.draft().ID}, 0, map[string]string{"to": "lin"})
			r.until("the preview arrives", func() bool { return len(r.articles(pretend.ViaPreview)) == 1 })
			if shown := r.articles(pretend.ViaPreview)[0]; !strings.Contains(shown.Text, "<img") || !strings.Contains(shown.Text, "mmbiz.qpic.cn") {
				t.Errorf("the preview shows no picture: %s", shown.Text)
			}
			r.until("the preview's draft is cleared away", func() bool { return len(r.v.platform.Drafts()) == 0 })
			r.approve()
			r.until("the draft is in the box", func() bool { return len(r.v.platform.Drafts()) == 1 && r.item().State == record.ItemAccepted })
			id := r.v.platform.Drafts()[0].MediaID
			if err := r.v.platform.StaffEdit(id, 0, c.edit); err != nil {
				t.Fatal(err)
			}
			if _, err := r.v.platform.StaffMass(id); err != nil {
				t.Fatal(err)
			}
			r.until("it is found", func() bool { return r.item().State == record.ItemDelivered })
			if it := r.item(); (it.Altered == "") != (c.want == "") || !strings.Contains(it.Altered, c.want) {
				t.Errorf("altered %q, want %q", it.Altered, c.want)
			}
			if all := strings.Join(r.alarms(), "\n"); strings.Contains(all, "不一致") != (c.want != "") {
				t.Errorf("alarms %q", all)
			}
			if out := r.articles(pretend.ViaConsole); len(out) != 1 {
				t.Errorf("published %d times", len(out))
			}
		})
	}
}

func TestWechat_ADraftOfTheConsoleIsSentAsItIs(t *testing.T) {
	r := openNewsroom(t, "api")
	cover := r.v.platform.StaffCover()
	if _, err := r.v.platform.StaffDraft(pretend.Article{Title: "本周反诈提示", Content: "<p>测试网警提醒：<b>不要垫付</b>。</p>", ThumbMediaID: cover}); err != nil {
		t.Fatal(err)
	}
	list, err := r.app.consoleDrafts(t.Context(), "weixin")
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	p := list[0]
	r.decide("wu", bots.PullDraft, bots.Target{Kind: bots.KindBulletin}, 0, map[string]string{
		"account": "weixin", "ref": string(p.Ref), "hash": p.Hash, "title": p.Title, "text": p.Text,
	})
	r.approve()
	r.until("it is out", func() bool { return r.item().State == record.ItemDelivered })
	if out := r.articles(pretend.ViaMass); len(out) != 1 || !strings.Contains(out[0].Text, "<b>不要垫付</b>") {
		t.Errorf("%+v", out)
	}
	b := r.all(bots.KindBulletin)[0].(*bots.Bulletin)
	if b.Author != "console:weixin" || len(b.Signs) != 1 || b.Signs[0].Officer != "lin" {
		t.Errorf("%s %+v", b.Author, b.Signs)
	}
}

func TestWechat_WhatThePlatformObjectsToGoesToAnOfficer(t *testing.T) {
	r := openNewsroom(t, "api")
	r.v.platform.SetReview(pretend.Objection{Contains: "垫付", Status: 20008})
	r.write(false)
	r.approve()
	r.until("it is refused", func() bool { return r.item().State == record.ItemRejected })
	if all := strings.Join(r.alarms(), "\n"); !strings.Contains(all, "没有发布") || len(r.articles(pretend.ViaMass)) != 0 {
		t.Errorf("alarms %q", all)
	}
}

func TestPicturesThatNoBulletinShowsAreSwept(t *testing.T) {
	r := openNewsroom(t, "api")
	r.write(false)
	stray, err := r.app.keepPicture(t.Context(), []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.app.sweepPictures(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.app.picture(t.Context(), stray.Digest); err == nil {
		t.Error("a picture that nothing shows is still there")
	}
	for _, p := range r.draft().Extras.Pictures {
		if data, err := r.app.picture(t.Context(), p.Digest); err != nil || record.PictureDigest(data) != p.Digest {
			t.Errorf("a bulletin has lost its picture %s: %v", p.Name, err)
		}
	}
}

func TestWechat_AQuietBulletinNotifiesNobody(t *testing.T) {
	r := openNewsroom(t, "api")
	r.write(true)
	r.approve()
	r.until("it is out", func() bool { return r.item().State == record.ItemDelivered })
	if issues := r.v.platform.Issues(); len(issues) != 1 || issues[0].Via != pretend.ViaPublish || len(r.articles(pretend.ViaMass)) != 0 {
		t.Errorf("%+v", issues)
	}
	if it := r.item(); !strings.HasPrefix(string(it.Receipt.Ref), "article:") || len(it.Reserved) != 0 {
		t.Errorf("%+v", it)
	}
}
