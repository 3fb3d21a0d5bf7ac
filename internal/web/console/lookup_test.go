package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

var freshCode = regexp.MustCompile(`<strong class="code">([0-9A-Z-]{21})</strong>`)

// A reporter's code was seen by others and ended: an officer sees it, makes sure who asks, and gives a new one, which is shown once.
func TestAnOfficerGivesANewLookupCode(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我刚才被人骗了")
	conv := s.All(bots.KindReport, "")[0].(*bots.Report).Conversation
	path := "/conversations/" + url.PathEscape(conv) + "/lookup"
	chen := s.as("chen")
	if p := chen.get(path); p.status != http.StatusNotFound {
		t.Errorf("a conversation without a code: %d", p.status)
	}
	tag, now := s.Store.Vault().Tag, time.Now()
	old := record.OpenLookup(tag, "old", conv, now.Add(-time.Hour))
	old.End(record.LookupHolder, now)
	s.Put(old)
	if p := chen.get("/conversations/" + url.PathEscape(conv)); !strings.Contains(p.body, "怀疑被别人看到，已停用") {
		t.Errorf("the conversation does not say that the code was ended:\n%s", p.body)
	}
	p := chen.get(path)
	form := p.form(path, url.Values{"reason": {"本人持身份证到窗口"}})
	first := chen.post(path, form)
	m := freshCode.FindStringSubmatch(first.body)
	if first.status != http.StatusOK || m == nil {
		t.Fatalf("%d, no code:\n%s", first.status, first.body)
	}
	code, ok := record.ParseLookup(m[1])
	l, err := record.Fetch[record.Lookup](t.Context(), s.Store, record.LookupID(tag, code))
	if !ok || err != nil || !l.Leads(now) || l.Conversation != conv || l.By != "chen" {
		t.Fatalf("the code leads to %+v, %v", l, err)
	}
	if again := freshCode.FindStringSubmatch(chen.post(path, form).body); again == nil || again[1] != m[1] {
		t.Errorf("pressed twice, another code: %v", again)
	}
	if p := chen.get(path); strings.Contains(p.body, m[1]) || !strings.Contains(p.body, "陈立") {
		t.Errorf("the code is shown again, or nobody gave it:\n%s", p.body)
	}
	deeds, err := s.Store.AuditOf(t.Context(), bots.Target{Kind: bots.KindConversation, ID: conv})
	if err != nil || len(deeds) == 0 || deeds[len(deeds)-1].Did != "give-lookup" || strings.Contains(deeds[len(deeds)-1].Detail, "身份证") {
		t.Errorf("audit %+v, %v", deeds, err)
	}
	second := chen.post(path, chen.get(path).form(path, url.Values{"reason": {"打给本人留下的电话"}}))
	if freshCode.FindStringSubmatch(second.body) == nil {
		t.Fatalf("%d:\n%s", second.status, second.body)
	}
	if l, err := record.Fetch[record.Lookup](t.Context(), s.Store, l.ID); err != nil || l.Leads(time.Now()) {
		t.Errorf("two codes lead to one matter: %+v, %v", l, err)
	}
	if p := chen.post(path, chen.get(path).form(path, nil)); p.status != http.StatusConflict || !strings.Contains(p.body, "请写明怎样确认") {
		t.Errorf("without saying how: %d", p.status)
	}
	for who, status := range map[string]int{"shen": http.StatusOK, "wu": http.StatusOK, "zhou": http.StatusForbidden} {
		p := s.as(who).get(path)
		if offered := strings.Contains(p.body, "换发查询码</button>"); p.status != status || offered != (who == "wu") {
			t.Errorf("%s: %d, may give one: %v", who, p.status, offered)
		}
	}
}
