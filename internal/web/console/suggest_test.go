package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// reported is somebody who says that they were cheated, and the page of their report.
func reported(t *testing.T) (*site, *bots.Report, string) {
	t.Helper()
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我想举报一个刷单的网站，我还没有转钱，对方微信shuadan888")
	r := s.All(bots.KindReport, "")[0].(*bots.Report)
	return s, r, "/reports/" + url.PathEscape(r.ID)
}

var offered = regexp.MustCompile(`data-suggest="(\d)" data-text="([^"]*)"`)

// offers are the suggested answers of a page.
func (p *seen) offers() (all []string) {
	for _, m := range offered.FindAllStringSubmatch(p.body, -1) {
		all = append(all, html.UnescapeString(m[2]))
	}
	return all
}

// spoken are the drafts of officers in conversations.
func (s *site) spoken() (all []*bots.Draft) {
	for _, r := range s.All(bots.KindDraft, "") {
		if d := r.(*bots.Draft); d.Purpose == bots.ForOfficer {
			all = append(all, d)
		}
	}
	return all
}

// No way leads from a suggestion to a send but the officer's own form: reading the page, and
// choosing one, makes nothing; no standing approval can be given to a suggestion.
func TestPromise1_ASuggestionIsNotSentByItself(t *testing.T) {
	s, _, page := reported(t)
	chen := s.as("chen")
	drafts, items, events := len(s.All(bots.KindDraft, "")), len(s.All(record.KindItem, "")), len(s.All(bots.KindEvent, ""))
	p := chen.get(page)
	p.has(" / 500 字</small>")
	all := p.offers()
	if len(all) < 3 || len(all) > 5 {
		t.Fatalf("%d suggestions", len(all))
	}
	for n, text := range all {
		one := chen.get(page + "?answer=" + string(rune('1'+n)))
		if box := one.body[strings.Index(one.body, `<textarea id="text"`):]; !strings.Contains(html.UnescapeString(box[:strings.Index(box, "</textarea>")]), text) {
			t.Errorf("suggestion %d is not in the answer field", n+1)
		}
	}
	s.Settle()
	if d, i, e := len(s.All(bots.KindDraft, "")), len(s.All(record.KindItem, "")), len(s.All(bots.KindEvent, "")); d != drafts || i != items || e != events {
		t.Errorf("choosing made drafts %d, items %d, events %d", d-drafts, i-items, e-events)
	}
	refused := 0
	for _, x := range s.Station().Templates() {
		if !strings.HasPrefix(x.Name, "suggest-") {
			continue
		}
		r, err := s.Submit(t.Context(), bots.Decision{Officer: "lin", Verb: bots.ApproveKind, On: bots.Target{Kind: record.KindStanding}, Fields: map[string]string{
			"template": x.Name, "version": s.rev(x.Name), "until": time.Now().AddDate(0, 3, 0).Format(time.RFC3339),
		}}, "standing/"+x.Name)
		if err != nil || r.Status != bots.Refused || r.Code != "unsolicited" {
			t.Errorf("%s: %+v, %v", x.Name, r, err)
		}
		refused++
	}
	if refused < 8 {
		t.Errorf("only %d suggestions are known: this test proves nothing", refused)
	}
	if p := s.as("shen").get(page); len(p.offers()) != 0 {
		t.Error("who may not answer is offered answers")
	}
}

func TestASuggestionThatIsSentUnchangedKeepsItsTemplate(t *testing.T) {
	s, r, page := reported(t)
	chen := s.as("chen")
	p := chen.get(page)
	text := p.offers()[0]
	answer := p.form(page+"/reply", url.Values{"text": {strings.ReplaceAll(text, "\n", "\r\n")}})
	if got := chen.post(page+"/reply", answer); got.status != http.StatusOK {
		t.Fatalf("%d", got.status)
	}
	sent := s.spoken()
	if len(sent) != 1 {
		t.Fatalf("%d answers", len(sent))
	}
	d := sent[0]
	if d.Template != "suggest-first" || fmt.Sprint(d.Rev) != s.rev("suggest-first") || d.Author != "chen" || d.Vars["Text"] != "" || len(d.Editors) != 0 {
		t.Errorf("%+v", d)
	}
	if !strings.HasPrefix(d.Text, text+"\n") || !strings.Contains(d.Text, d.Code) || !strings.Contains(d.Text, r.Reference) || strings.Contains(d.Text, "自动") {
		t.Errorf("%q", d.Text)
	}
	chen.get("/drafts/"+url.PathEscape(d.ID)).has("首次答复（suggest-first）", fmt.Sprintf("第 %d 版", view.Revision(d.Rev)))
}

func TestASuggestionThatIsChangedIsTheOfficersOwnText(t *testing.T) {
	s, _, page := reported(t)
	chen := s.as("chen")
	p := chen.get(page)
	text := p.offers()[0] + "我姓陈。"
	chen.post(page+"/reply", p.form(page+"/reply", url.Values{"text": {text}}))
	sent := s.spoken()
	if len(sent) != 1 || sent[0].Template != "officer" || sent[0].Vars["Text"] != text || !strings.HasPrefix(sent[0].Text, text) {
		t.Errorf("%+v", sent)
	}
}

func TestBrowserANumberPutsASuggestionIntoTheAnswerField(t *testing.T) {
	tab := browser(t)
	s, _, page := reported(t)
	s.enter(t, tab, "chen")
	do(t, tab, chromedp.Navigate(s.url+page), chromedp.WaitVisible(`[data-suggest="1"]`))
	box := func() string { return ask[string](t, tab, `document.querySelector("#text").value`) }
	offer := func(n string) string {
		return ask[string](t, tab, `document.querySelector('[data-suggest="`+n+`"]').dataset.text`)
	}
	do(t, tab, chromedp.KeyEvent("2"))
	if got := box(); got != offer("2")+"2" && got != offer("2") { // the protocol types the 2 although the page prevents it
		t.Fatalf("2 puts %q", got)
	}
	if got := ask[string](t, tab, `document.activeElement.id`); got != "text" {
		t.Errorf("the cursor is in %q", got)
	}
	if got := ask[string](t, tab, `document.querySelector("#suggested").textContent`); !strings.Contains(got, "第 2 条") {
		t.Errorf("it is announced as %q", got)
	}
	ask[string](t, tab, `document.querySelector("#text").value = ""`)
	do(t, tab, chromedp.KeyEvent("\u001b"), chromedp.Click(`[data-suggest="1"]`))
	if got := box(); got != offer("1") {
		t.Errorf("a click puts %q", got)
	}
	do(t, tab, chromedp.Click(`[data-suggest="3"]`))
	if got := box(); got != offer("3") {
		t.Errorf("another one takes its place: %q", got)
	}
	ask[string](t, tab, `document.querySelector("#text").value = "我自己写的"`)
	do(t, tab, chromedp.Click(`[data-suggest="1"]`))
	if got := box(); got != "我自己写的\n"+offer("1") {
		t.Errorf("what was typed is lost: %q", got)
	}
	if len(s.spoken()) != 0 {
		t.Error("something was sent")
	}
	ask[string](t, tab, `document.querySelector("#text").value = document.querySelector('[data-suggest="1"]').dataset.text`)
	do(t, tab, chromedp.Click("form.reply button"))
	shows(t, tab, "回复已提交")
	if sent := s.spoken(); len(sent) != 1 || sent[0].Template != "suggest-first" {
		t.Errorf("%+v", sent)
	}
}
