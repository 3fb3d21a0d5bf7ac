package notify

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
)

const mailPassword = "a long password of the mailbox"

// post is a mail server with a certificate of its own, which says what says tells it to.
type post struct {
	cert  tls.Certificate
	roots *x509.CertPool
	tls   bool              // from the first byte
	plain bool              // it offers no STARTTLS
	says  map[string]string // by the command's first word; "hang up" closes the connection

	mu    sync.Mutex
	mails []string
	heard []string
}

func newPost(t *testing.T) *post {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	p := &post{cert: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots: x509.NewCertPool(), says: map[string]string{}}
	p.roots.AddCert(leaf)
	return p
}

// open serves and returns an account that sends through it.
func (p *post) open(t *testing.T, tlsWay string) *account {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.talk(c) })
		}
	})
	a, err := open(t.Context(), adapters.Config{ID: "letters", Secrets: map[string]adapters.Secret{"password": mailPassword}, Options: map[string]string{
		"kind": kindMail, "server": l.Addr().String(), "tls": tlsWay, "from": "desk@gaj.example", "user": "desk",
	}}, adapters.Host{})
	if err != nil {
		t.Fatal(err)
	}
	box := a.(*account)
	box.way.(*mailer).roots = p.roots
	return box
}

func (p *post) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	conf := &tls.Config{Certificates: []tls.Certificate{p.cert}}
	if p.tls {
		c = tls.Server(c, conf)
	}
	in := bufio.NewReader(c)
	say := func(s string) { _, _ = fmt.Fprint(c, s+"\r\n") }
	say("220 post")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		p.note(&p.heard, strings.TrimSpace(line))
		if s, set := p.says[word]; set {
			if s == "hang up" {
				return
			}
			say(s)
			continue
		}
		switch word {
		case "EHLO":
			_, encrypted := c.(*tls.Conn)
			if !encrypted && !p.plain {
				say("250-post\r\n250 STARTTLS")
				continue
			}
			say("250-post\r\n250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			c = tls.Server(c, conf)
			in = bufio.NewReader(c)
		case "AUTH":
			say("235 in")
		case "DATA":
			say("354 go on")
			p.note(&p.mails, read(in))
			if s := p.says["."]; s == "hang up" {
				return
			} else if s != "" {
				say(s)
				continue
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// read takes a mail up to its dot.
func read(in *bufio.Reader) (mail string) {
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return mail
		}
		mail += line
	}
}

func (p *post) note(to *[]string, line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*to = append(*to, line)
}

func send(t *testing.T, a *account, to string) (adapters.Receipt, error) {
	t.Helper()
	at := adapters.Attempt{Key: "key-1", N: 1, Deadline: time.Now().Add(20 * time.Second)}
	return a.Send(t.Context(), at, adapters.Message{To: adapters.Person{ID: to}, Text: "【值守提醒】有人等待\n编号 K7FQ"})
}

func TestMailArrivesOverTLS(t *testing.T) {
	for _, way := range []string{"starttls", "tls"} {
		t.Run(way, func(t *testing.T) {
			p := newPost(t)
			p.tls = way == "tls"
			r, err := send(t, p.open(t, way), "chen@gaj.example")
			if err != nil || r.Ref != "key-1.1@gaj.example" || len(p.mails) != 1 {
				t.Fatalf("%+v, %v; the server has %d", r, err, len(p.mails))
			}
			heard := strings.Join(p.heard, "\n")
			for _, want := range []string{"MAIL FROM:<desk@gaj.example>", "RCPT TO:<chen@gaj.example>", "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00desk\x00"+mailPassword))} {
				if !strings.Contains(heard, want) {
					t.Errorf("%q was not said:\n%s", want, heard)
				}
			}
			if !strings.Contains(p.mails[0], "Message-ID: <key-1.1@gaj.example>") || !strings.Contains(p.mails[0], "K7FQ") {
				t.Errorf("mail:\n%s", p.mails[0])
			}
		})
	}
}

func TestAMailThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		says  map[string]string
		plain bool
		want  adapters.Class
	}{
		"no encryption":         {nil, true, adapters.NotSent},
		"a wrong password":      {map[string]string{"AUTH": "535 no, " + mailPassword}, false, adapters.AuthExpired},
		"sender refused":        {map[string]string{"MAIL": "550 no"}, false, adapters.Rejected},
		"recipient unknown":     {map[string]string{"RCPT": "550 nobody chen@gaj.example"}, false, adapters.Rejected},
		"greylisted":            {map[string]string{"RCPT": "451 later"}, false, adapters.NotSent},
		"text refused":          {map[string]string{".": "554 no"}, false, adapters.Rejected},
		"text taken later":      {map[string]string{".": "452 later"}, false, adapters.NotSent},
		"broken after the text": {map[string]string{".": "hang up"}, false, adapters.Unknown},
		"broken before it":      {map[string]string{"RCPT": "hang up"}, false, adapters.NotSent},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			p.plain = c.plain
			if c.says != nil {
				p.says = c.says
			}
			_, err := send(t, p.open(t, "starttls"), "chen@gaj.example")
			if err == nil || adapters.ClassOf(err) != c.want {
				t.Fatalf("%v: %v, want %v", adapters.ClassOf(err), err, c.want)
			}
			if strings.Contains(err.Error(), mailPassword) || strings.Contains(err.Error(), "chen@") {
				t.Errorf("it tells too much: %v", err)
			}
			if c.plain && strings.Contains(strings.Join(p.heard, "\n"), "AUTH") {
				t.Error("the password was offered in the clear")
			}
		})
	}
}

func TestAMailServerNobodyVouchesFor(t *testing.T) {
	p := newPost(t)
	a := p.open(t, "starttls")
	a.way.(*mailer).roots = x509.NewCertPool()
	if _, err := send(t, a, "chen@gaj.example"); adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("%v", err)
	}
	if len(p.mails) != 0 {
		t.Error("a stranger got the mail")
	}
}

func TestAMailServerThatSaysNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	m := &mailer{host: "127.0.0.1", port: l.Addr().(*net.TCPAddr).Port, from: "desk@gaj.example", startTLS: true}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := m.carry(ctx, adapters.Attempt{Key: "k"}, adapters.Message{To: adapters.Person{ID: "chen@gaj.example"}, Text: "x"})
		done <- err
	}()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	cancel()
	if err := <-done; adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("%v", err)
	}
}

func TestNoMailToNobody(t *testing.T) {
	for _, to := range []string{"", "@all", "chen"} {
		if _, err := send(t, newPost(t).open(t, "starttls"), to); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%q: %v", to, err)
		}
	}
}
