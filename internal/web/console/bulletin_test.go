package console_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// poster is a small picture.
func poster(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for x := range 320 {
		for y := range 200 {
			m.Set(x, y, color.RGBA{uint8(30 + x/3), 90, uint8(120 + y/2), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// illustrated writes a bulletin with a picture, has it previewed and approved, and counted
// for three days after it came out altered.
func (s *site) illustrated() *bots.Bulletin {
	p, err := s.Station().KeepPicture(s.t.Context(), poster(s.t))
	if err != nil {
		s.t.Fatal(err)
	}
	s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{
		"title": "兼职先垫付，都是骗局", "text": "看图识骗局：\n\n![海报](poster.png)\n\n凡是先垫付的兼职都是诈骗。", "accounts": "weibo",
		"extras": `{"pictures":[{"name":"poster.png","type":"image/png","size":10,"digest":"` + p.Digest + `"}]}`,
	}})
	var b *bots.Bulletin
	for _, r := range s.All(bots.KindBulletin, bots.BulletinDrafted) {
		if x := r.(*bots.Bulletin); x.Title == "兼职先垫付，都是骗局" {
			b = x
		}
	}
	return b
}

// counted lets an approved bulletin come out, not quite as approved, and be counted.
func (s *site) counted(b *bots.Bulletin) {
	s.Update(func(tx record.Tx) error {
		b, err := record.Load[bots.Bulletin](tx, b.ID)
		if err != nil {
			return err
		}
		for i, n := range []int64{1280, 2350, 2610} {
			day := time.Date(2026, 11, 20+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			record.KeepReading(b, bots.Reading{Account: "weibo", Day: day, Figures: map[string]int64{"reads": n, "shares": n / 20, "comments": n / 90}})
			record.KeepReading(b, bots.Reading{Account: "weibo", Day: day, Whole: true, Figures: map[string]int64{"reads": n * 2}})
		}
		d, err := record.Load[bots.Draft](tx, b.Drafts[0])
		if err != nil {
			return err
		}
		i, err := record.Load[record.Item](tx, d.Item)
		if err != nil {
			return err
		}
		i.State = record.ItemDelivered
		i.Compare(i.Text, adapters.Shown{Title: i.Title, Text: strings.ReplaceAll(i.Text, "诈骗", "骗局")})
		if err := tx.Put(i); err != nil {
			return err
		}
		return tx.Put(b)
	})
}

func TestABulletinsPageSaysWhoWroteApprovedAndSawIt(t *testing.T) {
	s := newSite(t)
	b := s.illustrated()
	page := "/bulletins/" + url.PathEscape(b.ID)
	wu, lin := s.as("wu"), s.as("lin")
	p := wu.get(page)
	p.has("还没有人批准", "已预留 1 次", "/bulletins/pictures/"+b.Extras.Pictures[0].Digest, "发送预览")
	wu.post(page+"/preview", p.form(page+"/preview", url.Values{"to": {"chen"}})).has("预览已交给发送队列", "发过的预览", "陈立")
	d := s.All(bots.KindDraft, bots.DraftAwaiting)[0].(*bots.Draft)
	draft := "/drafts/" + url.PathEscape(d.ID)
	lin.post(draft+"/approve", lin.get(draft).form(draft+"/approve", nil))
	s.counted(b)
	p = lin.get(page)
	p.has("吴越", "林珊", "封签", "发出的内容与批准的不一致", "<svg", "2610", "2026-11-22", "阅读", "同期整个账号每天的数据")
	p.lacks("还没有人批准", "发送预览")
	lin.get("/bulletins").has("审批 林珊")
}

func TestAPreviewToSomebodyWithoutAPlaceIsRefused(t *testing.T) {
	s := newSite(t)
	page := "/bulletins/" + url.PathEscape(s.illustrated().ID)
	wu := s.as("wu")
	wu.post(page+"/preview", wu.get(page).form(page+"/preview", url.Values{"to": {"wu"}})).has("配置里没有这位同事在该平台上的号")
}

// attachedTo posts the form of a new bulletin with files.
func (o *officer) attachedTo(fields url.Values, files map[string][]byte) *seen {
	o.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, vs := range fields {
		for _, v := range vs {
			_ = w.WriteField(k, v) // into a buffer
		}
	}
	for name, data := range files {
		f, err := w.CreateFormFile("files", name)
		if err != nil {
			o.t.Fatal(err)
		}
		_, _ = f.Write(data)
	}
	_ = w.Close()
	res, err := o.http.Post(o.site.url+"/bulletins/new", w.FormDataContentType(), &b)
	return o.page(res, err)
}

func TestAPictureIsAttachedPreviewedAndSubmitted(t *testing.T) {
	s := newSite(t)
	wu := s.as("wu")
	fill := url.Values{"title": {"看图识骗局"}, "text": {"看 ![海报](poster.png)"}, "account": {"weibo"}, "do": {"preview"}}
	p := wu.attachedTo(wu.get("/bulletins/new").form("/bulletins/new", fill), map[string][]byte{"poster.png": poster(t)})
	p.has("poster.png", "/bulletins/pictures/", "去掉 poster.png", "封面", "还剩 4 次")
	fill.Set("do", "submit")
	wu.post("/bulletins/new", p.form("/bulletins/new", fill)).has("通报已提交")
	b := s.All(bots.KindBulletin, "")[0].(*bots.Bulletin)
	if len(b.Extras.Pictures) != 1 || b.Extras.Pictures[0].Digest != record.PictureDigest(poster(t)) {
		t.Errorf("%+v", b.Extras)
	}
	if img := wu.get("/bulletins/pictures/" + b.Extras.Pictures[0].Digest); img.status != http.StatusOK || img.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %s", img.status, img.header.Get("Content-Type"))
	}
}

func TestWhatIsNoPictureIsNotAttached(t *testing.T) {
	s := newSite(t)
	wu := s.as("wu")
	fill := url.Values{"title": {"看图识骗局"}, "text": {"看 ![海报](poster.png)"}, "account": {"weibo"}, "do": {"preview"}}
	wu.attachedTo(wu.get("/bulletins/new").form("/bulletins/new", fill), map[string][]byte{"poster.png": []byte("no picture")}).has("不是可用的图片", "看图识骗局")
	wu.attachedTo(wu.get("/bulletins/new").form("/bulletins/new", fill), map[string][]byte{"poster.png": make([]byte, 1<<20+1)}).has("超过 1 MB")
	fill.Set("do", "submit")
	wu.post("/bulletins/new", wu.get("/bulletins/new").form("/bulletins/new", fill)).has("还没有附上")
	if n := len(s.All(bots.KindBulletin, "")); n != 0 {
		t.Errorf("%d bulletins came of it", n)
	}
}

func theirs() adapters.Prepared {
	return adapters.Prepared{Ref: "draft:1", Title: "本周反诈提示", Text: "海口网警提醒：不要垫付。", Hash: "h1"}
}

func TestAConsoleDraftIsPulledAsItWasSeen(t *testing.T) {
	s := newSite(t)
	s.ConsoleDrafts(theirs())
	wu := s.as("wu")
	wu.get("/bulletins").has("后台草稿")
	p := wu.get("/bulletins/console")
	p.has("本周反诈提示", "海口网警提醒：不要垫付。")
	form := p.form("/bulletins/console", nil)
	changed := theirs()
	changed.Hash, changed.Text = "h2", "海口网警提醒：请转账。"
	s.ConsoleDrafts(changed)
	wu.post("/bulletins/console", form).has("刚刚在平台后台被改动")
	s.ConsoleDrafts(theirs())
	wu.post("/bulletins/console", form).has("已加封提交审批", "平台后台（weibo）")
	d := s.All(bots.KindDraft, "")[0].(*bots.Draft)
	page := wu.get("/drafts/" + url.PathEscape(d.ID))
	page.has("按原稿发出")
	page.lacks("保存修改")
	if got := s.as("chen").get("/bulletins/console"); got.status != http.StatusForbidden {
		t.Errorf("who writes no bulletins sees the draft box: %d", got.status)
	}
}
