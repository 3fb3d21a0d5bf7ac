package wechat

import (
	"errors"
	"testing"
)

// The vectors are those of the platform's own documents.
func TestKnownAnswers(t *testing.T) {
	const encrypt = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
	for _, v := range []struct {
		name, want string
		parts      []string
	}{
		{"handshake", "f464b24fc39322e44b38aa78f5edd27bd1441696", []string{testToken, "1714036504", "1514711492"}},
		{"plain push", "899cf89e464efb63f54ddac96b0a0a235f53aa78", []string{testToken, "1714037059", "486452656"}},
		{"safe push, signature", "6c5c811b55cc85e0e1b54100749188c20beb3f5d", []string{testToken, "1714112445", "415670741"}},
		{"safe push, msg_signature", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", []string{testToken, "1714112445", "415670741", encrypt}},
	} {
		if got := sign(v.parts...); got != v.want {
			t.Errorf("%s: got %s", v.name, got)
		}
	}
	key, err := decodeKey(testKey)
	if err != nil {
		t.Fatal(err)
	}
	message, app, err := unseal(key, encrypt)
	if err != nil || len(message) != 167 || app != testApp {
		t.Errorf("got %d bytes of %q, %v", len(message), app, err)
	}
	again, err := seal(key, []byte("a8eedb185eb2fecf"), message, app)
	if err != nil || again != encrypt {
		t.Errorf("sealed again: %v %s", err, again)
	}
	reply, err := seal(key, []byte("707722b803182950"), []byte(`{"demo_resp":"good luck"}`), testApp)
	if err != nil || reply != "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==" {
		t.Errorf("reply: %v %s", err, reply)
	}
	if got := sign(testToken, "1713424427", "415670741", reply); got != "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1" {
		t.Errorf("reply: signature %s", got)
	}
}

func TestDamagedTextIsRefused(t *testing.T) {
	key, err := decodeKey(testKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range []string{"", "%%%", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA==", "ELGduP2YcVatjqIS+eZbpw=="} {
		if _, _, err := unseal(key, damaged); !errors.Is(err, errSealed) {
			t.Errorf("%q: got %v", damaged, err)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add("ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==")
	key, err := decodeKey(testKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, sealed string) {
		message, app, err := unseal(key, sealed)
		if err == nil && len(message)+len(app) > len(sealed) {
			t.Errorf("more came out than went in")
		}
	})
}

// FuzzReply throws answers at a waiting callback: whatever comes, it is judged.
func FuzzReply(f *testing.F) {
	p := New(Options{AppID: testApp, AppSecret: "secret", Token: testToken, EncodingAESKey: testKey, Mode: Compatible})
	in := inbound{FromUserName: "o1", ToUserName: p.opts.OriginalID}
	f.Add([]byte("success"))
	f.Add([]byte(replyText(in, "您好")))
	f.Add([]byte(encrypted(replyText(in, "您好"))))
	f.Add([]byte("<xml><Encrypt>x</Encrypt></xml>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d Delivery
		p.takeReply(&push{Push: Push{OpenID: "o1"}}, &d, body)
		if d.Outcome != Answered && (d.Outcome != Malformed || d.Why == "") {
			t.Errorf("%+v", d)
		}
	})
}
