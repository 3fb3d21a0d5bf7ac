package wechat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFaultsBeforeAndAfterTheDeed(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		done  bool // the message reached the phone
		fails bool // the client sees a broken connection or body
	}{
		{Fault{Kind: ResetBefore}, false, true},
		{Fault{Kind: AnswerStatus}, false, false},
		{Fault{Kind: AnswerCode}, false, false},
		{Fault{Kind: AnswerCode, Code: 45011}, false, false},
		{Fault{Kind: AnswerBody, Body: `{"errcode":0}`}, false, false},
		{Fault{Kind: Delay, Delay: time.Minute}, true, false},
		{Fault{Kind: ResetAfterAccept}, true, true},
		{Fault{Kind: DelayAnswer, Delay: time.Minute}, true, false},
		{Fault{Kind: SlowBody, Delay: time.Minute}, true, false},
		{Fault{Kind: StatusAfterAccept}, true, false},
		{Fault{Kind: CodeAfterAccept}, true, false},
		{Fault{Kind: Truncate}, true, true},
		{Fault{Kind: HalfJSON}, true, false},
		{Fault{Kind: WrongType}, true, false},
	} {
		t.Run(string(c.fault.Kind), func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				b.write("小林", "您好")
				path := b.withToken(customPath)
				c.fault.Path = customPath
				b.p.Fault(c.fault)
				start := time.Now()
				res, body, err := b.do("POST", path, textTo(b.lin, "一"))
				if (err != nil) != c.fails || len(b.p.Received()) != count(c.done) {
					t.Errorf("error %v, received %q", err, texts(b.p.Received()))
				}
				if took := time.Since(start); took != c.fault.Delay {
					t.Errorf("took %s", took)
				}
				looksStruck(t, c.fault, res, body)
				if b.p.Struck()[string(c.fault.Kind)] != 1 {
					t.Errorf("struck %v", b.p.Struck())
				}
				b.code(0, customPath, textTo(b.lin, "二")) // once only
			})
		})
	}
}

// looksStruck checks what the client gets to see of a fault.
func looksStruck(t *testing.T, f Fault, res *http.Response, body []byte) {
	t.Helper()
	want := map[FaultKind]string{
		AnswerStatus: "502 text/html <html>", StatusAfterAccept: "504 text/html <html>", WrongType: `200 text/html; charset=utf-8 {"errcode":0`,
		AnswerCode: fmt.Sprintf(`200 application/json; encoding=utf-8 {"errcode":%d`, f.Code), AnswerBody: `200 application/json; encoding=utf-8 {"errcode":0}`,
		CodeAfterAccept: `200 application/json; encoding=utf-8 {"errcode":-1`,
	}[f.Kind]
	if f.Kind == AnswerCode && f.Code == 0 {
		want = `200 application/json; encoding=utf-8 {"errcode":-1,"errmsg":"system error rid: `
	}
	if want == "" {
		if f.Kind == HalfJSON && json.Valid(body) {
			t.Errorf("the body is whole: %s", body)
		}
		return
	}
	if got := fmt.Sprintf("%d %s %s", res.StatusCode, res.Header.Get("Content-Type"), body); !strings.HasPrefix(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestChaosIsTheSameForASeed(t *testing.T) {
	run := func(seed uint64) (out string) {
		inBubble(t, Options{Seed: seed}, func(t *testing.T, b *bundle) {
			b.tok = b.stable(false)
			for _, f := range Chaos(0.1, time.Second) {
				b.p.Fault(f)
			}
			for _, f := range PushChaos(0.2, time.Second) {
				b.p.PushFault(f)
			}
			for range 20 {
				b.write("小林", "您好")
				b.do("POST", b.withToken(customPath), textTo(b.lin, "收到"))
			}
			out = fmt.Sprint(b.p.Struck(), b.p.Counts().Deliveries, b.tok)
		})
		return out
	}
	if a, b := run(1), run(1); a != b {
		t.Errorf("one seed, two runs:\n%s\n%s", a, b)
	}
	if a, b := run(1), run(2); a == b {
		t.Errorf("two seeds, one run: %s", a)
	}
}

// TestEverythingAtOnce is meant for the race detector: two hundred people write while
// callbacks fail in every way, and none may be lost or answered twice.
func TestEverythingAtOnce(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.tok = b.stable(false)
		for _, f := range PushChaos(0.1, time.Second) {
			b.p.PushFault(f)
		}
		b.app.say(func(in inbound) string { return encrypted(replyText(in, "收到 "+in.MsgId)) })
		const people = 200
		var wg sync.WaitGroup
		for i := range people {
			name := fmt.Sprint("市民", i)
			b.follower(name)
			wg.Go(func() {
				b.p.Write(name, "被骗了")
				b.do("POST", b.withToken(customPath), textTo(b.p.OpenID(name), "稍等"))
				b.do("GET", b.withToken("/cgi-bin/user/get"), nil)
				b.p.Counts()
				b.p.People()
				b.p.Click(name, "report")
			})
		}
		wg.Wait()
		b.settle()
		n := b.p.Counts()
		if n.Pushes != 2*people || n.Custom != people || n.DeadlinesMissed != 0 || n.Contradicted != 0 || n.Passive+n.Unheard < 2*people {
			t.Errorf("%+v", n)
		}
		if d := b.p.Duplicates(); len(d) > people { // clicks of one person get the same text twice at most
			t.Errorf("%d duplicates", len(d))
		}
	})
}

// FuzzAPI throws requests at the API: it must answer every one and never fail.
func FuzzAPI(f *testing.F) {
	f.Add("POST", "/cgi-bin/draft/add?x", "application/json", `{"articles":[{"title":"x","content":"<img src=x>","thumb_media_id":"y"}]}`)
	f.Add("POST", "/cgi-bin/message/mass/sendall?x", "", `{"filter":{"is_to_all":true},"msgtype":"text","text":{"content":"x"},"clientmsgid":"1"}`)
	f.Add("POST", "/cgi-bin/message/mass/send?x", "", `{"touser":["a",2],"msgtype":"mpnews"}`)
	f.Add("POST", "/cgi-bin/comment/list?x", "", `{"msg_data_id":"1","index":-5,"count":1}`)
	f.Add("POST", "/cgi-bin/media/upload?type=image&x", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\n\r\nx\r\n--b--")
	f.Add("POST", "/datacube/getbizsummary?x", "", `{"begin_date":"2026-01-01","end_date":"2026-01-01"}`)
	f.Add("POST", "/cgi-bin/menu/create?x", "", `{"button":[{"name":"x","sub_button":[{}]}]}`)
	f.Add("POST", "/cgi-bin/message/mass/delete?x", "", `{"msg_id":"","article_idx":-1}`)
	f.Add("GET", "/cgi-bin/user/get?next_openid=", "", "")
	f.Fuzz(func(t *testing.T, method, target, kind, body string) {
		if !strings.HasPrefix(target, "/cgi-bin/") && !strings.HasPrefix(target, "/datacube/") {
			return
		}
		p := New(Options{AppID: testApp, AppSecret: "secret", Token: testToken, Mode: Plain, Kind: Service, PublishDelay: -1, MassDelay: -1})
		defer p.Close()
		p.mu.Lock()
		token := p.grantToken(stable, time.Now(), 0).value
		p.mu.Unlock()
		req, err := http.NewRequest(method, "http://api.example"+target+"&access_token="+token, strings.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, req)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") == "application/json; encoding=utf-8" && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}
