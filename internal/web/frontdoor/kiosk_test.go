package frontdoor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"netpatrol/adapters"
)

// booth is a kiosk whose desk remembers what was filed.
type booth struct {
	t      *testing.T
	h      http.Handler
	k      *kiosk
	filed  []Visit
	kept   []string
	broken error
	// urgency is what the desk reads in every text.
	urgency Urgency
}

func newBooth(t *testing.T) *booth {
	b := &booth{t: t}
	mux := http.NewServeMux()
	b.k = newKiosk(Options{Kiosk: b, Unit: "椰城市公安局网络警察支队", Keep: 8760 * time.Hour, Log: slog.New(slog.DiscardHandler)})
	b.k.routes(mux)
	b.h = mux
	return b
}

func (b *booth) Tag(scope, value string) string {
	sum := sha256.Sum256([]byte(scope + "\x00" + value))
	return fmt.Sprintf("%x", sum[:13])
}

func (b *booth) Site(_ context.Context, id string) (string, bool) {
	return map[string]string{"coconut": "椰风社区"}[id], id == "coconut"
}

func (b *booth) Keep(_ context.Context, key string, from io.Reader) (adapters.Media, error) {
	all, err := io.ReadAll(from)
	switch {
	case err != nil:
		return adapters.Media{}, err
	case strings.HasPrefix(string(all), "<svg"):
		return adapters.Media{}, ErrKind
	case len(all) > 1<<20:
		return adapters.Media{}, ErrSize
	}
	b.kept = append(b.kept, string(all))
	return adapters.Media{Ref: adapters.Ref(fmt.Sprintf("%x", sha256.Sum256(all)))}, nil
}

func (*booth) Screen(text string) (string, bool) { return screened(text) }

// screened takes the one code that pretend desks know out of a text.
func screened(text string) (string, bool) {
	const code = "GOOD-0000-0000-0000-0"
	return strings.ReplaceAll(text, code, "【查询码已隐去】"), strings.Contains(text, code)
}

func (b *booth) Urgency(string) Urgency { return b.urgency }

func (b *booth) File(_ context.Context, v Visit) (Filed, error) {
	if b.broken != nil {
		return Filed{}, b.broken
	}
	b.filed = append(b.filed, v)
	return Filed{Reference: "YC-460100-1", Code: "7H2K-9QWX-0M4T-B6RD-5", Urgency: b.urgency}, nil
}

func (b *booth) get(path string) (int, string) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// open takes a form and returns its key.
func (b *booth) open(path string) string {
	b.t.Helper()
	_, page := b.get(path)
	m := keyField.FindStringSubmatch(page)
	if m == nil {
		b.t.Fatalf("%s is no form:\n%s", path, page)
	}
	return html.UnescapeString(m[1])
}

// send posts fields in order, then files.
func (b *booth) send(path string, fields []string, files ...string) (int, string) {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	for i, f := range files {
		w, err := m.CreateFormFile("file", fmt.Sprintf("IMG_%d.jpg", i))
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = io.WriteString(w, f)
	}
	_ = m.Close()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.RemoteAddr = "203.0.113.77:1234"
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestKioskFilesWhatSomebodyWrote(t *testing.T) {
	b := newBooth(t)
	key := b.open("/kiosk/help?site=coconut")
	code, page := b.send("/kiosk/help", []string{"key", key, "site", "coconut", "moved", "now", "story", "冒充客服让我转了5万", "other", "QQ 12345678", "contact", "13800000000"}, "picture one", "picture two")
	if code != 200 || len(b.filed) != 1 {
		t.Fatalf("%d, filed %d:\n%s", code, len(b.filed), page)
	}
	v := b.filed[0]
	if v.Kind != "help" || v.Site != "coconut" || len(v.Media) != 2 || !strings.HasPrefix(key, v.Key+".") {
		t.Errorf("filed %+v", v)
	}
	for _, want := range []string{"我刚刚把钱转给对方了。", "冒充客服让我转了5万", "对方：QQ 12345678", "联系我：13800000000", "来自合作网站：椰风社区"} {
		if !strings.Contains(v.Text, want) {
			t.Errorf("the message lacks %q:\n%s", want, v.Text)
		}
	}
	for _, want := range []string{"YC-460100-1", "7H2K-9QWX-0M4T-B6RD-5", "现在就打 110", "不是公安机关的受案回执", "/status"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", v), "203.0.113") {
		t.Error("the address of the browser was passed on")
	}
}

// What somebody writes counts, whatever they ticked: danger to life first, then money that is moving.
func TestKioskTheCardComesWithTheReceipt(t *testing.T) {
	for urgency, said := range map[Urgency]struct{ has, lacks []string }{
		LifeDanger:  {[]string{"现在就打 110", "您的安全最要紧", "12110", "12356", "12355", "已经收到"}, []string{"收款人"}},
		MoneyMoving: {[]string{"现在就打 110", "照着念", "收款人", "马上挂断", "已经收到"}, []string{"12356"}},
		NoUrgency:   {[]string{"已经收到"}, []string{"现在就打 110", "12356"}},
	} {
		b := newBooth(t)
		b.urgency = urgency
		_, page := b.send("/kiosk/help", []string{"key", b.open("/kiosk/help"), "moved", "no", "story", "（桌上读这段话）"})
		for _, want := range said.has {
			if !strings.Contains(page, want) {
				t.Errorf("%q: the page lacks %q", urgency, want)
			}
		}
		for _, bad := range said.lacks {
			if strings.Contains(page, bad) {
				t.Errorf("%q: the page says %q", urgency, bad)
			}
		}
	}
}

func TestKioskPagesSayWhatMatters(t *testing.T) {
	b := newBooth(t)
	for path, want := range map[string][]string{
		"/kiosk":                   {"tel:110", "举报", "求助", "咨询", "/kiosk/help\"", "/status"},
		"/kiosk?site=coconut":      {"椰风社区", "/kiosk/help?site=coconut"},
		"/kiosk?site=%3Cscript%3E": {"/kiosk/help?site=%3Cscript%3E"},
		"/kiosk/consult":           {"谁会看", "留多久：</b>办结后，最后一次联系满一年就删除", "会转给谁", "两名民警同意", "tel:110"},
	} {
		code, page := b.get(path)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s lacks %q", path, w)
			}
		}
		if code != 200 || strings.Contains(page, "<script>") {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _ := b.get("/kiosk/other"); code != 404 {
		t.Errorf("no such form: %d", code)
	}
}

func TestKioskAsksAgainAndKeepsWhatWasTyped(t *testing.T) {
	long := strings.Repeat("长", 5000)
	for name, c := range map[string]struct {
		fields []string
		files  []string
		status int
		says   string
	}{
		"no answer to the first question": {[]string{"story", "遇到骗子"}, nil, 422, "钱转出去了吗？"},
		"nothing told":                    {[]string{"moved", "no", "story", "  "}, []string{"p"}, 422, "请写几句发生了什么"},
		"a file that could run":           {[]string{"moved", "no", "story", "遇到骗子"}, []string{"ok", "<svg onload=1>"}, 422, "不是照片、录音或视频"},
		"a giant file":                    {[]string{"moved", "no", "story", "遇到骗子"}, []string{strings.Repeat("x", 2<<20)}, 422, "太大"},
		"seven files":                     {[]string{"moved", "no", "story", "遇到骗子"}, strings.Split("1234567", ""), 422, "最多六个"},
		"a trap for programs":             {[]string{"moved", "no", "story", "遇到骗子", "homepage", "http://x"}, nil, 422, "再点一次"},
		"fields without end":              {[]string{"moved", "no", "story", "遇到骗子", "nothing", strings.Repeat(long, 10)}, nil, 400, "没有收全"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooth(t)
			code, page := b.send("/kiosk/report", append([]string{"key", b.open("/kiosk/report")}, c.fields...), c.files...)
			if code != c.status || !strings.Contains(page, c.says) || len(b.filed) != 0 {
				t.Errorf("%d, want %d and %q, filed %d", code, c.status, c.says, len(b.filed))
			}
			if len(c.fields) > 2 && c.fields[3] == "遇到骗子" && !strings.Contains(page, "遇到骗子</textarea>") {
				t.Error("what was typed is gone")
			}
		})
	}
}

// A lookup code is refused in whichever field it stands, with all else that was typed; whoever is in danger is told what to do
// on that very page.
func TestKioskAFormWithALookupCodeComesBackWithoutIt(t *testing.T) {
	for field, with := range map[string]string{
		"story": "上次的查询码是 GOOD-0000-0000-0000-0，没人理我", "other": "GOOD-0000-0000-0000-0", "contact": "13800000000 GOOD-0000-0000-0000-0",
		"amount": "GOOD-0000-0000-0000-0", "when": "昨天 GOOD-0000-0000-0000-0",
	} {
		for urgency, card := range map[Urgency]string{LifeDanger: "您的安全最要紧", MoneyMoving: "接通后照着念", NoUrgency: "紧急情况，先打 110"} {
			b := newBooth(t)
			b.urgency = urgency
			typed := map[string]string{"story": "冒充客服", "other": "QQ 12345678", "contact": "13800000000", "amount": "3万", "when": "昨晚8点", "moved": "no"}
			typed[field] = with
			fields := []string{"key", b.open("/kiosk/help")}
			for name, value := range typed {
				fields = append(fields, name, value)
			}
			code, page := b.send("/kiosk/help", fields, "picture")
			if code != 422 || len(b.filed)+len(b.kept) != 0 || strings.Contains(page, "GOOD-0000") {
				t.Fatalf("%s: %d, filed %+v, kept %v\n%s", field, code, b.filed, b.kept, page)
			}
			for name, value := range typed {
				clean, _ := screened(value)
				if name != "moved" && !strings.Contains(page, html.EscapeString(clean)) {
					t.Errorf("%s: what was typed as %s is gone", field, name)
				}
			}
			for _, want := range []string{"内容里有查询码", "没有保存", "再点一次“提交”", "tel:110", card} {
				if !strings.Contains(page, want) {
					t.Errorf("%s, %q: the page lacks %q", field, urgency, want)
				}
			}
		}
	}
}

func TestKioskKeepsFilesWhileTheFormIsCorrected(t *testing.T) {
	b := newBooth(t)
	key := b.open("/kiosk/report")
	_, page := b.send("/kiosk/report", []string{"key", key, "moved", "no", "story", "x"}, "good", "<svg>")
	m := regexp.MustCompile(`name="kept" value="([^"]+)"`).FindStringSubmatch(page)
	if m == nil || b.open("/kiosk/report") == key || !strings.Contains(page, html.EscapeString(key)) {
		t.Fatalf("kept %v; the form must keep its key", m)
	}
	if code, _ := b.send("/kiosk/report", []string{"key", key, "kept", m[1], "moved", "no", "story", "x"}); code != 200 || len(b.filed[0].Media) != 1 {
		t.Errorf("%d, filed %+v", code, b.filed)
	}
}

func TestKioskTakesOnlyDigestsForFilesItHas(t *testing.T) {
	b := newBooth(t)
	key := b.open("/kiosk/report")
	code, _ := b.send("/kiosk/report", []string{"key", key, "kept", "../../master.key", "kept", "conv/x#" + strings.Repeat("a", 64), "kept", strings.Repeat("A", 64), "moved", "no", "story", "x"})
	if code != 200 || len(b.filed) != 1 || len(b.filed[0].Media) != 0 {
		t.Errorf("%d, filed %+v", code, b.filed)
	}
}

func TestKioskAFormThatIsNotOursGetsAFreshOne(t *testing.T) {
	b := newBooth(t)
	key := b.open("/kiosk/report")
	old := formKey{issued: time.Now().Add(-3 * 24 * time.Hour), secret: "s"}
	old.ready = old.issued
	for _, bad := range []string{"", "x", key + "0", strings.Replace(key, ".0.", ".1.", 1), old.sign(b.Tag), strings.Repeat("a.", 300)} {
		code, page := b.send("/kiosk/report", []string{"key", bad, "moved", "no", "story", "遇到骗子"})
		if code != 422 || len(b.filed) != 0 || !strings.Contains(page, "遇到骗子</textarea>") || strings.Contains(page, `value="`+bad+`"`) && bad != "" {
			t.Errorf("%q: %d, filed %d", bad, code, len(b.filed))
		}
	}
}

func TestPromise5_AFormThatIsNotDurableIsNotSaidToBeFiled(t *testing.T) {
	b := newBooth(t)
	b.broken = errors.New("disk full")
	code, page := b.send("/kiosk/report", []string{"key", b.open("/kiosk/report"), "moved", "no", "story", "遇到骗子"})
	if code != 503 || strings.Contains(page, "已经收到") || !strings.Contains(page, "遇到骗子</textarea>") {
		t.Errorf("%d:\n%s", code, page)
	}
}

// flood has so many forms filed that whatever comes goes into the slow lane.
func (b *booth) flood() {
	b.k.gate.pace, b.k.gate.again = rate.NewLimiter(0, 0), rate.NewLimiter(rate.Every(time.Hour), 1)
}

func TestKioskAtAnOrdinaryPaceNothingIsSlow(t *testing.T) {
	b := newBooth(t)
	for range formsAtOnce - floodOver {
		if code, _ := b.send("/kiosk/report?again=1", []string{"key", b.open("/kiosk/report?again=1"), "moved", "no", "story", "x"}); code != 200 || b.filed[len(b.filed)-1].Slow {
			t.Fatalf("%d, %+v", code, b.filed[len(b.filed)-1])
		}
	}
	for range 2 * formsAtOnce { // and beyond it something is
		if code, page := b.send("/kiosk/report", []string{"key", b.open("/kiosk/report"), "moved", "no", "story", "x"}); code != 200 {
			t.Fatalf("a first form is put off: %d\n%s", code, page)
		}
		if b.filed[len(b.filed)-1].Slow {
			return
		}
	}
	t.Fatal("nothing ever goes into the slow lane")
}

// Under a flood a first form passes at once, without waiting or work: it is filed, in the slow lane. What is urgent never is.
func TestKioskUnderAFloodFirstFormsPassAndEmergenciesAreNotSlow(t *testing.T) {
	b := newBooth(t)
	b.flood()
	for range 3 * formsAtOnce {
		key := b.open("/kiosk/report")
		_, page := b.get("/kiosk/report")
		if strings.Contains(page, "data-work") {
			t.Fatal("a first form asks for work")
		}
		if code, _ := b.send("/kiosk/report", []string{"key", key, "moved", "no", "story", "x"}, "file"); code != 200 {
			t.Fatalf("a first form: %d", code)
		}
	}
	if n := len(b.filed); n != 3*formsAtOnce || !b.filed[n-1].Slow || len(b.filed[0].Media) != 1 {
		t.Errorf("filed %d, %+v", n, b.filed[n-1])
	}
	if code, _ := b.send("/kiosk/help", []string{"key", b.open("/kiosk/help"), "moved", "now", "story", "x"}); code != 200 || b.filed[len(b.filed)-1].Slow {
		t.Errorf("an emergency: %d, %+v", code, b.filed[len(b.filed)-1])
	}
}

// What the forms of a flood take is bounded in bytes: beyond that a form comes back with all that was typed and is taken a little
// later. What is urgent passes, by what was ticked and by the words.
func TestKioskUnderAFloodWordsAreBoundedAndEmergenciesPass(t *testing.T) {
	b := newBooth(t)
	b.flood()
	b.k.gate.words = rate.NewLimiter(0, 3*formWeight)
	send := func(moved, story string) (int, string) {
		return b.send("/kiosk/report", []string{"key", b.open("/kiosk/report"), "moved", moved, "story", story}, "file")
	}
	for range 2 {
		if code, _ := send("no", "遇到骗子"); code != 200 {
			t.Fatalf("there is room: %d", code)
		}
	}
	code, page := send("no", strings.Repeat("长", 2000))
	if code != 422 || len(b.filed) != 2 || len(b.kept) != 2 || !strings.Contains(page, "都还在这一页上") || !strings.Contains(page, "长长</textarea>") {
		t.Errorf("beyond it: %d, filed %d, kept %d", code, len(b.filed), len(b.kept))
	}
	if code, _ := send("now", strings.Repeat("长", 4000)); code != 200 || len(b.filed) != 3 || b.filed[2].Slow {
		t.Errorf("ticked as urgent: %d, filed %d", code, len(b.filed))
	}
	b.urgency = LifeDanger
	if code, _ := send("no", strings.Repeat("长", 4000)); code != 200 || len(b.filed) != 4 {
		t.Errorf("urgent by its words: %d, filed %d", code, len(b.filed))
	}
	b.urgency, b.k.gate.words = NoUrgency, rate.NewLimiter(slowWordsSecond, slowWordsAtOnce)
	if code, _ := send("no", strings.Repeat("长", 2000)); code != 200 || len(b.filed) != 5 {
		t.Errorf("a little later: %d, filed %d", code, len(b.filed))
	}
}

// A wave of people is no flood of programs: twenty thousand reports fit at once.
func TestKioskAWaveOfPeopleFits(t *testing.T) {
	g, now := newGate(), time.Now()
	for n := range 20_000 {
		if !g.takes(now, 2000) {
			t.Fatalf("form %d comes back", n)
		}
	}
	for n := 0; g.takes(now, maxFields); n++ {
		if n > slowWordsAtOnce/maxFields {
			t.Fatal("there is no bound")
		}
	}
}

// Files of the slow lane are bounded, form by form and together: the text is filed all the same, and the page says what was left out.
func TestKioskUnderAFloodFilesAreBounded(t *testing.T) {
	b := newBooth(t)
	b.flood()
	now := time.Now()
	for b.k.gate.room(now) > 0 {
	}
	code, page := b.send("/kiosk/report", []string{"key", b.open("/kiosk/report"), "moved", "no", "story", "遇到骗子"}, "one", "two")
	if code != 200 || len(b.filed) != 1 || len(b.filed[0].Media) != 0 || !strings.Contains(page, "有2个文件没有收") {
		t.Errorf("%d, filed %+v\n%s", code, b.filed, page)
	}
	code, page = b.send("/kiosk/help", []string{"key", b.open("/kiosk/help"), "moved", "now", "story", "刚转了钱"}, "one")
	if code != 200 || len(b.filed) != 2 || b.filed[1].Slow || len(b.filed[1].Media) != 0 || !strings.Contains(page, "有1个文件没有收") {
		t.Errorf("what is urgent is filed at once, without the file: %d, filed %+v", code, b.filed)
	}
	k := &bounded{from: strings.NewReader("12345"), left: 3}
	if got, err := io.ReadAll(k); string(got) != "123" || !errors.Is(err, ErrSize) || !k.over {
		t.Errorf("%q, %v", got, err)
	}
}

// Only a form taken right after another one was filed may cost something, and an emergency never does.
func TestKioskUnderAFloodOnlyAnotherFormCostsWork(t *testing.T) {
	b := newBooth(t)
	b.flood()
	key := b.another()
	if code, page := b.send("/kiosk/report", []string{"key", key, "moved", "no", "story", "x"}, "file"); code != 422 || len(b.filed)+len(b.kept) != 0 || !strings.Contains(page, "您刚交过一份") {
		t.Errorf("%d, filed %d, kept %d", code, len(b.filed), len(b.kept))
	}
	if code, _ := b.send("/kiosk/help", []string{"key", key, "moved", "now", "story", "x"}); code != 200 || len(b.filed) != 1 {
		t.Errorf("an emergency: %d, filed %d", code, len(b.filed))
	}
	if code, _ := b.send("/kiosk/report", []string{"key", key, "work", work(t, key), "moved", "no", "story", "x"}); code != 200 || len(b.filed) != 2 {
		t.Errorf("with work: %d, filed %d", code, len(b.filed))
	}
	if worked(key, "12345678901234567890") || worked(key, "") {
		t.Error("work that was not done counts")
	}
}

// another takes forms as somebody does who has just filed one, until one is not good at once.
func (b *booth) another() string {
	b.t.Helper()
	b.open("/kiosk/report?again=1")
	key := b.open("/kiosk/report?again=1")
	if k, err := readKey(b.Tag, key, time.Now()); err != nil || k.ready.Sub(k.issued) != longestToWait {
		b.t.Fatalf("%v, %+v", err, k)
	}
	return key
}

// work does what the script does.
func work(t *testing.T, key string) string {
	for n := range 1 << 24 {
		if s := fmt.Sprint(n); worked(key, s) {
			return s
		}
	}
	t.Fatal("no work is ever enough")
	return ""
}

func TestKioskTheWaitIsBounded(t *testing.T) {
	g, now := newGate(), time.Now()
	for !g.slow(now) {
	}
	for range 10 * formsAtOnce {
		if k := g.issue(now, false); k.ready.Sub(now) > longestToWait {
			t.Fatalf("put off for %v", k.ready.Sub(now))
		}
		if k := g.issue(now, true); k.ready.After(now) {
			t.Fatal("a first form is put off")
		}
	}
}

func TestKioskBadgeMayBeEmbedded(t *testing.T) {
	b := newBooth(t)
	for path, kind := range map[string]string{"/kiosk/badge.svg?site=coconut": "image/svg+xml", "/kiosk/badge.v1.js": "text/javascript; charset=utf-8"} {
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != 200 || w.Header().Get("Content-Type") != kind || w.Header().Get("Access-Control-Allow-Origin") != "*" || len(w.Result().Cookies()) != 0 {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

// The integrity that partner sites pin is that of the script we serve: whoever changes the script
// gives it another name.
func TestKioskTheBadgeScriptIsTheDocumentedOne(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/kiosk.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum384(kioskFile("badge.v1.js"))
	if want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(string(doc), want) {
		t.Errorf("docs/kiosk.md does not name %s", want)
	}
}

func TestHowLongIsSaidInWholeYearsOrDays(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		0: "", 8760 * time.Hour: "一年", 17520 * time.Hour: "两年", 3 * 365 * day: "3年", 180 * day: "180天", 36 * time.Hour: "2天", 400 * day: "400天",
	} {
		if got := inYears(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

// Files that come within the pace are bounded, too, all together: else a few programs that keep to it fill the disk.
func TestKioskFilesWithinThePaceAreBoundedTogether(t *testing.T) {
	b := newBooth(t)
	b.k.gate.brought = rate.NewLimiter(0, len("onetwo"))
	for n, left := range []int{0, 0, 1} {
		code, page := b.send("/kiosk/report", []string{"key", b.open("/kiosk/report"), "moved", "no", "story", "遇到骗子"}, []string{"one", "two", "six"}[n])
		if code != 200 || len(b.filed) != n+1 || b.filed[n].Slow || len(b.filed[n].Media) != 1-left || strings.Contains(page, "有1个文件没有收") != (left == 1) {
			t.Errorf("form %d: %d, filed %+v", n, code, b.filed)
		}
	}
}
