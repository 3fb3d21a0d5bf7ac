package app

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/proof"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
)

// page reads a page of the front door; with fields it sends a form.
func pageOf(t *testing.T, address string, fields url.Values) (int, string) {
	t.Helper()
	res, err := http.Get(address)
	if fields != nil {
		res, err = http.PostForm(address, fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, html.UnescapeString(string(b))
}

var printedCode = regexp.MustCompile(`核对码 ([0-9A-Z]{8})`)

// A victim reports at the kiosk, and reads the answer, proves the receipt and checks the message's
// code on the pages; when the code has ended, it leads nowhere any more.
func TestWhoReportsAtTheKioskReadsTheAnswerWithTheLookupCode(t *testing.T) {
	a, base := boothOf(t)
	goLive(t, a, "gangting")
	_, done := visit(t, base, formOf(t, base), map[string]string{"moved": "now", "story": "冒充客服说退款，让我转了8600元"})
	code := slipCode.FindStringSubmatch(done)
	if code == nil {
		t.Fatalf("no code:\n%s", done)
	}
	if !strings.Contains(done, "下载收件凭证") {
		t.Errorf("no proof to take away:\n%s", done)
	}
	mine := url.Values{"code": {strings.ToLower(code[1])}}
	var status string
	eventually(t, "the card is shown", func() bool {
		_, status = pageOf(t, base+"/status", mine)
		return printedCode.MatchString(status)
	})
	r := (&sim{t: t, app: a}).all(bots.KindReport)[0].(*bots.Report)
	if !strings.HasPrefix(r.Reference, "460100-") || !strings.Contains(status, r.Reference) || strings.Contains(status, "8600") {
		t.Errorf("the page does not fit the report %s:\n%s", r.Reference, status)
	}
	_, file := pageOf(t, base+"/status/proof", mine)
	got, err := proof.Verify(file, a.key.Public())
	if err != nil || got.Reference != r.Reference || got.Digest != proof.Digest([]string{r.Lines[0].Text}, nil) || !strings.Contains(status, strings.TrimSpace(file)) {
		t.Errorf("the proof: %+v, %v\n%s", got, err, file)
	}
	if _, page := pageOf(t, base+"/proof", url.Values{"proof": {file}}); !strings.Contains(page, "凭证是真的") {
		t.Errorf("it is not checked on the page:\n%s", page)
	}
	printed := printedCode.FindStringSubmatch(status)[1]
	if _, check := pageOf(t, base+"/check?code="+strings.ToLower(printed), nil); !strings.Contains(check, "有这条消息") || !strings.Contains(check, "报警岗亭") {
		t.Errorf("its code:\n%s", check)
	}
	endLookup(t, a, code[1])
	gone, nowhere := pageOf(t, base+"/status", mine)
	unknown, same := pageOf(t, base+"/status", url.Values{"code": {record.NewLookup([record.LookupBytes]byte{1, 2, 3})}})
	if gone != http.StatusNotFound || gone != unknown || nowhere != same {
		t.Errorf("ended: %d, unknown: %d, the same page: %v", gone, unknown, nowhere == same)
	}
}

func endLookup(t *testing.T, a *App, code string) {
	t.Helper()
	parsed, _ := record.ParseLookup(code)
	err := a.store.Update(t.Context(), func(tx record.Tx) error {
		l, err := record.Load[record.Lookup](tx, record.LookupID(a.store.Vault().Tag, parsed))
		if err != nil {
			return err
		}
		l.Due = time.Now()
		return tx.Put(l)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// put stores records.
func put(t *testing.T, a *App, all ...bots.Record) {
	t.Helper()
	err := a.store.Update(t.Context(), func(tx record.Tx) error {
		for _, r := range all {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPromise15_ALookupCodeThatLeadsNowhereShowsNothing(t *testing.T) {
	a, _ := kioskStation(t)
	now, tag := time.Now(), a.store.Vault().Tag
	report := func(conversation, state string, updated time.Time) *bots.Report {
		return &bots.Report{Head: bots.Head{ID: conversation + ".report", Subject: conversation, Stream: conversation, State: state, Created: updated, Updated: updated}, Account: "gangting", Reference: "460100-20261125-004217-X"}
	}
	ended := record.OpenLookup(tag, "ended", "conv/1", now.Add(-record.LookupLife))
	put(t, a, report("conv/1", "open", now), report("conv/2", "closed", now), report("conv/3", "closed", now.Add(-closedFor)), ended,
		record.OpenLookup(tag, "open", "conv/1", now), record.OpenLookup(tag, "done", "conv/2", now), record.OpenLookup(tag, "long done", "conv/3", now),
		record.OpenLookup(tag, "erased", "conv/4", now), report("conv/4", "open", now))
	if err := a.store.Erase(t.Context(), "conv/4"); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"open": frontdoor.StateReceived, "done": frontdoor.StateClosed, "ended": "", "long done": "", "erased": "", "unknown": ""} {
		m, ok, err := publicOf(a).Matter(t.Context(), code)
		if err != nil || ok != (want != "") || m.State != want || (m.Reference == "") != (want == "") || len(m.Said) > 0 {
			t.Errorf("%s: %+v, %v, %v", code, m, ok, err)
		}
	}
}

func TestTheStateOfAMatter(t *testing.T) {
	a, _ := kioskStation(t)
	now := time.Now()
	head := func(id, state string) bots.Head {
		return bots.Head{ID: id, Subject: "conv/1", Stream: "conv/1", State: state, Created: now, Updated: now}
	}
	conv := &bots.Conversation{Head: head("conv/1", "open"), Account: "gangting"}
	r := &bots.Report{Head: head("r1", "open"), Account: "gangting"}
	h := &record.Handoff{Head: head("h1", record.HandoffPrepared)}
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, frontdoor.StateReceived},
		{func() { conv.Officer = "lin" }, frontdoor.StateHandled},
		{func() { r.Answered, r.State = now, "answered" }, frontdoor.StateAnswered},
		{func() { h.State = record.HandoffSent }, frontdoor.StateHanded},
		{func() { r.State = "closed" }, frontdoor.StateClosed},
	} {
		step.change()
		put(t, a, conv, r, h)
		if got, err := publicOf(a).state(t.Context(), "conv/1", []bots.Record{r}); got != step.want || err != nil {
			t.Errorf("%s, %v, want %s", got, err, step.want)
		}
	}
}

func TestOnlyWhatLeftIsConfirmed(t *testing.T) {
	a, _ := kioskStation(t)
	now := time.Now()
	send := func(code, state string, p bots.Purpose) {
		d := &bots.Draft{Head: bots.Head{ID: code + ".d", State: bots.DraftReleased, Created: now, Updated: now}, Code: code, Purpose: p, Account: "gangting", Item: code + ".i", About: bots.Target{Kind: bots.KindBulletin, ID: "b"}}
		i := &record.Item{Head: bots.Head{ID: code + ".i", State: state, Created: now, Updated: now}, Draft: d.ID, Purpose: p, Account: "gangting", Code: code}
		put(t, a, d, i, &record.Code{Head: bots.Head{ID: code, State: "given"}, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}})
	}
	for state, want := range map[string]bool{
		record.ItemDelivered: true, record.ItemAccepted: true, record.ItemUnknown: true, record.ItemClaimed: true, record.ItemByHand: true,
		record.ItemDue: false, record.ItemHeld: false, record.ItemRejected: false, record.ItemWithdrawn: false, record.ItemExpired: false,
	} {
		code := strings.ToUpper(strings.ReplaceAll(state, "-", ""))
		send(code, state, bots.ForReply)
		s, ok, err := publicOf(a).Sent(t.Context(), strings.ToLower(code))
		if err != nil || ok != want || ok && (s.Account != "报警岗亭：测试市公安局网络警察支队" || s.Bulletin != "") {
			t.Errorf("%s: %+v, %v, %v", state, s, ok, err)
		}
	}
	send("ALARM", record.ItemDelivered, bots.ForAlarm)
	send("PREVIEW", record.ItemDelivered, bots.ForPreview)
	put(t, a, &record.Code{Head: bots.Head{ID: "REPORT", State: "given"}, On: bots.Target{Kind: bots.KindReport, ID: "r"}})
	for _, code := range []string{"ALARM", "PREVIEW", "REPORT", "NOTHING"} {
		if s, ok, err := publicOf(a).Sent(t.Context(), code); ok || err != nil {
			t.Errorf("%s: %+v, %v", code, s, err)
		}
	}
	send("PUBLIC", record.ItemDelivered, bots.ForBulletin)
	if s, ok, err := publicOf(a).Sent(t.Context(), "public"); !ok || err != nil || s.Bulletin != "b" {
		t.Errorf("%+v, %v, %v", s, ok, err)
	}
}

func TestALetterIsConfirmedOnceItIsSigned(t *testing.T) {
	a, _ := kioskStation(t)
	s := &record.Site{Head: bots.Head{ID: "coconut", Stream: "site/coconut", State: record.SiteActive}, Name: "椰风社区"}
	r := &record.Rectification{Head: bots.Head{ID: "r1", Stream: "site/coconut", State: record.RectificationOpen}, Site: "coconut", Code: "ABCD2345"}
	put(t, a, s, r, &record.Code{Head: bots.Head{ID: r.Code, State: "given"}, On: bots.Target{Kind: record.KindRectification, ID: r.ID}})
	if s, ok, err := publicOf(a).Sent(t.Context(), "abcd2345"); ok || err != nil {
		t.Errorf("unsigned: %+v, %v", s, err)
	}
	r.Signed, r.SignedAt = "lin", time.Now()
	put(t, a, r)
	if s, ok, err := publicOf(a).Sent(t.Context(), "abcd2345"); !ok || err != nil || s.Letter != "椰风社区" || s.At.IsZero() || s.Account != "" {
		t.Errorf("%+v, %v, %v", s, ok, err)
	}
}

func TestOnlyPublishedBulletinsAreShown(t *testing.T) {
	a, _ := kioskStation(t)
	now := time.Now()
	for _, b := range []struct{ id, state, item string }{
		{"1", bots.BulletinReleased, record.ItemDelivered}, {"2", bots.BulletinReleased, record.ItemHeld}, {"3", bots.BulletinDrafted, ""}, {"4", bots.BulletinReleased, record.ItemDelivered},
	} {
		d := &bots.Draft{Head: bots.Head{ID: b.id + ".d", State: bots.DraftReleased, Created: now, Updated: now}, Item: b.id + ".i", Purpose: bots.ForBulletin}
		i := &record.Item{
			Head: bots.Head{ID: b.id + ".i", State: b.item, Created: now, Updated: now}, Title: "标题" + b.id, Text: "第一段\n\n![截图](a.png)第二段\n![没有](x.png)",
			Extras: adapters.Extras{Pictures: []adapters.Picture{{Name: "a.png"}}},
		}
		put(t, a, d, &bots.Bulletin{Head: bots.Head{ID: b.id, State: b.state, Created: now, Updated: now}, Drafts: []string{d.ID}})
		if b.item != "" {
			put(t, a, i)
		}
	}
	p := publicOf(a)
	all, more, err := p.Bulletins(t.Context(), "")
	if err != nil || more || len(all) != 2 || all[0].ID != "4" || all[1].Title != "标题1" {
		t.Errorf("%+v, %v, %v", all, more, err)
	}
	if older, _, err := p.Bulletins(t.Context(), "4"); err != nil || len(older) != 1 {
		t.Errorf("before 4: %+v, %v", older, err)
	}
	b, ok, err := p.Bulletin(t.Context(), "1")
	want := []frontdoor.Block{{Text: "第一段"}, {Text: "截图", Picture: "0"}, {Text: "第二段"}}
	if err != nil || !ok || len(b.Blocks) != len(want) {
		t.Fatalf("%+v, %v, %v", b, ok, err)
	}
	for n := range want {
		if b.Blocks[n] != want[n] {
			t.Errorf("block %d is %+v", n, b.Blocks[n])
		}
	}
	for _, id := range []string{"2", "3", "9"} {
		if _, ok, err := p.Bulletin(t.Context(), id); ok || err != nil {
			t.Errorf("%s is shown, or %v", id, err)
		}
	}
}

func TestLookupCodesThatEndedAreSwept(t *testing.T) {
	a, _ := kioskStation(t)
	now, tag := time.Now(), a.store.Vault().Tag
	put(t, a, record.OpenLookup(tag, "ended", "conv/1", now.Add(-record.LookupLife)), record.OpenLookup(tag, "open", "conv/1", now))
	if err := a.sweepLookups(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	left := (&sim{t: t, app: a}).all(record.KindLookup)
	if len(left) != 1 || left[0].Meta().ID != record.LookupID(tag, "open") {
		t.Errorf("left: %+v", left)
	}
}
