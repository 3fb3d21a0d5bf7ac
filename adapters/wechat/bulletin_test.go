package wechat_test

import (
	"strings"
	"testing"

	"netpatrol/adapters"
)

// picture is a picture of so many bytes, which nobody decodes.
func picture(name, kind string, size int) adapters.Picture {
	return adapters.Picture{Name: name, Type: kind, Size: size, Digest: "digest-of-" + name, Data: []byte(strings.Repeat("x", size))}
}

func illustrated() adapters.Part {
	return adapters.Part{Title: "警惕冒充客服", Text: "先看海报：\n\n![海报](poster.png)\n\n编号NP-7Q4。", Extras: adapters.Extras{
		Pictures: []adapters.Picture{picture("poster.png", "image/png", 900), picture("cover.jpg", "image/jpeg", 300)}, Cover: "cover.jpg",
	}}
}

func TestPictures_AreUploadedOnceAndShown(t *testing.T) {
	f := newFake()
	r := open(t, f)
	for i, key := range []string{"key-1", "key-2"} {
		at := try
		at.Key, at.Code = key, []string{"NP-7Q4", "NP-8R5"}[i]
		if _, err := r.caps.Publish.Publish(t.Context(), at, illustrated()); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(f.drafts[0].content, `<img src="http://mmbiz.qpic.cn/`) || strings.Contains(f.drafts[0].content, "海报\"") {
		t.Errorf("article %s", f.drafts[0].content)
	}
	if inline, thumb := f.called("/cgi-bin/media/uploadimg"), f.called("/cgi-bin/material/add_material"); inline != 1 || thumb != 1 {
		t.Errorf("%d pictures and %d covers uploaded for two bulletins with the same ones", inline, thumb)
	}
}

func TestPictures_AreCheckedBeforeAnythingIsUploaded(t *testing.T) {
	for name, change := range map[string]func(*adapters.Part){
		"too large for the text":    func(p *adapters.Part) { p.Pictures[0] = picture("poster.png", "image/png", 1<<20+1) },
		"a kind articles show not":  func(p *adapters.Part) { p.Pictures[0].Type = "image/gif" },
		"a cover that is too large": func(p *adapters.Part) { p.Pictures[1] = picture("cover.jpg", "image/jpeg", 64<<10+1) },
		"a cover that is no JPEG":   func(p *adapters.Part) { p.Pictures[1].Type = "image/png" },
		"too many": func(p *adapters.Part) {
			for len(p.Pictures) <= 20 {
				p.Pictures = append(p.Pictures, p.Pictures[0])
			}
		},
	} {
		f := newFake()
		r := open(t, f)
		p := illustrated()
		change(&p)
		_, planned := r.caps.Publish.Plan(adapters.Bulletin{Title: p.Title, Text: p.Text, Extras: p.Extras})
		_, err := r.caps.Publish.Publish(t.Context(), try, p)
		if planned == nil || err == nil || adapters.ClassOf(err) != adapters.Rejected || f.called("/cgi-bin/media/uploadimg")+f.called("/cgi-bin/material/add_material") != 0 {
			t.Errorf("%s: planned %v, published %v", name, planned, err)
		}
	}
}

func TestPlan_SaysWhatReadersWillSee(t *testing.T) {
	p := illustrated()
	plan, err := open(t, newFake()).caps.Publish.Plan(adapters.Bulletin{Title: p.Title, Text: "**注意**\n\n" + p.Text, Extras: p.Extras})
	if err != nil || len(plan.Degraded) != 0 || strings.Contains(plan.Parts[0].Shows, "*") || !strings.Contains(plan.Parts[0].Shows, "注意") || strings.Contains(plan.Parts[0].Shows, "poster") {
		t.Errorf("%+v, %v", plan, err)
	}
	foreign, err := open(t, newFake()).caps.Publish.Plan(adapters.Bulletin{Title: p.Title, Text: p.Text})
	if err != nil || len(foreign.Degraded) != 1 || !strings.Contains(foreign.Parts[0].Shows, "海报") {
		t.Errorf("a picture that is not attached is its description: %+v, %v", foreign, err)
	}
}

func TestPreview_GoesToOnePersonAndLeavesNothing(t *testing.T) {
	for to, want := range map[string]string{openID: `"touser":"` + openID + `"`, "wxname:chenjing": `"towxname":"chenjing"`} {
		f := newFake()
		r := open(t, f, massOn...)
		got, err := r.caps.Preview.Preview(t.Context(), try, adapters.Person{ID: to}, notice)
		if err != nil || got.Ref == "" || got.Pending || len(f.previews) != 1 || !strings.Contains(f.previews[0], want) || len(f.drafts) != 0 || len(f.masses) != 0 {
			t.Errorf("%s: %+v, %v, %q, %d drafts, %d mass sends", to, got, err, f.previews, len(f.drafts), len(f.masses))
		}
	}
	f := newFake()
	if _, err := open(t, f).caps.Preview.Preview(t.Context(), try, adapters.Person{}, notice); err == nil || f.called("/cgi-bin/message/mass/preview") != 0 || f.called("/cgi-bin/message/mass/sendall") != 0 {
		t.Errorf("nobody to send it to: %v", err)
	}
}

func TestPreview_ItsDraftIsNoBulletin(t *testing.T) {
	f := newFake()
	r := open(t, f)
	f.with(func() { f.answers["/cgi-bin/draft/delete"] = `{"errcode":-1,"errmsg":"system error"}` })
	if _, err := r.caps.Preview.Preview(t.Context(), try, citizen, notice); err != nil || len(f.drafts) != 1 {
		t.Fatalf("%v, %d drafts", err, len(f.drafts))
	}
	got, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil || got.Existed || len(f.drafts) != 2 {
		t.Errorf("%+v, %v, %d drafts", got, err, len(f.drafts))
	}
}

func TestQuiet_PublishesWithoutSending(t *testing.T) {
	f := newFake()
	r := open(t, f, massOn...)
	quiet := notice
	quiet.Quiet = true
	got, err := r.caps.Publish.Publish(t.Context(), try, quiet)
	if err != nil || got.Ref != "publish:2247400001" || !got.Pending || f.called("/cgi-bin/message/mass/sendall") != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	f.with(func() {
		f.answers["/cgi-bin/freepublish/get"] = `{"publish_id":2247400001,"publish_status":0,"article_id":"ART9","article_detail":{"count":1,"item":[{"idx":1,"article_url":"http://mp/9"}]}}`
	})
	out, err := r.caps.Publish.Check(t.Context(), got)
	if err != nil || out.Ref != "article:ART9" || out.Pending {
		t.Errorf("%+v, %v", out, err)
	}
	f.with(func() {
		f.stats = map[string]string{"getarticletotaldetail": `{"list":[{"msgid":"2247483659_1","detail_list":[{"read_user":7,"share_user":2}]}]}`}
	})
	figures, err := r.caps.Measure.Figures(t.Context(), []adapters.Ref{out.Ref})
	if err != nil || len(figures) < 2 || figures[0].Value != 7 {
		t.Errorf("its figures go by the number it was submitted under: %+v, %v", figures, err)
	}
	if again := newFake(); true {
		if got, err := open(t, again, "publish", "quiet").caps.Publish.Publish(t.Context(), try, notice); err != nil || !got.Pending || again.called("/cgi-bin/freepublish/submit") != 1 {
			t.Errorf("an account that always publishes quietly: %+v, %v", got, err)
		}
	}
}

func TestPromise4_AQuietBulletinIsNeverSubmittedTwice(t *testing.T) {
	f := newFake()
	r := open(t, f, "publish", "quiet")
	f.with(func() { f.answers["/cgi-bin/freepublish/submit"] = `{"errcode":0}` })
	if _, err := r.caps.Publish.Publish(t.Context(), try, notice); err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Fatalf("taken without a publish_id: %v", err)
	}
	f.with(func() { delete(f.answers, "/cgi-bin/freepublish/submit") })
	r.reopen(t, "publish", "quiet")
	if _, err := r.caps.Publish.Publish(t.Context(), again, notice); err == nil || adapters.ClassOf(err) != adapters.Unknown || f.called("/cgi-bin/freepublish/submit") != 1 {
		t.Errorf("%v after %d submits", err, f.called("/cgi-bin/freepublish/submit"))
	}
	f.Settle(adapters.Ref("draft:"+f.drafts[0].id), true)
	if got, err := r.caps.Publish.Publish(t.Context(), again, notice); err != nil || !got.Existed || !strings.HasPrefix(string(got.Ref), "article:") {
		t.Errorf("it had come out: %+v, %v", got, err)
	}

	g := newFake()
	refused := open(t, g, "publish", "quiet")
	g.with(func() {
		g.answers["/cgi-bin/freepublish/submit"] = `{"errcode":53503,"errmsg":"the draft fails checks"}`
	})
	if _, err := refused.caps.Publish.Publish(t.Context(), try, notice); adapters.ClassOf(err) != adapters.Rejected {
		t.Fatal(err)
	}
	g.with(func() { delete(g.answers, "/cgi-bin/freepublish/submit") })
	if got, err := refused.caps.Publish.Publish(t.Context(), again, notice); err != nil || !got.Pending {
		t.Errorf("what was certainly refused may be tried again: %+v, %v", got, err)
	}
}

// theirs puts a draft into the box as a person in the console does.
func (f *fake) theirs(title, content string) {
	f.with(func() {
		f.next++
		f.drafts = append(f.drafts, &draftEntry{id: "HAND", title: title, content: content, thumb: "OWN-COVER"})
	})
}

func pulled(t *testing.T, r *rig) adapters.Part {
	t.Helper()
	list, err := r.caps.Drafts.Drafts(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	return adapters.Part{Title: list[0].Title, Text: list[0].Text, Extras: adapters.Extras{Source: list[0].Ref, SourceHash: list[0].Hash}}
}

func TestConsoleDrafts_ArePulledAndSentAsTheyAre(t *testing.T) {
	f := newFake()
	r := open(t, f, massOn...)
	if _, err := r.caps.Publish.Publish(t.Context(), try, notice); err != nil {
		t.Fatal(err)
	}
	f.theirs("本周反诈提示", "<section><p>示例网警提醒：不要垫付。</p></section>")
	f.with(func() {
		f.answers["/cgi-bin/message/mass/sendall"] = `{"errcode":45028,"errmsg":"has no masssend quota"}`
	})
	left := adapters.Attempt{Item: "item-3", N: 1, Key: "key-3", Code: "NP-3C4"}
	if _, err := r.caps.Publish.Publish(t.Context(), left, notice); err == nil || len(f.drafts) != 2 {
		t.Fatalf("%v, %d drafts", err, len(f.drafts))
	}
	f.with(func() { delete(f.answers, "/cgi-bin/message/mass/sendall") })
	p := pulled(t, r) // the one a person made, not the one of ours that waits to be sent
	if p.Text != "示例网警提醒：不要垫付。" {
		t.Errorf("text %q", p.Text)
	}
	plan, err := r.caps.Publish.Plan(adapters.Bulletin{Title: p.Title, Text: p.Text, Extras: p.Extras})
	if err != nil || plan.Parts[0].Shows != p.Text {
		t.Errorf("%+v, %v", plan, err)
	}
	at := adapters.Attempt{Item: "item-2", N: 1, Key: "key-2", Code: "NP-9T6"}
	before := f.called("/cgi-bin/draft/add")
	if _, err := r.caps.Publish.Publish(t.Context(), at, p); err != nil || len(f.masses) != 2 || !strings.Contains(f.masses[1].text, "不要垫付") || f.called("/cgi-bin/draft/add") != before {
		t.Errorf("%v, %d mass sends", err, len(f.masses))
	}
}

func TestPromise1_AConsoleDraftThatWasChangedDoesNotLeave(t *testing.T) {
	for name, options := range map[string][]string{"mass send": massOn, "quiet": {"publish", "quiet"}, "left for a person": nil} {
		f := newFake()
		r := open(t, f, options...)
		f.theirs("本周反诈提示", "<p>示例网警提醒：不要垫付。</p>")
		p := pulled(t, r)
		f.with(func() { f.drafts[0].thumb = "COVER" })
		_, err := r.caps.Publish.Publish(t.Context(), try, p)
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || len(f.masses) != 0 || f.called("/cgi-bin/freepublish/submit") != 0 {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.caps.Preview.Preview(t.Context(), try, citizen, p); err == nil || len(f.previews) != 0 {
			t.Errorf("%s: previewed all the same: %v", name, err)
		}
	}
}

func TestConsoleDrafts_LeftForAPersonAreFoundAgain(t *testing.T) {
	f := newFake()
	r := open(t, f)
	f.theirs("本周反诈提示", "<p>示例网警提醒：不要垫付。</p>")
	got, err := r.caps.Publish.Publish(t.Context(), try, pulled(t, r))
	if err != nil || got.Ref != "draft:HAND" || !got.Pending {
		t.Fatalf("%+v, %v", got, err)
	}
	f.Settle(got.Ref, true)
	out, err := r.caps.Publish.Check(t.Context(), got)
	if err != nil || out.Pending || out.Shown == nil || out.Shown.Text != "示例网警提醒：不要垫付。" {
		t.Errorf("%+v, %v", out, err)
	}
}
