package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/internal/sandbox"
)

const (
	testApp   = "wxba5fad812f8e6fb9"
	testToken = "AAAAA"
)

var testKey = strings.Repeat("A", 43)

// bundle is a platform and an account's program, joined by pipes inside a bubble.
type bundle struct {
	t    *testing.T
	p    *Platform
	app  *app
	api  *http.Client
	tok  string
	lin  string // openid of 小林
	anna string // openid of 阿娜
}

// inBubble runs a test against a platform with two followers and an account that
// answers callbacks.
func inBubble(t *testing.T, o Options, run func(t *testing.T, b *bundle)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		here, there := sandbox.NewPipeListener(), sandbox.NewPipeListener()
		o.AppID, o.AppSecret, o.Token, o.EncodingAESKey = testApp, "secret", testToken, testKey
		if o.CallbackURL == "" {
			o.CallbackURL = "http://police.example/wechat?account=1"
		} else if o.CallbackURL == "none" {
			o.CallbackURL = ""
		}
		transport := &http.Transport{DialContext: there.DialContext}
		o.Client = &http.Client{Transport: transport}
		b := &bundle{t: t, p: New(o), app: &app{mode: o.Mode}}
		b.app.p = b.p
		platform, account := &http.Server{Handler: b.p}, &http.Server{Handler: b.app}
		go platform.Serve(here)
		go account.Serve(there)
		b.api = &http.Client{Transport: &http.Transport{DialContext: here.DialContext}}
		defer func() {
			b.p.Close()
			b.api.CloseIdleConnections()
			transport.CloseIdleConnections()
			platform.Close()
			account.Close()
		}()
		b.lin, b.anna = b.follower("小林"), b.follower("阿娜")
		run(t, b)
	})
}

func (b *bundle) follower(name string) string {
	b.t.Helper()
	id, err := b.p.AddFollower(name)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// do calls the API and returns the answer as it came.
func (b *bundle) do(method, path string, body any) (*http.Response, []byte, error) {
	var r io.Reader
	switch x := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(x)
	default:
		var j bytes.Buffer
		enc := json.NewEncoder(&j)
		enc.SetEscapeHTML(false) // the platform does not read escapes
		b.must(enc.Encode(x))
		r = &j
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, "http://api.weixin.example"+path, r)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.api.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	return res, out, err
}

// call calls the API with a token, fetched when there is none, and decodes the answer.
func (b *bundle) call(path string, body any) object {
	b.t.Helper()
	method := http.MethodPost
	if body == nil {
		method = http.MethodGet
	}
	_, out, err := b.do(method, b.withToken(path), body)
	if err != nil {
		b.t.Fatalf("%s: %v", path, err)
	}
	return b.decode(out)
}

func (b *bundle) withToken(path string) string {
	b.t.Helper()
	if b.tok == "" {
		b.tok = b.stable(false)
	}
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	return path + join + "access_token=" + url.QueryEscape(b.tok)
}

func (b *bundle) decode(out []byte) object {
	b.t.Helper()
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	o := object{}
	if err := d.Decode(&o); err != nil {
		b.t.Fatalf("not JSON: %v\n%s", err, out)
	}
	return o
}

// code calls the API and requires an errcode; 0 also when the answer has none.
func (b *bundle) code(want int, path string, body any) object {
	b.t.Helper()
	o := b.call(path, body)
	if got := fmt.Sprint(codeOf(o)); got != fmt.Sprint(want) {
		b.t.Fatalf("%s: got %s %v, want %d", path, got, o["errmsg"], want)
	}
	return o
}

func codeOf(o object) any {
	if c, there := o["errcode"]; there {
		return c
	}
	return 0
}

func (b *bundle) stable(force bool) string {
	b.t.Helper()
	_, out, err := b.do("POST", "/cgi-bin/stable_token", object{
		"grant_type": "client_credential", "appid": testApp, "secret": "secret", "force_refresh": force,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	tok, _ := b.decode(out)["access_token"].(string)
	if tok == "" {
		b.t.Fatalf("no token: %s", out)
	}
	return tok
}

// write makes a follower write and waits until the callback is through.
func (b *bundle) write(name, text string) string {
	b.t.Helper()
	id, err := b.p.Write(name, text)
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return id
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) settle() {
	b.t.Helper()
	b.must(b.p.Settle(b.t.Context()))
}

// upload sends a file as a form.
func (b *bundle) upload(path, name string, data []byte) object {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("media", name)
	b.must(err)
	part.Write(data)
	b.must(w.WriteField("description", `{"title":"片子","introduction":""}`))
	b.must(w.Close())
	req, err := http.NewRequestWithContext(b.t.Context(), "POST", "http://api.weixin.example"+b.withToken(path), &body)
	b.must(err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := b.api.Do(req)
	b.must(err)
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	b.must(err)
	return b.decode(out)
}

// app is the account's program: it checks callbacks with a crypto of its own and
// answers as the test says.
type app struct {
	mode Mode
	p    *Platform

	mu      sync.Mutex
	answer  func(in inbound) (reply string) // the inner XML; default success
	before  func(w http.ResponseWriter, r *http.Request) (done bool)
	heard   []inbound
	refused []string
}

type inbound struct {
	ToUserName, FromUserName, MsgType, Content, MsgId, Event, EventKey string
	CreateTime                                                         int64
	MediaId, PicUrl, Recognition, Label, Url, Ticket, MsgDataId, Idx   string
	Status, MsgID, TotalCount, FilterCount                             string
	Location_X, Bizmsgmenuid                                           string
	Encrypt                                                            string
	raw                                                                string
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	before := a.before
	a.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	q := r.URL.Query()
	if r.Method == http.MethodGet {
		if sha(testToken, q.Get("timestamp"), q.Get("nonce")) == q.Get("signature") {
			io.WriteString(w, q.Get("echostr"))
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	in, err := a.open(q, body)
	if err != nil {
		a.mu.Lock()
		a.refused = append(a.refused, err.Error())
		a.mu.Unlock()
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	a.mu.Lock()
	a.heard = append(a.heard, in)
	answer := a.answer
	a.mu.Unlock()
	if answer == nil {
		io.WriteString(w, "success")
		return
	}
	io.WriteString(w, answer(in))
}

func (a *app) open(q url.Values, body []byte) (in inbound, err error) {
	if sha(testToken, q.Get("timestamp"), q.Get("nonce")) != q.Get("signature") || q.Get("account") != "1" {
		return in, fmt.Errorf("signature, or the address has lost its own query")
	}
	if err := xml.Unmarshal(body, &in); err != nil {
		return in, err
	}
	if a.mode == Plain {
		in.raw = string(body)
		return in, nil
	}
	if q.Get("encrypt_type") != "aes" || sha(testToken, q.Get("timestamp"), q.Get("nonce"), in.Encrypt) != q.Get("msg_signature") {
		return in, fmt.Errorf("msg_signature")
	}
	message, appID := open(in.Encrypt)
	if appID != testApp {
		return in, fmt.Errorf("appid %q", appID)
	}
	in = inbound{raw: message}
	return in, xml.Unmarshal([]byte(message), &in)
}

func (a *app) say(answer func(in inbound) string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = answer
}

func (a *app) first(before func(w http.ResponseWriter, r *http.Request) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.before = before
}

func (a *app) inbox() []inbound {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]inbound(nil), a.heard...)
}

// replyText is a passive reply, not yet encrypted.
func replyText(in inbound, text string) string {
	return fmt.Sprintf(`<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>1</CreateTime>`+
		`<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content></xml>`, in.FromUserName, in.ToUserName, strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>"))
}

// encrypted wraps a reply as safe mode wants it.
func encrypted(reply string) string {
	sealed := shut(reply, "707722b803182950", testApp)
	return fmt.Sprintf(`<xml><Encrypt><![CDATA[%s]]></Encrypt><MsgSignature><![CDATA[%s]]></MsgSignature><TimeStamp>7</TimeStamp><Nonce><![CDATA[n]]></Nonce></xml>`,
		sealed, sha(testToken, "7", "n", sealed))
}

// The test's own crypto, written from the table of the facts and not from the code
// under test.

func sha(parts ...string) string {
	sort.Strings(parts)
	return fmt.Sprintf("%x", sha1.Sum([]byte(strings.Join(parts, ""))))
}

func open(sealed string) (message, appID string) {
	key, _ := base64.StdEncoding.DecodeString(testKey + "=")
	b, _ := base64.StdEncoding.DecodeString(sealed)
	block, _ := aes.NewCipher(key)
	out := make([]byte, len(b))
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(out, b)
	out = out[16 : len(out)-int(out[len(out)-1])]
	n := binary.BigEndian.Uint32(out)
	return string(out[4 : 4+n]), string(out[4+n:])
}

func shut(message, random, appID string) string {
	key, _ := base64.StdEncoding.DecodeString(testKey + "=")
	size := make([]byte, 4)
	binary.BigEndian.PutUint32(size, uint32(len(message)))
	b := []byte(random + string(size) + message + appID)
	pad := 32 - len(b)%32
	b = append(b, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, _ := aes.NewCipher(key)
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}

func texts(list []Received) (out []string) {
	for _, r := range list {
		out = append(out, r.Text)
	}
	return out
}

func last[T any](t *testing.T, list []T) T {
	t.Helper()
	if len(list) == 0 {
		t.Fatal("there is none")
	}
	return list[len(list)-1]
}

// pass lets time pass on the bubble's clock.
func pass(d time.Duration) { time.Sleep(d) }

// hang reads a callback and never answers it.
func hang(_ http.ResponseWriter, r *http.Request) bool {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return true
}
