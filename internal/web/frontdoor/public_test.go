package frontdoor

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

// office is a daemon with one matter, one message and two bulletins. Codes have seventeen
// letters; "GOOD" followed by thirteen of anything leads to the matter, "GONE" is one that ended.
type office struct {
	asked int // matters and messages looked for
	m     Matter
	fails error
	added []Addition
	kept  []string
	ended []string
}

func newOffice() *office {
	return &office{m: Matter{
		Reference: "460100-20261125-004217-X", Received: at, State: StateAnswered, Proof: "收件凭证（第1版）\n编号：460100-20261125-004217-X",
		Said: []Said{{at, "已收到你的举报。\n请不要再转账。", false}, {at.Add(time.Hour), "<b>民警</b>：已联系银行。", true}},
	}}
}

var at = time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)

func (*office) ReadCode(typed string) (string, bool) {
	plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	return plain, len(plain) == 17
}

func (o *office) Matter(_ context.Context, code string) (Matter, bool, error) {
	o.asked++
	return o.m, strings.HasPrefix(code, "GOOD"), o.fails
}

func (o *office) Sent(_ context.Context, code string) (Sent, bool, error) {
	o.asked++
	switch code {
	case "ABCD2345":
		return Sent{At: at, Unit: "椰城网警", Account: "微博：椰城网警"}, true, o.fails
	case "LETT2345":
		return Sent{At: at, Unit: "椰城网警", Letter: "椰风社区"}, true, o.fails
	case "WXYZ2345":
		return Sent{At: at, Unit: "椰城网警", Account: "微博：椰城网警", Bulletin: "b2"}, true, o.fails
	}
	return Sent{}, false, o.fails
}

func (*office) Key() string { return "netpatrol receipt public key 1\nAAAA\n" }

func (*office) Verify(text string) (Proven, bool) {
	return Proven{Unit: "椰城网警", Reference: "460100-20261125-004217-X", Received: at, Messages: 2, Digest: strings.Repeat("ab12", 16)}, strings.Contains(text, "真")
}

func (o *office) Bulletins(_ context.Context, before string) ([]Bulletin, bool, error) {
	if before != "" {
		return []Bulletin{{ID: "b1", Title: "警惕冒充客服", At: at}}, false, o.fails
	}
	return []Bulletin{{ID: "b2", Title: "刷单返利都是诈骗", At: at.Add(time.Hour)}}, true, o.fails
}

func (o *office) Bulletin(_ context.Context, id string) (Bulletin, bool, error) {
	b := Bulletin{ID: id, Title: "刷单返利都是诈骗", At: at, Blocks: []Block{{Text: "先垫钱的兼职都是诈骗。"}, {Text: "聊天截图：对方要求连做三单", Picture: "0"}, {Text: "核对码 WXYZ2345"}}}
	return b, id == "b2", o.fails
}

func (o *office) Picture(_ context.Context, id string, n int) ([]byte, bool, error) {
	return pixel, id == "b2" && n == 0, o.fails
}

// pixel is a picture of one dot.
var pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

func (o *office) handler() http.Handler {
	return New(Options{Matters: o, Press: o, Unit: "椰城市公安局网络警察支队", Log: slog.New(slog.DiscardHandler)})
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func post(t *testing.T, h http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// open serves an office that takes additions.
func (o *office) open() http.Handler {
	return New(Options{Matters: o, Press: o, More: o, Unit: "椰城市公安局网络警察支队", Log: slog.New(slog.DiscardHandler)})
}

func (*office) Tag(scope, value string) string {
	sum := sha256.Sum256([]byte(scope + "|" + value))
	return hex.EncodeToString(sum[:13])
}

func (*office) Screen(text string) (string, bool) { return screened(text) }

func (o *office) KeepMore(_ context.Context, code string, from io.Reader) (adapters.Media, error) {
	all, err := io.ReadAll(from)
	switch {
	case err != nil:
		return adapters.Media{}, err
	case bytes.HasPrefix(all, []byte("<svg")):
		return adapters.Media{}, ErrKind
	}
	o.kept = append(o.kept, code+" "+string(all))
	sum := sha256.Sum256(all)
	return adapters.Media{Ref: adapters.Ref(hex.EncodeToString(sum[:]))}, nil
}

func (o *office) Add(_ context.Context, code string, a Addition) (Urgency, error) {
	if o.fails == nil {
		o.added = append(o.added, a)
	}
	return o.Urgency(a.Text), o.fails
}

func (*office) Urgency(text string) Urgency {
	switch {
	case strings.Contains(text, "刚转"):
		return MoneyMoving
	case strings.Contains(text, "不想活"):
		return LifeDanger
	}
	return NoUrgency
}

func (o *office) End(_ context.Context, code string) error {
	o.ended = append(o.ended, code)
	return nil
}

func lookUp(t *testing.T, h http.Handler, code string) *httptest.ResponseRecorder {
	t.Helper()
	return post(t, h, "/status", url.Values{"code": {code}})
}

func has(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range words {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("the page does not say %q:\n%s", s, w.Body)
		}
	}
}

func lacks(t *testing.T, w *httptest.ResponseRecorder, words ...string) {
	t.Helper()
	for _, s := range words {
		if strings.Contains(w.Body.String(), s) {
			t.Errorf("the page says %q:\n%s", s, w.Body)
		}
	}
}

func TestAReporterSeesHowTheMatterStands(t *testing.T) {
	o := newOffice()
	w := lookUp(t, o.handler(), "good-0000-0000-0000-0")
	has(t, w, http.StatusOK, "民警已答复", "460100-20261125-004217-X", "2026年11月25日 17:30", "17:30　自动答复</p>", "18:30　民警答复</p>", "请不要再转账。", "&lt;b&gt;民警&lt;/b&gt;：已联系银行。", "不是受案回执", `value="GOOD0000000000000"`)
	for state, words := range stateWords {
		o.m.State = state
		has(t, lookUp(t, o.handler(), "GOOD0000000000000"), http.StatusOK, words.Name, words.Next)
	}
	o.m = Matter{State: StateReceived, Received: at}
	fresh := lookUp(t, o.handler(), "GOOD0000000000000")
	has(t, fresh, http.StatusOK, "正在编号", "还没有答复")
	lacks(t, fresh, "收件凭证</h2>")
}

func TestTheProofIsAFile(t *testing.T) {
	o := newOffice()
	w := post(t, o.handler(), "/status/proof", url.Values{"code": {"GOOD0000000000000"}})
	has(t, w, http.StatusOK, "收件凭证（第1版）\n编号")
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="receipt-460100-20261125-004217-X.txt"` {
		t.Errorf("%q", got)
	}
	o.m.Proof = ""
	has(t, post(t, o.handler(), "/status/proof", url.Values{"code": {"GOOD0000000000000"}}), http.StatusNotFound)
}

func TestAMisreadCodeIsNotLookedUp(t *testing.T) {
	o := newOffice()
	for _, typed := range []string{"", "GOOD", "GOOD00000000000000", strings.Repeat("x", 5000)} {
		has(t, lookUp(t, o.handler(), typed), http.StatusUnprocessableEntity, "抄错了一位")
	}
	if o.asked != 0 {
		t.Errorf("%d were looked up", o.asked)
	}
	has(t, lookUp(t, o.handler(), strings.Repeat("y", maxForm+1)), http.StatusUnprocessableEntity)
}

func TestCodesThatLeadNowhereAreAnsweredAlike(t *testing.T) {
	h := newOffice().handler()
	first := lookUp(t, h, "GONE0000000000000")
	second := lookUp(t, h, "NONE1111111111111")
	if first.Code != http.StatusNotFound || first.Body.String() != second.Body.String() || first.Code != second.Code {
		t.Errorf("%d and %d; the pages are the same: %v", first.Code, second.Code, first.Body.String() == second.Body.String())
	}
	lacks(t, first, "GONE", "460100")
}

func TestABrokenStoreTellsNothing(t *testing.T) {
	o := newOffice()
	o.fails = errors.New("disk /var/lib is full")
	h := o.handler()
	for _, w := range []*httptest.ResponseRecorder{lookUp(t, h, "GOOD0000000000000"), get(t, h, "/check?code=ABCD2345"), get(t, h, "/bulletins"), get(t, h, "/bulletins/b2"), get(t, h, "/bulletins/b2/0")} {
		has(t, w, http.StatusServiceUnavailable, "110")
		lacks(t, w, "disk", "460100", "刷单")
	}
}

// guess is a request made over and over with another code.
type guess struct {
	body   strings.Reader
	status int
	bytes  []byte
	header http.Header
}

func (g *guess) Read(b []byte) (int, error)  { return g.body.Read(b) }
func (*guess) Close() error                  { return nil }
func (g *guess) Header() http.Header         { return g.header }
func (g *guess) WriteHeader(status int)      { g.status = status }
func (g *guess) Write(b []byte) (int, error) { g.bytes = b; return len(b), nil }

func TestAMillionGuessesLearnNothing(t *testing.T) {
	o := newOffice()
	h := o.handler()
	started := time.Now()
	var answers [][]byte
	g := &guess{header: http.Header{}}
	var secret [11]byte
	code := make([]byte, 18)
	n := guesses
	if testing.Short() {
		n /= 10
	}
	told, mine := 0, 0
	for i := range n {
		rand.Read(secret[:])
		base32.StdEncoding.WithPadding(base32.NoPadding).Encode(code, secret[:])
		code[0] = 'X' // none of them is the one
		g.body.Reset("code=" + string(code[:17]))
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: "/status"}, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: g}
		h.ServeHTTP(g, r)
		if g.status == http.StatusNotFound {
			told++
		}
		if g.status == http.StatusNotFound || i%1000 == 999 {
			if plain := anyTicket.ReplaceAll(g.bytes, nil); !slices.ContainsFunc(answers, func(a []byte) bool { return bytes.Equal(a, plain) }) {
				answers = append(answers, plain)
			}
		}
		if i%(n/20) == n/20-1 && lookUp(t, h, "GOOD0000000000000").Code == http.StatusOK { // whoever has a code is not held up
			mine++
		}
	}
	if len(answers) != 2 || mine != 20 {
		t.Errorf("%d different answers, want two: not found, and wait; the holder of a code was answered %d times of 20", len(answers), mine)
	}
	for _, body := range answers {
		if bytes.Contains(body, []byte("460100")) || bytes.Contains(body, []byte("民警已答复")) {
			t.Errorf("a guess learned something: %s", body)
		}
	}
	most := triesAtAll + int(time.Since(started).Seconds()+1)*perSecond
	if told > most {
		t.Errorf("%d guesses were told that they lead nowhere, at most %d in this time", told, most)
	}
	t.Logf("%d guesses in %s, %d told", n, time.Since(started).Round(time.Millisecond), told)
}

// anyTicket is what differs between two pages that ask for work or a wait.
var anyTicket = regexp.MustCompile(`name="(code|ticket)" value="[^"]*"`)

func TestOneCodeIsNotTriedOverAndOver(t *testing.T) {
	o := newOffice()
	h := o.handler()
	shown := 0
	for range 2 * triesHeld {
		if lookUp(t, h, "GOOD0000000000000").Code == http.StatusOK {
			shown++
		}
	}
	if shown < triesHeld || shown > triesHeld+2 {
		t.Errorf("shown %d times, want %d", shown, triesHeld)
	}
	has(t, lookUp(t, h, "GOOD0000000000000"), http.StatusTooManyRequests, "请过一分钟再试")
	has(t, lookUp(t, h, "ANOTHER0000000000"), http.StatusNotFound)
}

func TestAnybodyChecksTheCodeInAMessage(t *testing.T) {
	h := newOffice().handler()
	found := get(t, h, "/check?code=ABCD2345")
	has(t, found, http.StatusOK, "有这条消息", "2026年11月25日", "微博：椰城网警", "不显示内容")
	lacks(t, found, "17:30")
	has(t, get(t, h, "/check?code=WXYZ2345"), http.StatusOK, `href="/bulletins/b2"`)
	has(t, get(t, h, "/check?code=LETT2345"), http.StatusOK, "给“<b>椰风社区</b>”的函", "马上拨打110")
	has(t, get(t, h, "/check?code=%3Cscript%3E"), http.StatusOK, "没有查到", "拨打", "110", "&lt;script&gt;")
	has(t, get(t, h, "/check?code="+strings.Repeat("x", 2000)), http.StatusOK, "没有查到")
	lookup := get(t, h, "/check?code=GOOD-0000-0000-0000-0")
	has(t, lookup, http.StatusOK, "请不要告诉任何人")
	lacks(t, lookup, "GOOD")
	has(t, get(t, h, "/check"), http.StatusOK, "核对码")
}

func TestAProofIsCheckedOnThePage(t *testing.T) {
	h := newOffice().handler()
	has(t, get(t, h, "/proof"), http.StatusOK, "netpatrol receipt public key 1")
	has(t, post(t, h, "/proof", url.Values{"proof": {"真"}}), http.StatusOK, "凭证是真的", "460100-20261125-004217-X", "不是受案回执")
	has(t, post(t, h, "/proof", url.Values{"proof": {"假"}}), http.StatusOK, "核验不通过")
	has(t, get(t, h, "/proof/key"), http.StatusOK, "netpatrol receipt public key 1\nAAAA")
}

func TestBulletinsAreReadByEverybody(t *testing.T) {
	h := newOffice().handler()
	has(t, get(t, h, "/bulletins"), http.StatusOK, "刷单返利都是诈骗", `href="/bulletins?before=b2"`)
	has(t, get(t, h, "/bulletins?before=b2"), http.StatusOK, "警惕冒充客服")
	has(t, get(t, h, "/bulletins/b2"), http.StatusOK, "先垫钱的兼职都是诈骗。", `src="/bulletins/b2/0"`, `alt="聊天截图：对方要求连做三单"`)
	has(t, get(t, h, "/bulletins/b9"), http.StatusNotFound, "没有这一页")
	if w := get(t, h, "/bulletins/b2/0"); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, none := range []string{"/bulletins/b2/1", "/bulletins/b2/x", "/bulletins/b1/0"} {
		has(t, get(t, h, none), http.StatusNotFound)
	}
}

func TestPublicPagesAreStrict(t *testing.T) {
	h := newOffice().handler()
	for _, path := range publicPaths {
		w := get(t, h, path)
		has(t, w, http.StatusOK, `<html lang="zh-Hans">`, "110")
		lacks(t, w, "<script", "style=", "http://", "https://")
		for name, want := range map[string]string{"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Set-Cookie": ""} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

// publicPaths are the pages that a link leads to.
var publicPaths = []string{"/", "/status", "/check", "/check?code=ABCD2345", "/check?code=NONE", "/proof", "/bulletins", "/bulletins/b2"}
