package wechat

import (
	"bytes"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

// The platform's own example: its token, key and appid.
const (
	exampleToken = "AAAAA"
	exampleApp   = "wxba5fad812f8e6fb9"
	exampleBody  = `+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=`
)

var exampleKey = strings.Repeat("A", 43)

func exampleReceiver(t testing.TB, mode string, secrets map[string]adapters.Secret) *receiver {
	t.Helper()
	c := adapters.Config{ID: "station", Secrets: map[string]adapters.Secret{"token": exampleToken, "aes_key": adapters.Secret(exampleKey)}}
	for name, s := range secrets {
		c.Secrets[name] = s
	}
	r, err := newReceiver(c, options{appID: exampleApp, mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func unix(t *testing.T, stamp string) time.Time {
	t.Helper()
	s, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(s, 0)
}

func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

func TestVector_Handshake(t *testing.T) {
	q := query("timestamp", "1714036504", "nonce", "1514711492", "echostr", "4375120948345356249", "signature", "f464b24fc39322e44b38aa78f5edd27bd1441696")
	r := exampleReceiver(t, modeSafe, nil)
	d, err := r.Verify(adapters.Callback{Method: "GET", Query: q}, unix(t, "1714036504"))
	if err != nil || string(d.Ack) != "4375120948345356249" || len(d.Items) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	q.Set("nonce", "1514711493")
	if _, err := r.Verify(adapters.Callback{Method: "GET", Query: q}, unix(t, "1714036504")); adapters.ClassOf(err) != adapters.Rejected || err == nil {
		t.Errorf("with another nonce: %v", err)
	}
}

func TestVector_PlainPush(t *testing.T) {
	q := query("timestamp", "1714037059", "nonce", "486452656", "signature", "899cf89e464efb63f54ddac96b0a0a235f53aa78")
	c := adapters.Callback{Method: "POST", Query: q, Body: []byte(`{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}`)}
	d, err := exampleReceiver(t, modePlain, nil).Verify(c, unix(t, "1714037059"))
	if err != nil || len(d.Items) != 1 || d.Items[0].Kind != adapters.KindOther || d.Items[0].Detail != "debug_demo" {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := exampleReceiver(t, modeSafe, nil).Verify(c, unix(t, "1714037059")); err == nil || !strings.Contains(err.Error(), "safe mode") {
		t.Errorf("in safe mode: %v", err)
	}
}

func safeExample() adapters.Callback {
	return adapters.Callback{Method: "POST", Body: []byte(`{"ToUserName":"gh_97417a04a28d","Encrypt":"` + exampleBody + `"}`),
		Query: query("timestamp", "1714112445", "nonce", "415670741", "encrypt_type", "aes",
			"signature", "6c5c811b55cc85e0e1b54100749188c20beb3f5d", "msg_signature", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3")}
}

func TestVector_SafePush(t *testing.T) {
	var buf bytes.Buffer
	plain, err := exampleReceiver(t, modeSafe, nil).keys[0].decrypt(&buf, []byte(exampleBody), exampleApp)
	if err != nil || len(plain) != 167 {
		t.Errorf("%d bytes, %v", len(plain), err)
	}
	other := adapters.Secret(strings.Repeat("B", 42) + "A")
	for _, c := range []struct {
		name    string
		secrets map[string]adapters.Secret
	}{
		{"the current key", nil},
		{"the previous key", map[string]adapters.Secret{"aes_key": other, "aes_key_previous": adapters.Secret(exampleKey)}},
	} {
		d, err := exampleReceiver(t, modeSafe, c.secrets).Verify(safeExample(), unix(t, "1714112445"))
		if err != nil || len(d.Items) != 1 || d.Items[0].Detail != "debug_demo" {
			t.Errorf("%s: %+v, %v", c.name, d, err)
		}
	}
	// The signature over timestamp and nonce alone is not enough.
	forged := safeExample()
	forged.Query.Set("msg_signature", forged.Query.Get("signature"))
	for name, c := range map[string]adapters.Callback{"a plain signature in place of the other": forged} {
		if _, err := exampleReceiver(t, modeSafe, nil).Verify(c, unix(t, "1714112445")); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	wrong := exampleReceiver(t, modeSafe, nil)
	wrong.appID = "wx0000000000000000"
	if _, err := wrong.Verify(safeExample(), unix(t, "1714112445")); err == nil || !strings.Contains(err.Error(), "another appid") {
		t.Errorf("for another appid: %v", err)
	}
}

func TestVector_Reply(t *testing.T) {
	r := exampleReceiver(t, modeSafe, nil)
	encrypted := r.keys[0].encrypt([]byte("707722b803182950"), []byte(`{"demo_resp":"good luck"}`), exampleApp)
	if encrypted != "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==" {
		t.Errorf("encrypted %s", encrypted)
	}
	var scratch bytes.Buffer
	if sum := signature(&scratch, r.token, []byte("1713424427"), []byte("415670741"), []byte(encrypted)); string(sum[:]) != "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1" {
		t.Errorf("signature %s", sum)
	}
}

func TestVerify_Skew(t *testing.T) {
	r := exampleReceiver(t, modeSafe, nil)
	at := unix(t, "1714112445")
	for _, c := range []struct {
		off time.Duration
		ok  bool
	}{{0, true}, {maxSkew, true}, {-maxSkew, true}, {maxSkew + time.Second, false}, {-maxSkew - time.Second, false}} {
		if _, err := r.Verify(safeExample(), at.Add(c.off)); (err == nil) != c.ok {
			t.Errorf("%s away: %v", c.off, err)
		}
	}
	c := safeExample()
	c.Query.Del("timestamp")
	if _, err := r.Verify(c, at); err == nil {
		t.Error("accepted without a timestamp")
	}
}

// sealed makes a safe-mode push of document.
func sealed(r *receiver, document, stamp string) adapters.Callback {
	encrypted := r.keys[0].encrypt([]byte("0123456789abcdef"), []byte(document), r.appID)
	var scratch bytes.Buffer
	sum := signature(&scratch, r.token, []byte(stamp), []byte("n1"), []byte(encrypted))
	return adapters.Callback{Method: "POST", Body: []byte("<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>"),
		Query: query("timestamp", stamp, "nonce", "n1", "encrypt_type", "aes", "msg_signature", string(sum[:]))}
}

func TestEncode_DecryptsToTheReply(t *testing.T) {
	r := exampleReceiver(t, modeSafe, nil)
	at := unix(t, "1714112445")
	d, err := r.Verify(sealed(r, textPush("报警 ]]> <b>"), "1714112445"), at)
	if err != nil || !d.Replyable || d.Items[0].Text != "报警 ]]> <b>" {
		t.Fatalf("%+v, %v", d, err)
	}
	body, kind, err := r.Encode(d, "请拨打 110 ]]> & <x>", at)
	if err != nil || !strings.HasPrefix(kind, "application/xml") {
		t.Fatal(err)
	}
	again, _, _ := r.Encode(d, "请拨打 110 ]]> & <x>", at)
	other, _, _ := r.Encode(d, "请拨打 110", at)
	if !bytes.Equal(body, again) || bytes.Equal(body, other) {
		t.Error("the same reply must give the same bytes, another one others")
	}
	fields := map[string]string{}
	if err := scanXML(body, func(_ int, name, value []byte) { fields[string(name)] = string(value) }); err != nil {
		t.Fatal(err)
	}
	var scratch, buf bytes.Buffer
	sum := signature(&scratch, r.token, []byte(fields["TimeStamp"]), []byte(fields["Nonce"]), []byte(fields["Encrypt"]))
	if fields["MsgSignature"] != string(sum[:]) || fields["Nonce"] != "n1" {
		t.Errorf("signed %v", fields)
	}
	plain, err := r.keys[0].decrypt(&buf, []byte(fields["Encrypt"]), exampleApp)
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPush(plain)
	if err != nil || p.To != "oPerson" || p.From != "gh_1" || p.Content != "请拨打 110 ]]> & <x>" || p.Type != "text" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestEncode_Refuses(t *testing.T) {
	r := exampleReceiver(t, modePlain, nil)
	var long *adapters.TooLong
	if _, _, err := r.Encode(adapters.Delivery{State: reply{to: "o", from: "g"}}, strings.Repeat("x", maxPassive+1), time.Now()); !errors.As(err, &long) || adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("too long: %v", err)
	}
	if _, _, err := r.Encode(adapters.Delivery{}, "x", time.Now()); err == nil {
		t.Error("encoded an answer to nothing")
	}
	body, _, err := r.Encode(adapters.Delivery{State: reply{to: "oPerson", from: "gh_1"}}, "好", unix(t, "1714112445"))
	if p, bad := readPush(body); err != nil || bad != nil || p.Content != "好" || p.Created != "1714112445" {
		t.Errorf("plain: %s", body)
	}
}

func textPush(content string) string {
	return "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oPerson]]></FromUserName><CreateTime>1714112445</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>" +
		cdata(content) + "</Content><MsgId>23456789012345678</MsgId></xml>"
}

func FuzzVerify(f *testing.F) {
	r := exampleReceiver(f, modePlain, nil)
	for _, doc := range []string{textPush("x"), "<xml/>", `{"MsgType":"text"}`, "<xml><Encrypt>" + exampleBody + "</Encrypt></xml>", "<a><b><c>&#x41;&lt;</c></b></a>", "<xml><![CDATA[", "<?xml?><!-- --><xml></xml>"} {
		f.Add([]byte(doc), false)
		f.Add([]byte(doc), true)
	}
	f.Fuzz(func(t *testing.T, doc []byte, encrypted bool) {
		c := adapters.Callback{Method: "POST", Body: doc, Query: query("timestamp", "1714112445", "nonce", "n1")}
		var scratch bytes.Buffer
		if encrypted {
			c = sealed(r, string(doc), "1714112445")
		} else {
			sum := signature(&scratch, r.token, []byte("1714112445"), []byte("n1"))
			c.Query.Set("signature", string(sum[:]))
		}
		d, err := r.Verify(c, time.Unix(1714112445, 0))
		switch {
		case err != nil && (adapters.ClassOf(err) != adapters.Rejected || len(d.Items) > 0):
			t.Errorf("%v", err)
		case err == nil && (len(d.Items) != 1 || d.Items[0].Key == "" || d.Items[0].Kind == ""):
			t.Errorf("%+v", d)
		}
		_, _ = r.keys[0].decrypt(&scratch, doc, exampleApp)
	})
}
