package patrol

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

var _ = flag.Bool("update", false, "rewrite the transcripts with the present answers")

func pack(t testing.TB) *Pack {
	t.Helper()
	p, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTranscripts(t *testing.T) { bottest.Transcripts(t, "testdata/*.txt", New(pack(t))) }

// seen decides on one text as a post or a mention.
func seen(t testing.TB, b *Bot, kind bots.EventKind, text string, hits ...bots.Hit) []bots.Effect {
	t.Helper()
	w := bottest.NewWorld(&bots.Account{Head: bots.Head{ID: "a"}, Private: true})
	e := bots.Event{
		Head: bots.Head{ID: "e1", Stream: "post/1"}, Kind: kind, Accepted: time.Unix(0, 0).UTC(), Account: "a",
		Body: &bots.Heard{From: adapters.Person{ID: "p"}, Text: text, Hits: hits},
	}
	return bottest.Decide(t, b, e, w.Facts(b, e))
}

func has[E bots.Effect](effects []bots.Effect) bool {
	for _, e := range effects {
		if _, ok := e.(E); ok {
			return true
		}
	}
	return false
}

// TestPromise9_OnlyAssertingIsProposed runs every hard negative of every rule, as a post and
// as a mention, through the bot itself.
func TestPromise9_OnlyAssertingIsProposed(t *testing.T) {
	p := pack(t)
	b := New(p)
	for _, r := range p.Rules() {
		for _, text := range r.HardNegatives {
			for _, kind := range []bots.EventKind{bots.PostSeen, bots.MentionHeard} {
				if effects := seen(t, b, kind, text); has[bots.ProposeWarning](effects) {
					t.Errorf("rule %s: the author of %q would be warned:\n%s", r.ID, text, bottest.Print(text, effects))
				}
			}
		}
	}
}

// TestPromise9_RecordedStanceIsObeyed feeds hits the sieve found earlier.
func TestPromise9_RecordedStanceIsObeyed(t *testing.T) {
	b := New(pack(t))
	const text = "刷单返利日结，加我微信"
	for _, stance := range []bots.Stance{bots.Victim, bots.Cautions, bots.Quoting, bots.Asking, bots.Minor, ""} {
		hit := bots.Hit{Rule: "fraud-brush-orders", Version: 1, Category: bots.Fraud, Stance: stance}
		if effects := seen(t, b, bots.PostSeen, text, hit); has[bots.ProposeWarning](effects) || !has[bots.OpenClue](effects) {
			t.Errorf("stance %q: %s", stance, bottest.Print(text, effects))
		}
	}
	asserting := bots.Hit{Rule: "fraud-brush-orders", Version: 1, Category: bots.Fraud, Stance: bots.Asserting}
	if !has[bots.ProposeWarning](seen(t, b, bots.PostSeen, text, asserting)) {
		t.Error("an asserting post is not proposed, so this test proves nothing")
	}
}

// TestPositivesAreProposed keeps the stance from silently calling everything a quotation.
func TestPositivesAreProposed(t *testing.T) {
	p := pack(t)
	b := New(p)
	categories := map[bots.Category]bool{}
	for _, r := range p.Rules() {
		categories[r.Category] = true
		for _, text := range r.Positives {
			if !has[bots.ProposeWarning](seen(t, b, bots.PostSeen, text)) {
				t.Errorf("rule %s: nobody is proposed to be warned over %q (%+v)", r.ID, text, p.sieve.Sift(text))
			}
		}
	}
	for c := range bots.Categories() {
		if !categories[c] {
			t.Errorf("no rule of category %s", c)
		}
	}
}

func TestPromise8_ComplaintsAreNoHits(t *testing.T) {
	s := NewSieve(pack(t))
	for _, text := range []string{
		"派出所不处理人贩子线索，一直推诿，大家转发，看好孩子",
		"自来水有毒别喝，转发，水务局一直不处理",
		"医院乱收费还卖假发票，代开，电话联系院长投诉",
		"学校食堂猪肉有毒，别吃，转发，校长不管我们",
	} {
		if hits := s.Sift(text); len(hits) > 0 {
			t.Errorf("%q is a complaint, yet it hits %s", text, hits[0].Rule)
		}
	}
	if len(s.Sift("自来水有毒别喝，转发")) == 0 {
		t.Error("without the complaint there is no hit either, so this test proves nothing")
	}
}

func TestPromise8_OtherCategoriesAreRefused(t *testing.T) {
	for _, category := range []string{"opinion", "criticism", "complaint", "politics", "", "FRAUD"} {
		raw := oneRule(t, func(r *Rule) { r.Category = bots.Category(category) })
		if _, err := Load(raw); err == nil || !strings.Contains(err.Error(), "closed list") {
			t.Errorf("category %q: %v", category, err)
		}
	}
}

func TestPromise12_EmergencyIsAnsweredFirst(t *testing.T) {
	b := New(pack(t))
	for text, card := range map[string]string{
		"@网警 我刚转了三万给骗子":      "emergency",
		"@网警 我被刷单骗了佣金，刚转了三万": "emergency",
		"@网警 我不想活了，钱被骗光了":    "emergency-life",
	} {
		effects := seen(t, b, bots.MentionHeard, text)
		reply, ok := effects[0].(bots.Reply)
		if !ok || reply.Template != card || reply.Purpose != bots.ForEmergency {
			t.Errorf("%q is answered with %s", text, bottest.Print(text, effects))
		}
	}
}

// oneRule returns a pack of one good rule, changed.
func oneRule(t testing.TB, change func(*Rule)) []byte {
	t.Helper()
	r := Rule{
		ID: "test-rule", Version: 1, Category: bots.Fraud, Why: "这是诈骗。", All: []string{"刷单"}, Any: []string{"返利", "佣金"}, Not: []string{"软件开发"},
		Positives: []string{"刷单返利，加我"}, HardNegatives: []string{"刷单返利是骗局，别信"},
	}
	change(&r)
	raw, err := json.Marshal(map[string]any{"rules": []Rule{r}})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestLoadRefusesPacksThatDoNotProveThemselves(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Rule)
		want   string // in the error; empty: loads
	}{
		{"a good rule", func(*Rule) {}, ""},
		{"a positive that lacks a phrase", func(r *Rule) { r.Positives = []string{"刷单，加我"} }, "does not match its positive"},
		{"a positive with an excluded phrase", func(r *Rule) { r.Positives = []string{"刷单返利软件开发，加我"} }, "does not match its positive"},
		{"a hard negative that would be proposed", func(r *Rule) { r.HardNegatives = []string{"刷单返利，加我微信"} }, "would be proposed"},
		{"no positive", func(r *Rule) { r.Positives = nil }, "positives"},
		{"no hard negative", func(r *Rule) { r.HardNegatives = nil }, "hard_negatives"},
		{"no phrase", func(r *Rule) { r.All, r.Any = nil, nil }, "needs phrases"},
		{"an empty alternative", func(r *Rule) { r.All = []string{"刷单|"} }, "folding leaves nothing"},
		{"no reason", func(r *Rule) { r.Why = " " }, "why must"},
		{"half a reason", func(r *Rule) { r.Why = "这是" }, "why must"},
		{"no version", func(r *Rule) { r.Version = 0 }, "version"},
		{"a shouting id", func(r *Rule) { r.ID = "Rule 1" }, "id must"},
		{"a rule about an account", func(r *Rule) { r.All = []string{"刷单|＠zhangsan"} }, "never about who"},
		{"a rule about a phone number", func(r *Rule) { r.Any = []string{"１３８００１３８０００"} }, "never about who"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(oneRule(t, c.change))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("Load: %v, want %q", err, c.want)
			}
		})
	}
}

func TestLoadReportsAllFaultsAtOnce(t *testing.T) {
	_, err := Load(oneRule(t, func(r *Rule) { r.Why, r.Version, r.Category = "", 0, "opinion" }))
	for _, part := range []string{"why must", "version", "closed list"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing from: %v", part, err)
		}
	}
}

func TestLoadRefusesMisshapenFiles(t *testing.T) {
	for _, raw := range []string{"", "{}", `{"rules": []}`, `{"rulez": []}`, `{"rules": [{"id": "x", "any_of": []}]}`, "[1"} {
		if _, err := Load([]byte(raw)); err == nil {
			t.Errorf("%q loads", raw)
		}
	}
	twice := fmt.Sprintf(`{"rules": [%s, %[1]s]}`, `{"id":"a","version":1,"category":"fraud","why":"w","all":["x"],"positives":["x"],"hard_negatives":["y"]}`)
	if _, err := Load([]byte(twice)); err == nil || !strings.Contains(err.Error(), "another rule") {
		t.Errorf("two rules of one id: %v", err)
	}
}

func TestStance(t *testing.T) {
	s := NewSieve(pack(t))
	for _, c := range []struct {
		text string
		want bots.Stance
	}{
		{"刷单返利日结，加我微信", bots.Asserting},
		{"正规刷单不是骗局，佣金日结，骗子绕道，加我", bots.Asserting},
		{"刷单佣金日结，未满18勿扰，私聊", bots.Asserting},
		{"想赚钱吗？刷单佣金日结，私聊", bots.Asserting},
		{"我妈刷单被骗了八千，佣金没拿到，加我的人不见了", bots.Victim},
		{"刷单佣金说好日结，骗了我三千", bots.Victim},
		{"提醒各位，刷单佣金日结加微信的都是套路", bots.Cautions},
		{"提醒大家：刷单返利先垫付的都是骗局，我表弟昨天被骗了两万，千万别加微信！", bots.Cautions},
		{"提醒大家：刷单返利先垫付的都是骗局，我朋友昨天被骗了两万，千万别加微信！", bots.Cautions},
		{"提醒大家，刷单返利先垫付的都是骗局，我昨天被骗了两万，佣金没拿到", bots.Victim},
		{"刷单佣金日结？别信", bots.Cautions},
		{"刷单佣金日结的有人做过吗，靠谱吗", bots.Asking},
		{"记者卧底刷单群：佣金日结，私聊拉群", bots.Quoting},
		{"他跟我说刷单佣金日结", bots.Quoting},
		{"那些“刷单返利日结，加我微信”的帖子又多起来了", bots.Quoting},
		{"今天「刷单佣金日结」刷屏，进群的不少", bots.Quoting},
		{"“刷单返利日结，加我微信”", bots.Asserting},
		{"诚招“宝妈”刷单，佣金日结，加我", bots.Asserting},
		{"刷单，佣金，日结", bots.Asserting},
		{"刷单与佣金的经济学", bots.Quoting}, // no offer: on doubt not asserting
		{"我上初二，刷单佣金日结加我", bots.Minor},
		{"偷偷用妈妈的手机刷单赚佣金，私聊", bots.Minor},
		{"大家小心，有人抢孩子，转发", bots.Asserting},
		{"警方已证实有人抢孩子，速转", bots.Asserting},
		{"听说有人抢孩子", bots.Quoting},
		{"我家女儿今天差点被人贩子抱走，大家小心，转发", bots.Victim},
		{"我看到群里视频有人抢孩子，大家转发", bots.Asserting},
		{"有人抢孩子是假消息，别转发", bots.Cautions},
		{"有人抢孩子，真的假的，都在转发", bots.Asking},
	} {
		hits := s.Sift(c.text)
		if len(hits) == 0 {
			t.Errorf("%q hits nothing", c.text)
			continue
		}
		if hit, _ := weigh(hits); hit.Stance != c.want {
			t.Errorf("%q: %s, want %s", c.text, hit.Stance, c.want)
		}
	}
}

func TestQuoteIsShortAndCarriesNoBait(t *testing.T) {
	b := New(pack(t))
	for text, want := range map[string]string{
		"短":              "短",
		"XX小学{{.Unit}}":  "…小学….Unit…",
		"加微信wxa888领":     "加微信…领",
		"加Ｖ 12345678":    "加Ｖ …",
		"hello everyone": "hello everyone",
		"加我电话13800138000，网址 hxxp://abc点top/x 快来": "加我电话…，网址 … 快来",
		"两\n行\t字":               "两 行 字",
		"坏\xff字":                "坏字",
		strings.Repeat("长", 40): strings.Repeat("长", 29) + "…",
	} {
		got := b.quote(text)
		if got != want || utf8.RuneCountInString(got) > maxQuote {
			t.Errorf("quote(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestEvidenceSpansAreTheWords(t *testing.T) {
	s := NewSieve(pack(t))
	const text = "招人：刷\u200b單，日結返利，加V"
	var words []string
	for _, span := range s.Sift(text)[0].Spans {
		words = append(words, text[span.Start:span.End])
	}
	if got := strings.Join(words, "|"); got != "刷\u200b單|日結|返利" {
		t.Errorf("spans show %q", got)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(shipped)
	f.Add(oneRule(f, func(*Rule) {}))
	f.Add([]byte(`{"rules": [{"id": "", "all": ["|"]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Load(raw)
		if err != nil {
			return
		}
		for _, r := range p.Rules() {
			if !r.Category.Valid() {
				t.Errorf("category %q got in", r.Category)
			}
		}
	})
}

func FuzzDecide(f *testing.F) {
	b := New(pack(f))
	for _, s := range []string{"刷单返利日结，加我微信", "@网警 是真的吗", "\xff刷单返利", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []bots.EventKind{bots.PostSeen, bots.MentionHeard} {
			for _, e := range seen(t, b, kind, text) {
				if c, ok := e.(bots.OpenClue); ok {
					checkSpans(t, text, c.Hits)
				}
			}
		}
	})
}

func checkSpans(t *testing.T, text string, hits []bots.Hit) {
	t.Helper()
	for _, h := range hits {
		for _, s := range h.Spans {
			if s.Start < 0 || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%q: span %v", text, s)
			}
		}
	}
}

func BenchmarkSift(b *testing.B) {
	s := NewSieve(pack(b))
	for _, c := range []struct{ name, text string }{
		{"ordinary", "今天天气真好，和朋友去海边玩了一整天，拍了很多照片，晚上吃了海鲜火锅，推荐大家周末也去看看，记得带防晒"},
		{"hit", "#兼职# 刷单返利日结，先垫付后返，想做的加我微信abc123"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				s.Sift(c.text)
			}
		})
	}
}

// TestOrdinaryPostsLeaveNoTrace is promise 8 seen from the other side.
func TestOrdinaryPostsLeaveNoTrace(t *testing.T) {
	raw, err := os.ReadFile("testdata/ordinary.list")
	if err != nil {
		t.Fatal(err)
	}
	s := NewSieve(pack(t))
	for text := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n") {
		for _, h := range s.Sift(text) {
			t.Errorf("%q hits %s", text, h.Rule)
		}
	}
}
