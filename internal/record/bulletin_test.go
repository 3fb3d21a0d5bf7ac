package record

import (
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

func TestPromise1_ASealCoversWhatABulletinCarries(t *testing.T) {
	full := func() *bots.Draft {
		d := draft(bots.ForBulletin)
		d.Extras = adapters.Extras{Cover: "c.jpg", Source: "draft:1", SourceHash: "h", Pictures: []adapters.Picture{{Name: "a.png", Type: "image/png", Digest: "d"}}}
		return d
	}
	sealed := Seal(full())
	for name, change := range map[string]func(*adapters.Extras){
		"the cover":              func(x *adapters.Extras) { x.Cover = "a.png" },
		"the bytes of a picture": func(x *adapters.Extras) { x.Pictures[0].Digest = "e" },
		"the name of a picture":  func(x *adapters.Extras) { x.Pictures[0].Name = "b.png" },
		"a picture less":         func(x *adapters.Extras) { x.Pictures = nil },
		"whether it is quiet":    func(x *adapters.Extras) { x.Quiet = true },
		"the console's draft":    func(x *adapters.Extras) { x.Source = "draft:2" },
		"what that draft holds":  func(x *adapters.Extras) { x.SourceHash = "i" },
	} {
		d := full()
		if change(&d.Extras); Seal(d) == sealed {
			t.Errorf("%s is not under the seal", name)
		}
	}
	plain := draft(bots.ForBulletin)
	if before := sealOf(plain.Title, plain.Text, plain.Account, string(plain.Channel), plain.To.ID, string(plain.Parent), plain.Evidence, plain.Expires, adapters.Extras{}, ""); Seal(plain) != before {
		t.Error("a bulletin without extras has another seal than before there were any")
	}
}

func TestPromise1_AConsoleDraftIsNotEditedHere(t *testing.T) {
	d := draft(bots.ForBulletin)
	d.Extras.Source = "draft:1"
	text := d.Text
	refusedWith(t, EditDraft(d, officer("wu", Editor), "another", d.Version), "console-draft")
	if d.Text != text {
		t.Error("a refused edit changed the text")
	}
}

func TestAPreviewIsNeverCoveredByAStandingApproval(t *testing.T) {
	d := draft(bots.ForPreview)
	s := &Standing{Head: bots.Head{ID: "s", State: StandingActive}, Template: d.Template, Rev: d.Rev, Purposes: []bots.Purpose{bots.ForPreview}, Until: now.Add(time.Hour)}
	_, err := Cover(d, s, bots.Live, now)
	refusedWith(t, err, "unsolicited")
}

func TestWhatCameOutIsCompared(t *testing.T) {
	for name, c := range map[string]struct {
		title, text string
		says        []string
	}{
		"the same":                {"提示", "不要垫付。", nil},
		"other widths and spaces": {"提示 ", "不要垫付｡\n", nil},
		"a changed title":         {"提醒", "不要垫付。", []string{"标题", "提示", "提醒"}},
		"a changed text":          {"提示", "可以垫付。", []string{"正文从第 1 个字", "不要垫付", "可以垫付"}},
		"something left out":      {"提示", "不要", []string{"正文从第 3 个字", "发出的是「不要」"}},
		"both":                    {"提醒", "可以垫付。", []string{"标题", "；正文"}},
	} {
		i := &Item{Title: "提示"}
		i.Compare("不要垫付。", adapters.Shown{Title: c.title, Text: c.text})
		if (i.Altered == "") != (c.says == nil) {
			t.Errorf("%s: %q", name, i.Altered)
		}
		for _, want := range c.says {
			if !strings.Contains(i.Altered, want) {
				t.Errorf("%s: %q does not say %q", name, i.Altered, want)
			}
		}
	}
}

func TestABulletinRemembersBoundedly(t *testing.T) {
	b := &bots.Bulletin{}
	for n := range 300 {
		Previewed(b, "p")
		KeepReading(b, bots.Reading{Account: "wb", Day: time.Unix(int64(n)*86400, 0).UTC().Format(time.DateOnly), Figures: map[string]int64{"reads": int64(n)}})
	}
	if len(b.Previews) != maxPreviews || len(b.Readings) != maxReadings || b.Readings[maxReadings-1].Figures["reads"] != 299 {
		t.Errorf("%d previews, %d readings", len(b.Previews), len(b.Readings))
	}
	KeepReading(b, bots.Reading{Account: "wb", Day: b.Readings[5].Day, Figures: map[string]int64{"reads": 7}})
	if b.Readings[5].Figures["reads"] != 7 || len(b.Readings) != maxReadings {
		t.Errorf("a day's figures asked again take the place of the earlier: %+v", b.Readings[5])
	}
	day := b.Readings[5].Day
	KeepReading(b, bots.Reading{Account: "wb", Day: day, Figures: map[string]int64{"reads": 8}, Whole: true})
	if b.Readings[4].Day != day || b.Readings[4].Figures["reads"] != 7 {
		t.Errorf("those of the whole account are others: %+v", b.Readings[4])
	}
}

func TestTheNewestApprovalOfAnAccountStands(t *testing.T) {
	b, d := &bots.Bulletin{}, &bots.Draft{Account: "wb"}
	for _, by := range []string{"lin", "zhao"} {
		Sign(b, d, &Approval{Officer: by, At: now})
	}
	Sign(b, &bots.Draft{Account: "blog"}, &Approval{Officer: "lin", At: now})
	if len(b.Signs) != 2 || b.Signs[0].Officer != "zhao" || b.Signs[1].Account != "blog" {
		t.Errorf("%+v", b.Signs)
	}
}
