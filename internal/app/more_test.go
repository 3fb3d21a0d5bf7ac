package app

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox/wechat"
	"netpatrol/internal/web/frontdoor"
)

var addKey = regexp.MustCompile(`action="/status/more"[^>]*>\s*<input[^>]*>\s*<input type="hidden" name="key" value="([^"]+)"`)

// addTo fills in the form of the status page.
func addTo(t *testing.T, base, code, key, text string, files ...[]byte) (int, string) {
	t.Helper()
	return postForm(t, base+"/status/more", map[string]string{"code": code, "key": key, "text": text}, files...)
}

// A victim comes back with the lookup code, adds what they remember and a screenshot, and later ends the code that
// somebody saw: it leads nowhere at once, like one that is unknown and one that has expired.
func TestAReporterAddsToTheReportAndEndsTheCode(t *testing.T) {
	a, base := boothOf(t)
	goLive(t, a, "gangting")
	_, done := visit(t, base, formOf(t, base), map[string]string{"moved": "before", "story": "冒充客服说退款，让我转了8600元"})
	code := slipCode.FindStringSubmatch(done)
	if code == nil {
		t.Fatalf("no code:\n%s", done)
	}
	mine := url.Values{"code": {code[1]}}
	_, page := pageOf(t, base+"/status", mine)
	m := addKey.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no form to add:\n%s", page)
	}
	key := html.UnescapeString(m[1])
	if status, page := addTo(t, base, code[1], key, "查询码是 "+code[1]); status != http.StatusUnprocessableEntity || !strings.Contains(page, "内容里有查询码") {
		t.Errorf("with a lookup code in it: %d", status)
	}
	for range 2 { // a double click
		if status, page := addTo(t, base, code[1], key, "想起来了，对方电话13912345678", wechat.Screenshot()); status != http.StatusOK || !strings.Contains(page, "已收到你的补充") {
			t.Fatalf("%d\n%s", status, page)
		}
	}
	s := &sim{t: t, app: a}
	eventually(t, "it is in the report, with its screenshot", func() bool {
		reports := s.all(bots.KindReport)
		return len(reports) == 1 && len(reports[0].(*bots.Report).Lines) == 2 && len(evidenceOf(t, a)[record.EvidenceKept]) == 1
	})
	r := s.all(bots.KindReport)[0].(*bots.Report)
	if v := evidenceOf(t, a)[record.EvidenceKept][0]; v.Report != r.ID || !strings.Contains(r.Lines[1].Text, "13912345678") || len(s.all(bots.KindConversation)) != 1 {
		t.Errorf("lines %+v, evidence of %s", r.Lines, v.Report)
	}
	if status, page := pageOf(t, base+"/status/end", url.Values{"code": {code[1]}, "sure": {"yes"}}); status != http.StatusOK || !strings.Contains(page, "查询码已停用") {
		t.Fatalf("%d\n%s", status, page)
	}
	expired := record.NewLookup([record.LookupBytes]byte{9})
	put(t, a, record.OpenLookup(a.store.Vault().Tag, expired, r.Conversation, time.Now().Add(-record.LookupLife)))
	unknown, plain := pageOf(t, base+"/status", url.Values{"code": {record.NewLookup([record.LookupBytes]byte{1, 2, 3})}})
	for what, c := range map[string]string{"ended": code[1], "expired": expired} {
		if status, page := pageOf(t, base+"/status", url.Values{"code": {c}}); status != unknown || page != plain || status != http.StatusNotFound {
			t.Errorf("%s: %d; unknown: %d; the same page: %v", what, status, unknown, page == plain)
		}
		if status, page := addTo(t, base, c, key, "再补充"); status != unknown || html.UnescapeString(page) != plain {
			t.Errorf("%s, adding: %d", what, status)
		}
	}
	deeds, err := a.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindConversation, ID: r.Conversation})
	if err != nil || deeds[len(deeds)-1].Did != "end-lookup" || deeds[len(deeds)-1].Who != record.LookupHolder {
		t.Errorf("audit %+v, %v", deeds, err)
	}
}

// counting counts reads.
type counting struct {
	record.Reader
	n int
}

func (c *counting) Get(ctx context.Context, kind bots.RecordKind, id string) (bots.Record, error) {
	c.n++
	return c.Reader.Get(ctx, kind, id)
}

func (c *counting) List(ctx context.Context, q record.Query) ([]bots.Record, error) {
	c.n++
	return c.Reader.List(ctx, q)
}

// A code that leads nowhere costs the reads of one that leads somewhere, whatever is wrong with it.
func TestEveryCodeCostsTheSameReads(t *testing.T) {
	a, _ := kioskStation(t)
	now, tag := time.Now(), a.store.Vault().Tag
	ended := record.OpenLookup(tag, "ended", "conv/1", now)
	ended.End(record.LookupHolder, now)
	put(t, a, record.OpenLookup(tag, "open", "conv/1", now), ended, record.OpenLookup(tag, "expired", "conv/1", now.Add(-record.LookupLife)))
	seen := map[string]int{}
	for _, code := range []string{"open", "ended", "expired", "unknown"} {
		c := &counting{Reader: a.store}
		_, ok, err := public{a, c}.Matter(t.Context(), code)
		if err != nil || ok != (code == "open") {
			t.Errorf("%s: %v, %v", code, ok, err)
		}
		seen[code] = c.n
	}
	if seen["open"] == 0 || seen["ended"] != seen["unknown"] || seen["expired"] != seen["unknown"] || seen["open"] != seen["unknown"] {
		t.Errorf("reads %v", seen)
	}
}

// Somebody's text says that money is moving while they ticked that none was: it is not put into the slow lane.
func TestInAFloodAnEmergencyIsReadFromTheText(t *testing.T) {
	a, _ := boothOf(t)
	f := a.kiosk()
	for i, text := range []string{"还没有转钱。\n客服让我现在把钱转到安全账户，我正在转", "还没有转钱。\n有人在群里发广告"} {
		key := "00000000" + string(rune('1'+i)) + ".0.key"
		if _, err := f.File(t.Context(), frontdoor.Visit{Key: key, Kind: "report", Text: text, Slow: true}); err != nil {
			t.Fatal(err)
		}
	}
	s := &sim{t: t, app: a}
	eventually(t, "both are decided", func() bool { return len(s.all(bots.KindReport)) == 2 })
	for _, r := range s.all(bots.KindEvent) {
		h, ok := r.(*bots.Event).Body.(*bots.Heard)
		if ok && h.Slow != strings.Contains(h.Text, "广告") {
			t.Errorf("%q is slow: %v", h.Text, h.Slow)
		}
	}
}
