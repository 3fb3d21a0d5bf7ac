package weibo

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// house is the account's own server.
type house struct {
	mu     sync.Mutex
	bodies []string
	status []int // of the next answers; then 200
	reply  func(body string) string
	bad    int // wrong signatures
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	parts := []string{"xyz123xyz", q.Get("timestamp"), q.Get("nonce")}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if q.Get("signature") != hex.EncodeToString(sum[:]) {
		h.bad++
	}
	if r.Method == http.MethodGet {
		_, _ = io.WriteString(w, q.Get("echostr"))
		return
	}
	h.bodies = append(h.bodies, string(body))
	if len(h.status) > 0 {
		w.WriteHeader(h.status[0])
		h.status = h.status[1:]
		return
	}
	if h.reply != nil {
		_, _ = io.WriteString(w, h.reply(string(body)))
	}
}

// callbacks serves a platform whose callbacks go to h.
func callbacks(t *testing.T, h *house, o Options) *wire {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	o.CallbackURL, o.RetryDelay = s.URL+"/callback/weibo", time.Millisecond
	w := serve(t, o)
	w.people("小艾")
	return w
}

func TestACallbackIsTriedThreeTimes(t *testing.T) {
	h := &house{status: []int{503, 500}}
	w := callbacks(t, h, Options{})
	must(t, w.Bind(t.Context()))
	must(t, w.Message("小艾", "我被骗了"))
	must(t, w.Settle(t.Context()))
	if p := w.Pushes()[0]; fmt.Sprint(p.Statuses) != "[503 500 200]" || !p.Acknowledged {
		t.Errorf("%+v", p)
	}
	h.status = []int{500, 500, 500, 500}
	must(t, w.Message("小艾", "在吗"))
	must(t, w.Settle(t.Context()))
	if p := w.Pushes()[1]; len(p.Statuses) != 3 || p.Acknowledged {
		t.Errorf("%+v", p)
	}
	if h.bad > 0 || len(h.bodies) != 6 || h.bodies[0] != h.bodies[2] {
		t.Errorf("%d wrong signatures, %d deliveries", h.bad, len(h.bodies))
	}
	for _, word := range []string{`"type":"text"`, `"sender_id":6660000001`, `"receiver_id":5550000000000001`, `"text":"我被骗了"`, `"data":{}`, `"created_at":"`} {
		if !strings.Contains(h.bodies[0], word) {
			t.Errorf("%s has no %s", h.bodies[0], word)
		}
	}
	if strings.Contains(h.bodies[0], `"id"`) {
		t.Errorf("a message has an id: %s", h.bodies[0])
	}
}

func passiveReply(to, said string) string {
	data, _ := json.Marshal(map[string]string{"text": said})
	b, _ := json.Marshal(map[string]any{"result": true, "sender_id": json.Number("5550000000000001"), "receiver_id": json.Number(to), "type": "text", "data": url.QueryEscape(string(data))})
	return string(b)
}

func TestAPassiveReplyIsShownOnce(t *testing.T) {
	h := &house{reply: func(string) string { return passiveReply("6660000001", "已收到 & 登记") }}
	w := callbacks(t, h, Options{})
	must(t, w.Message("小艾", "我被骗了"))
	must(t, w.Settle(t.Context()))
	w.Redeliver(0)
	r := w.Received()
	if len(r) != 1 || r[0].Via != ViaPassive || r[0].Text != "已收到 & 登记" || r[0].To[0] != "小艾" {
		t.Errorf("%+v", r)
	}
	for name, body := range map[string]string{
		"to somebody else": passiveReply("6660000002", "x"), "no JSON": "success", "no result": strings.Replace(passiveReply("6660000001", "x"), "true", "false", 1),
		"too long": passiveReply("6660000001", strings.Repeat("长", 300)), "empty": passiveReply("6660000001", ""),
	} {
		h.reply = func(string) string { return body }
		must(t, w.Message("小艾", name))
		must(t, w.Settle(t.Context()))
		if p := w.Pushes(); p[len(p)-1].Malformed == "" || len(w.Received()) != 1 {
			t.Errorf("%s: %+v", name, p[len(p)-1])
		}
	}
}

func TestMentionsArePushedOfTrustedPeopleOnlyUntilAllAreAskedFor(t *testing.T) {
	for all, want := range map[bool]int{false: 1, true: 3} {
		h := &house{}
		w := callbacks(t, h, Options{AllMentions: all})
		_, err := w.AddCitizen("老朋友", true)
		must(t, err)
		for _, who := range []string{"小艾", "老朋友"} {
			id, err := w.Post(who, "@示例网警 真的吗")
			must(t, err)
			if who == "小艾" {
				_, err = w.Comment(who, id, "", "@示例网警 再问一次")
				must(t, err)
			}
		}
		must(t, w.Settle(t.Context()))
		if n := len(w.Pushes()); n != want {
			t.Errorf("all %t: %d pushes, want %d", all, n, want)
		}
	}
}

func TestAForgedCallbackHasAWrongSignature(t *testing.T) {
	h := &house{}
	w := callbacks(t, h, Options{})
	if status := w.Forge(t.Context(), "6660000001", "x"); status != 200 || h.bad != 1 {
		t.Errorf("%d, %d wrong signatures", status, h.bad)
	}
}

func TestSendingToAllIsQueuedAndMayBeLost(t *testing.T) {
	for lose, want := range map[bool]int{false: 1, true: 0} {
		w := callbacks(t, &house{}, Options{LoseQueued: lose})
		must(t, w.Follow("小艾"))
		for body, key := range map[string]string{`{"touser":["1"],"msgtype":"text","text":{"content":"通知"}}`: "msg_id", `{}`: "errcode"} {
			resp, err := http.Post(w.base+"/2/messages/sendall.json?access_token="+tok, "application/json", strings.NewReader(body))
			must(t, err)
			b, err := io.ReadAll(resp.Body)
			must(t, errors.Join(err, resp.Body.Close()))
			if !strings.Contains(string(b), key) {
				t.Errorf("%s: %s", body, b)
			}
		}
		if n := len(w.Received()); n != want {
			t.Errorf("lost %t: %d received", lose, n)
		}
	}
}

func TestWhatNoDocumentNamesIsPushedToo(t *testing.T) {
	h := &house{}
	w := callbacks(t, h, Options{})
	must(t, w.Odd("小艾", "hologram"))
	must(t, w.Settle(t.Context()))
	if !strings.Contains(h.bodies[0], `"type":"hologram"`) || !w.Pushes()[0].Acknowledged {
		t.Errorf("%s", h.bodies)
	}
}

func TestAFileIsReadByItsReceiversId(t *testing.T) {
	h := &house{}
	w := callbacks(t, h, Options{})
	must(t, w.Send("小艾", "image", "image/png", []byte("\x89PNG")))
	must(t, w.Settle(t.Context()))
	var push struct {
		Data struct{ VFID, ToVFID json.Number }
	}
	if err := json.Unmarshal([]byte(h.bodies[0]), &push); err != nil || !strings.Contains(h.bodies[0], `"type":"image"`) {
		t.Fatalf("%s: %v", h.bodies[0], err)
	}
	if status, body := w.raw("GET", "/2/mss/msget", tok, "fid", push.Data.ToVFID.String()); status != 200 || body != "\x89PNG" {
		t.Errorf("%d %q", status, body)
	}
	if code := w.code("GET", "/2/mss/msget", "fid", push.Data.VFID.String()); code != "10008" {
		t.Errorf("by the sender's id: %s", code)
	}
	w.DropFiles()
	if code := w.code("GET", "/2/mss/msget", "fid", push.Data.ToVFID.String()); code != "20305" {
		t.Errorf("gone: %s", code)
	}
}

func TestXMLForm(t *testing.T) {
	h := &house{}
	w := callbacks(t, h, Options{Format: XML})
	must(t, w.Message("小艾", "<我>被骗了"))
	must(t, w.Settle(t.Context()))
	must(t, w.Follow("小艾"))
	must(t, w.Settle(t.Context()))
	if !strings.Contains(h.bodies[0], "<Content>&lt;我&gt;被骗了</Content>") || !strings.Contains(h.bodies[1], "<Event>subscribe</Event>") {
		t.Errorf("%s", h.bodies)
	}
}

func TestSilenceIsNoAnswer(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer s.Close()
	defer close(release)
	w := serve(t, Options{CallbackURL: s.URL, Deadline: 10 * time.Millisecond, RetryDelay: time.Millisecond})
	w.people("小艾")
	must(t, w.Message("小艾", "在吗"))
	must(t, w.Settle(t.Context()))
	if p := w.Pushes()[0]; fmt.Sprint(p.Statuses) != "[0 0 0]" || p.Acknowledged {
		t.Errorf("%+v", p)
	}
}

func TestAPersonPlaysACitizenOnThePage(t *testing.T) {
	h := &house{reply: func(string) string { return passiveReply("6660000001", "已收到<b>") }}
	w := callbacks(t, h, Options{AllMentions: true})
	if w.share("通报"+link) != "" {
		t.Fatal("not shared")
	}
	at := "/phone/of/" + url.PathEscape("小艾")
	if status, to := w.raw("GET", "/phone", ""); status != 303 || to != at {
		t.Errorf("%d %s", status, to)
	}
	for _, form := range [][]string{{"do", "follow"}, {"do", "message", "text", "我被骗了"}, {"do", "post", "text", "@示例网警 真的吗"}, {"do", "comment", "text", "有用", "post", w.Own()[0]}} {
		if status, to := w.raw("POST", at, "", form...); status != 303 || to != at {
			t.Errorf("%v: %d %s", form, status, to)
		}
		must(t, w.Settle(t.Context()))
	}
	_, page := w.raw("GET", at, "")
	for _, word := range []string{"取消关注", "我被骗了", "已收到&lt;b&gt;", "@示例网警 真的吗", "小艾：有用", "通报"} {
		if !strings.Contains(page, word) {
			t.Errorf("the page does not show %s", word)
		}
	}
	if status, _ := w.raw("POST", at, "", "do", "message"); status != http.StatusUnprocessableEntity {
		t.Errorf("nothing written: %d", status)
	}
	if status, _ := w.raw("POST", at, "", "do", "comment", "text", "x", "post", "1"); status != http.StatusUnprocessableEntity {
		t.Errorf("under no post: %d", status)
	}
	if status, _ := w.raw("GET", "/phone/of/nobody", ""); status != 404 {
		t.Errorf("nobody: %d", status)
	}
	if len(w.Actions()) != 4 {
		t.Errorf("%+v", w.Actions())
	}
}
