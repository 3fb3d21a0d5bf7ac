package wechat_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

func TestPlan_ChecksWhatThePlatformWould(t *testing.T) {
	pub := open(t, newFake()).caps.Publish
	for _, c := range []struct {
		name, title, text string
		long              bool
	}{
		{"no title", " ", "text", false},
		{"a title that is too long", strings.Repeat("警", 33), "text", true},
		{"no text", "title", "\n", false},
		{"too long", "title", strings.Repeat("警", 20_000), true},
		{"too long with its markup", "title", strings.Repeat("警\n", 9_000), true},
	} {
		_, err := pub.Plan(adapters.Bulletin{Title: c.title, Text: c.text})
		var long *adapters.TooLong
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || errors.As(err, &long) != c.long {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	p, err := pub.Plan(adapters.Bulletin{Title: strings.Repeat("警", 32), Text: "见[公告](https://a.example)![图](https://a.example/1.png)"})
	if err != nil || len(p.Parts) != 1 || p.Parts[0].Title == "" || len(p.Degraded) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestDraftOnly_APersonSends(t *testing.T) {
	f := newFake()
	r := open(t, f, "author", "示例网警")
	got, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil || !got.Pending || got.Existed || !strings.HasPrefix(string(got.Ref), "draft:") || f.called("/cgi-bin/message/mass/sendall") != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if body := f.bodies["/cgi-bin/draft/add"]; !strings.Contains(body, `"need_open_comment":1`) || !strings.Contains(body, "示例网警") || !strings.Contains(body, "<p>接到") {
		t.Errorf("draft %s", body)
	}
	if still, err := r.caps.Publish.Check(t.Context(), got); err != nil || !still.Pending || still.Ref != got.Ref {
		t.Errorf("before anybody sent it: %+v, %v", still, err)
	}
	f.Settle(got.Ref, true)
	r.reopen(t)
	out, err := r.caps.Publish.Check(t.Context(), got)
	if err != nil || out.Pending || !strings.HasPrefix(string(out.Ref), "article:") || !strings.Contains(out.URL, "mp.weixin.qq.com") || out.At.IsZero() {
		t.Errorf("once a person sent it, after a restart: %+v, %v", out, err)
	}
	if out.Shown == nil || out.Shown.Title != notice.Title || strings.TrimSpace(out.Shown.Text) != notice.Text {
		t.Errorf("readers see %+v", out.Shown)
	}
	if final, err := r.caps.Publish.Check(t.Context(), out); err != nil || final.Pending || final.Ref != out.Ref {
		t.Errorf("checked again: %+v, %v", final, err)
	}
}

func TestDraftOnly_AnotherAttemptFindsTheFirst(t *testing.T) {
	f := newFake()
	r := open(t, f)
	first, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.caps.Publish.Publish(t.Context(), again, notice)
	if err != nil || second.Ref != first.Ref || !second.Existed || !second.Pending || len(f.drafts) != 1 {
		t.Errorf("in the box: %+v, %v, %d drafts", second, err, len(f.drafts))
	}
	f.Settle(first.Ref, true)
	third, err := r.caps.Publish.Publish(t.Context(), again, notice)
	if err != nil || !strings.HasPrefix(string(third.Ref), "article:") || third.Pending || !third.Existed || len(f.drafts) != 0 {
		t.Errorf("sent by a person meanwhile: %+v, %v, %d drafts", third, err, len(f.drafts))
	}
}

func TestDraftOnly_ChangedByAPerson(t *testing.T) {
	f := newFake()
	r := open(t, f)
	got, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil {
		t.Fatal(err)
	}
	f.with(func() { f.drafts[0].content += "<p>请转账</p>" })
	f.Settle(got.Ref, true)
	if out, err := r.caps.Publish.Check(t.Context(), got); err != nil || out.Shown == nil || !strings.Contains(out.Shown.Text, "请转账") {
		t.Errorf("what came out is not told: %v %+v", err, out.Shown)
	}
}

func TestDraftOnly_GoneWithoutATraceStaysOpen(t *testing.T) {
	f := newFake()
	r := open(t, f)
	got, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil {
		t.Fatal(err)
	}
	f.with(func() { f.drafts = nil })
	if still, err := r.caps.Publish.Check(t.Context(), got); err != nil || !still.Pending || !still.Vanished {
		t.Errorf("%+v, %v", still, err)
	}
	if err := r.caps.Retract.Withdraw(t.Context(), try, got); adapters.ClassOf(err) != adapters.Rejected || err == nil {
		t.Errorf("withdrawing it is for a person: %v", err)
	}
}

func TestDraftOnly_Withdraw(t *testing.T) {
	f := newFake()
	r := open(t, f)
	got, _ := r.caps.Publish.Publish(t.Context(), try, notice)
	for range 2 {
		if err := r.caps.Retract.Withdraw(t.Context(), try, got); err != nil || len(f.drafts) != 0 {
			t.Errorf("%v, %d drafts", err, len(f.drafts))
		}
	}
	if _, err := r.caps.Publish.Check(t.Context(), got); adapters.ClassOf(err) != adapters.Gone || err == nil {
		t.Errorf("check a withdrawn draft: %v", err)
	}
	other, _ := r.caps.Publish.Publish(t.Context(), try, notice)
	f.Settle(other.Ref, true)
	if err := r.caps.Retract.Withdraw(t.Context(), try, other); err != nil || len(f.out) != 0 {
		t.Errorf("what a person has sent since: %v, %d published", err, len(f.out))
	}
}

func TestCover_UploadedOnce(t *testing.T) {
	f := newFake()
	r := open(t, f)
	for i := range 2 {
		at := try
		at.Key, at.Code = fmt.Sprintf("key-%d", i), fmt.Sprintf("NP-%d", i)
		if _, err := r.caps.Publish.Publish(t.Context(), at, notice); err != nil {
			t.Fatal(err)
		}
		r.reopen(t)
	}
	if n := f.called("/cgi-bin/material/add_material"); n != 1 {
		t.Errorf("uploaded %d times", n)
	}
	own := newFake()
	if _, err := open(t, own, "cover_media_id", "OWN-COVER").caps.Publish.Publish(t.Context(), try, notice); err != nil || own.drafts[0].thumb != "OWN-COVER" || own.called("/cgi-bin/material/add_material") != 0 {
		t.Errorf("a configured cover: %v", err)
	}
}

func TestCover_GoneIsMadeAgain(t *testing.T) {
	f := newFake()
	r := open(t, f)
	f.with(func() { f.answers["/cgi-bin/draft/add"] = `{"errcode":40007,"errmsg":"invalid media_id"}` })
	if _, err := r.caps.Publish.Publish(t.Context(), try, notice); adapters.ClassOf(err) != adapters.NotSent || err == nil {
		t.Errorf("%v", err)
	}
	f.with(func() { delete(f.answers, "/cgi-bin/draft/add") })
	if _, err := r.caps.Publish.Publish(t.Context(), again, notice); err != nil || f.called("/cgi-bin/material/add_material") != 2 {
		t.Errorf("%v, uploaded %d times", err, f.called("/cgi-bin/material/add_material"))
	}
	if _, err := open(t, newFake(), "cover_media_id", "NO-COVER").caps.Publish.Publish(t.Context(), try, notice); adapters.ClassOf(err) != adapters.Rejected || err == nil || !strings.Contains(err.Error(), "cover_media_id") {
		t.Errorf("a configured cover that is none: %v", err)
	}
}

func TestMassSend_AlreadySentIsSuccess(t *testing.T) {
	f := newFake()
	f.api = true
	r := open(t, f, massOn...)
	first, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil || !first.Pending || !strings.HasPrefix(string(first.Ref), "mass:") {
		t.Fatalf("%+v, %v", first, err)
	}
	if body := f.bodies["/cgi-bin/message/mass/sendall"]; !strings.Contains(body, `"clientmsgid":"key-1"`) || !strings.Contains(body, `"is_to_all":true`) {
		t.Errorf("sent %s", body)
	}
	second, err := r.caps.Publish.Publish(t.Context(), again, notice)
	if err != nil || second.Ref != first.Ref || !second.Existed || len(f.masses) != 1 || len(f.drafts) != 0 {
		t.Errorf("%+v, %v, %d mass sends, %d drafts left for a person to send again", second, err, len(f.masses), len(f.drafts))
	}
}

func TestMassSend_ByTag(t *testing.T) {
	f := newFake()
	if _, err := open(t, f, "publish", "api", "audience", "tag:7").caps.Publish.Publish(t.Context(), try, notice); err != nil {
		t.Fatal(err)
	}
	if body := f.bodies["/cgi-bin/message/mass/sendall"]; !strings.Contains(body, `"is_to_all":false`) || !strings.Contains(body, `"tag_id":7`) {
		t.Errorf("sent %s", body)
	}
}

func TestMassSend_UsesTheDraftOfTheFirstAttempt(t *testing.T) {
	f := newFake()
	r := open(t, f, massOn...)
	f.with(func() {
		f.answers["/cgi-bin/message/mass/sendall"] = `{"errcode":45028,"errmsg":"has no masssend quota"}`
	})
	if _, err := r.caps.Publish.Publish(t.Context(), try, notice); adapters.ClassOf(err) != adapters.RateLimited {
		t.Fatal(err)
	}
	r.reopen(t, massOn...)
	if _, err := r.caps.Publish.Publish(t.Context(), again, notice); adapters.ClassOf(err) != adapters.RateLimited || f.called("/cgi-bin/draft/add") != 1 {
		t.Errorf("%v, %d drafts", err, f.called("/cgi-bin/draft/add"))
	}
	// Somebody edits it in the console: that is not what was approved.
	f.with(func() {
		f.drafts[0].content += "<p>请转账</p>"
		delete(f.answers, "/cgi-bin/message/mass/sendall")
	})
	if _, err := r.caps.Publish.Publish(t.Context(), again, notice); err != nil || strings.Contains(f.masses[0].text, "转账") {
		t.Errorf("%v, sent %q", err, f.masses[0].text)
	}
}

func TestPromise4_AMassSendWithoutAnIDIsUnknown(t *testing.T) {
	for _, body := range []string{`{"errcode":0,"errmsg":"send job submission success"}`, `{"errcode":45065,"errmsg":"clientmsgid exist"}`} {
		f := newFake()
		f.answers["/cgi-bin/message/mass/sendall"] = body
		if _, err := open(t, f, massOn...).caps.Publish.Publish(t.Context(), try, notice); err == nil || adapters.ClassOf(err) != adapters.Unknown {
			t.Errorf("%s: %v", body, err)
		}
	}
	f := newFake()
	f.answers["/cgi-bin/draft/add"] = `{"errcode":0}`
	if _, err := open(t, f).caps.Publish.Publish(t.Context(), try, notice); err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("a draft without an id: %v", err)
	}
}

func TestPromise4_AnEarlierAttemptsMissingDraftMayHaveGoneOut(t *testing.T) {
	for _, c := range []struct {
		at   adapters.Attempt
		want adapters.Class
	}{{try, adapters.Gone}, {again, adapters.Unknown}} {
		f := newFake()
		f.answers["/cgi-bin/message/mass/sendall"] = `{"errcode":40007,"errmsg":"invalid media_id"}`
		if _, err := open(t, f, massOn...).caps.Publish.Publish(t.Context(), c.at, notice); err == nil || adapters.ClassOf(err) != c.want {
			t.Errorf("attempt %d: %v, want %s", c.at.N, err, c.want)
		}
	}
}

func TestCheck_EveryEndOfAMassSend(t *testing.T) {
	for _, c := range []struct {
		status  string
		pending bool
		class   adapters.Class
		says    string
	}{
		{"SEND_SUCCESS", false, 0, ""}, {"send success", false, 0, ""}, {"SENDING", true, 0, ""}, {"WAITING_FOR_ADMIN", true, 0, ""},
		{"SEND_FAIL", false, adapters.Rejected, "failed"}, {"send fail", false, adapters.Rejected, "failed"}, {"DELETE", false, adapters.Gone, "deleted"},
		{"err(20008)", false, adapters.Rejected, "fraud"}, {"err(10001)", false, adapters.Rejected, "advertising"}, {"err(31415)", false, adapters.Rejected, "not explained"},
	} {
		f := newFake()
		f.answers["/cgi-bin/message/mass/get"] = `{"msg_id":201053012,"msg_status":"` + c.status + `"}`
		got, err := open(t, f, massOn...).caps.Publish.Check(t.Context(), adapters.Receipt{Ref: "mass:201053012", Pending: true})
		switch {
		case c.class == 0 && (err != nil || got.Pending != c.pending || got.Ref != "mass:201053012"):
			t.Errorf("%s: %+v, %v", c.status, got, err)
		case c.class != 0 && (err == nil || adapters.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.status, err)
		}
	}
}

func TestCheck_APublishingJob(t *testing.T) {
	for _, c := range []struct {
		answer  string
		pending bool
		ref     adapters.Ref
		class   adapters.Class
	}{
		{`{"publish_id":22,"publish_status":0,"article_id":"ART1","article_detail":{"count":1,"item":[{"idx":1,"article_url":"http://mp/1"}]}}`, false, "article:ART1", 0},
		{`{"publish_id":"22","publish_status":1}`, true, "publish:22", 0},
		{`{"publish_status":2,"fail_idx":[1]}`, false, "", adapters.Rejected}, {`{"publish_status":3}`, false, "", adapters.Rejected},
		{`{"publish_status":4}`, false, "", adapters.Rejected}, {`{"publish_status":5}`, false, "", adapters.Gone}, {`{"publish_status":6}`, false, "", adapters.Gone},
		{`{"publish_status":0}`, false, "", adapters.NotSent}, {`{}`, false, "", adapters.NotSent},
	} {
		f := newFake()
		f.answers["/cgi-bin/freepublish/get"] = c.answer
		got, err := open(t, f).caps.Publish.Check(t.Context(), adapters.Receipt{Ref: "publish:22", Pending: true})
		if c.class == 0 && (err != nil || got.Pending != c.pending || got.Ref != c.ref) || c.class != 0 && (err == nil || adapters.ClassOf(err) != c.class) {
			t.Errorf("%s: %+v, %v", c.answer, got, err)
		}
	}
	if _, err := open(t, newFake()).caps.Publish.Check(t.Context(), adapters.Receipt{Ref: "key-1"}); err == nil {
		t.Error("a message's receipt is none of a bulletin")
	}
}

func TestFind_AMassSendsDraftIsNoSend(t *testing.T) {
	f := newFake()
	r := open(t, f, massOn...)
	f.with(func() { f.answers["/cgi-bin/message/mass/sendall"] = `{"errcode":45028}` })
	_, _ = r.caps.Publish.Publish(t.Context(), try, notice)
	q := adapters.FindQuery{Channel: adapters.Public, Code: try.Code, Key: try.Key, Since: time.Now()}
	if got, err := r.caps.Find.Find(t.Context(), q); err != nil || got.Verdict != adapters.Inconclusive || len(f.drafts) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestComments_ReplyOnce(t *testing.T) {
	f := newFake()
	f.oneReply = true
	r := open(t, f)
	answer := func(at adapters.Attempt, ref adapters.Ref) (adapters.Receipt, error) {
		return r.caps.Comment.Comment(t.Context(), at, adapters.Comment{To: citizen, Parent: ref, Text: "请拨打110。编号NP-7Q4"})
	}
	ours, theirs := f.Write("comments", "是真的吗"), f.Write("comments", "有人打电话")
	first, err := answer(try, ours)
	if err != nil || first.Existed {
		t.Fatalf("%+v, %v", first, err)
	}
	if second, err := answer(again, ours); err != nil || !second.Existed || second.Ref != first.Ref || second.At.IsZero() {
		t.Errorf("our own reply: %+v, %v", second, err)
	}
	f.with(func() { f.remark(theirs).reply = "同事已答复" })
	if _, err := answer(try, theirs); err == nil || adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("a colleague's reply: %v", err)
	}
	for _, bad := range []adapters.Ref{"", "comment:1", "comment:a:b:c", "mass:1"} {
		if _, err := answer(try, bad); err == nil || adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("under %q: %v", bad, err)
		}
	}
	for range 2 {
		if err := r.caps.Retract.Withdraw(t.Context(), try, first); err != nil || f.remark(ours).reply != "" {
			t.Errorf("withdraw: %v", err)
		}
	}
	if err := r.caps.Retract.Withdraw(t.Context(), try, adapters.Receipt{Ref: "key-1"}); adapters.ClassOf(err) != adapters.Unsupported || err == nil {
		t.Errorf("withdraw a private message: %v", err)
	}
}

func TestPromise4_AReplyNobodyCanSeeIsUnknownToALaterAttempt(t *testing.T) {
	for _, c := range []struct {
		at   adapters.Attempt
		want adapters.Class
	}{{try, adapters.Rejected}, {again, adapters.Unknown}} {
		f := newFake()
		r := open(t, f)
		ref := f.Write("comments", "是真的吗")
		f.with(func() {
			f.answers["/cgi-bin/comment/reply/add"] = `{"errcode":88005,"errmsg":"already reply"}`
			f.answers["/cgi-bin/comment/list"] = `{"errcode":-1,"errmsg":"system error"}`
		})
		if _, err := r.caps.Comment.Comment(t.Context(), c.at, adapters.Comment{To: citizen, Parent: ref, Text: "x"}); err == nil || adapters.ClassOf(err) != c.want {
			t.Errorf("attempt %d: %v, want %s", c.at.N, err, c.want)
		}
	}
}

func TestFind_AReplyCanBeProvedAbsent(t *testing.T) {
	f := newFake()
	r := open(t, f)
	ref := f.Write("comments", "是真的吗")
	find := func() adapters.Verdict {
		got, err := r.caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.InReply, Parent: ref, Code: "NP-7Q4", Since: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return got.Verdict
	}
	if v := find(); v != adapters.Absent {
		t.Errorf("no reply: %s", v)
	}
	f.with(func() { f.remark(ref).reply = "同事已答复" })
	if v := find(); v != adapters.Inconclusive {
		t.Errorf("another's reply: %s", v)
	}
	f.with(func() { f.remark(ref).reply = "编号NP-7Q4" })
	if v := find(); v != adapters.Found {
		t.Errorf("ours: %s", v)
	}
	f.Delete(ref)
	if v := find(); v != adapters.Inconclusive {
		t.Errorf("the comment is gone: %s", v)
	}
}

func TestComments_AllPagesOfAllArticles(t *testing.T) {
	f := newFake()
	f.api = true
	r := open(t, f, append([]string{"articles", fmt.Sprintf("%d, 99", dataID)}, massOn...)...) // nobody knows 99
	if _, err := r.caps.Publish.Publish(t.Context(), try, notice); err != nil {
		t.Fatal(err)
	}
	start, err := r.caps.Watch.Poll(t.Context(), "comments", "", 10)
	if err != nil || len(start.Items) != 0 {
		t.Fatalf("%+v, %v", start, err)
	}
	if !strings.Contains(string(start.Next), fmt.Sprintf("data:%d:0", f.masses[0].data)) {
		t.Errorf("a mass send's article is watched: %s", start.Next)
	}
	var want []adapters.Ref
	for i := range 120 {
		want = append(want, f.Write("comments", fmt.Sprintf("评论 %d", i)))
	}
	f.with(func() { f.remarks[3].openID = "" })
	var got []adapters.Ref
	people := map[string]bool{}
	cur := start.Next
	for more := true; more; {
		b, err := r.caps.Watch.Poll(t.Context(), "comments", cur, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range b.Items {
			got = append(got, in.Ref)
			people[in.From.ID] = true
			if in.Parent != "data:2247483650:0" {
				t.Errorf("parent %s", in.Parent)
			}
		}
		cur, more = b.Next, b.More
	}
	if !slices.Equal(got, want) || len(people) != 2 || people[""] {
		t.Errorf("%d of %d comments, %d people", len(got), len(want), len(people))
	}
	if _, err := r.caps.Watch.Poll(t.Context(), "comments", "nonsense", 50); err == nil || adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("a cursor that is none: %v", err)
	}
}

// One article's closed comments do not hide another's. When each is closed, the account has none.
func TestComments_OneClosedArticleHidesNoOther(t *testing.T) {
	const other = dataID + 7
	for _, code := range []int{88000, 88001, 88002, 88011} {
		for _, closed := range []int64{dataID, other} {
			f := newFake()
			r := open(t, f, "articles", fmt.Sprintf("%d,%d", dataID, other))
			f.shut = map[int64]int{closed: code}
			start, err := r.caps.Watch.Poll(t.Context(), "comments", "", 10)
			if err != nil {
				t.Fatalf("%d under %d: %v", code, closed, err)
			}
			f.Write("comments", "是真的吗")
			b, err := r.caps.Watch.Poll(t.Context(), "comments", start.Next, 10)
			if want := map[int64]int{dataID: 0, other: 1}[closed]; err != nil || len(b.Items) != want {
				t.Errorf("%d under %d: %d comments, want %d: %v", code, closed, len(b.Items), want, err)
			}
			f.with(func() { f.shut = map[int64]int{dataID: code, other: code} })
			if _, err := r.caps.Watch.Poll(t.Context(), "comments", b.Next, 10); (err != nil) != (code == 88000) {
				t.Errorf("%d under each: %v", code, err)
			}
		}
	}
}

func TestFigures(t *testing.T) {
	f := newFake()
	f.api = true
	r := open(t, f, massOn...)
	got, err := r.caps.Publish.Publish(t.Context(), try, notice)
	if err != nil {
		t.Fatal(err)
	}
	values := func(refs ...adapters.Ref) map[string]int64 {
		list, err := r.caps.Measure.Figures(t.Context(), refs)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int64{}
		for _, x := range list {
			out[x.Name] = x.Value
		}
		return out
	}
	if v := values(got.Ref); fmt.Sprint(v) != "map[comments:0]" {
		t.Errorf("on its first day: %v", v)
	}
	id := fmt.Sprintf("%d_1", f.masses[0].data)
	f.with(func() {
		f.stats = map[string]string{
			"getarticletotaldetail": `{"list":[{"ref_date":"2026-11-25","msgid":"1_1","detail_list":[{"read_user":9}]},{"ref_date":"2026-11-25","msgid":"` + id + `","publish_type":0,"detail_list":[{"stat_date":"2026-11-25","read_user":500,"share_user":20},{"stat_date":"2026-11-26","read_user":800,"share_user":31}]}],"is_delay":false}`,
			"getbizsummary":         `{"list":[{"ref_date":"2026-11-24","read_user":1000,"share_user":50,"zaikan_user":3,"like_user":7,"comment_count":4}]}`,
		}
	})
	if v := values(got.Ref); v["reads"] != 800 || v["shares"] != 31 {
		t.Errorf("later: %v", v)
	}
	if v := values("day:2026-11-24"); v["reads"] != 1000 || v["likes"] != 7 || v["comments"] != 4 || v["recommendations"] != 3 {
		t.Errorf("the account's day: %v", v)
	}
	f.with(func() {
		delete(f.stats, "getarticletotaldetail")
		f.stats["getarticleread"] = `{"list":[{"ref_date":"2026-11-25","msgid":"` + id + `","detail":{"read_user":300}}]}`
	})
	if v := values(got.Ref); v["reads"] != 300 {
		t.Errorf("only the day's reads: %v", v)
	}
	for _, code := range []int{88000, 88001, 88002, 88011} {
		f.with(func() { f.shut = map[int64]int{f.masses[0].data: code} })
		v := values(got.Ref)
		if _, told := v["comments"]; told || v["reads"] != 300 {
			t.Errorf("of an article whose comments are closed (%d): %v", code, v)
		}
	}
	if v := values("mass:1", "key-1"); len(v) != 0 {
		t.Errorf("of what is not known: %v", v)
	}
}
